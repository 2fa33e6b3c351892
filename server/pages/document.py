"""A source document as its page shows it: its cases, every cited span, and the whole text where it is kept.

In the text a span is a link to the record that it supports, whose page leads back to the span. Of a document
with many cited spans a page shows some of them, with the text from the first of them to the next page's first.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Final, NamedTuple

import pyoxigraph as ox

from ontology.namespaces import BASE, term
from server import access, links, naming, queries
from server.naming import Labels, Link
from server.pages.kept import kept
from server.pages.values import integer

#: Spans that one page shows: of a document with more than so many citations fewer.
PAGE: Final = 500
_CROWDED: Final = 5000
_PAGE_OF_CROWDED: Final = 100
#: Pieces of evidence of one span that are told of; cases that are listed; the most pieces that are read at all.
_TOLD: Final = 3
_CASES: Final = 200
_MOST: Final = 500_000
_FIGURE: Final = f"{BASE}id/measurement/"


class Place(NamedTuple):
    """A cited span: the first pieces of evidence (IRIs) that cite it, and how many of them there are."""

    begin: int
    end: int
    evidence: Sequence[str]
    citing: int


@dataclass(frozen=True, slots=True)
class Span:
    """One cited place of a document and what it supports; `href` is the page of the evidence.

    `more` counts the pieces of evidence that cite it beyond those told of, `all_of` asks for all of them.
    """

    begin: int
    end: int
    words: str
    href: str
    supports: list[Link]
    more: int = 0
    all_of: str = ""

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


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of the text that the same spans cover: a figure or the shortest of them, and the marks that begin here."""

    words: str
    span: Span | None
    marks: list[str]
    part: Part | None = None


def places(document: str) -> Sequence[Place]:
    """Return the cited spans of a document by position, worked out once for each snapshot."""
    return kept(f"places-{document}", lambda: _places(document))


def _places(document: str) -> list[Place]:
    found: dict[tuple[int, int], list[str]] = {}
    for row in queries.select(access.engine(), "spans", document=ox.NamedNode(document), limit=_MOST):
        begin, end = integer(row["begin"]), integer(row["end"])
        if begin is not None and end is not None and isinstance(row["evidence"], ox.NamedNode):
            found.setdefault((begin, end), []).append(row["evidence"].value)
    return [
        Place(begin, end, nsmallest(_TOLD, evidence), len(evidence)) for (begin, end), evidence in sorted(found.items())
    ]


def page_size(document: str) -> int:
    """Return how many spans of a document one page shows."""
    return PAGE if sum(place.citing for place in places(document)) <= _CROWDED else _PAGE_OF_CROWDED


def is_long(document: str) -> bool:
    """Return whether a document has, or may have, more cited spans than one page shows."""
    asked = {"thing": ox.NamedNode(document), "property": ox.NamedNode(term("inDocument"))}
    return kept(
        f"cited-{document}",
        lambda: int(queries.select(access.engine(), "related-in-count", **asked)[0]["count"].value) > PAGE,
    )


def page_at(document: str, position: int) -> int:
    """Return the number of the page that shows the span at a position, or what stands before it."""
    before = sum(place.begin < position for place in places(document))
    return min(before, max(0, len(places(document)) - 1)) // page_size(document) + 1


def spans(lang: str, document: str, number: int = 1) -> list[Span]:
    """Return one page of the cited spans of a document, by position, and what each supports."""
    engine = access.engine()
    size = page_size(document)
    shown = places(document)[(number - 1) * size : number * size]
    told = [iri for place in shown for iri in place.evidence]
    words: dict[str, str] = {}
    supported: dict[str, list[str]] = {}
    for start in range(0, len(told), queries.BATCH):
        batch = map(ox.NamedNode, told[start : start + queries.BATCH])
        for row in queries.select(engine, "supported", things=batch):
            iri = row["evidence"].value
            if "words" in row:
                words.setdefault(iri, row["words"].value)
            supported.setdefault(iri, []).extend(naming.iris([row.get("supported")]))
    labels = Labels(engine)
    labels.load(iri for some in supported.values() for iri in some)
    return [_span(lang, document, place, words, supported, labels) for place in shown]


def _span(
    lang: str, document: str, place: Place, words: dict[str, str], supported: dict[str, list[str]], labels: Labels
) -> Span:
    iris = dict.fromkeys(iri for evidence in place.evidence for iri in supported.get(evidence, ()))
    said = next((words[evidence] for evidence in place.evidence if evidence in words), "")
    more, all_of = place.citing - len(place.evidence), ""
    if more:
        asked = queries.text("at-span", document=ox.NamedNode(document), begin=place.begin, end=place.end)
        all_of = links.console(lang, asked)
    href = links.href(lang, place.evidence[0])
    return Span(place.begin, place.end, said, href, [labels.link(iri, lang) for iri in iris], more, all_of)


def parts(lang: str, document: str, cited: Iterable[Span]) -> list[Part]:
    """Return the cases of a document in their order, each with the spans that begin in it."""
    found = cases(document)[:_CASES]
    labels = Labels(access.engine())
    labels.load(iri for _, _, iri in found)
    listed = [Part(labels.link(iri, lang), begin, end) for begin, end, iri in found]
    before = Part(None, 0, listed[0].begin if listed else 0)
    begins = [part.begin for part in listed]
    for span in cited:
        at = bisect_right(begins, span.begin)
        (listed[at - 1] if at else before).spans.append(span)
    return [before, *listed] if before.spans else listed


def cases(document: str) -> Sequence[tuple[int, int, str]]:
    """Return begin, end and IRI of the cases of a document, by position, worked out once for each snapshot."""
    return kept(f"cases-{document}", lambda: _cases(document))


def _cases(document: str) -> list[tuple[int, int, str]]:
    found = set()
    for row in queries.select(access.engine(), "document-cases", document=ox.NamedNode(document)):
        begin, end = integer(row["begin"]), integer(row["end"])
        if begin is not None and end is not None and isinstance(row["case"], ox.NamedNode):
            found.add((begin, end, row["case"].value))
    return sorted(found)


def extent(document: str, number: int, length: int) -> tuple[int, int]:
    """Return from where to where the text of one page goes: it begins with its first span, the first page with all."""
    known, size = places(document), page_size(document)
    begin = known[(number - 1) * size].begin if number > 1 else 0
    return begin, known[number * size].begin if number * size < len(known) else length


def passages(whole: str, cited: list[Span], parts: list[Part], extent: tuple[int, int]) -> list[Passage]:
    """Cut a part of a text where a span begins or ends: overlapping and nested spans all keep their places."""
    first, last = extent
    inside = [s for s in cited if 0 <= s.begin < s.end <= len(whole)]
    starts = {part.begin: part for part in parts if part.case}
    cuts = sorted({first, last, *starts, *(s.begin for s in inside), *(s.end for s in inside)})
    cuts = [c for c in cuts if first <= c <= last]
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
