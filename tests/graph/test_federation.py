"""SERVICE reaches the endpoints that were allowed, by the letter, and nothing else."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, Store

from graph import federation
from graph.asking import Asking, Cancelled, asked, current
from graph.engine import Answer, Dataset, Exhausted, Limit, NotOffered
from graph.federation import Federated, resolve
from graph.formats import Format
from ontology.errors import Problem, QueryError

DATA = '<urn:a> <urn:name> "甲"@zh , "A\\"1" ; <urn:n> 7 . <urn:b> <urn:name> "B" . _:x <urn:n> 8 .'


class Endpoint(BaseHTTPRequestHandler):
    """Another SPARQL endpoint: answers from a few triples, or misbehaves as its path says."""

    asked: list[str]

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # who asked may have left
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked.append(self.path)
        if self.path == "/redirect":
            self.send_response(307)
            self.send_header("Location", "/sparql")
            self.end_headers()
            return
        if self.path == "/slow":
            time.sleep(2)
        self.send_response(500 if self.path == "/broken" else 200)
        self.end_headers()
        if self.path == "/rubbish":
            self.wfile.write(b"<html>")
            return
        store = Store()
        store.load(DATA.encode(), format=RdfFormat.TURTLE)
        answer = store.query(parse_qs(body.decode())["query"][0]).serialize(format=QueryResultsFormat.JSON)  # type: ignore[union-attr]
        if answer is not None and self.path != "/broken":
            self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    handler = type("Handler", (Endpoint,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler.asked  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def remote() -> Iterator[tuple[str, list[str]]]:
    with listening() as found:
        yield found


def rows(text: str) -> list[dict[str, str]]:
    sent = Store().query(text).serialize(format=QueryResultsFormat.JSON)  # type: ignore[union-attr]
    assert sent is not None
    return [{k: v["value"] for k, v in row.items()} for row in json.loads(sent)["results"]["bindings"]]


def soon() -> float:
    return time.monotonic() + 5


def test_the_answer_stands_in_the_place_of_the_call(remote: tuple[str, list[str]]) -> None:
    endpoint = f"{remote[0]}/sparql"
    text = """PREFIX : <urn:>
        SELECT ?s ?n ?here WHERE {
          VALUES ?here { 1 2 }
          service :there { ?s :name ?n FILTER(STRLEN(?n) > 1) }  # SERVICE <urn:not> { }
        } ORDER BY ?here""".replace(":there", f"<{endpoint}>")
    resolved = resolve(text, {endpoint}, soon())
    assert rows(resolved) == [{"s": "urn:a", "n": 'A"1', "here": "1"}, {"s": "urn:a", "n": 'A"1', "here": "2"}]


def test_unbound_and_nameless_values_survive(remote: tuple[str, list[str]]) -> None:
    endpoint = f"{remote[0]}/sparql"
    text = (
        f"SELECT * {{ SERVICE <{endpoint}> {{ ?s <urn:n> ?n OPTIONAL {{ ?s <urn:name> ?name }} }} }} ORDER BY ?n ?name"
    )
    found = rows(resolve(text, {endpoint}, soon()))
    assert [row["n"] for row in found] == ["7", "7", "8"]
    assert "name" not in found[2]


@pytest.mark.parametrize("path", ["/redirect", "/broken", "/rubbish"])
def test_an_endpoint_that_fails_is_an_error_or_nothing_when_silent(remote: tuple[str, list[str]], path: str) -> None:
    endpoint = f"{remote[0]}{path}"
    before = len(remote[1])
    with pytest.raises(QueryError, match=r"127\.0\.0\.1"):
        resolve(f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}", {endpoint}, soon())
    assert remote[1][before:] == [path], "no redirect is followed"
    silent = resolve(
        f"SELECT ?x {{ VALUES ?x {{ 1 }} SERVICE SILENT <{endpoint}> {{ ?s ?p ?o }} }}", {endpoint}, soon()
    )
    assert rows(silent) == [{"x": "1"}]


def test_an_endpoint_that_takes_too_long_is_given_up(remote: tuple[str, list[str]]) -> None:
    endpoint = f"{remote[0]}/slow"
    started = time.monotonic()
    with pytest.raises(Exhausted) as raised:
        resolve(f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}", {endpoint}, started + 0.3)
    assert raised.value.limit is Limit.TIME
    assert time.monotonic() - started < 1.5


def test_who_takes_no_connections_is_not_waited_for_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federation, "_CONNECT", 0.2)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # they fill its queue
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        endpoint, started = f"http://127.0.0.1:{address[1]}/", time.monotonic()
        with pytest.raises(QueryError, match="cannot be reached"):
            resolve(f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}", {endpoint}, started + 20)
        assert time.monotonic() - started < 5
        for one in waiting:
            one.close()


class Given:
    """An engine that notes the seconds that it has for a question."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        self.seconds.append(current().left(30))
        return Answer(Format.JSON.media_type, text.encode(), Format.JSON)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        raise NotImplementedError


def calling(endpoint: str) -> str:
    return f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}"


