"""Words of a lexicon that begin or end at a given place of a text."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from loaders.article import tables


@dataclass(frozen=True, slots=True)
class Word:
    """A lexicon's row with the columns normalised, class and note; `ref` is how a fact cites it."""

    ref: str
    surface: str
    normalised: str
    kind: str
    note: str


class Words:
    """Finds the longest word at a position, or before it."""

    __slots__ = ("_by_first", "_by_last")

    def __init__(self, entries: tuple[Word, ...]) -> None:
        """Take the words to look for; of two with the same characters the first counts."""
        self._by_first: dict[str, list[Word]] = {}
        self._by_last: dict[str, list[Word]] = {}
        seen: set[str] = set()
        for word in sorted(entries, key=lambda w: -len(w.surface)):
            if word.surface and word.surface not in seen:
                seen.add(word.surface)
                self._by_first.setdefault(word.surface[0], []).append(word)
                self._by_last.setdefault(word.surface[-1], []).append(word)

    def at(self, text: str, position: int, end: int) -> Word | None:
        """Return the longest word that begins at a position and ends by `end`."""
        if position < min(end, len(text)):
            for word in self._by_first.get(text[position], ()):
                if text.startswith(word.surface, position, end):
                    return word
        return None

    def before(self, text: str, position: int, begin: int) -> Word | None:
        """Return the longest word that ends at a position and begins no earlier than `begin`."""
        if position > begin:
            for word in self._by_last.get(text[position - 1], ()):
                if text.endswith(word.surface, begin, position):
                    return word
        return None


@functools.cache
def entries(table: str) -> tuple[Word, ...]:
    """Return the rows of a lexicon in the order of its file."""
    return tuple(
        Word(tables.cite(table, row), row["surface"], row["normalised"], row["class"], row.get("note", ""))
        for row in tables.rows(table)
    )


@functools.cache
def words(table: str, *kinds: str) -> Words:
    """Return a lexicon, or its rows of some classes."""
    return Words(tuple(word for word in entries(table) if not kinds or word.kind in kinds))
