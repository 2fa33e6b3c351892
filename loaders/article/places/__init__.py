"""Places in an article.

names     the names that are looked for: areas, regions, countries, one-character abbreviations
mentions  which of their occurrences are places
later     those that only the whole text tells
unlisted  places that no list has, by how their names end
short     one-character names
units     which unit of 2019 a name stands for here
roles     what a place does in the story: gives, receives, is where something happens
"""
