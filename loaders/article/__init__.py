"""Prose in, cited facts out: reports on aid programmes, read by rules and lexicons.

document, encodings, containers   a file → the text that facts cite
view, segments, case_spans        the text → what rules match on, its paragraphs, its cases
tagger, tokens                    words and their kinds
numbers, quantities, dates …      figures
places, bodies, entities          places and bodies, with their roles
names, unquoted, mechanisms       names of programmes, products, events; ways of working
themes, subjects, relations       what a case is about, and what is said of whom
english                           the same for English reports
reading                           all of them in order
as_json, as_html, case            what comes out: JSON, a page, a case file to review
source                            an article as a source of the graph
measure, measured                 how often each rule is right
"""
