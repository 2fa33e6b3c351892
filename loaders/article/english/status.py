"""Whether a figure of an English text is achieved, planned, background or a term of an agreement."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from loaders.article.english.figures import Figure
from loaders.article.tables import cite, rows

_CLAUSE: Final = re.compile(r",\s(?:and|but|while|whereas|which|against)\b|;|:\s|\bbut\b|\bwhile\b|\bwhereas\b")
_BY_YEAR: Final = re.compile(r"\bby (?:the end of )?(20\d\d)\b", re.IGNORECASE)
_BACKGROUND: Final = re.compile(r"(?:Background|Context|Situation|The problem)\b[.:]?\s")
_COMPARED: Final = re.compile(r"\b(?:against|compared (?:with|to)|up from|down from)\s$")
_FROM_TO: Final = re.compile(r"\bfrom\s+$")


@cache
def _rows() -> tuple[tuple[re.Pattern[str], str, str, str], ...]:
    return tuple(
        (re.compile(r["surface"]), r["where"], r["status"], cite("english_status", r)) for r in rows("english_status")
    )


def status(copy: str, begin: int, end: int, figure: Figure, year: int | None) -> tuple[str, tuple[str, ...]]:
    """Return the status of a figure in the sentence from `begin` to `end`, and the rows that tell it."""
    if (
        figure.rule == "en.age"
        or _COMPARED.search(copy, begin, figure.begin)
        or (_FROM_TO.search(copy, begin, figure.begin) and _rises(copy, figure, end))
    ):
        return "context", ()
    cuts = [m.start() for m in _CLAUSE.finditer(copy, begin, end)]
    low = max([c for c in cuts if c < figure.begin], default=begin)
    high = min([c for c in cuts if c >= figure.end], default=end)
    clause = copy[low:high]
    for pattern, where, name, row in _rows():
        if where == "clause":
            if pattern.search(clause):
                return name, (row,)
        elif pattern.search(copy, max(begin, figure.begin - 40), figure.begin) and (
            where == "before" or figure.qualifier == "le"
        ):
            return name, (row,)
    named = _BY_YEAR.search(copy, begin, end)
    if named and year and int(named[1]) > year:
        return "planned", ()
    paragraph = copy.rfind("\n", 0, begin) + 1
    return ("context" if _BACKGROUND.match(copy, paragraph) else "achieved"), ()


def _rises(copy: str, figure: Figure, end: int) -> bool:
    """Whether a figure after `from` is where a change began: from 90% to 98%."""
    return bool(re.match(r"[^.;]{0,40}?\bto\b\s+\S*\d|[^.;]{0,40}?\bto\b\s+\w+", copy[figure.end : end]))
