"""Bodies in an article: organisations, offices, companies, schools …

words     the lists: known bodies, ends of names, words within and around names
spans     which bodies a sentence names
heads     where a name begins whose end tells what it is
parts     what names consist of; bodies that the tagger ran together
lists     bodies in a list with others
memory    short forms and later mentions of a body that the document has named
roles     what a body does in the story
"""
