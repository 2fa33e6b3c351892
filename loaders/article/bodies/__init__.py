"""Bodies in an article: organisations, offices, companies, schools …

words     the lists: known bodies, ends of names, words within and around names
spans     where a name of a body begins and ends
memory    short forms and later mentions of a body that the document has named
roles     what a body does in the story
"""
