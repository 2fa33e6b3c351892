"""A store somewhere else that does not behave, and `duikou serve --store` over one that does."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.asking import Asking, Cancelled, asked
from graph.cache import Cache
from graph.engine import Dataset, Exhausted, Limit
from graph.formats import Format
from graph.remote.connection import Address
from graph.remote.store import RemoteStore
from graph.remote.writer import RemoteWriter
from graph.workers.limits import Limits
from ontology.errors import DuikouError, Problem, QueryError, StoreError

ASK = "SELECT ?s { ?s ?p ?o }"
LIMITS = Limits(seconds=1.5, megabytes=500, answer=100_000)


def reply(handler: BaseHTTPRequestHandler, status: int, media_type: str, body: bytes, **more: str) -> bool:
    handler.send_response(status)
    for name, value in {"Content-Type": media_type, "Content-Length": str(len(body)), **more}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    return True


@pytest.fixture
def store(endpoint: Any) -> Iterator[RemoteStore]:
    endpoint.store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("o"), NamedNode("urn:g")))
    made = RemoteStore(endpoint.url, limits=LIMITS)
    made.check()
    yield made
    made.close()


def fails(store: RemoteStore) -> DuikouError:
    with pytest.raises(DuikouError) as caught:
        store.answer(ASK, Dataset(), (Format.JSON,))
    return caught.value


@pytest.mark.parametrize(
    ("status", "words", "kind", "limit"),
    [
        (503, "Query timed out", Exhausted, Limit.TIME),
        (500, "The estimated execution time 500 exceeds the limit", Exhausted, Limit.TIME),
        (503, "come back later", Exhausted, Limit.LOAD),
        (429, "slow down", Exhausted, Limit.LOAD),
        (500, "null pointer", StoreError, None),
        (502, "<html><style>x</style><b>Bad</b> gateway</html>", StoreError, None),
        (401, "who are you", StoreError, None),
        (404, "nothing here", StoreError, None),
        (400, "Parse error: Encountered <EOF> at line 3, column 16.", QueryError, None),
    ],
)
def test_each_status_becomes_the_error_that_it_means(
    store: RemoteStore, endpoint: Any, status: int, words: str, kind: type[DuikouError], limit: Limit | None
) -> None:
    endpoint.misbehave = lambda handler: reply(handler, status, "text/plain", words.encode() + b" word" * 500)
    error = fails(store)
    assert type(error) is kind
    if isinstance(error, Exhausted):
        assert error.limit is limit
    if kind is QueryError:
        where = error.problems[0].where
        assert where is not None
        assert (where.line, where.column) == (3, 16)
    assert len(str(error)) < 600, "the store's words are cut"
    assert "<b>" not in str(error)


def test_what_is_no_answer_is_not_passed_on(store: RemoteStore, endpoint: Any) -> None:
    endpoint.misbehave = lambda handler: reply(handler, 200, "text/html", b"<h1>Welcome</h1>")
    assert "text/html" in str(fails(store))
    endpoint.misbehave = lambda handler: reply(handler, 200, Format.XML.media_type, b"<sparql><head>")
    error = fails(store)
    assert isinstance(error, StoreError)


def test_an_answer_that_the_store_says_it_cut_is_none(store: RemoteStore, endpoint: Any) -> None:
    body = b'{"head":{"vars":["s"]},"results":{"bindings":[]}}'
    endpoint.misbehave = lambda handler: reply(handler, 200, Format.JSON.media_type, body, X_SQL_State="S1TAT")
    error = fails(store)
    assert isinstance(error, Exhausted)
    assert error.limit is Limit.TIME


def test_a_store_that_does_not_answer_in_time_is_left(store: RemoteStore, endpoint: Any) -> None:
    def never(handler: BaseHTTPRequestHandler) -> bool:
        time.sleep(4)
        return True

    def trickle(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Type", Format.JSON.media_type)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b" ")
            time.sleep(0.1)
        return True

    for misbehaviour in (never, trickle):
        endpoint.misbehave = misbehaviour
        started = time.monotonic()
        error = fails(store)
        assert time.monotonic() - started < LIMITS.seconds + 1
        assert isinstance(error, Exhausted)
        assert error.limit is Limit.TIME


def test_an_endless_answer_is_left(store: RemoteStore, endpoint: Any) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Type", Format.JSON.media_type)
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(b" " * 1000)
        return True

    endpoint.misbehave = endless
    error = fails(store)
    assert isinstance(error, Exhausted)
    assert error.limit is Limit.SIZE


def test_a_redirect_is_followed_on_the_same_host_only(store: RemoteStore, endpoint: Any) -> None:
    def same(handler: BaseHTTPRequestHandler) -> bool:
        return handler.path == "/sparql" and reply(handler, 307, "text/plain", b"", Location="/elsewhere")

    endpoint.misbehave = same
    assert store.answer(ASK, Dataset(), (Format.CSV,)).body.split() == [b"s", b"urn:s"]
    asked = len(endpoint.asked)
    other = endpoint.url.replace("127.0.0.1", "127.0.0.2")
    endpoint.misbehave = lambda handler: reply(handler, 307, "text/plain", b"", Location=other)
    assert isinstance(fails(store), StoreError)
    assert len(endpoint.asked) == asked + 1


def test_credentials_are_sent_and_never_told(endpoint: Any) -> None:
    with_user = endpoint.url.replace("http://", "http://anna:s%3Acret@")
    told = []
    for made, sent in (
        (RemoteStore(with_user, limits=LIMITS), "Basic " + base64.b64encode(b"anna:s:cret").decode()),
        (RemoteStore(endpoint.url, token="s:cret", limits=LIMITS), "Bearer s:cret"),
    ):
        made.check()
        assert endpoint.asked[-1]["authorization"] == sent
        endpoint.misbehave = lambda handler: reply(handler, 500, "text/plain", b"no")
        told += [repr(made.address), str(fails(made))]
        endpoint.misbehave = lambda handler: False
        made.close()
    assert all("cret" not in words and "anna" not in words for words in told)
    with pytest.raises(StoreError):
        RemoteStore(with_user, token="another")
    for wrong in ("ftp://127.0.0.1/", "sparql", "http://", "http://[", "http://127.0.0.1:x/"):
        with pytest.raises(StoreError):
            RemoteStore(wrong)


def test_what_is_known_lives_for_a_while_and_until_a_write(endpoint: Any) -> None:
    store = RemoteStore(endpoint.url, limits=LIMITS, time_to_live=5)
    cache = Cache(store, store)
    try:
        count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        first = store.reader().snapshot
        assert cache.answer(count, Dataset(), (Format.CSV,)).body.split() == [b"n", b"0"]
        endpoint.store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("o"), NamedNode("urn:g")))
        assert cache.answer(count, Dataset(), (Format.CSV,)).body.split() == [b"n", b"0"]
        assert store.reader().snapshot == first
        time.sleep(5.1)  # so long that a busy machine is no failure
        assert store.reader().snapshot.number > first.number
        assert cache.answer(count, Dataset(), (Format.CSV,)).body.split() == [b"n", b"1"]
        before = store.reader().snapshot.number
        writer = RemoteWriter(store, Address.of(endpoint.url))
        writer.update("INSERT DATA { GRAPH <urn:new> { <urn:s> <urn:p> 1 } }")
        assert store.reader().snapshot.number > before
        assert store.reader().snapshot.graphs == {"urn:g": 1, "urn:new": 1}
        assert cache.answer(count, Dataset(), (Format.CSV,)).body.split() == [b"n", b"2"]
    finally:
        store.close()


def test_a_store_that_went_away_is_said_so_and_comes_back(store: RemoteStore, endpoint: Any) -> None:
    def hang_up(handler: BaseHTTPRequestHandler) -> bool:
        handler.connection.shutdown(socket.SHUT_RDWR)
        return True

    endpoint.misbehave = hang_up
    assert isinstance(fails(store), StoreError)
    endpoint.misbehave = lambda handler: False
    assert store.answer(ASK, Dataset(), (Format.CSV,)).body.split() == [b"s", b"urn:s"]


def test_a_write_that_is_not_finished_in_time_may_have_been_made(store: RemoteStore, endpoint: Any) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> bool:
        time.sleep(1)
        return True

    before = store.reader().snapshot.number
    endpoint.misbehave = slow
    with pytest.raises(Exhausted) as caught:
        RemoteWriter(store, Address.of(endpoint.url), seconds=0.3).update("CLEAR ALL")
    assert "look whether it was made" in str(caught.value)
    endpoint.misbehave = lambda handler: False
    assert store.reader().snapshot.number > before, "nothing that was kept is believed any more"


@pytest.mark.parametrize("begun", [False, True])
def test_who_does_not_want_an_answer_any_more_waits_no_longer(store: RemoteStore, endpoint: Any, begun: bool) -> None:
    came, seen_end = threading.Event(), threading.Event()

    def never(handler: BaseHTTPRequestHandler) -> bool:
        if begun:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/csv")
            handler.send_header("Content-Length", "100")
            handler.end_headers()
            handler.wfile.write(b"s")
            handler.wfile.flush()
        came.set()
        if handler.connection.recv(1) == b"":
            seen_end.set()
        return True

    store.check()
    endpoint.misbehave = never
    asking, outcomes = Asking(), []

    def ask() -> None:
        try:
            with asked(asking):
                store.answer(ASK, Dataset(), (Format.CSV,))
        except Cancelled as error:
            outcomes.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert came.wait(20)
    time.sleep(0.2)
    asking.cancel(Problem("not wanted"))
    thread.join(20)
    assert len(outcomes) == 1
    assert seen_end.wait(20), "the store is told by the end of the connection"
    assert asking.began is not None


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "\\u0022 } SERVICE <urn:x> { #" }',
        'SELECT * { ?s ?p "\\\\u0041" }',
        "SELECT (<bif:http_get>('x') AS ?x) {}",
        "PREFIX j: <java:java.lang.> SELECT (j:System('x') AS ?x) {}",
    ],
)
def test_what_stores_read_differently_is_not_sent(store: RemoteStore, endpoint: Any, text: str) -> None:
    asked = len(endpoint.asked)
    with pytest.raises(QueryError):
        store.answer(text, Dataset(), (Format.JSON,))
    assert len(endpoint.asked) == asked


def test_escapes_of_letters_are_sent_as_letters(store: RemoteStore) -> None:
    text = 'SELECT ("\\u4e0a\\U00006d77" AS ?x) {}'
    assert store.answer(text, Dataset(), (Format.CSV,)).body.decode().split() == ["x", "上海"]


# -- the command -----------------------------------------------------------------


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Duikou is at "), process.stderr and process.stderr.read()
        yield process, line.split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def fetch(url: str, data: bytes | None = None, method: str | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_serve_over_a_store_reads_writes_and_says_what_is_wrong(endpoint: Any) -> None:
    url = endpoint.url.replace("http://", "http://anna:geheim@")
    with serving("--store", url, "--write-token", "w", "--timeout", "5") as (process, here):
        store, form = f"{here}store?graph=urn:x-test:g", {"Authorization": "Bearer w"}
        turtle = b'<urn:x-test:a> <http://www.w3.org/2000/01/rdf-schema#label> "Ana"@en .'
        assert fetch(store, turtle, "PUT", Content_Type="text/turtle")[0] == 401
        assert fetch(store, turtle, "PUT", Content_Type="text/turtle", **form)[0] == 201
        assert "Ana" in fetch(store, Accept="text/turtle")[1]
        asked = f"{here}sparql?query={quote('SELECT ?o { <urn:x-test:a> ?p ?o }')}"
        assert json.loads(fetch(asked, Accept="application/sparql-results+json")[1])["results"]["bindings"] == [
            {"o": {"type": "literal", "value": "Ana", "xml:lang": "en"}}
        ]
        update = urlencode({"update": "DELETE WHERE { GRAPH ?g { <urn:x-test:a> ?p ?o } }"}).encode()
        assert fetch(f"{here}sparql", update, **form)[0] == 204
        assert json.loads(fetch(asked, Accept="application/sparql-results+json")[1])["results"]["bindings"] == []
        assert fetch(store)[0] == 404
        assert fetch(f"{here}sparql?query=SELECT")[0] == 400
        assert fetch(f"{here}sparql?query={quote('SELECT * { SERVICE <urn:x> {} }')}")[0] == 403
        assert fetch(f"{here}en/")[0] == 200
        assert all(h["authorization"].startswith("Basic ") for h in endpoint.asked)
        endpoint.misbehave = lambda handler: reply(handler, 500, "text/plain", b"broken")
        status, told = fetch(f"{here}sparql?query={quote('ASK { ?s ?p 12 }')}")
        assert (status, "geheim" in told, "127.0.0.1" in told) == (503, False, True)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "geheim" not in out + err


def test_serve_does_not_start_over_what_is_no_store(endpoint: Any) -> None:
    endpoint.misbehave = lambda handler: reply(handler, 200, "text/html", b"<h1>Welcome</h1>")
    for url, words in ((endpoint.url, "SPARQL endpoint"), ("http://u:geheim@127.0.0.1:9/", "cannot be reached")):
        command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--store", url]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 1
        assert words in ended.stderr
        assert "geheim" not in ended.stderr
        assert "Traceback" not in ended.stderr
