"""English reports on aid: the same facts as from Chinese ones, at a first useful level.

    text        the copy that rules match on, sentences, whether a text is a report at all
    spans       what stands near what
    numbers     numbers in digits and in words, ranges, fractions
    dates       dates and periods, whose numbers are no figures
    nouns       what a number counts
    figures     numbers with their qualifier and unit
    status      planned, achieved, background …
    indicators  which indicator a figure is of
    world       names of countries and divisions, from tables made at build time
    places      where they stand in a text, and in which role
    bodies      organisations by list, by acronym and by the words of their names
    roles       what a body does, by the verbs around it
    titles      names of projects, and what bodies have to do with them
    reader      all of it: `read_english`
    measure     how often each rule is right

Lexicons are the tables ``english_*.tsv`` beside the Chinese ones.
"""

from __future__ import annotations
