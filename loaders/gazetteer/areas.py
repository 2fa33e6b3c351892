"""Units as records of the graph: with the units above them, and with the codes and names of other years.

The key of a unit of 2019 is its code (``area/540200``); that of a code and name of other years is the code and the
last of those years (``area/542300.2013``), because a code alone may have meant another place later.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Final

from loaders.gazetteer.lookup import ancestors, unit
from loaders.gazetteer.tables import EDITION, Past, Unit, history
from ontology.records import Area, Labels, Names, PartialDate, Ref

LEVELS: Final = {
    "province": "ProvinceLevelArea",
    "prefecture": "PrefectureLevelArea",
    "county": "CountyLevelArea",
}
#: The first and the last year of the lists: a name of these years may be older, or still in use.
FIRST_YEAR: Final = 1980
LAST_YEAR: Final = 2024


def with_ancestors(codes: Iterable[str]) -> list[Area]:
    """Return the records of units and of all units above them, in the order of their codes; China is not one."""
    wanted: dict[str, Unit] = {}
    for code in codes:
        here = unit(code)
        if here is not None:
            wanted.update({u.code: u for u in (here, *ancestors(code))})
    return [area(wanted[code]) for code in sorted(wanted)]


def area(unit: Unit) -> Area:
    """Return the record of a unit of 2019."""
    return Area(
        key=unit.code,
        subclass=LEVELS[unit.level],
        label=Labels(unit.name, unit.english),
        alt_label=Names((*unit.short_names, *unit.also)),
        within=Ref(f"area/{unit.parent}"),
        gbt2260=unit.code,
        code_edition=str(EDITION),
        iso3166=unit.iso3166,
        latitude=Decimal(unit.latitude) if unit.latitude else None,
        longitude=Decimal(unit.longitude) if unit.longitude else None,
        replaces=tuple(Ref(f"area/{key_of(past)}") for past in before(unit.code)),
        replaced_by=tuple(Ref(f"area/{key_of(past)}") for past in after(unit.code)),
    )


def key_of(past: Past) -> str:
    """Return the key of a code and name of other years."""
    return f"{past.code}.{past.last}"


def before(code: str) -> list[Past]:
    """Return the earlier codes and names of a unit of 2019, the oldest first."""
    return [past for past in _of_units().get(code, ()) if past.last < EDITION]


def after(code: str) -> list[Past]:
    """Return the later codes and names of a unit of 2019, the oldest first."""
    return [past for past in _of_units().get(code, ()) if past.first > EDITION]


def other_years(code: str) -> list[Area]:
    """Return the records of the codes and names that a unit of 2019 had in other years."""
    return [past_area(past) for past in _of_units().get(code, ())]


def past_area(past: Past) -> Area:
    """Return the record of a code and name of other years.

    `started` and `ended` are the first and last year of the lists that have it, left out where those are the first
    and the last list that there is.
    """
    units = tuple(Ref(f"area/{code}") for code in past.units)
    return Area(
        key=key_of(past),
        subclass="AreaOfOtherYears",
        label=Labels(past.name, past.english),
        gbt2260=past.code,
        code_edition=str(past.last),
        started=PartialDate(past.first) if past.first > FIRST_YEAR else None,
        ended=PartialDate(past.last) if past.last < LAST_YEAR else None,
        replaces=units if past.first > EDITION else (),
        replaced_by=units if past.last < EDITION else (),
    )


def find_past(key: str) -> Past | None:
    """Return the code and name of other years that a key stands for."""
    return _by_key().get(key)


def is_known(key: str) -> bool:
    """Return whether a key is that of a unit of 2019 or of a code and name of other years."""
    return unit(key) is not None or key in _by_key()


@cache
def _of_units() -> dict[str, list[Past]]:
    found: dict[str, list[Past]] = {}
    for past in sorted(history(), key=lambda past: (past.first, past.code)):
        for code in past.units:
            found.setdefault(code, []).append(past)
    return found


@cache
def _by_key() -> dict[str, Past]:
    return {key_of(past): past for past in history()}
