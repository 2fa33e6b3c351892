"""The whole graph as files: what the data page says of them is true, and their addresses stay."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import shutil
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.database import Database
from graph.publish import build
from loaders.builtin import builtin_sources
from ontology.namespaces import expand, named_graph
from server import dumps
from server.app import create_app
from server.texts import text

BROWSER = {"Accept": "text/html"}


def body(site: FlaskClient, path: str) -> bytes:
    with site.get(path, follow_redirects=True) as response:
        assert response.status_code == 200
        return response.get_data()


def test_every_dump_has_the_size_and_digest_that_are_told(site: FlaskClient) -> None:
    page = site.get("/en/data", headers=BROWSER).get_data(as_text=True)
    digests = re.findall(r'href="(/dump/[^"]+)".*?data-label="SHA-256">([0-9a-f]{64})<', page)
    assert [path for path, _ in digests] == ["/dump/duikou.nq.gz", "/dump/duikou.ttl.gz", "/dump/figures.csv"]
    for path, digest in digests:
        assert hashlib.sha256(body(site, path)).hexdigest() == digest


def test_dumps_hold_everything(site: FlaskClient, ten_cases: Database) -> None:
    quads = list(ox.parse(gzip.decompress(body(site, "/dump/duikou.nq.gz")), format=ox.RdfFormat.N_QUADS))
    now = ten_cases.current
    assert now is not None
    assert len(quads) == now.quads
    triples = {q.triple for q in quads}
    assert {
        q.triple for q in ox.parse(gzip.decompress(body(site, "/dump/duikou.ttl.gz")), format=ox.RdfFormat.TURTLE)
    } == triples
    rows = list(csv.DictReader(io.StringIO(body(site, "/dump/figures.csv").decode())))
    assert len(rows) > 50


def test_a_dump_follows_the_snapshot_and_its_permanent_address_does_not(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    build(database, builtin_sources())
    site = create_app(database).test_client()
    first = site.get("/dump/figures.csv")
    assert first.status_code == 303
    assert first.headers["Location"] == "/dump/000001/figures.csv"
    with site.get("/dump/000001/figures.csv") as kept:
        assert "immutable" in kept.headers["Cache-Control"]
    new = named_graph("source/new")
    quad = ox.Quad(ox.NamedNode(new), ox.NamedNode(expand("rdfs:label")), ox.Literal("new"), ox.NamedNode(new))
    with database.write("again") as draft:
        draft.replace(new, [quad])
    second = site.get("/dump/figures.csv")
    assert second.headers["Location"] == "/dump/000002/figures.csv"
    page = site.get("/en/data", headers=BROWSER).get_data(as_text=True)
    assert "again" in page
    changed = page.partition('id="changes"')[2].partition("</tr>")[2].partition("</tr>")[0]
    assert f'title="{new}"' in changed
    assert "+1" in changed


def test_what_is_no_dump_is_a_404(site: FlaskClient) -> None:
    for path in ("/dump/other.nq.gz", "/dump/000099/duikou.nq.gz", "/dump/000001/dumps.json", "/dump/000001/..%2Fx"):
        assert site.get(path).status_code == 404


def test_those_of_a_large_graph_are_made_apart_and_are_the_same(
    ten_cases: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ten_cases.path, tmp_path / "db", ignore=shutil.ignore_patterns("dumps"))
    monkeypatch.setattr(dumps, "AT_ONCE", 0)
    site = create_app(Database(tmp_path / "db")).test_client()
    page = site.get("/en/data", headers=BROWSER)
    assert "no-store" in page.headers["Cache-Control"]
    assert b"/dump/" not in page.data.replace(b"/dump/duikou.nq.gz</code>", b"")
    for making in [t for t in threading.enumerate() if t.name == "dumps"]:
        making.join(120)
    assert "/dump/figures.csv" in site.get("/en/data", headers=BROWSER).get_data(as_text=True)
    with create_app(ten_cases).test_client() as other:
        for name in ("duikou.nq.gz", "duikou.ttl.gz", "figures.csv"):
            assert body(site, f"/dump/{name}") == body(other, f"/dump/{name}")


def test_where_they_cannot_be_made_the_page_does_not_promise_them(
    ten_cases: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ten_cases.path, tmp_path / "db", ignore=shutil.ignore_patterns("dumps"))
    (tmp_path / "db" / "dumps").write_text("in the way", "utf-8")
    monkeypatch.setattr(dumps, "AT_ONCE", 0)
    site = create_app(Database(tmp_path / "db")).test_client()
    making = text("en", "data.making")
    assert making in site.get("/en/data", headers=BROWSER).get_data(as_text=True)
    for thread in [t for t in threading.enumerate() if t.name == "dumps"]:
        thread.join(120)
    assert making not in site.get("/en/data", headers=BROWSER).get_data(as_text=True)
