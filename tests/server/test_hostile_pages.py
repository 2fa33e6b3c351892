"""Pages about things that nobody should have written: markup in names, endless names, crowds, things gone."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.database import Database
from ontology.namespaces import expand, named_graph, term, thing
from server.app import create_app

BROWSER = {"Accept": "text/html"}
GRAPH = ox.NamedNode(named_graph("source/hostile"))
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
ASKED = "sparql?query=" + quote("SELECT * { <" + thing("programme", "marked") + "> ?p ?o }")
CROWD = 50_000
NAME = "很长的名字" * 2000


def node(kind: str, key: str) -> ox.NamedNode:
    return ox.NamedNode(thing(kind, key))


def said(subject: ox.NamedNode, curie: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, ox.NamedNode(expand(curie)), value, GRAPH)


def quads() -> Iterator[ox.Quad]:
    programme, label = ox.NamedNode(term("Programme")), "rdfs:label"
    marked, endless, turned = (node("programme", key) for key in ("marked", "endless", "turned"))
    for one in (marked, endless, turned):
        yield said(one, "rdf:type", programme)
    yield said(marked, label, ox.Literal(SCRIPT, language="zh"))
    yield said(marked, label, ox.Literal(f"en {SCRIPT}", language="en"))
    for curie in ("dcterms:description", "skos:note", "skos:altLabel", "rdfs:comment"):
        yield said(marked, curie, ox.Literal(f"</title></script>{SCRIPT}", language="zh"))
    yield said(marked, "rdfs:seeAlso", ox.NamedNode("javascript:alert(1)"))
    yield said(endless, label, ox.Literal(NAME, language="zh"))
    yield said(turned, label, ox.Literal("\u202eمشروع \u202eevil", language="ar"))
    theme, crowd = node("programme", "crowded"), node("area", "crowded")
    yield said(theme, label, ox.Literal("Crowded", language="en"))
    yield said(crowd, label, ox.Literal("A crowded place", language="en"))
    yield said(theme, "dcterms:description", ox.Literal("It has many areas.", language="en"))
    for number in range(CROWD):
        other = node("programme", f"one-{number:05}")
        yield said(other, "dk:statedRecipientArea", crowd)
        yield said(theme, "dk:statedRecipientArea", node("area", f"one-{number:05}"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    database = Database(tmp_path_factory.mktemp("hostile") / "db")
    with database.write("test") as draft:
        draft.replace(GRAPH.value, quads())
    app = create_app(database)
    app.testing = True
    return app.test_client()


def page(site: FlaskClient, path: str) -> str:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == 200, path
    return str(response.get_data(as_text=True))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["programme/marked", "programme/", "programme/marked?in=dk:partOf", ASKED])
def test_markup_in_data_stays_text(hostile: FlaskClient, lang: str, path: str) -> None:
    response = hostile.get(f"/{lang}/{path}", headers=BROWSER)
    shown = response.get_data(as_text=True)
    assert response.status_code in (200, 404)
    assert "<script>" not in shown
    assert "<img" not in shown
    assert not re.search(r"href=\"javascript:", shown)
    for island in re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown, re.S):
        assert json.loads(island)["name"][0].endswith(SCRIPT)


def test_an_endless_name_is_cut_where_it_is_shown(hostile: FlaskClient) -> None:
    shown = page(hostile, "/zh/programme/endless")
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", shown, re.S)
    assert heading
    assert len(heading[1]) < 1000
    assert "…" in heading[1]
    assert len(page(hostile, "/zh/programme/")) < 200_000


def test_a_name_from_right_to_left_does_not_turn_its_neighbours(hostile: FlaskClient) -> None:
    shown = page(hostile, "/en/programme/")
    assert re.search(r"<bdi>\u202eمشروع[^<]*</bdi>", shown)


def test_fifty_thousand_things_that_point_here_are_counted_and_paged(hostile: FlaskClient) -> None:
    shown = page(hostile, "/en/area/crowded")
    assert "50,000" in shown
    assert len(re.findall(r"/en/programme/one-", shown)) <= 12
    more = re.search(r'href="(/en/area/crowded\?in=[^"]*)"', shown)
    assert more
    listed = page(hostile, html.unescape(more[1]))
    assert len(set(re.findall(r"/en/programme/one-\d+", listed))) == 50
    last = page(hostile, html.unescape(more[1]) + "&page=1000")
    assert "/en/programme/one-49999" in last
    assert hostile.get(html.unescape(more[1]) + "&page=1001", headers=BROWSER).status_code == 404


def test_fifty_thousand_values_hide_no_other_property(hostile: FlaskClient) -> None:
    shown = page(hostile, "/en/programme/crowded")
    assert "It has many areas." in shown
    assert "50,000" in shown
    more = re.search(r'href="(/en/programme/crowded\?out=[^"]*)"', shown)
    assert more
    assert "/en/area/one-49999" in page(hostile, html.unescape(more[1]) + "&page=1000")


@pytest.mark.parametrize(
    "asked", ["?in=dk:nothing", "?in=not an iri", "?out=%00", "?in=dk:hasTheme&page=0", "?in=" + "x" * 5000]
)
def test_a_relation_that_is_none_is_a_404(hostile: FlaskClient, asked: str) -> None:
    response = hostile.get(f"/en/programme/marked{asked}", headers=BROWSER)
    assert response.status_code == 404


def test_what_was_removed_is_gone_and_says_since_when(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    kept, removed = node("programme", "kept-one"), node("programme", "kept-two")
    label = [said(n, "rdfs:label", ox.Literal(f"Kept {n.value[-3:]}", language="en")) for n in (kept, removed)]
    for number, some in enumerate((label, label[:1])):
        with database.write(f"step {number}") as draft:
            draft.replace(GRAPH.value, some)
    site = create_app(database).test_client()
    for path in ("/en/programme/kept-two", "/id/programme/kept-two", "/data/programme/kept-two.ttl"):
        answer = site.get(path, headers={"Accept": "text/turtle"})
        assert answer.status_code == 410, path
        assert "snapshot 1" in (answer.get_json(force=True))["detail"]
    shown = site.get("/en/programme/kept-two", headers=BROWSER)
    assert shown.status_code == 410
    assert "/en/programme/kept-one" in shown.get_data(as_text=True)
    assert site.get("/en/programme/never", headers=BROWSER).status_code == 404


def test_an_unknown_thing_says_what_may_be_meant(site: FlaskClient) -> None:
    response = site.get("/zh/organisation/tongji-universty", headers=BROWSER)
    assert response.status_code == 404
    assert "/zh/organisation/tongji-university" in response.get_data(as_text=True)
