"""Places in an article.

names     the names that are looked for: areas, regions, countries, one-character abbreviations
mentions  which of their occurrences are places, and places that no list has
units     which unit of 2019 a name stands for here
roles     what a place does in the story: gives, receives, is where something happens
"""
