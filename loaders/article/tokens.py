"""The words of a document, with their kinds, where the view has them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from loaders.article.segments import Structure
from loaders.article.tagger.model import Tagger, Token

#: Characters of a sentence.
LONGEST = 600


@dataclass(slots=True)
class Tokens:
    """Words in order; they cover every sentence that was tagged, without gaps. Positions are the view's."""

    text: str
    items: list[Token]
    _begins: list[int] = field(default_factory=list)
    _ends: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Index the places where words begin and end."""
        self._begins = [token.start for token in self.items]
        self._ends = {token.end for token in self.items}

    def index(self, position: int) -> int:
        """Return the number of the word that holds a position, or of the last one before it; -1 before all."""
        return bisect_right(self._begins, position) - 1

    def at(self, position: int) -> Token | None:
        """Return the word that holds a position."""
        number = self.index(position)
        if number < 0 or self.items[number].end <= position:
            return None
        return self.items[number]

    def within(self, begin: int, end: int) -> list[Token]:
        """Return the words that overlap a span."""
        first = max(self.index(begin), 0)
        last = bisect_left(self._begins, end, first)
        return [token for token in self.items[first:last] if token.end > begin]

    def starts(self, position: int) -> bool:
        """Whether a word begins here."""
        token = self.at(position)
        return token is not None and token.start == position

    def ends(self, position: int) -> bool:
        """Whether a word ends here."""
        return position in self._ends

    def word(self, token: Token) -> str:
        """Return a word's characters."""
        return self.text[token.start : token.end]


def tokens(structure: Structure, tagger: Tagger | None) -> Tokens:
    """Return the words of all sentences; none without a tagger."""
    text = structure.view.text
    if tagger is None:
        return Tokens(text, [])
    return Tokens(text, list(_shifted(sentences(structure), text, tagger)))


def sentences(structure: Structure) -> list[tuple[int, int]]:
    """Return the sentences of all paragraphs; one that is longer than LONGEST is cut at a comma.

    What looks at all pairs of a sentence's words then costs no more in a table of 10,000 names than in prose.
    """
    text = structure.view.text
    spans: list[tuple[int, int]] = []
    for paragraph in structure.paragraphs:
        for begin, end in structure.sentences(paragraph):
            at = begin
            while end - at > LONGEST:
                comma = max(text.rfind(mark, at + LONGEST // 2, at + LONGEST) for mark in "，,;、\t ")
                stop = comma + 1 if comma >= 0 else at + LONGEST
                spans.append((at, stop))
                at = stop
            spans.append((at, end))
    return spans


def _shifted(spans: list[tuple[int, int]], text: str, tagger: Tagger) -> Iterable[Token]:
    for (begin, _), found in zip(spans, tagger.tag(text[b:e] for b, e in spans), strict=True):
        for start, end, kind in found:
            yield Token(begin + start, begin + end, kind)
