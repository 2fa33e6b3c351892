"""Spans of a text by their place, so that what stands near one is found without looking at all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class Span(Protocol):
    """What stands from `begin` to `end` of a text, the end not included."""

    @property
    def begin(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


S = TypeVar("S", bound=Span)


class Spans(Generic[S]):
    """Spans in the order of the text."""

    def __init__(self, found: Iterable[S]) -> None:
        """Take spans in any order."""
        self.all = sorted(found, key=lambda span: (span.begin, span.end))
        self._begins = [span.begin for span in self.all]

    def within(self, begin: int, end: int) -> list[S]:
        """Return those that begin from `begin` to `end`, the end not included."""
        return self.all[bisect_left(self._begins, begin) : bisect_left(self._begins, end)]

    def before(self, at: int) -> S | None:
        """Return the last that begins before a position."""
        index = bisect_left(self._begins, at)
        return self.all[index - 1] if index else None

    def after(self, at: int) -> S | None:
        """Return the first that begins after a position."""
        index = bisect_right(self._begins, at)
        return self.all[index] if index < len(self.all) else None


def positions(spans: Iterable[Span]) -> set[int]:
    """Return every position that one of the spans covers."""
    return {at for span in spans for at in range(span.begin, span.end)}
