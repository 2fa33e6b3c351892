"""Search: names as people type them, places that lead to programmes, facets that tell the truth, files, suggestions."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.database import Database
from graph.search import index_of
from ontology.namespaces import thing
from server.app import create_app

YIXIU = thing("programme", "yixiu-yunshang")


def found(site: FlaskClient, address: str) -> dict[str, Any]:
    response = site.get(address)
    assert response.status_code == 200, response.get_data(as_text=True)
    told = response.get_json()
    assert isinstance(told, dict)
    return told


def ids(told: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in told["results"]]


@pytest.mark.parametrize("words", ["楚雄", "chuxiong", "Chuxiong", "楚雄州"])
def test_the_short_name_of_a_place_leads_to_the_programmes_that_help_it(site: FlaskClient, words: str) -> None:
    assert YIXIU in ids(found(site, f"/zh/search.json?q={words}&type=programme"))


def test_a_place_itself_comes_before_what_is_done_there(site: FlaskClient) -> None:
    listed = ids(found(site, "/en/search.json?q=楚雄"))
    assert listed.index(thing("area", "532300")) < listed.index(YIXIU)


@pytest.mark.parametrize("facet", ["theme", "area", "donor", "year", "type"])
def test_each_choice_of_a_facet_leaves_as_many_things_as_it_says(site: FlaskClient, facet: str) -> None:
    from graph.store import View  # noqa: PLC0415
    from server import access, finding  # noqa: PLC0415

    with site.application.test_request_context():
        engine: View = access.reader()
        counts = finding.search(engine, finding.Wish("上海")).counts[facet]
        assert counts
        for value, count in counts.items():
            told = {"kind": value} if facet == "type" else {"facets": {facet: value}}
            assert len(finding.search(engine, finding.Wish("上海", **told)).things) == count, value  # type: ignore[arg-type]


def test_a_facet_without_words_finds_programmes_bodies_figures_and_places(site: FlaskClient) -> None:
    told = found(site, "/en/search.json?donor=tongji-university")
    kinds = {entry["type"] for entry in told["results"]}
    assert {"programme", "organisation", "area", "measurement"} <= kinds
    for entry in told["results"]:
        assert thing("organisation", "tongji-university") in [d["id"] for d in entry["donors"]]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=楚雄", "?q=%3Cscript%3Ealert(1)%3C/script%3E", "?type=organisation&page=2", "?q=zzzzzz"]
)
def test_the_page_shows_itself_for_any_words(site: FlaskClient, lang: str, query: str) -> None:
    response = site.get(f"/{lang}/search{query}", headers={"Accept": "text/html"})
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "<script>alert" not in text
    assert ('<p role="status">' in text) == (query not in ("", "?q="))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("type=nonsense", "is not one of"),
        ("sort=nonsense", "is not one of"),
        ("theme=%20%3C", "neither an IRI nor a key"),
        ("year=last", "neither an IRI nor a key"),
    ],
)
def test_a_wrong_parameter_is_told(site: FlaskClient, query: str, words: str) -> None:
    response = site.get(f"/en/search.json?{query}")
    assert response.status_code == 400
    assert words in response.get_json()["detail"]


def test_every_format_of_a_search_has_the_same_things(site: FlaskClient) -> None:
    base = "/en/search.{}?q=上海&sort=name"
    told = ids(found(site, base.format("json")))
    assert told
    rows = list(csv.DictReader(io.StringIO(site.get(base.format("csv")).get_data(as_text=True))))
    assert [row["iri"] for row in rows] == told
    turtle = list(ox.parse(site.get(base.format("ttl")).get_data(), format=ox.RdfFormat.TURTLE))
    assert {t.subject.value for t in turtle if isinstance(t.subject, ox.NamedNode)} == set(told)
    places = json.loads(site.get(base.format("geojson")).get_data())
    assert [feature["id"] for feature in places["features"]] == told


def test_geojson_puts_a_programme_where_the_places_are_that_it_helps(site: FlaskClient) -> None:
    response = site.get("/en/search.geojson?q=Yixiu&type=programme")
    assert response.mimetype == "application/geo+json"
    geometry = response.get_json()["features"][0]["geometry"]
    longitude, latitude = geometry["coordinates"][0] if geometry["type"] == "MultiPoint" else geometry["coordinates"]
    assert 97 < longitude < 107
    assert 21 < latitude < 30


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("application/geo+json", "application/geo+json"),
        ("application/json", "application/json"),
        ("text/turtle", "text/turtle"),
        ("text/html,*/*;q=0.8", "text/html"),
    ],
)
def test_the_same_address_is_a_page_or_a_file(site: FlaskClient, accept: str, media_type: str) -> None:
    assert site.get("/en/search?q=楚雄", headers={"Accept": accept}).mimetype == media_type


@pytest.mark.parametrize("ending", ["json", "csv", "ttl", "geojson"])
def test_lists_are_files_too(site: FlaskClient, ending: str) -> None:
    response = site.get(f"/zh/organisation.{ending}")
    assert response.status_code == 200
    assert "复旦大学" in response.get_data(as_text=True)
    assert site.get(f"/zh/nonsense.{ending}").status_code == 404


def test_suggestions_are_short_named_in_the_readers_language_and_lead_to_pages(site: FlaskClient) -> None:
    told = found(site, "/autocomplete?q=tongji&lang=zh")["results"]
    first = told[0]
    assert first["name"] == "同济大学"
    assert first["type"] == "organisation"
    assert site.get(first["page"]).status_code == 200
    assert len(found(site, "/autocomplete?q=上&lang=zh")["results"]) <= 10
    assert found(site, "/autocomplete?q=")["results"] == []
    assert site.get("/autocomplete?q=a&lang=xx").status_code == 400


def test_while_names_are_being_indexed_a_search_says_so_and_begins_nothing(
    ten_cases: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.pages.search._LARGE", 0)
    shutil.copytree(ten_cases.path, tmp_path / "db")
    database = Database(tmp_path / "db")
    engine = database.reader()
    index = index_of(engine.snapshot.path) if engine.snapshot else tmp_path
    index.unlink(missing_ok=True)
    with create_app(database, engine=engine).test_client() as client:
        for path in ("/zh/search?q=楚雄", "/zh/search.json?q=楚雄", "/autocomplete?q=楚雄"):
            refused = client.get(path, headers={"Accept": "text/html"})
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
            assert "名称索引" in refused.get_data(as_text=True) or path.startswith("/autocomplete")
        assert not index.exists()
        assert client.get("/zh/search?type=programme").status_code == 200
        assert client.get("/zh/area/").status_code == 200
        engine.search("楚雄")
        assert index.exists()
        assert "532300" in client.get("/zh/search?q=楚雄", headers={"Accept": "text/html"}).get_data(as_text=True)
