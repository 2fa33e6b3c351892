"""From a reading to a case file that a person reviews.

entries   facts → sections of a case file: programmes, bodies, areas, figures …
keys      stable ASCII keys of Chinese names
words     the words of facts → the words of the format
previous  what an earlier file of the same text decided, kept
writing   sections → YAML, each entry below the sentence it comes from
"""
