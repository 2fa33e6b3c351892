"""Units by code and year and by name. Nothing here decides between units that share a name: all are returned."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from loaders.gazetteer.tables import CHINA, EDITION, Past, Unit, Word, history, unit_table, words

#: From this frequency on a name that the word list does not have as a place is taken for a common word: on the
#: one text measured every true name had 179 or less, every false one 563 or more.
COMMON_FROM: Final = 500


class Candidate(NamedTuple):
    """A unit that a name may stand for, and why.

    `kind`: ``official`` name of 2019, ``short``, ``also`` (滇, 沪), or of other years ``earlier``, ``predecessor``
    and ``later`` and the short forms of these, ``earlier-short`` and so on; ``merged`` for a unit that went into this
    one. `years` (first, last) are those of the name; for units of 2019 both are 2019. `code` is the code that the
    name's bearer had.
    """

    unit: Unit
    kind: str
    years: tuple[int, int]
    code: str


def units(level: str | None = None) -> Iterator[Unit]:
    """Yield the units of 2019 in the order of their codes, of one level or of all."""
    return (u for u in unit_table().values() if level is None or u.level == level)


def unit(code: str, year: int = EDITION) -> Unit | None:
    """Return the unit of 2019 that a code of a year stands for; None where there is no one such unit."""
    if year == EDITION:
        return unit_table().get(code)
    pasts = [past for past in _past_codes().get(code, ()) if past.first <= year <= past.last]
    if pasts:
        return unit_table()[pasts[0].units[0]] if len(pasts[0].units) == 1 else None
    return unit_table().get(code)


def by_code(code: str) -> list[Candidate]:
    """Return the units that a code stands for in any year, that of 2019 first, then the latest first."""
    now = unit_table().get(code)
    found = [Candidate(now, "official", (EDITION, EDITION), code)] if now else []
    pasts = sorted(_past_codes().get(code, ()), key=lambda past: -past.last)
    for past in pasts:
        found += [Candidate(unit_table()[c], past.kind, (past.first, past.last), code) for c in past.units]
    return list({(c.unit.code, c.kind, c.years): c for c in found}.values())


def by_name(name: str) -> list[Candidate]:
    """Return the units that a name stands for: official names first, then short ones, then those of other years.

    A unit is returned once, with the strongest kind of name; provinces come before prefectures and counties.
    """
    return list(_name_index().get(name, ()))


def ancestors(code: str) -> list[Unit]:
    """Return the units above one, the nearest first."""
    found = []
    here = unit_table().get(code)
    while here is not None and here.parent != CHINA:
        here = unit_table()[here.parent]
        found.append(here)
    return found


def children(code: str) -> list[Unit]:
    """Return the units directly below one (``100000``: the provinces), in the order of their codes."""
    return list(_children().get(code, ()))


def all_names() -> Iterator[tuple[str, tuple[Candidate, ...]]]:
    """Yield every name of one character or more with the units it may stand for, for an automaton over texts."""
    return iter(_name_index().items())


def common_word(name: str) -> Word | None:
    """Return how the word list has a name as something else than a place, or None."""
    word = words().get(name)
    return None if word is None or word.tag == "ns" else word


def frequency(name: str) -> int:
    """Return how often a name stands in the corpus behind the word list, as whatever; 0 where it is not there."""
    word = words().get(name)
    return word.frequency if word else 0


def is_common_word(name: str) -> bool:
    """Return whether a name is first of all a common word, such as 合作 and 资源: it needs a reason to be a place."""
    word = common_word(name)
    return word is not None and word.frequency >= COMMON_FROM


@cache
def _children() -> dict[str, tuple[Unit, ...]]:
    below: dict[str, list[Unit]] = {}
    for u in unit_table().values():
        below.setdefault(u.parent, []).append(u)
    return {code: tuple(us) for code, us in below.items()}


@cache
def _past_codes() -> dict[str, list[Past]]:
    found: dict[str, list[Past]] = {}
    for past in history():
        found.setdefault(past.code, []).append(past)
    return found


@cache
def _name_index() -> dict[str, tuple[Candidate, ...]]:
    """Return the candidates of every name, without a second mention of a unit, in the order `by_name` promises."""
    index: dict[str, dict[str, Candidate]] = {}
    table = unit_table()
    here = (EDITION, EDITION)
    for u in table.values():
        index.setdefault(u.name, {})[u.code] = Candidate(u, "official", here, u.code)
    for u in table.values():
        for kind, given in (("short", u.short_names), ("also", u.also)):
            for name in given:
                index.setdefault(name, {}).setdefault(u.code, Candidate(u, kind, here, u.code))
    pasts = sorted((past for past in history() if past.units), key=lambda past: -past.last)
    for past in pasts:
        for code in past.units:
            candidate = Candidate(table[code], past.kind, (past.first, past.last), past.code)
            index.setdefault(past.name, {}).setdefault(code, candidate)
    for past in pasts:
        for code in past.units if past.short_names else ():
            candidate = Candidate(table[code], f"{past.kind}-short", (past.first, past.last), past.code)
            for name in past.short_names:
                index.setdefault(name, {}).setdefault(code, candidate)
    return {
        name: tuple(sorted(found.values(), key=_strength) if len(found) > 1 else found.values())
        for name, found in index.items()
    }


_RANKS: Final = {"province": 0, "prefecture": 1, "county": 2}
_KINDS: Final = {"official": 0, "short": 1, "also": 2}


def _strength(candidate: Candidate) -> tuple[int, int]:
    kind = candidate.kind
    return _KINDS.get(kind, 3 + kind.endswith("-short")), _RANKS[candidate.unit.level]
