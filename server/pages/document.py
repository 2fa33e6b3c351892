"""A source document as its page shows it: its cases, every cited span, and the whole text where it is kept.

In the text a span is a link to the record that it supports, whose page leads back to the span.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import BASE
from server import access, links, naming, queries
from server.naming import Labels, Link

_SPANS: Final = 5000
_FIGURE: Final = f"{BASE}id/measurement/"


@dataclass(frozen=True, slots=True)
class Span:
    """One cited place of a document and what it supports; `href` is the page of the evidence."""

    begin: int
    end: int
    words: str
    href: str
    supports: list[Link]

    @property
    def is_figure(self) -> bool:
        """Whether a figure rests on these words."""
        return any(link.iri.startswith(_FIGURE) for link in self.supports)

    @property
    def record(self) -> str:
        """The page of the record that the words support, a figure's before any other."""
        figures = [link.href for link in self.supports if link.iri.startswith(_FIGURE)]
        return next(iter([*figures, *(link.href for link in self.supports)]), self.href)


@dataclass(frozen=True, slots=True)
class Part:
    """A case of the document with the spans that begin in it; the first part may be what stands before all cases."""

    case: Link | None
    begin: int
    end: int
    spans: list[Span] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many spans begin in it."""
        return len(self.spans)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of the text that the same spans cover: a figure or the shortest of them, and the marks that begin here."""

    words: str
    span: Span | None
    marks: list[str]
    part: Part | None = None


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


def parts(lang: str, document: str, cited: Iterable[Span]) -> list[Part]:
    """Return the cases of a document in their order, each with the spans that begin in it."""
    engine = access.engine()
    found = queries.select(engine, "document-cases", document=ox.NamedNode(document))
    labels = Labels(engine)
    labels.load(naming.iris(row["case"] for row in found))
    cases = [
        Part(labels.link(row["case"].value, lang), int(row["begin"].value), int(row["end"].value)) for row in found
    ]
    before = Part(None, 0, cases[0].begin if cases else 0)
    begins = [part.begin for part in cases]
    for span in cited:
        at = bisect_right(begins, span.begin)
        (cases[at - 1] if at else before).spans.append(span)
    return [before, *cases] if before.spans else cases


def passages(whole: str, cited: list[Span], cases: list[Part]) -> list[Passage]:
    """Cut a text where a span begins or ends: overlapping and nested spans all keep their places."""
    inside = [s for s in cited if 0 <= s.begin < s.end <= len(whole)]
    starts = {part.begin: part for part in cases if part.case}
    cuts = sorted({0, len(whole), *starts, *(s.begin for s in inside), *(s.end for s in inside)})
    cuts = [c for c in cuts if c <= len(whole)]
    found = []
    by_begin: dict[int, list[Span]] = {}
    for span in inside:
        by_begin.setdefault(span.begin, []).append(span)
    covering: list[Span] = []
    for begin, end in itertools.pairwise(cuts):
        fresh = by_begin.get(begin, [])
        covering = [s for s in covering if s.end > begin] + fresh
        # a figure before what is named in its words, then the shortest
        shortest = min(covering, key=lambda s: (not s.is_figure, s.end - s.begin, s.begin), default=None)
        marks = [links.mark(s.begin, s.end) for s in fresh]
        found.append(Passage(whole[begin:end], shortest, marks, starts.get(begin)))
    return found
