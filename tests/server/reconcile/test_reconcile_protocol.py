"""The Reconciliation API 0.2: what the service says, asked well and badly, and a client that others wrote.

The schemas were written for these tests, after the report of 2023-04-10.
"""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pandas
import pytest
import reconciler
from flask.testing import FlaskClient

from loaders import gazetteer

SCHEMAS = Path(__file__).with_name("schemas")
SERVICES = ("/reconcile", "/zh/reconcile", "/en/reconcile")
BROWSER = {"Accept": "text/html"}


def fits(told: Any, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)


def ask(site: FlaskClient, query: object, service: str = "/zh/reconcile") -> list[dict[str, Any]]:
    answer = site.post(service, data={"queries": json.dumps({"q0": query})}).get_json()
    fits(answer, "results")
    found: list[dict[str, Any]] = answer["q0"]["result"]
    return found


# -- what the service says ----------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_the_manifest_fits_and_leads_where_it_says(site: FlaskClient, service: str) -> None:
    response = site.get(service)
    manifest = response.get_json()
    fits(manifest, "manifest")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    root = "http://localhost"
    assert manifest["view"]["url"].startswith(f"{root}{service}/view")
    view = manifest["view"]["url"].replace("{{id}}", "id%2Farea%2F532301").removeprefix(root)
    sent = site.get(view)
    assert sent.status_code == 303
    assert site.get(sent.headers["Location"]).status_code == 200
    for what, place in manifest["suggest"].items():
        found = site.get(f"{place['service_url']}{place['service_path']}".removeprefix(root) + "?prefix=a")
        assert "result" in found.get_json(), what
    assert manifest["batchSize"] >= 10


def test_names_are_in_the_language_of_the_service(site: FlaskClient) -> None:
    names = {lang: ask(site, {"query": "532929"}, f"/{lang}/reconcile")[0]["name"] for lang in ("zh", "en")}
    assert names == {"zh": "云龙县", "en": "Yunlong County"}
    assert site.get("/reconcile", headers={"Accept-Language": "zh"}).get_json()["name"].startswith("对口")
    assert site.get("/reconcile", headers={"Accept-Language": "en"}).get_json()["name"].startswith("Duikou")


# -- queries ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "kind", "expected", "certain"),
    [
        ("同济大学", "Organisation", "id/organisation/tongji-university", True),
        ("同济", None, "id/organisation/tongji-university", True),
        ("同濟大學", "University", "id/organisation/tongji-university", True),
        ("Tongji University", None, "id/organisation/tongji-university", True),
        ("tongji daxue", "Organisation", "id/organisation/tongji-university", False),
        ("同济大血", "Organisation", "id/organisation/tongji-university", False),
        ("上海市国资委", "GovernmentBody", "id/organisation/shanghai-sasac", True),
        ("东方航空", "Organisation", "id/organisation/china-eastern", True),
        ("百县百品", "Programme", "id/programme/baixian-baipin", True),
        ("双线九进", "Programme", "id/programme/kashgar-shuangxian-jiujin", True),
        ("防贫保", "Product", "id/product/fang-pin-bao", True),
        ("健康扶贫", None, "concept/theme/health", True),
        ("id/organisation/tongji-university", None, "id/organisation/tongji-university", True),
        ("https://w3id.org/duikou/id/area/532929", None, "id/area/532929", True),
        ("太安镇", "Area", "id/area/wanzhou-taian", True),
        ("黔北", "Area", "id/area/northern-guizhou", True),
    ],
)
def test_programmes_bodies_and_concepts_are_found(
    site: FlaskClient, query: str, kind: str | None, expected: str, certain: bool
) -> None:
    found = ask(site, {"query": query} | ({"type": kind} if kind else {}))
    assert (found[0]["id"], found[0]["match"]) == (expected, certain)


def test_what_a_body_and_an_area_both_are_called_is_decided_by_the_type(site: FlaskClient) -> None:
    assert not any(c["match"] for c in ask(site, {"query": "上海市"}))
    for kind, id in (
        ("Organisation", "id/organisation/shanghai-municipality"),
        ("AdministrativeArea", "id/area/310000"),
    ):
        first = ask(site, {"query": "上海市", "type": kind})[0]
        assert (first["id"], first["match"]) == (id, True)


