"""The words that facts rest on: where they stand, and what stands around them where the text is at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from server import links
from server.naming import Link
from server.neighbourhood import Neighbourhood
from server.pages.values import integer, iris, words_of

#: The text of a document by its IRI, or None where the data directory does not hold it.
Texts = Callable[[str], str | None]

#: Characters shown on either side of a citation.
CONTEXT: Final = 40


@dataclass(frozen=True, slots=True)
class Citation:
    """The words a fact rests on; `before` and `after` are their context where the text is at hand."""

    iri: str
    words: str
    begin: int | None
    end: int | None
    document: Link | None
    href: str
    page: str
    before: str | None = None
    after: str | None = None

    @property
    def in_context(self) -> bool:
        """Whether the words are shown in the running text."""
        return self.before is not None


@dataclass(slots=True)
class Numbering:
    """The numbers of a page's citations, given in the order in which the page first uses them."""

    listed: list[Citation] = field(default_factory=list)
    marks: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, citation: Citation) -> int:
        """Return the number of a citation, a new one for what was not cited before."""
        if citation.iri not in self._numbers:
            self.listed.append(citation)
            self._numbers[citation.iri] = len(self.listed)
        return self._numbers[citation.iri]

    def mark(self) -> str:
        """Return an identifier for one mark on the page."""
        self.marks += 1
        return f"w{self.marks}"


class Evidence:
    """Reads citations from a neighbourhood."""

    def __init__(self, around: Neighbourhood, lang: str, texts: Texts, is_long: Callable[[str], bool]) -> None:
        self._around, self._lang, self._texts, self._is_long = around, lang, texts, is_long

    def of(self, iri: str) -> list[Citation]:
        """Return the citations of a fact, in the order of the text."""
        found = [self.citation(e) for e in iris(self._around.of(iri, "dk:evidence"))]
        return sorted(found, key=lambda c: (c.begin if c.begin is not None else 0, c.end or 0, c.words))

    def citation(self, iri: str) -> Citation:
        """Return what one piece of evidence quotes."""
        around = self._around
        document = around.one(iri, "dk:inDocument")
        begin, end = (integer(around.one(iri, f"dk:{side}Index")) for side in ("begin", "end"))
        said = (words_of(around.one(iri, f"dk:{local}")) for local in ("exactText", "asWritten", "locator"))
        words = next((w for w in said if w), "")
        link = around.labels.link(document.value, self._lang) if isinstance(document, ox.NamedNode) else None
        href = link.href if link else ""
        if begin is not None and end is not None:
            at = f"?at={begin}" if link and link.is_local and self._is_long(link.iri) else ""
            href += f"{at}#{links.mark(begin, end)}"
        before = after = None
        if isinstance(document, ox.NamedNode) and begin is not None and end is not None:
            whole = self._texts(document.value)
            if whole is not None and whole[begin:end] == words:
                before, after = whole[max(0, begin - CONTEXT) : begin], whole[end : end + CONTEXT]
        return Citation(iri, words, begin, end, link, href, links.href(self._lang, iri), before, after)