def test_a_call_is_given_up_when_nobody_wants_the_answer(remote: tuple[str, list[str]]) -> None:
    endpoint, asking, began = f"{remote[0]}/slow", Asking(), time.monotonic()
    threading.Timer(0.3, asking.cancel, [Problem("nobody is there")]).start()
    with pytest.raises(Cancelled, match="nobody is there"), asked(asking):
        Federated(Given(), {endpoint}, 10).answer(calling(endpoint), Dataset(), (Format.JSON,))
    assert time.monotonic() - began < 1.5


def test_calls_count_for_the_time_of_their_query(remote: tuple[str, list[str]]) -> None:
    endpoint, engine = f"{remote[0]}/slow", Given()
    federated = Federated(engine, {endpoint}, 10)
    federated.answer(calling(endpoint), Dataset(), (Format.JSON,))
    with asked(Asking(5)):
        federated.answer(calling(endpoint), Dataset(), (Format.JSON,))
    federated.answer("ASK {}", Dataset(), (Format.JSON,))
    assert 6 < engine.seconds[0] < 8.1
    assert 1 < engine.seconds[1] < 3.1
    assert engine.seconds[2] == 30


def test_only_so_many_wait_for_other_endpoints(remote: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federation, "AT_ONCE", 3)
    endpoint, engine = f"{remote[0]}/slow", Given()
    federated = Federated(engine, {endpoint}, 10)

    def ask(_: int) -> Limit | None:
        try:
            federated.answer(calling(endpoint), Dataset(), (Format.JSON,))
        except Exhausted as error:
            return error.limit
        return None

    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(ask, range(8)))
    assert sorted(map(str, told)) == sorted(map(str, [None] * 3 + [Limit.LOAD] * 5))
    assert ask(0) is None  # their places are free again


@pytest.mark.parametrize(
    "call",
    [
        "SERVICE <{0}/other> {{ ?s ?p ?o }}",
        "SERVICE ?where {{ ?s ?p ?o }}",
        "SERVICE <{0}/sparql/> {{ ?s ?p ?o }}",
        "SERV\\u0049CE <{0}/other> {{ ?s ?p ?o }}",
        "SERVICE <http://localhost:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://0x7f000001:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://[::ffff:127.0.0.1]:{1}/sparql> {{ ?s ?p ?o }}",
    ],
)
def test_other_addresses_are_left_to_be_refused(remote: tuple[str, list[str]], call: str) -> None:
    before = len(remote[1])
    text = "SELECT * { " + call.format(remote[0], remote[0].rpartition(":")[2]) + " }"
    assert resolve(text, {f"{remote[0]}/sparql"}, soon()) == text
    assert len(remote[1]) == before


def test_a_silent_call_of_another_endpoint_gives_nothing_more(remote: tuple[str, list[str]]) -> None:
    before = len(remote[1])
    text = f"SELECT ?x {{ VALUES ?x {{ 1 }} SERVICE SILENT <{remote[0]}/other> {{ ?s ?p ?o }} }}"
    assert rows(resolve(text, {f"{remote[0]}/sparql"}, soon())) == [{"x": "1"}]
    assert resolve(text, (), soon()) == text, "without any endpoint the word itself is refused"
    assert len(remote[1]) == before


@pytest.mark.parametrize(
    "table",
    [
        {"head": {"vars": ["x) } SERVICE <urn:y> { ?"]}, "results": {"bindings": [{}]}},
        {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "not an iri> "}}]}},
        {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal"}}]}},
        {"head": {"vars": ["x"]}, "results": {"bindings": [7]}},
        {"head": {"vars": 7}, "results": {"bindings": []}},
    ],
)
def test_what_no_endpoint_would_say_is_an_error_and_no_part_of_the_query(
    remote: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch, table: object
) -> None:
    monkeypatch.setattr(federation, "_post", lambda *_: json.dumps(table).encode())
    endpoint = f"{remote[0]}/sparql"
    with pytest.raises(QueryError, match=r"127\.0\.0\.1"):
        resolve(f"SELECT * {{ SERVICE <{endpoint}> {{ ?x ?p ?o }} }}", {endpoint}, soon())


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False),
        ("fe80::1", False), ("fd00::1", False), ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True), ("2002:7f00:1::", False),
    ],
)  # fmt: skip
def test_a_name_is_followed_to_public_addresses_only(
    monkeypatch: pytest.MonkeyPatch, address: str, is_public: bool
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    told = [(family, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told)
    if is_public:
        assert federation.address_of("endpoint.example", 80) == address
    else:
        with pytest.raises(NotOffered, match="no public address"):
            federation.address_of("endpoint.example", 80)


def test_a_name_that_leads_to_this_machine_is_refused_even_if_allowed(remote: tuple[str, list[str]]) -> None:
    endpoint = f"http://localhost:{remote[0].rpartition(':')[2]}/sparql"
    before = len(remote[1])
    with pytest.raises(NotOffered, match="no public address"):
        resolve(f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}", {endpoint}, soon())
    assert len(remote[1]) == before
