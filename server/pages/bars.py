"""A figure as a bar: as long as its number, and at its end what the words leave open.

    exact     ▇▇▇▇▇▇▇         the bar ends
    over, gt  ▇▇▇▇▇▇▇┊┄┄▷     it may be more, and how much more nobody said
    ge        ▇▇▇▇▇▇▇│┄┄▷     at least so much: the number itself is possible
    nearly    ▇▇▇▇▇▇┄┄│       a little less than the line
    lt, le    ┄┄┄┄┄┄┄┄│       anything up to the line
    about     ▇▇▇▇▇┄┄┄┄       somewhere around

Figures are drawn to one scale where they have one unit. A bar says nothing that the words beside it
do not say, so it is hidden from screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

#: Lengths in units of the drawing: the longest bar, and what an open end takes.
LONGEST: Final = 160.0
OPEN: Final = 26.0
WIDTH: Final = LONGEST + OPEN + 6
#: “Nearly” and “about” are drawn as the last tenth: the words give no number for it.
_TENTH: Final = 0.1
#: A bar that is shorter than this is not seen.
_SHORTEST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with what its words say of its bounds."""

    value: Decimal
    qualifier: str | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None

    @property
    def is_open(self) -> bool:
        """Whether the words leave something open, so that a bar shows more than its length."""
        return self.qualifier not in (None, "exact") or (self.lower, self.upper) != (None, None)


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a bar is filled, where it is dashed, and where a line stands; `arrow` is where its open end points to."""

    sure: float
    unsure: tuple[float, float] | None = None
    edge: float | None = None
    arrow: float | None = None


def bars(amounts: Sequence[Amount]) -> list[Bar | None]:
    """Return the bars of figures of one unit, to one scale; None where a bar would say nothing.

    That is so for a figure that has no other beside it and is exact, and for numbers below nought.
    """
    ends = [max(a.value, a.upper or a.value) for a in amounts]
    longest = max(ends, default=Decimal(0))
    if longest <= 0 or (len(amounts) == 1 and not amounts[0].is_open):
        return [None] * len(amounts)
    return [_bar(a, float(longest)) if a.value >= 0 else None for a in amounts]


def _bar(amount: Amount, longest: float) -> Bar:
    def at(value: Decimal | float) -> float:
        return round(max(_SHORTEST, float(value) / longest * LONGEST), 1)

    end = at(amount.value)
    match amount.qualifier:
        case "over" | "gt":
            return Bar(end, (end, end + OPEN), None, end + OPEN)
        case "ge":
            return Bar(end, (end, end + OPEN), end, end + OPEN)
        case "nearly":
            return Bar(round(end * (1 - _TENTH), 1), (round(end * (1 - _TENTH), 1), end), end)
        case "lt" | "le":
            return Bar(0, (0, end), end)
        case "about":
            return Bar(round(end * (1 - _TENTH), 1), (round(end * (1 - _TENTH), 1), round(end * (1 + _TENTH), 1)))
    if amount.lower is not None and amount.upper is not None:
        return Bar(at(amount.lower), (at(amount.lower), at(amount.upper)))
    return Bar(end)
