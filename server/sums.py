"""Adding figures up, where that is honest, with the bound that the words leave; else the reason why not.

Money, masses, events and things made can be added over programmes. People, households, villages and
counties cannot: two programmes may count the same ones. Rates, lengths and durations have no sum, and
a target is never added to an achievement, nor a yearly figure to one that happened
once, nor what was counted in one period to what was counted in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

#: Counted in one programme and perhaps again in another: keys of units.
_SHARED: Final = frozenset(
    {"person", "household", "village", "county", "prefecture", "province", "district", "enterprise", "town", "college"}
)
#: Units whose values have no sum.
_INTENSIVE: Final = frozenset({"ratio", "metre", "kilometre", "year", "month", "day", "hour", "times", "school-stage"})
_LOWER: Final = frozenset({"over", "gt", "ge"})
_UPPER: Final = frozenset({"nearly", "lt", "le"})


class Why(Enum):
    """Why figures are not added; the values are keys of the interface's texts."""

    UNIT = "units"
    SHARED = "shared"
    INTENSIVE = "intensive"
    STATUS = "status"
    RECURRENCE = "recurrence"
    PERIOD = "period"
    INDICATOR = "indicator"


@dataclass(frozen=True, slots=True)
class Addend:
    """A figure as far as adding needs it. `unit`, `status`, `recurrence` are keys; `includes` are IRIs."""

    iri: str
    value: Decimal
    qualifier: str | None
    unit: str | None
    indicator: str | None
    status: str | None
    recurrence: str | None = None
    period: str | None = None
    includes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sum:
    """What came out: the value with its qualifier, and the figures left out because another includes them."""

    value: Decimal
    qualifier: str
    left_out: frozenset[str]


def add(addends: Sequence[Addend]) -> Sum | Why:
    """Return the sum of two or more figures, or why there is none. `ValueError` for fewer."""
    if len(addends) < 2:
        raise ValueError("a sum needs two figures")
    if len({a.unit for a in addends}) > 1 or addends[0].unit is None:
        return Why.UNIT
    if addends[0].unit in _INTENSIVE:
        return Why.INTENSIVE
    if len({a.indicator for a in addends}) > 1 or addends[0].indicator is None:
        return Why.INDICATOR
    if len({a.status for a in addends}) > 1:
        return Why.STATUS
    if len({a.recurrence for a in addends}) > 1:
        return Why.RECURRENCE
    if len({a.period for a in addends} - {None}) > 1:
        return Why.PERIOD
    if addends[0].unit in _SHARED:
        return Why.SHARED
    wider = frozenset(iri for a in addends for iri in a.includes)
    counted = [a for a in addends if a.iri not in wider]
    return Sum(sum((a.value for a in counted), Decimal(0)), _qualifier(counted), wider & {a.iri for a in addends})


def _qualifier(addends: Sequence[Addend]) -> str:
    """Return how exact a sum is: one open end keeps it open there, two different ones leave only “about”."""
    told = {a.qualifier or "exact" for a in addends} - {"exact"}
    if not told:
        return "exact"
    if told <= _LOWER:
        return "ge" if told == {"ge"} else "gt"
    if told <= _UPPER:
        return "le" if told == {"le"} else "lt"
    return "about"
