"""Where the graph's facts come from: from a source, as bytes, to the records that it states.

A loader returns a `graph.sources.Source`: records, and the place in the file that each field came from.
It neither stores nor fetches anything; what it cannot read it says in a `SourceError`.

    files        reading what a user names, within limits
    yaml_source  YAML, exactly and with places
    case_schema  the format of case files, checked in plain sentences
    case_file    case files → records
    review       what a person thinks of entries; rejected ones are left out
    references   whether everything that sources name is there
    evidence     whether the words stand where a source says they do
    links        links to what is outside, as an SSSOM table
    matching     what a name stands for
    gazetteer    areas of China, their codes and names through the years
    article      reports in prose → facts, case files to review, sources
    builtin      the sources that come with Duikou
"""
