"""The rows of rules for places and bodies are what the command writes from the texts that rules were written on."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.article.facts import Place
from loaders.article.measure import TABLE
from loaders.article.measure_entities import judged, measure
from loaders.article.tagger.model import tagger

DEV = Path(__file__).with_name("texts") / "dev" / "gold.json"


@pytest.mark.skipif(tagger() is None, reason="the tagger's weights were not built")
def test_the_table_holds_what_is_measured_today(shared: Path) -> None:
    measured = measure([shared / "gold" / "seed.json", DEV])
    rows = {tuple(line.split("\t")) for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]}
    assert {(rule, *map(str, counts)) for rule, counts in measured.items()} <= rows
    assert {row[0] for row in rows if row[0].startswith(("place.", "body."))} == set(measured)
    right, found = (sum(counts[at] for counts in measured.values()) for at in (1, 2))
    assert right / found > 0.95


def test_a_place_is_right_with_its_span_and_its_code() -> None:
    place = Place(
        start=2, end=4, surface="楚雄", rule="place.gazetteer", name="楚雄州", code="532300", level="prefecture"
    )
    mark = {"start": 2, "end": 4, "gb2260_2019": 532300}
    marks = {"places": [mark], "orgs": [], "names": []}
    assert judged(place, marks)
    assert judged(place, {**marks, "places": [mark | {"gb2260_2019": 532301}]}) is False
    assert judged(place, {**marks, "places": []}) is False
    assert judged(place, {**marks, "places": [], "names": [{"start": 0, "end": 6}]}) is None
