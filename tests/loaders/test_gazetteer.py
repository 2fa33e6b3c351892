"""The table of areas: units of 2019, and the names and codes of other years that lead to them."""

from __future__ import annotations

import csv
import importlib.util
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from graph.sources import Source
from loaders import gazetteer
from loaders.gazetteer import areas, by_code, by_name, unit
from loaders.gazetteer.tables import history
from ontology.records import Area

PACKAGING = Path(__file__).parents[2] / "packaging"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def codes(name: str) -> list[str]:
    return [candidate.unit.code for candidate in by_name(name)]


def test_units_equal_an_independent_list_of_2019(shared: Path) -> None:
    expected = {
        r["code"]: (r["level"], r["name_zh"], r["parent_code"]) for r in rows(shared / "gazetteer/cn_admin.tsv")
    }
    assert {u.code: (u.level, u.name, u.parent) for u in gazetteer.units()} == expected


def test_geonames_ids_are_those_of_the_independent_list(shared: Path) -> None:
    known = {r["code"]: r["geonames"] for r in rows(shared / "gazetteer/cn_admin.tsv") if r["geonames"]}
    ours = {u.code: u.geonames for u in gazetteer.units() if u.geonames}
    assert {code: ours.get(code) for code in known} == known
    assert max(Counter(ours.values()).values()) == 1


def test_points_lie_near_those_of_the_independent_list(shared: Path) -> None:
    known = {r["code"]: (float(r["lat"]), float(r["lon"])) for r in rows(shared / "gazetteer/cn_admin.tsv") if r["lat"]}
    away = []
    for u in gazetteer.units():
        if u.latitude and u.longitude and u.code in known:
            north, east = known[u.code]
            away.append(
                111 * math.hypot(float(u.latitude) - north, math.cos(math.radians(north)) * (float(u.longitude) - east))
            )
    assert len(away) > 270
    assert sorted(away)[len(away) // 2] < 3, "median, km"
    assert max(away) < 50


def test_names_of_former_years_lead_where_the_independent_list_says(shared: Path) -> None:
    """Of what ended in 2000 or later; earlier land went other ways than names, and the two sources differ by rule."""
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows(shared / "gazetteer/cn_admin_aliases.tsv"):
        if row["kind"].startswith("predecessor"):
            said[row["kind"].rsplit(":", 1)[1], row["name"]].add(row["code_2019"])
        elif row["kind"].startswith("earlier"):
            said[row["code_2019"], row["name"]].add(row["code_2019"])
    ours = {(p.code, p.name): set(p.units) for p in history() if p.last >= 2000 and p.units}
    both = ours.keys() & said.keys()
    apart = [key for key in both if not ours[key] & said[key]]
    assert len(both) > 330
    assert len(both) > 400, "what was merged or divided is among them"
    # 和县 and 钟山县 keep their names; the other source follows land that went to a new district.
    assert set(apart) <= {("341424", "和县"), ("452427", "钟山县")}


def test_codes_and_names_after_2019_lead_to_units_of_2019(shared: Path) -> None:
    apart = []
    for row in rows(shared / "gazetteer/cn_admin_changes_after_2019.tsv"):
        for code, name in zip(row["new_codes"].split("|"), row["new_names"].split("|"), strict=True):
            now = unit(code)
            if now is not None and now.name == name:
                continue  # took in land of others, under its own code and name
            if row["code_2019"] not in {c.unit.code for c in by_code(code) if c.years[1] > 2019}:
                apart.append((row["code_2019"], code, name))
    assert apart == []


def test_a_code_means_a_place_together_with_its_year() -> None:
    assert unit("542300") is None
    assert unit("542300", 2013) == unit("540200")
    assert unit("419001") == unit("419001", 2019)
    assert unit("419001").name == "济源市"  # type: ignore[union-attr]
    assert unit("532302", 2021) == unit("532331"), "禄丰 as a city"
    assert unit("532302") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("楚雄彝族自治州", ["532300"]),
        ("楚雄州", ["532300"]),
        ("楚雄", ["532300", "532301"]),
        ("日喀则地区", ["540200"]),
        ("积石山县", ["622927"]),
        ("果洛", ["632600"]),
        ("沪", ["310000"]),
        ("滇", ["530000"]),
        ("长宁", ["310105", "511524"]),
        ("禄丰市", ["532331"]),
        ("襄都区", ["130502", "130521"]),
        ("遵义县", ["520304"]),
        ("闸北区", ["310106"]),
        ("邯郸县", ["130402", "130403"]),
        ("孟津区", ["410306", "410322"]),
        ("亚特兰蒂斯", []),
    ],
)
def test_names_lead_to_all_their_units(name: str, expected: list[str]) -> None:
    assert codes(name) == expected


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("楚雄彝族自治州", ("楚雄州", "楚雄")),
        ("积石山保安族东乡族撒拉族自治县", ("积石山县", "积石山")),
        ("东乡族自治县", ("东乡县", "东乡")),
        ("鄂伦春自治旗", ("鄂伦春旗", "鄂伦春")),
        ("新疆维吾尔自治区", ("新疆",)),
        ("香港特别行政区", ("香港",)),
        ("浦东新区", ("浦东",)),
        ("清新区", ("清新",)),
        ("碑林区", ("碑林",)),
        ("神农架林区", ("神农架",)),
        ("管城回族区", ("管城回族", "管城区", "管城")),
        ("喀什地区", ("喀什",)),
        ("任县", ()),
        ("矿区", ()),
        ("平顶山", ()),
    ],
)
def test_short_names(name: str, short: tuple[str, ...]) -> None:
    assert gazetteer.short_names(name) == short


