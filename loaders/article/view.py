"""The text that rules match on: normalised one character to one, words joined across breaks, with the way back.

Nothing is ever altered in the document. A `View` leaves out the white space inside words and lines, writes
full-width letters and digits half-width, and knows for each of its characters where it stands in the document.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field

#: Between two paragraphs, and between two cells: no rule reads across them.
BREAK = "\n"
CELL = "\t"

_WIDE_SEPARATOR = re.compile(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
_SPACE = re.compile(r"[ \t\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff\u00ad]+|\*\*|`")
_WORD = re.compile(r"[A-Za-z0-9]")


@functools.cache
def _table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF1A)}  # digits
    table |= {code: chr(code - 0xFEE0) for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    table |= {ord(wide): narrow for wide, narrow in zip("．％＋－～（）：；！？／｜＝", ".%+-~():;!?/|=", strict=True)}
    table |= {0x2F: "/", 0xFE50: ",", 0xFE6A: "%", 0x2236: ":", 0x301C: "~", 0x223C: "~", 0x2212: "-", 0xFE63: "-"}
    # Compatibility forms of Chinese characters (㊀ excepted: it is a number of a list).
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain != chr(code):
            table[code] = plain
    return table


def normalise(text: str) -> str:
    """Return the text with each character in its plain form; its length never changes."""
    if "，" in text:
        text = _WIDE_SEPARATOR.sub(",", text)
    return text.translate(_table())


@dataclass(slots=True)
class View:
    """A joined text; `origin` and `span` lead from its characters to the document's."""

    text: str = ""
    _starts: list[int] = field(default_factory=list)
    _shifts: list[int] = field(default_factory=list)

    def origin(self, position: int) -> int:
        """Return where the character at a position of the view stands in the document."""
        return position + self._shifts[bisect_right(self._starts, position) - 1] if self._starts else position

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the document's span of the view's characters from `begin` to `end` (excluded, not empty)."""
        return self.origin(begin), self.origin(end - 1) + 1

    def position(self, offset: int) -> int:
        """Return where the view has the document's character at `offset`, or the next one it has."""
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            if self.origin(middle) < offset:
                low = middle + 1
            else:
                high = middle
        return low


class Builder:
    """Puts a view together from pieces of a document, in order."""

    def __init__(self, normalised: str) -> None:
        """Take the document's text, already normalised."""
        self._text = normalised
        self._pieces: list[str] = []
        self._view = View()
        self.length = 0

    def add(self, start: int, end: int) -> None:
        """Add the characters from `start` to `end` as they are."""
        if start < end:
            self._append(self._text[start:end], start)

    def mark(self, character: str, offset: int) -> None:
        """Add a character of our own that stands for the document's at `offset`."""
        self._append(character, offset)

    def add_line(self, start: int, end: int, *, title: bool) -> None:
        """Add a line without the spaces inside its words; a title keeps those between its phrases."""
        text = self._text
        at = start
        for found in _SPACE.finditer(text, start, end):
            a, b = found.span()
            self.add(at, a)
            at = b
            if a == start or b == end:
                continue
            run = found[0]
            between_words = bool(_WORD.match(text[a - 1]) and _WORD.match(text[b]))
            if "\t" in run or len(run) >= 3:
                self.mark(CELL, a)
            elif (between_words and run[0] not in "*`") or (
                title and run.isspace() and _phrases(text, start, a, b, end)
            ):
                self.mark(" ", a)
        self.add(at, end)

    def view(self) -> View:
        """Return the view of all that was added."""
        self._view.text = "".join(self._pieces)
        return self._view

    def _append(self, piece: str, offset: int) -> None:
        shift = offset - self.length
        if not self._view._shifts or self._view._shifts[-1] != shift:
            self._view._starts.append(self.length)
            self._view._shifts.append(shift)
        self._pieces.append(piece)
        self.length += len(piece)


def _phrases(text: str, start: int, a: int, b: int, end: int) -> bool:
    """Whether a space in a title parts two phrases: then there are three characters or more on either side."""
    left = text[max(start, a - 3) : a]
    right = text[b : min(end, b + 3)]
    return len(left) == 3 and len(right) == 3 and " " not in left + right and "\u3000" not in left + right
