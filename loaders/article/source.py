"""An article as a source: its facts as they were read, each unreviewed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from graph.sources import Source
from loaders.article.case.entries import draft, source_key
from loaders.article.case.writing import as_data
from loaders.article.document import Document
from loaders.article.facts import Reading
from loaders.article.reading import read
from loaders.case_file import case_source
from loaders.yaml_source import YamlSource
from ontology.errors import Origin, Problem
from ontology.records import Ref, TextEvidence

LOADER = "article"
#: Characters of unread words that a message shows.
_SHOWN = 17


def article_source(document: Document, *, size: int, year: int | None = None) -> Source:
    """Return what an article says; `size` is that of its file in bytes, `year` its year where that is known.

    What was not read is in the source's `unread`. An article without a fact gives its description alone.
    """
    reading = read(document, year=year)
    made = draft(reading, source_key(document.name))
    source = YamlSource(document.name, as_data(made), {}, {}, {})
    records = case_source(source, sha256=document.file_sha256, size=size, loader=LOADER)
    return Source(
        graph=records.graph,
        records=records.records,
        loader=LOADER,
        file=document.name,
        sha256=document.file_sha256,
        size=size,
        origins=_origins(document.text, document.name, records),
        unread=tuple(_unread(document.text, document.name, reading)),
    )


def _origins(text: str, name: str, source: Source) -> dict[tuple[Ref, str | None], Origin]:
    """Return where each thing that evidence speaks of stands in the article: line and column from 1."""
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    spans = {record.ref: record.begin for record in source.records if isinstance(record, TextEvidence)}
    found: dict[tuple[Ref, str | None], Origin] = {}
    for record in source.records:
        begin = spans.get(record.evidence[0]) if record.evidence else spans.get(record.ref)
        if begin is not None:
            found[record.ref, None] = _origin(name, breaks, begin)
    return found


def _origin(name: str, breaks: Sequence[int], at: int) -> Origin:
    line = bisect_left(breaks, at)
    return Origin(name, line + 1, at - (breaks[line - 1] if line else -1))


def _unread(text: str, name: str, reading: Reading) -> Iterator[Problem]:
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    for one in reading.unread:
        words = " ".join(one.surface.split())[:_SHOWN]
        yield Problem(f"“{words}” was not read: {one.why}", _origin(name, breaks, one.start))
