"""From a reading to a case file that a person reviews.

entries    facts → sections of a case file: programmes, bodies, events …
areas      places → areas, with the units above them
figures    quantities → figures, results, flows of money
drafts     a file in the making: entries with their reviews
keys       stable ASCII keys of Chinese names
text       which words may stand in a file
words      the words of facts → the words of the format
questions  what a person should look at
previous   what an earlier file of the same text decided, kept
writing    sections → YAML, each entry below the sentence it comes from
"""
