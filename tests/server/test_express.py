"""The short way of a plain query: the same answer, header for header, as the application behind it gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote_to_bytes

import pytest
from a2wsgi import ASGIMiddleware
from flask import Flask, request_started
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from graph.database import Database
from graph.engine import Answer, Dataset, Exhausted, Limit
from graph.formats import Format
from ontology.errors import Problem
from server import express, protocol
from server.app import create_app
from server.front import Front

QUERY = "SELECT ?thing ?name { ?thing rdfs:label ?name } LIMIT 60"
PREFIX = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
ONTOLOGY = "https://w3id.org/duikou/graph/ontology"
#: Headers whose values are of one request.
OWN = ("X-Request-Id", "Server-Timing")

GET = {"query_string": {"query": PREFIX + QUERY}}
POST = {"method": "POST", "data": {"query": PREFIX + QUERY}}
REQUESTS = {
    "GET": GET,
    "POST of a form": POST,
    "POST of a query": {"method": "POST", "data": PREFIX + QUERY, "content_type": "application/sparql-query"},
    "gzip": GET | {"headers": {"Accept-Encoding": "gzip"}},
    "zstd": POST | {"headers": {"Accept-Encoding": "gzip, zstd"}},
    "as it is": GET | {"headers": {"Accept-Encoding": "identity;q=1, gzip;q=0.5"}},
    "CSV": GET | {"headers": {"Accept": "text/csv"}},
    "RDF or XML": GET | {"headers": {"Accept": "text/turtle, application/sparql-results+xml;q=0.8"}},
    "a format by name": {"query_string": {"query": PREFIX + QUERY, "format": "tsv"}},
    "a graph": {"query_string": {"query": "ASK { ?s ?p ?o }", "default-graph-uri": ONTOLOGY}},
    "triples": {"query_string": {"query": "CONSTRUCT WHERE { ?s a ?c } LIMIT 9"}, "headers": {"Accept": "text/turtle"}},
    "what may change": {"query_string": {"query": "SELECT (NOW() AS ?now) { FILTER(false) }"}},
    "another host": GET | {"headers": {"Host": "[::1]:8080"}},
    "default port": GET | {"headers": {"Host": "example.org:80"}},
    "a browser": GET | {"headers": {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}},
    "HEAD": GET | {"method": "HEAD"},
    "OPTIONS": {"method": "OPTIONS"},
    "no query": {},
    "two queries": {"query_string": "query=ASK%7B%7D&query=ASK%7B%7D"},
    "a fault": {"query_string": {"query": "ASK {"}},
    "a fault by POST": {"method": "POST", "data": {"query": "ASK {"}},
    "SERVICE": {"query_string": {"query": "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}},
    "no such format": {"query_string": {"query": "ASK {}", "format": "xlsx"}},
    "not acceptable": GET | {"headers": {"Accept": "image/png"}},
    "not for a table": GET | {"headers": {"Accept": "text/turtle"}},
    "no IRI": {"query_string": {"query": "ASK {}", "default-graph-uri": "<>"}},
    "no UTF-8": {"query_string": "query=%FF"},
    "no host": GET | {"headers": {"Host": "a b"}},
    "another type": {"method": "POST", "data": "ASK {}", "content_type": "text/plain"},
    "an update": {"method": "POST", "data": {"update": "CLEAR ALL"}},
    "a long form": {"method": "POST", "data": {"query": "ASK {} #" + "x" * express.MOST_BODY}},
}


def client_of(app: Flask) -> Client:
    """A client of an application as it is served, with the event loop in front of it."""
    return Client(ASGIMiddleware(Front(app)), use_cookies=False)  # type: ignore[arg-type]


class _Ways:
    """An application asked by the short way and without it."""

    def __init__(self, database: Database) -> None:
        self.app = create_app(database)
        self.short = client_of(self.app)
        self.long = Client(self.app, use_cookies=False)


@pytest.fixture(scope="module")
def ways(ten_cases: Database) -> _Ways:
    return _Ways(ten_cases)


@contextmanager
def counting(app: Flask) -> Iterator[list[object]]:
    """The requests that get as far as Flask."""
    seen: list[object] = []

    def note(sender: object, **_: object) -> None:
        seen.append(sender)

    with request_started.connected_to(note, app):
        yield seen


def told(response: TestResponse) -> tuple[int, list[tuple[str, str]], list[str], bytes]:
    """Status, the headers that are the same each time, the names of those that are not, and the body."""
    own = [name.title() for name, _ in response.headers if name.title() in OWN]
    same = [(name.title(), value) for name, value in response.headers if name.title() not in OWN]
    body = response.data
    if response.mimetype == "application/problem+json":
        body = body.replace(response.headers["X-Request-Id"].encode(), b"")
    return response.status_code, sorted(same), sorted(own), body


@pytest.mark.parametrize("name", REQUESTS)
def test_both_ways_give_the_same_answer(ways: _Ways, name: str) -> None:
    asked = REQUESTS[name]
    expected = told(ways.long.open("/sparql", **asked))  # type: ignore[arg-type]
    assert told(ways.short.open("/sparql", **asked)) == expected  # type: ignore[arg-type]
    assert told(ways.short.open("/sparql", **asked)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["GET", "POST of a form", "POST of a query", "gzip", "a graph", "what may change"])
def test_a_plain_query_does_not_get_as_far_as_flask(ways: _Ways, name: str) -> None:
    with counting(ways.app) as seen:
        assert ways.short.open("/sparql", **REQUESTS[name]).status_code == 200  # type: ignore[arg-type]
    assert not seen


@pytest.mark.parametrize("name", ["If-None-Match", "If-Match", "If-Modified-Since", "Range", "Expect"])
def test_a_condition_is_for_the_application(ways: _Ways, name: str) -> None:
    tag = ways.short.get("/sparql", **GET).headers["ETag"]  # type: ignore[arg-type]
    with counting(ways.app) as seen:
        response = ways.short.get("/sparql", headers={name: tag}, **GET)  # type: ignore[arg-type]
    assert seen
    assert response.status_code == (304 if name == "If-None-Match" else 200)


def test_the_tag_of_an_answer_is_the_same_on_both_ways(ways: _Ways) -> None:
    tag = ways.short.get("/sparql", **GET).headers["ETag"]  # type: ignore[arg-type]
    assert ways.long.get("/sparql", headers={"If-None-Match": tag}, **GET).status_code == 304  # type: ignore[arg-type]


def test_a_prepared_answer_does_not_outlive_its_snapshot(writable: FlaskClient) -> None:
    client = client_of(writable.application)
    asked = {"query_string": {"query": "SELECT ?o { <urn:s> <urn:p> ?o }"}}
    rows = []
    for n in range(3):
        update = f"DELETE WHERE {{ <urn:s> <urn:p> ?o }} ; INSERT DATA {{ <urn:s> <urn:p> {n} }}"
        done = writable.post("/sparql", data={"update": update}, headers={"Authorization": "Bearer secret"})
        assert done.status_code == 204
        for _ in range(3):
            response = client.get("/sparql", **asked)  # type: ignore[arg-type]
            assert response.json is not None
            rows.append(response.json["results"]["bindings"][0]["o"]["value"])
    assert rows == ["0"] * 3 + ["1"] * 3 + ["2"] * 3


class _Counting:
    """An engine that says how often it was asked, or that it has had enough."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None

    def answer(self, text: str, dataset: Dataset, formats: object) -> Answer:
        self.asked += 1
        if self.error is not None:
            raise self.error
        body = b'{"head":{"vars":["n"]},"results":{"bindings":[]},"x":"%d%s"}' % (self.asked, b"y" * (1 << 10))
        return Answer(Format.JSON.media_type, body, Format.JSON)

    def write(self, *_: object) -> Format:
        raise NotImplementedError


