"""The table of measured rules is what the command writes from the texts that rules were written on."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.article.measure import TABLE, measure, right
from loaders.article.measured import confidence, smoothed
from loaders.article.quantities import read_quantities
from loaders.article.segments import structure

DEV = Path(__file__).with_name("texts") / "dev" / "gold.json"


def test_the_table_holds_what_is_measured_today(shared: Path) -> None:
    if not DEV.is_file():
        pytest.skip("the annotated texts are not written yet")
    measured = measure([shared / "gold" / "seed.json", DEV])
    rows = {tuple(line.split("\t")) for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]}

    assert len(measured) > 20
    assert {(rule, *map(str, counts)) for rule, counts in measured.items()} <= rows


def test_a_figure_is_right_only_with_value_qualifier_and_unit() -> None:
    text = "新建车间近12个。"
    [found] = read_quantities(structure(text), text, []).quantities
    fact = {"start": 4, "end": 8, "value": 12, "qualifier": "nearly", "unit": "workshop"}

    assert right(found, [fact])
    assert not right(found, [fact | {"value": 13}])
    assert not right(found, [fact | {"qualifier": "exact"}])
    assert not right(found, [fact | {"unit": "park"}])
    assert not right(found, [])


def test_confidence_is_smoothed_and_never_certain() -> None:
    assert smoothed(0, 0) == 0.5
    assert 0.9 < smoothed(60, 60) < 1
    assert confidence("never-fired") == 0.5
    assert confidence("arabic-money") > 0.9