def test_a_type_is_a_wish_or_a_condition(site: FlaskClient) -> None:
    assert ask(site, {"query": "同济大学", "type": "Programme", "type_strict": "any"}) == []
    wished = ask(site, {"query": "同济大学", "type": "Programme", "type_strict": "should"})
    assert wished[0]["id"] == "id/organisation/tongji-university"
    assert not wished[0]["match"]
    assert wished[0]["score"] <= 50
    assert ask(site, {"query": "同济大学", "type": "Q5", "type_strict": "all"}) == []
    both = ask(site, {"query": "同济大学", "type": ["Programme", "University"], "type_strict": "any"})
    assert both[0]["match"]


def test_every_key_is_answered_even_when_there_is_nothing(site: FlaskClient) -> None:
    queries = {"q0": {"query": "xyzzy plugh"}, "weird key ✓": {"query": "遵义", "limit": 1}, "q2": {"query": "。"}}
    answer = site.get("/reconcile", query_string={"queries": json.dumps(queries)}).get_json()
    fits(answer, "results")
    assert answer["q0"] == answer["q2"] == {"result": []}
    assert len(answer["weird key ✓"]["result"]) == 1


def test_queries_without_a_text_ask_by_properties(site: FlaskClient) -> None:
    first = ask(site, {"properties": [{"pid": "gbt2260Code", "v": "532300"}]})[0]
    assert (first["id"], first["match"]) == ("id/area/532300", True)
    parent = {"pid": "within", "v": {"id": "id/area/530000", "name": "云南省"}}
    first = ask(site, {"query": "云龙", "properties": [parent, {"pid": "unheard-of", "v": [1, None, True]}]})[0]
    assert (first["id"], first["match"]) == ("id/area/532929", True)


# -- asked badly --------------------------------------------------------------


