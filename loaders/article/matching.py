"""Where words of a large list stand in a text, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Hit(NamedTuple, Generic[T]):
    """A word of a list in a text, and what the list says of it."""

    begin: int
    end: int
    entry: T


class Matcher(Generic[T]):
    """Words of two characters or more, each with an entry.

    A word is looked for only where its first two characters stand, so the time hardly depends on how many
    words there are.
    """

    def __init__(self, entries: Mapping[str, T] | Iterable[tuple[str, T]]) -> None:
        """Take the words with their entries; of two equal words the first counts."""
        self._entries: dict[str, T] = {}
        lengths: dict[str, set[int]] = {}
        for word, entry in entries.items() if isinstance(entries, Mapping) else entries:
            if len(word) > 1:
                self._entries.setdefault(word, entry)
                lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}

    def __contains__(self, word: object) -> bool:
        return word in self._entries

    def get(self, word: str) -> T | None:
        """Return a word's entry."""
        return self._entries.get(word)

    def all(self, text: str, begin: int = 0, end: int | None = None) -> Iterator[Hit[T]]:
        """Yield every word at every position, by position and then the longest first."""
        stop = len(text) if end is None else end
        lengths, entries = self._lengths, self._entries
        for at in range(begin, stop - 1):
            for length in lengths.get(text[at : at + 2], ()):
                if at + length <= stop:
                    entry = entries.get(text[at : at + length])
                    if entry is not None:
                        yield Hit(at, at + length, entry)

    def longest(self, text: str, begin: int = 0, end: int | None = None) -> Iterator[Hit[T]]:
        """Yield the words that do not overlap: from the left, the longest at each position."""
        free = begin
        for hit in self.all(text, begin, end):
            if hit.begin >= free:
                free = hit.end
                yield hit
