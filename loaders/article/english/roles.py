"""What a body does in the sentence that names it: gives, carries out, helps, is helped, decides."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from loaders.article.english.bodies import Body
from loaders.article.tables import cite, rows

_BETWEEN: Final = re.compile(r"(?:[\s,()]|\b(?:and|the|by|local|NGO)\b|\([A-Z][A-Za-z]+\))*")
_RESET: Final = re.compile(r"[;]|\b(?:while|but|whereas)\b")


@cache
def _cues(place: str) -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple(
        (re.compile(row["surface"], re.IGNORECASE), row["role"], cite("english_role_cues", row))
        for row in rows("english_role_cues")
        if row["place"] == place
    )


def role(copy: str, begin: int, end: int, body: Body, others: list[Body]) -> tuple[str, tuple[str, ...]]:
    """Return a body's role in the sentence from `begin` to `end`, and the rows that tell it.

    A cue before the name counts where only other bodies stand between them; a verb after it where the name, or
    the list of names that it closes, is its subject. Where neither is there the role is the usual one of its kind.
    """
    for pattern, name, row in _cues("after"):
        if pattern.match(copy, _closed(copy, body.end, end, others), end):
            return name, (row,)
    nearest: tuple[int, str, str] | None = None
    for pattern, name, row in _cues("before"):
        for match in pattern.finditer(copy, begin, body.begin):
            between = _without(copy, match.end(), body.begin, others)
            if not _RESET.search(between) and _BETWEEN.fullmatch(between) and (nearest or (-1,))[0] < match.end():
                nearest = (match.end(), name, row)
    if nearest:
        return nearest[1], (nearest[2],)
    return body.usual, ()


def _closed(copy: str, at: int, end: int, others: list[Body]) -> int:
    """Return where the list of names that begins with the name before `at` ends."""
    if explained := re.match(r"\s\([A-Z][\w&-]+\)", copy[at:end]):
        at += len(explained[0])
    for other in others:
        if at < other.begin < end and re.fullmatch(r"(?:, | and |, and | and the |, the )", copy[at : other.begin]):
            at = other.end
    return at


def _without(copy: str, low: int, high: int, others: list[Body]) -> str:
    text = copy[low:high]
    for other in reversed(others):
        if low <= other.begin and other.end <= high:
            text = text[: other.begin - low] + text[other.end - low :]
    return text