def test_an_error_of_the_engine_is_told_once_and_the_query_not_asked_again(ten_cases: Database) -> None:
    engine = _Counting()
    engine.error = Exhausted(Limit.TIME, Problem("Too long", remedy="Ask for less"))
    client = client_of(create_app(ten_cases, engine=engine))
    response = client.get("/sparql?query=ASK%7B%7D", headers={"X-Request-Id": "mine"})
    assert response.status_code == 503
    assert response.json is not None
    assert (response.json["limit"], response.json["request_id"]) == ("time", "mine")
    assert response.headers["X-Request-Id"] == "mine"
    assert engine.asked == 1


def test_prepared_answers_take_no_more_than_their_share(ten_cases: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _Counting()
    monkeypatch.setattr(express, "KEPT", 100_000)
    client = client_of(create_app(ten_cases, engine=engine))
    for n in range(100):
        client.get(f"/sparql?query=ASK%7B%7D%23{n}")
    before = engine.asked
    client.get("/sparql?query=ASK%7B%7D%230")
    assert engine.asked == before, "what came while there was room is kept"
    client.get("/sparql?query=ASK%7B%7D%2399")
    assert engine.asked == before + 1, "what came once afterwards is not"
    client.get("/sparql?query=ASK%7B%7D%2399")
    assert engine.asked == before + 1, "what came twice is"


def test_every_request_is_named_and_counted_once(ways: _Ways) -> None:
    def counted() -> float:
        text = ways.short.get("/metrics").text
        line = next(x for x in text.splitlines() if 'route="/sparql",status="200"' in x and 'method="GET"' in x)
        return float(line.split()[-1])

    ways.short.get("/sparql", **GET)  # type: ignore[arg-type]
    before = counted()
    names = [
        ways.short.get("/sparql", headers={"X-Request-Id": told}, **GET).headers["X-Request-Id"]  # type: ignore[arg-type]
        for told in ("abc", "not sane", "")
    ]
    assert counted() == before + 3
    assert names[0] == "abc"
    assert len({*names[1:], "not sane"}) == 3


@pytest.mark.parametrize(
    "encoded", [b"a%20b+c", b"%E4%B8%AD", b"100%", b"%zz%4", b"%%41", b"=%3D=3D", b"a \t%20", b"a%0D%0A", b"a%3D\r\n"]
)
def test_percent_signs_are_read_as_everywhere(encoded: bytes) -> None:
    told = protocol.read("GET", b"query=" + encoded, "", b"").query
    assert told == unquote_to_bytes(encoded.replace(b"+", b" ")).decode()
