"""Names of areas as people type them, through the service: a list that was made before anything was tuned to it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient

FILE = Path(__file__).with_name("area_names.tsv")
TYPES = {"province": "ProvinceLevelArea", "prefecture": "PrefectureLevelArea", "county": "CountyLevelArea"}


class Typed(NamedTuple):
    """What somebody typed, with the level and the parent they gave, and the codes that it may stand for."""

    typed: str
    level: str
    parent: str
    kind: str
    codes: frozenset[str]


def names() -> list[Typed]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Typed(r["typed"], r["level"], r["parent"], r["kind"], frozenset(filter(None, r["codes"].split("|"))))
            for r in rows
        ]


def asked(site: FlaskClient, listed: list[Typed]) -> Iterator[tuple[Typed, list[dict[str, Any]]]]:
    for start in range(0, len(listed), 50):
        batch = {}
        for n, name in enumerate(listed[start : start + 50]):
            query: dict[str, Any] = {"query": name.typed, "type": TYPES.get(name.level, "AdministrativeArea")}
            if name.parent:
                query["properties"] = [{"pid": "within", "v": name.parent}]
            batch[f"q{n}"] = query
        answer = site.post("/reconcile", data={"queries": json.dumps(batch)}).get_json()
        for n, name in enumerate(listed[start : start + 50]):
            yield name, answer[f"q{n}"]["result"]


def code(candidate: dict[str, Any]) -> str:
    return str(candidate["id"]).removeprefix("id/area/")


def test_the_list_covers_what_people_type() -> None:
    kinds = {name.kind for name in names()}
    assert kinds == {
        "short", "official", "code", "old", "later", "trad", "pinyin", "typo", "path", "typed", "parent", "ambiguous",
        "none",
    }  # fmt: skip
    assert sum(len(name.codes) == 1 for name in names()) >= 300


def test_at_least_97_of_100_unambiguous_names_bring_the_right_area_first(site: FlaskClient) -> None:
    wanted = [name for name in names() if name.kind not in ("ambiguous", "none")]
    wrong = [name for name, found in asked(site, wanted) if not found or code(found[0]) not in name.codes]
    assert len(wrong) <= 0.03 * len(wanted), [name.typed for name in wrong]


def test_nothing_wrong_is_certain(site: FlaskClient) -> None:
    certain = 0
    for name, found in asked(site, names()):
        for candidate in found:
            if candidate["match"]:
                certain += 1
                assert name.codes == {code(candidate)}, name.typed
        assert sum(c["match"] for c in found) <= 1
    assert certain > 200, "a service that is never certain is of no use"


def test_names_that_several_bear_bring_them_all_and_none_is_certain(site: FlaskClient) -> None:
    several = [name for name in names() if name.kind == "ambiguous"]
    for name, found in asked(site, several):
        assert not any(c["match"] for c in found), name.typed
        assert name.codes <= {code(c) for c in found}, name.typed


@pytest.mark.parametrize(
    ("typed", "first"),
    [("长宁", "310105"), ("云龙", "532929"), ("楚雄", "532300"), ("海南", "460000"), ("吉林", "220000")],
)
def test_of_namesakes_those_of_the_cases_come_first_then_the_higher_level(
    site: FlaskClient, typed: str, first: str
) -> None:
    answer = site.get("/reconcile", query_string={"queries": json.dumps({"q": {"query": typed}})}).get_json()
    found = [c for c in answer["q"]["result"] if c["id"].startswith("id/area/")]
    assert code(found[0]) == first
    scores = [c["score"] for c in answer["q"]["result"]]
    assert scores == sorted(scores, reverse=True)


def test_a_code_beside_the_name_decides_between_namesakes(site: FlaskClient) -> None:
    query = {"query": "长宁", "properties": [{"pid": "gbt2260Code", "v": "511524"}]}
    found = site.post("/reconcile", data={"queries": json.dumps({"q": query})}).get_json()["q"]["result"]
    assert (code(found[0]), found[0]["match"]) == ("511524", True)
    assert not any(c["match"] for c in found[1:])


def test_a_parent_that_is_none_leaves_nothing_certain(site: FlaskClient) -> None:
    for parent in ("贵州省", "没有这个地方"):
        query = {"query": "静安区", "properties": [{"pid": "within", "v": parent}]}
        found = site.post("/reconcile", data={"queries": json.dumps({"q": query})}).get_json()["q"]["result"]
        assert "310106" in [code(c) for c in found]
        assert not any(c["match"] for c in found)


def test_who_took_in_another_is_found_by_its_name_and_not_taken_for_it(site: FlaskClient) -> None:
    for typed, into in (("闸北区", "310106"), ("卢湾区", "310101"), ("310108", "310106")):
        found = site.post("/reconcile", data={"queries": json.dumps({"q": {"query": typed}})}).get_json()["q"]["result"]
        assert (code(found[0]), found[0]["match"]) == (into, False)
