"""Figures as bars: as long as their numbers, shut where the words are exact, open where they are not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.pages.bars import LONGEST, WIDTH, Amount, bars


def amount(value: int, qualifier: str = "exact") -> Amount:
    return Amount(Decimal(value), qualifier)


def test_bars_of_one_unit_have_one_scale() -> None:
    first, second = bars([amount(1000), amount(533)])
    assert first is not None
    assert second is not None
    assert first.sure == LONGEST
    assert second.sure == pytest.approx(LONGEST * 0.533, abs=0.1)
    assert (first.unsure, first.edge, first.arrow) == (None, None, None)


def test_a_lower_bound_is_open_upwards() -> None:
    (over,) = bars([amount(400, "over")])
    (least,) = bars([amount(400, "ge")])
    for bar in (over, least):
        assert bar is not None
        assert bar.unsure is not None
        assert bar.unsure[0] == bar.sure == LONGEST
        assert bar.arrow is not None
        assert bar.sure < bar.arrow < WIDTH
    assert over is not None
    assert least is not None
    assert over.edge is None  # the number itself is not meant
    assert least.edge == least.sure  # it is


@pytest.mark.parametrize("qualifier", ["nearly", "lt", "le"])
def test_an_upper_bound_is_a_line_that_nothing_passes(qualifier: str) -> None:
    (bar,) = bars([amount(100, qualifier)])
    assert bar is not None
    assert bar.edge == LONGEST
    assert bar.arrow is None
    assert bar.unsure is not None
    assert bar.unsure[1] == bar.edge
    assert bar.sure < bar.edge


def test_a_range_is_sure_up_to_its_lower_end() -> None:
    (bar,) = bars([Amount(Decimal(50), "exact", Decimal(40), Decimal(80))])
    assert bar is not None
    assert bar.unsure == (LONGEST / 2, LONGEST)
    assert bar.sure == LONGEST / 2


def test_a_bar_that_says_nothing_is_not_drawn() -> None:
    assert bars([amount(57)]) == [None]
    assert bars([amount(0), amount(0)]) == [None, None]
    assert bars([amount(-3), amount(5)])[0] is None
    assert bars([]) == []
