"""Documents with more cited spans than a page holds: paged, all there, and every way to a span leads to its page."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.database import Database
from ontology.namespaces import expand, named_graph, thing
from server.app import create_app
from server.pages import document

BROWSER = {"Accept": "text/html"}
GRAPH = ox.NamedNode(named_graph("source/long"))
SPANS = 1300
TEXT = "".join(f"{number:05d}次，" for number in range(SPANS))
STEP = 7
#: Citations of one span of the other document, whose few spans are cited by many.
CROWD = 6000


def node(kind: str, key: str) -> ox.NamedNode:
    return ox.NamedNode(thing(kind, key))


def said(subject: ox.NamedNode, curie: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, ox.NamedNode(expand(curie)), value, GRAPH)


def evidence(key: str, of: str, begin: int) -> Iterator[ox.Quad]:
    one, figure = node("evidence", key), node("measurement", key)
    yield said(one, "rdf:type", ox.NamedNode(expand("dk:TextEvidence")))
    yield said(one, "dk:inDocument", node("document", of))
    yield said(one, "dk:beginIndex", ox.Literal(begin))
    yield said(one, "dk:endIndex", ox.Literal(begin + 6))
    yield said(one, "dk:exactText", ox.Literal(TEXT[begin : begin + 6]))
    yield said(figure, "dk:evidence", one)
    yield said(figure, "rdfs:label", ox.Literal(f"figure {key}", language="en"))


def quads() -> Iterator[ox.Quad]:
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    for key in ("long", "crowded"):
        yield said(node("document", key), "rdfs:label", ox.Literal(f"Document {key}", language="en"))
        yield said(node("document", key), "rdf:type", ox.NamedNode(expand("dk:SourceDocument")))
    yield said(node("document", "long"), "dk:sha256", ox.Literal(digest))
    for number in range(SPANS):
        yield from evidence(f"long-{number}", "long", number * STEP)
    for number in range(CROWD):
        yield from evidence(f"crowd-{number}", "crowded", number % 150 * STEP)
    yield said(node("evidence", "broken"), "rdf:type", ox.NamedNode(expand("dk:TextEvidence")))
    yield said(node("evidence", "broken"), "dk:inDocument", node("document", "long"))
    yield said(node("evidence", "broken"), "dk:beginIndex", ox.Literal("nowhere"))
    yield said(node("evidence", "broken"), "dk:endIndex", ox.Literal("nowhere"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    database = Database(tmp_path_factory.mktemp("long") / "db")
    with database.write("test") as draft:
        draft.replace(GRAPH.value, quads())
    app = create_app(database)
    app.testing = True
    return app.test_client()


@pytest.fixture(scope="module")
def with_text(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder: Path = tmp_path_factory.mktemp("text")
    database = Database(folder / "db")
    with database.write("test") as draft:
        draft.replace(GRAPH.value, quads())
    texts = database.path / "documents"
    texts.mkdir(exist_ok=True)
    (texts / f"{hashlib.sha256(TEXT.encode()).hexdigest()}.txt").write_bytes(TEXT.encode())
    app = create_app(database)
    app.testing = True
    return app.test_client()


def page(site: FlaskClient, path: str) -> str:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == 200, path
    return str(response.get_data(as_text=True))


def test_every_span_stands_on_one_page(long: FlaskClient) -> None:
    seen = []
    for number in range(1, 4):
        shown = re.findall(r'<tr id="c(\d+)-\d+">', page(long, f"/en/document/long?page={number}"))
        assert len(shown) <= document.PAGE
        seen += shown
    assert [int(begin) for begin in seen] == [number * STEP for number in range(SPANS)]
    assert long.get("/en/document/long?page=4", headers=BROWSER).status_code == 404


@pytest.mark.parametrize("number", [0, 499, 500, 1299])
def test_a_figure_leads_to_the_page_that_has_its_words(long: FlaskClient, number: int) -> None:
    figure = page(long, f"/en/measurement/long-{number}")
    found = re.search(r'href="(/en/document/long\?at=\d+)#(c\d+-\d+)"', figure)
    assert found
    response = long.get(found[1], headers=BROWSER)
    assert response.status_code == 302
    assert f'id="{found[2]}"' in page(long, response.headers["Location"])


def test_of_a_span_that_many_cite_some_are_told_and_all_are_asked_for(long: FlaskClient) -> None:
    shown = page(long, "/en/document/crowded")
    rows = re.findall(r"<tr id=.*?</tr>", shown, re.DOTALL)
    assert len(rows) == 100  # of 150: it is crowded
    for row in rows:
        assert row.count("/en/measurement/") == 3
    told = re.search(r'href="(/en/sparql\?[^"]+)"[^>]*>[^<]*37', rows[0])
    assert told
    assert "40 rows" in page(long, html.unescape(told[1]))


def test_the_text_of_all_pages_is_the_whole_text(with_text: FlaskClient) -> None:
    parts = []
    for number in range(1, 4):
        found = re.search(r'<div class="whole"[^>]*>(.*?)</div>', page(with_text, f"/zh/document/long?page={number}"))
        assert found
        parts.append(re.sub(r"<[^>]+>", "", found[1]))
    assert html.unescape("".join(parts)) == TEXT


def test_a_position_of_nothing_leads_to_the_page_all_the_same(long: FlaskClient) -> None:
    for path, last in (("/en/document/long?at=999999999999", "?page=3"), ("/en/document/no-such?at=5", "no-such")):
        assert long.get(path, headers=BROWSER).headers["Location"].endswith(last)
    assert long.get("/en/document/long?at=x", headers=BROWSER).status_code == 200
