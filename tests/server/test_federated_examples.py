"""The example queries that reach over to Wikidata, against a stand-in for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from graph.database import Database
from graph.engine import Dataset
from graph.federation import Federated
from graph.formats import Format
from server.app import create_app

FOLDER = Path(__file__).parents[2] / "docs" / "queries"
WIKIDATA = "https://query.wikidata.org/sparql"
FACTS = b"""
@prefix wd: <http://www.wikidata.org/entity/> . @prefix wdt: <http://www.wikidata.org/prop/direct/> .
wd:Q1200784 wdt:P1082 200000 . wd:Q531259 wdt:P1082 500000 . wd:Q16947 wdt:P856 <https://www.tongji.edu.cn/> .
"""


@pytest.fixture
def stand_in() -> Iterator[str]:
    store = ox.Store()
    store.load(FACTS, format=ox.RdfFormat.TURTLE)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            found = store.query(form["query"][0])
            assert isinstance(found, ox.QuerySolutions)
            body = found.serialize(format=ox.QueryResultsFormat.JSON) or b""
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    server.server_close()


def rows(ten_cases: Database, name: str, endpoint: str) -> list[dict[str, str]]:
    text = (FOLDER / f"{name}.rq").read_text(encoding="utf-8")
    assert f"<{WIKIDATA}>" in text
    engine = Federated(ten_cases.reader(), [endpoint], 30)
    answer = engine.answer(text.replace(WIKIDATA, endpoint), Dataset(), (Format.JSON,))
    bindings = json.loads(answer.body)["results"]["bindings"]
    return [{k: v["value"] for k, v in row.items()} for row in bindings]


def test_population_of_the_counties(ten_cases: Database, stand_in: str) -> None:
    found = {row["name"]: row for row in rows(ten_cases, "county-population", stand_in)}
    assert found["Xishui County"]["population"] == "500000"
    assert found["Yunlong County"]["population"] == "200000"
    assert all(row["programmes"] for row in found.values())


def test_websites_of_the_bodies(ten_cases: Database, stand_in: str) -> None:
    found = rows(ten_cases, "body-websites", stand_in)
    assert found == [{"name": "Tongji University", "website": "https://www.tongji.edu.cn/"}]


def test_nothing_is_reached_that_was_not_allowed(ten_cases: Database) -> None:
    site = create_app(ten_cases).test_client()
    for file in FOLDER.glob("*.rq"):
        began = time.monotonic()
        answer = site.get("/sparql", query_string={"query": file.read_text(encoding="utf-8")})
        assert answer.status_code == 403, f"{file.name} after {time.monotonic() - began:.1f} s"
