"""One case of a document as the finders of names and relations see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from loaders.article.facts import CaseSpan
from loaders.article.segments import Structure


@dataclass(frozen=True)
class Scope:
    """A stretch of a document's view, from `begin` to `end`: a case, or what precedes the first one.

    Positions are the view's; `place` turns them into what a fact says of its place in the document.
    """

    document: str
    structure: Structure
    begin: int
    end: int
    case: CaseSpan | None = None

    @property
    def number(self) -> int | None:
        """The case's number, None for a preamble."""
        return self.case.number if self.case else None

    @cached_property
    def text(self) -> str:
        """The view's characters of this stretch."""
        return self.structure.view.text[self.begin : self.end]

    @cached_property
    def title_end(self) -> int:
        """Where the title ends, in characters of `text`; 0 where there is none."""
        if self.case is None:
            return 0
        paragraph = self.structure.paragraph_at(self.structure.view.position(self.case.title_start))
        return max(0, min(paragraph.end, self.end) - self.begin) if paragraph.heading else 0

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """The sentences in order, as positions in `text`; a heading is one."""
        found = []
        for paragraph in self.structure.paragraphs:
            if self.begin <= paragraph.begin < self.end:
                spans = [(paragraph.begin, paragraph.end)] if paragraph.heading else self.structure.sentences(paragraph)
                found += [(a - self.begin, min(b, self.end) - self.begin) for a, b in spans]
        return found

    def clauses(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Return the clauses between two positions in `text`."""
        spans = self.structure.clauses(self.begin + begin, self.begin + end)
        return [(a - self.begin, b - self.begin) for a, b in spans]

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the document's span of characters of `text`."""
        return self.structure.view.span(self.begin + begin, self.begin + end)

    def at(self, offset: int) -> int:
        """Return the position in `text` of a character of the document."""
        return self.structure.view.position(offset) - self.begin

    def inside(self, start: int, end: int) -> tuple[int, int]:
        """Return the positions in `text` of a span of the document."""
        return self.at(start), self.at(end - 1) + 1


def scopes(document: str, structure: Structure, cases: list[CaseSpan]) -> list[Scope]:
    """Return the stretches of a document in order: what precedes the first case, if anything; then the cases."""
    found: list[Scope] = []
    first = structure.view.position(cases[0].start) if cases else len(structure.view.text)
    if structure.view.text[:first].strip():
        found.append(Scope(document, structure, 0, first))
    for case in cases:
        begin, end = structure.view.position(case.start), structure.view.position(case.end)
        if begin < end:
            found.append(Scope(document, structure, begin, end, case))
    return found
