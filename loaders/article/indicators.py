"""Which indicator a figure is of: by its unit, the words of its clause and the noun counted."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from loaders.article import tables

#: What a count of anything else is of.
UNSPECIFIED = "count-unspecified"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of the lexicon: its key and its name in both languages."""

    key: str
    zh: str
    en: str
    ref: str
    clause: re.Pattern[str] | None
    noun: re.Pattern[str] | None


@functools.cache
def _by_unit() -> dict[str, tuple[Indicator, ...]]:
    found: dict[str, list[Indicator]] = {}
    for row in tables.rows("indicators"):
        clause, noun = (re.compile(row[c]) if row[c] else None for c in ("clause", "noun"))
        indicator = Indicator(row["surface"], row["zh"], row["en"], tables.cite("indicators", row), clause, noun)
        for unit in row["units"].split(","):
            found.setdefault(unit, []).append(indicator)
    return {unit: tuple(indicators) for unit, indicators in found.items()}


def indicator(unit: str, clause: str, noun: str) -> tuple[str, str | None]:
    """Return the key of a figure's indicator and the lexicon row; `count-unspecified` and None where nothing fits."""
    for candidate in _by_unit().get(unit, ()):
        if candidate.clause and not candidate.clause.search(clause):
            continue
        if candidate.noun and not candidate.noun.search(noun):
            continue
        return candidate.key, candidate.ref
    return UNSPECIFIED, None


def names() -> dict[str, tuple[str, str]]:
    """Return every indicator's name in Chinese and English by its key."""
    found = {row["surface"]: (row["zh"], row["en"]) for row in tables.rows("indicators")}
    return found | {UNSPECIFIED: ("数量（未指明）", "count, unspecified")}