def test_units_hang_together() -> None:
    assert [u.name for u in gazetteer.ancestors("532929")] == ["大理白族自治州", "云南省"]
    assert [u.code for u in gazetteer.ancestors("310106")] == ["310000"], "municipalities have districts"
    assert gazetteer.ancestors("530000") == []
    assert len(gazetteer.children("100000")) == 34
    assert "532929" in {u.code for u in gazetteer.children("532900")}
    assert gazetteer.children("532929") == []


def test_common_words_are_told_from_names() -> None:
    common = ["合作", "资源", "大同", "通道", "东方", "光明", "会同", "凤凰"]
    names = ["上海", "昆明", "遵义", "习水", "云龙", "保山", "楚雄", "果洛", "西宁", "重庆", "万州"]
    assert [n for n in common if not gazetteer.is_common_word(n)] == []
    assert [n for n in names if gazetteer.is_common_word(n)] == []
    assert gazetteer.common_word("上海") is None
    assert gazetteer.frequency("上海") > 10_000


def test_all_names_have_a_unit_and_the_strongest_kind_first() -> None:
    names = dict(gazetteer.all_names())
    assert len(names) > 7_000
    assert all(candidates for candidates in names.values())
    assert names["楚雄市"][0].kind == "official"
    assert all(len({c.unit.code for c in cs}) == len(cs) for cs in names.values())


def step(name: str) -> ModuleType:
    sys.path.insert(0, str(PACKAGING))
    try:
        spec = importlib.util.spec_from_file_location(f"tested_{name}", PACKAGING / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(PACKAGING))


def test_a_namesake_is_not_taken_for_a_successor() -> None:
    """One year: 甲市 becomes a district of another name while 甲县 gets a new code; the next is 2019."""
    area_history = step("area_history")

    def year(**names: str) -> dict[str, object]:
        return {c[1:]: area_history.Row(c[1:], name, "county", "510000", "") for c, name in names.items()}

    lists = {1998: year(_510001="甲市", _510021="甲县")}
    lists |= dict.fromkeys(range(1999, 2020), year(_510102="红花区", _510121="甲县"))
    pasts = area_history.History(lists, gazetteer.names.stem).pasts()
    assert {(p.name, p.units) for p in pasts} == {("甲市", ()), ("甲县", ("510121",))}


def test_areas_of_the_graph_name_what_they_replaced(sources: list[Source]) -> None:
    records = {r.key: r for r in sources[0].records if isinstance(r, Area)}
    assert records["540200"].replaces == ("area/542300.2013",)
    former = records["542300.2013"]
    assert (former.label.zh, former.ended, former.started) == ("日喀则地区", "2013", None), "1980 is the first list"
    assert former.replaced_by == ("area/540200",)
    assert former.owl_class == "AreaOfOtherYears"
    assert {r.gbt2260 for r in records.values() if r.code_edition == "2019"} == {
        key for key in records if key.isdecimal() and key != "100000"
    }


def test_units_become_records_with_those_above_them() -> None:
    records = areas.with_ancestors(["532301", "310106"])
    assert [r.key for r in records] == ["310000", "310106", "530000", "532300", "532301"]
    assert records[-1].within == "area/532300"
    assert records[-1].label == ("楚雄市", "Chuxiong City")
    assert areas.with_ancestors(["999999"]) == []


def test_keys_of_other_years_are_known_once() -> None:
    assert areas.is_known("542300.2013")
    assert not areas.is_known("542300")
    later = areas.past_area(areas.find_past("532302.2024"))  # type: ignore[arg-type]
    assert (later.label.zh, later.started, later.ended, later.replaces) == ("禄丰市", "2021", None, ("area/532331",))