@pytest.mark.parametrize(
    ("queries", "told"),
    [
        ("{", "line 1, column 2"),
        ("[]", "not a JSON object"),
        ("[" * 5_000, "no JSON"),
        ('{"q": 1}', "“q” is not an object"),
        ('{"q": {}}', "neither"),
        ('{"q": {"query": ["a"]}}', "must be a text"),
        ('{"q": {"query": "a", "limit": 0}}', "whole number"),
        ('{"q": {"query": "a", "limit": true}}', "whole number"),
        ('{"q": {"query": "a", "type": 7}}', "“type”"),
        ('{"q": {"query": "a", "type_strict": "maybe"}}', "type_strict"),
        ('{"q": {"query": "a", "properties": {}}}', "must be a list"),
        ('{"q": {"query": "a", "properties": [{"pid": 1}]}}', "“pid”"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_malformed_batch_is_told_why(site: FlaskClient, queries: str, told: str, method: str) -> None:
    sent = {"query_string": {"queries": queries}} if method == "get" else {"data": {"queries": queries}}
    response = getattr(site, method)("/reconcile", **sent)
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert told in response.get_json()["detail"]
    assert response.headers["Access-Control-Allow-Origin"] == "*", "errors too"


def test_too_much_is_refused(site: FlaskClient) -> None:
    many = json.dumps({f"q{n}": {"query": "a"} for n in range(101)})
    assert site.post("/reconcile", data={"queries": many}).status_code == 413
    wide = json.dumps({"ids": ["id/area/532300"] * 501, "properties": []})
    assert site.post("/reconcile", data={"extend": wide}).status_code == 413
    long = json.dumps({"q": {"query": "上" * 400_000}})
    assert site.post("/reconcile", data={"queries": long}).status_code in (400, 413)
    assert site.post("/reconcile", data={}).status_code == 400


def test_long_and_odd_texts_are_answered(site: FlaskClient) -> None:
    for text in ("上海" * 5_000, "\u0000", "\ud800", "%", "'; DROP", "𠀀𠀁", "a" * 9_999, "１２３４５６", "\u202e云龙"):
        assert isinstance(ask(site, {"query": text}), list)


@pytest.mark.parametrize("path", ["/suggest/entity?prefix=a&cursor=x", "/properties?limit=x", "/extend"])
def test_other_addresses_tell_what_is_wrong(site: FlaskClient, path: str) -> None:
    response = site.get(f"/reconcile{path}")
    assert response.status_code == 400
    assert response.get_json()["detail"]


@pytest.mark.parametrize("path", ["/preview?id=x", "/flyout/entity?id=id/area/1", "/flyout/type?id=x", "/view?id=x"])
def test_what_there_is_not_is_not_found(site: FlaskClient, path: str) -> None:
    assert site.get(f"/reconcile{path}").status_code == 404
    assert site.get(f"/reconcile{path}", headers=BROWSER).mimetype == "text/html"


def test_scripts_of_other_sites_may_ask(site: FlaskClient) -> None:
    response = site.options("/reconcile", headers={"Origin": "http://127.0.0.1:3333"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


# -- suggestions --------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("云龙县", "id/area/532929"),
        ("云龙", "id/area/532929"),
        ("id/area/532301", "id/area/532301"),
        ("https://w3id.org/duikou/id/area/532301", "id/area/532301"),
        ("tongji", "id/organisation/tongji-university"),
        ("同济", "id/organisation/tongji-university"),
        ("Chux", "id/area/532300"),
        ("百县", "id/programme/baixian-baipin"),
        ("concept/theme/health", "concept/theme/health"),
    ],
)
def test_typing_brings_the_thing(site: FlaskClient, prefix: str, expected: str) -> None:
    answer = site.get("/zh/reconcile/suggest/entity", query_string={"prefix": prefix}).get_json()
    fits(answer, "suggest-entity")
    assert expected in [s["id"] for s in answer["result"]][:3]


def test_the_cursor_passes_over_what_was_shown(site: FlaskClient) -> None:
    first = site.get("/zh/reconcile/suggest/entity?prefix=上海").get_json()["result"]
    rest = site.get("/zh/reconcile/suggest/entity?prefix=上海&cursor=2").get_json()["result"]
    assert rest[0] == first[2]
    assert site.get("/zh/reconcile/suggest/entity?prefix=").get_json() == {"result": []}


def test_types_and_properties_are_suggested_by_name_and_identifier(site: FlaskClient) -> None:
    for what, prefix, expected in (
        ("type", "县级", "CountyLevelArea"), ("type", "University", "University"), ("type", "", "Area"),
        ("property", "gbt", "gbt2260Code"), ("property", "所属", "within"),
    ):  # fmt: skip
        answer = site.get(f"/zh/reconcile/suggest/{what}", query_string={"prefix": prefix}).get_json()
        fits(answer, "suggest")
        assert expected in [s["id"] for s in answer["result"]]


@pytest.mark.parametrize(
    ("what", "id", "word"),
    [("entity", "id/area/532301", "楚雄市"), ("type", "University", "高等学校"), ("property", "within", "所属")],
)
def test_flyouts_say_more(site: FlaskClient, what: str, id: str, word: str) -> None:
    answer = site.get(f"/zh/reconcile/flyout/{what}", query_string={"id": id}).get_json()
    fits(answer, "flyout")
    assert word in answer["html"]


def test_a_preview_is_a_page_that_may_stand_in_a_frame(site: FlaskClient) -> None:
    for id, word in (("id%2Farea%2F532300", "Q999163"), ("id/organisation/tongji-university", "同济大学")):
        response = site.get(f"/zh/reconcile/preview?id={id}")
        assert response.status_code == 200
        assert response.mimetype == "text/html"
        assert word in response.get_data(as_text=True)
        assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in response.headers


# -- data extension -----------------------------------------------------------


def test_columns_are_proposed_for_a_type(site: FlaskClient) -> None:
    answer = site.get("/zh/reconcile/properties?type=CountyLevelArea&limit=8").get_json()
    fits(answer, "proposals")
    assert len(answer["properties"]) == 8
    assert "gbt2260Code" in [p["id"] for p in answer["properties"]]
    every = site.get("/zh/reconcile/properties?type=Programme").get_json()["properties"]
    assert "recipientArea" in [p["id"] for p in every]
    assert "gbt2260Code" not in [p["id"] for p in every]


@pytest.mark.parametrize("address", ["/zh/reconcile", "/zh/reconcile/extend"])
def test_columns_are_filled(site: FlaskClient, address: str) -> None:
    asked = {
        "ids": ["id/area/532300", "id/area/532301", "id/programme/baixian-baipin", "nowhere"],
        "properties": [
            {"id": p} for p in ("gbt2260Code", "within", "wikidataId", "latitude", "hasTheme", "startDate", "no-such")
        ] + [{"id": "altLabel", "settings": {"limit": 1}}],
    }  # fmt: skip
    answer = site.post(address, data={"extend": json.dumps(asked)}).get_json()
    fits(answer, "extension")
    rows = answer["rows"]
    assert rows["id/area/532300"]["wikidataId"] == [{"str": "Q999163"}]
    assert rows["id/area/532300"]["latitude"] == [{"float": 25.03}]
    assert rows["id/area/532301"]["within"] == [{"id": "id/area/532300", "name": "楚雄彝族自治州"}], (
        "from the gazetteer"
    )
    assert len(rows["id/area/532300"]["altLabel"]) == 1
    themes = [cell["id"] for cell in rows["id/programme/baixian-baipin"]["hasTheme"]]
    assert themes == ["concept/theme/consumption", "concept/theme/industry"]
    assert rows["id/programme/baixian-baipin"]["startDate"] == [{"date": "2019-01-01T00:00:00Z"}]
    assert all(cells == [] for cells in rows["nowhere"].values())
    assert all(row["no-such"] == [] for row in rows.values())


@pytest.mark.parametrize("extend", ["1", "{}", '{"ids": [1], "properties": []}', '{"ids": [], "properties": [{}]}'])
def test_a_malformed_extension_is_told_why(site: FlaskClient, extend: str) -> None:
    assert site.post("/reconcile", data={"extend": extend}).status_code == 400


# -- areas beyond the graph ---------------------------------------------------


@pytest.mark.parametrize("key", ["532301", "542200.2015", "532302.2024"])
def test_every_area_that_is_found_has_an_address_that_answers(site: FlaskClient, key: str) -> None:
    sent = site.get(f"/id/area/{key}", headers={"Accept": "text/turtle"})
    assert sent.status_code == 303
    data = site.get(sent.headers["Location"]).get_data(as_text=True)
    assert f"area:{key} a dk:" in data
    for lang in ("zh", "en"):
        assert site.get(f"/{lang}/area/{key}").status_code == 200
    assert site.get(f"/data/area/{key}.json").status_code == 200


def test_what_such_an_area_comes_from_has_an_address_too(site: FlaskClient) -> None:
    page = site.get("/zh/area/532301").get_data(as_text=True)
    assert "/zh/graph/gazetteer" in page
    for path in ("/zh/graph/gazetteer", "/data/graph/gazetteer.ttl"):
        assert "GeoNames" in site.get(path).get_data(as_text=True)


def test_an_area_that_nobody_knows_is_not_found(site: FlaskClient) -> None:
    for path in ("/id/area/999999", "/data/area/999999.ttl", "/zh/area/999999"):
        assert site.get(path).status_code == 404


# -- a client that others wrote ----------------------------------------------


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # the client's, not ours
def test_a_client_reconciles_a_thousand_rows(serving: Any, tmp_path: Path) -> None:
    """`reconciler` 0.2 posts ten queries at a time. How long it takes is printed; docs/links.md has a measurement."""
    file = tmp_path / "counties.csv"
    counties = list(gazetteer.units("county"))[::3][:800]
    rows = [(u.name, u.parent) for u in counties] + [(f"{u.name[:-1]}", u.parent) for u in counties[:200]]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("name", "parent"), *rows])
    frame = pandas.read_csv(file, dtype=str)
    assert len(frame) == 1_000
    with serving() as (_, address):
        reconciler.reconcile(frame["name"].head(1), reconciliation_endpoint=f"{address}zh/reconcile")  # warm
        began = time.monotonic()
        found = reconciler.reconcile(
            frame["name"], type_id="CountyLevelArea", reconciliation_endpoint=f"{address}zh/reconcile", top_res=1
        )
        seconds = time.monotonic() - began
    print(f"{len(found)} rows in {seconds:.1f} s")
    known = {u.name for u in counties}
    right = [row for row in found.itertuples() if row.name in known and row.input_value[:2] == row.name[:2]]
    assert len(right) > 950
