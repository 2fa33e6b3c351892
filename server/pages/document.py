"""A source document as its page shows it: every cited span, and the whole text where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from server import access, links, naming, queries
from server.naming import Labels, Link

_SPANS: Final = 5000


@dataclass(frozen=True, slots=True)
class Span:
    """One cited place of a document and what it supports."""

    begin: int
    end: int
    words: str
    href: str
    supports: list[Link]


def spans(lang: str, document: str) -> list[Span]:
    """Return the cited spans of a document by position, and what each supports."""
    engine = access.engine()
    found = queries.select(engine, "spans", document=ox.NamedNode(document), limit=_SPANS)
    labels = Labels(engine)
    labels.load(naming.iris(r["supported"] for r in found if "supported" in r))
    spans: dict[tuple[int, int], Span] = {}
    for row in found:
        begin, end = int(row["begin"].value), int(row["end"].value)
        words = row["words"].value if "words" in row else ""
        span = spans.setdefault((begin, end), Span(begin, end, words, links.href(lang, row["evidence"].value), []))
        if isinstance(supported := row.get("supported"), ox.NamedNode):
            link = labels.link(supported.value, lang)
            if link not in span.supports:
                span.supports.append(link)
    return list(spans.values())


def passages(whole: str, marked: list[Span]) -> list[tuple[str, Span | None]]:
    """Cut a text into marked and unmarked passages; of overlapping spans the first and longest is marked."""
    passages: list[tuple[str, Span | None]] = []
    at = 0
    for span in sorted(marked, key=lambda s: (s.begin, -s.end)):
        if span.begin < at or span.end > len(whole):
            continue
        passages += [(whole[at : span.begin], None), (whole[span.begin : span.end], span)]
        at = span.end
    return [*passages, (whole[at:], None)]
