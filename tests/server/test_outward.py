"""Nothing outside is reached: many ways to have the server connect to a listener, which must see none of them."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlencode

import pytest

Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]
PATIENCE = 60
_ROW = b'{"head": {"vars": ["o"]}, "results": {"bindings": [{"o": {"type": "literal", "value": "there"}}]}}'


class Listener:
    """Takes connections on all addresses of this machine, counts them, and closes them."""

    def __init__(self) -> None:
        self.count = 0
        both = socket.has_dualstack_ipv6()
        self._socket = socket.create_server(
            ("", 0), family=socket.AF_INET6 if both else socket.AF_INET, dualstack_ipv6=both
        )
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.count += 1
                connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


class Endpoint(BaseHTTPRequestHandler):
    """An endpoint that is allowed: answers one row, or sends on to another address, as its path says."""

    elsewhere: str

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status = int(self.path.removeprefix("/redirect/")) if self.path.startswith("/redirect/") else 200
        self.send_response(status)
        if status != 200:
            self.send_header("Location", self.elsewhere)
        self.end_headers()
        if status == 200:
            self.wfile.write(_ROW)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@dataclass
class World:
    """A server that may call one endpoint and its redirecting paths, that endpoint, and the listener."""

    url: str
    allowed: str
    listener: Listener
    #: The address of a server that may call nothing.
    closed: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[World]:
    listener = Listener()
    handler = type("Handler", (Endpoint,), {"elsewhere": f"http://127.0.0.1:{listener.port}/sparql"})
    endpoint = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=endpoint.serve_forever)
    thread.start()
    allowed = f"http://127.0.0.1:{endpoint.server_port}"
    services = [f"{allowed}/sparql", *(f"{allowed}/redirect/{status}" for status in (301, 302, 303, 307, 308))]
    services += [f"http://localhost:{listener.port}/sparql", f"http://2130706433:{listener.port}/sparql"]
    options = ["--write-token", "secret", *(word for service in services for word in ("--allow-service", service))]
    folder = tmp_path_factory.mktemp("outward")
    try:
        with (
            serving("--db", folder / "open", *options) as (_, url),
            serving("--db", folder / "closed", "--write-token", "secret") as (_, closed),
        ):
            yield World(url, allowed, listener, closed)
    finally:
        endpoint.shutdown()
        endpoint.server_close()
        thread.join()
        listener.close()


def send(url: str, body: bytes | None = None, kind: str = "", method: str | None = None) -> tuple[int, str]:
    headers = {"Authorization": "Bearer secret"} | ({"Content-Type": kind} if kind else {})
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_listener_sees_what_does_reach_it(world: World) -> None:
    before = world.listener.count
    for host in ("127.0.0.1", "127.0.0.2", "::1") if socket.has_dualstack_ipv6() else ("127.0.0.1",):
        socket.create_connection((host, world.listener.port), timeout=5).close()
        before += 1
    for _ in range(100):
        if world.listener.count == before:
            break
        threading.Event().wait(0.02)
    assert world.listener.count == before


def test_what_is_allowed_is_reached(world: World) -> None:
    query = f"SELECT ?o {{ SERVICE <{world.allowed}/sparql> {{ ?s ?p ?o }} }}"
    status, body = send(f"{world.url}sparql", urlencode({"query": query}).encode())
    assert status == 200
    assert json.loads(body)["results"]["bindings"][0]["o"]["value"] == "there"
    assert send(f"{world.closed}sparql", urlencode({"query": query}).encode())[0] == 403


HOSTS = (
    "127.0.0.1", "127.0.0.2", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0.0.0.0",
    "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "localhost", "LOCALHOST",
    "localhost.", "localhost.localdomain", "user:password@127.0.0.1", "127.0.0.1.",
)  # fmt: skip
#: Queries. LISTENER is the address of the listener, PORT its port, ALLOWED that of the endpoint that may be called.
QUERIES = {
    **{f"host {host}": f"SELECT * {{ SERVICE <http://{host}:PORT/sparql> {{ ?s ?p ?o }} }}" for host in HOSTS},
    "silent": "SELECT * { SERVICE SILENT <LISTENER/> { ?s ?p ?o } }",
    "small letters": "SELECT * { service <LISTENER/> { ?s ?p ?o } }",
    "all sorts of letters": "SELECT * { sErViCe sIlEnT <LISTENER/> { ?s ?p ?o } }",
    "https": "SELECT * { SERVICE <https://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "another scheme": "SELECT * { SERVICE <gopher://127.0.0.1:PORT/> { ?s ?p ?o } }",
    "an escape in the word": "SELECT * { SERV\\u0049CE <LISTENER/> { ?s ?p ?o } }",
    "a word of escapes": "SELECT * { \\u0053\\u0045\\u0052\\u0056\\u0049\\u0043\\u0045 <LISTENER/> { ?s ?p ?o } }",
    "long escapes": "SELECT * { \\U00000073ervice <LISTENER/> { ?s ?p ?o } }",
    "escapes in the address": "SELECT * { SERVICE <http:\\u002F\\u002F127.0.0.1:PORT/> { ?s ?p ?o } }",
    "an escape that ends a comment": "SELECT * { #\\u000ASERVICE <LISTENER/> { ?s ?p ?o }\n }",
    "comments between": "SELECT * { SERVICE # <urn:x>\n#\n<LISTENER/>#\n{ ?s ?p ?o } }",
    "no spaces": "SELECT*{SERVICE<LISTENER/>{?s ?p ?o}}",
    "a prefix": "PREFIX l: <LISTENER/> SELECT * { SERVICE l:sparql { ?s ?p ?o } }",
    "an empty prefix": "PREFIX : <LISTENER/sparql> SELECT * { SERVICE : { ?s ?p ?o } }",
    "a prefix that hides what is allowed": "PREFIX a: <LISTENER/> SELECT * { SERVICE a:sparql { ?s ?p ?o } } # ALLOWED",
    "a base": "BASE <LISTENER/> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
    "two bases": "BASE <ALLOWED/> BASE <//127.0.0.1:PORT/> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
    "a variable": "SELECT * { SERVICE ?where { ?s ?p ?o } }",
    "a variable of VALUES": "SELECT * { VALUES ?where { <LISTENER/> } SERVICE ?where { ?s ?p ?o } }",
    "VALUES at the end": "SELECT * { SERVICE ?where { ?s ?p ?o } } VALUES ?where { <LISTENER/> }",
    "a variable that is made": "SELECT * { BIND(IRI('LISTENER/') AS ?where) SERVICE ?where { ?s ?p ?o } }",
    "a variable of a sub-query": "SELECT * { { SELECT (<LISTENER/> AS ?x) {} } SERVICE SILENT ?x { ?s ?p ?o } }",
    "in a sub-query": "SELECT * { { SELECT ?s { SERVICE <LISTENER/> { ?s ?p ?o } } } }",
    "in OPTIONAL": "SELECT * { OPTIONAL { SERVICE <LISTENER/> { ?s ?p ?o } } }",
    "in MINUS": "SELECT * { VALUES ?s { 1 } MINUS { SERVICE <LISTENER/> { ?s ?p ?o } } }",
    "in UNION": "SELECT * { { } UNION { SERVICE <LISTENER/> { ?s ?p ?o } } }",
    "in EXISTS": "SELECT * { FILTER EXISTS { SERVICE <LISTENER/> { ?s ?p ?o } } }",
    "in NOT EXISTS": "ASK { FILTER NOT EXISTS { SERVICE SILENT <LISTENER/> { ?s ?p ?o } } }",
    "in GRAPH": "SELECT * { GRAPH ?g { SERVICE <LISTENER/> { ?s ?p ?o } } }",
    "in another SERVICE": "SELECT * { SERVICE <urn:x> { SERVICE <LISTENER/> { ?s ?p ?o } } }",
    "beside what is allowed": "SELECT * { SERVICE <ALLOWED/sparql> { ?s ?p ?o } SERVICE <LISTENER/> { ?a ?b ?c } }",
    "in CONSTRUCT": "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <LISTENER/> { ?s ?p ?o } }",
    "in DESCRIBE": "DESCRIBE ?s WHERE { SERVICE <LISTENER/> { ?s ?p ?o } }",
    "DESCRIBE itself": "DESCRIBE <LISTENER/>",
    "a function": "SELECT (<LISTENER/f>('x') AS ?x) {}",
    "a name that is allowed": "SELECT * { SERVICE <http://localhost:PORT/sparql> { ?s ?p ?o } }",
    "a number that is allowed": "SELECT * { SERVICE <http://2130706433:PORT/sparql> { ?s ?p ?o } }",
    "almost what is allowed": "SELECT * { SERVICE <ALLOWED@127.0.0.1:PORT/sparql> { ?s ?p ?o } }",
    **{
        f"sent on by {status}": f"SELECT * {{ SERVICE <ALLOWED/redirect/{status}> {{ ?s ?p ?o }} }}"
        for status in (301, 302, 303, 307, 308)
    },
    "FROM": "SELECT * FROM <LISTENER/a.ttl> { ?s ?p ?o }",
    "FROM NAMED": "SELECT * FROM NAMED <LISTENER/a.ttl> { GRAPH ?g { ?s ?p ?o } }",
    "FROM an ontology": "CONSTRUCT { <urn:x> <http://www.w3.org/2002/07/owl#imports> <LISTENER/> } FROM <LISTENER/> {}",
    "a GRAPH of that name": "SELECT * { GRAPH <LISTENER/a.ttl> { ?s ?p ?o } }",
}
UPDATES = {
    "LOAD": "LOAD <LISTENER/a.ttl>",
    "LOAD SILENT": "LOAD SILENT <LISTENER/a.ttl> INTO GRAPH <urn:g>",
    "small load": "load <LISTENER/a.ttl> into graph <urn:g>",
    "an escaped LOAD": "LO\\u0041D <LISTENER/a.ttl>",
    "LOAD by a prefix": "PREFIX l: <LISTENER/> LOAD l:a.ttl",
    "LOAD by a base": "BASE <LISTENER/> LOAD <a.ttl>",
    "LOAD of IPv6": "LOAD <http://[::1]:PORT/a.ttl>",
    "LOAD of a number": "LOAD <http://2130706433:PORT/a.ttl>",
    "LOAD behind others": "CLEAR ALL ; CREATE SILENT GRAPH <urn:g> ; LOAD <LISTENER/a.ttl> INTO GRAPH <urn:g>",
    "SERVICE in an update": "INSERT { ?s ?p ?o } WHERE { SERVICE <LISTENER/> { ?s ?p ?o } }",
    "SERVICE SILENT in an update": "DELETE { ?s ?p ?o } WHERE { SERVICE SILENT <LISTENER/> { ?s ?p ?o } }",
    "what is allowed to queries": "INSERT { ?s ?p ?o } WHERE { SERVICE <ALLOWED/redirect/307> { ?s ?p ?o } }",
    "USING": "INSERT { ?s ?p ?o } USING <LISTENER/a.ttl> WHERE { ?s ?p ?o }",
    "USING NAMED": "INSERT { ?s ?p ?o } USING NAMED <LISTENER/a.ttl> WHERE { GRAPH ?g { ?s ?p ?o } }",
    "WITH": "WITH <LISTENER/a.ttl> INSERT { <urn:a> <urn:b> 1 } WHERE { }",
    "COPY": "COPY SILENT <LISTENER/a.ttl> TO <urn:g>",
    "imports": "INSERT DATA { <urn:o> <http://www.w3.org/2002/07/owl#imports> <LISTENER/o.ttl> }",
}
#: Bodies that name something elsewhere, by their media type.
GRAPHS = {
    "JSON-LD's @context": ("application/ld+json", '{"@context": "LISTENER/c.jsonld", "@id": "urn:a", "name": "x"}'),
    "JSON-LD's @import": (
        "application/ld+json",
        '{"@context": {"@version": 1.1, "@import": "LISTENER/c.jsonld"}, "@id": "urn:a"}',
    ),
    "an entity of XML": (
        "application/rdf+xml",
        '<!DOCTYPE r [<!ENTITY x SYSTEM "LISTENER/x">]><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="urn:a" '
        'xmlns:u="urn:"><u:b>&x;</u:b></rdf:Description></rdf:RDF>',
    ),
    "a DTD": (
        "application/rdf+xml",
        '<!DOCTYPE r SYSTEM "LISTENER/r.dtd"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    ),
    "imports in Turtle": ("text/turtle", "<urn:o> <http://www.w3.org/2002/07/owl#imports> <LISTENER/o.ttl> ."),
    "a base of Turtle": ("text/turtle", "@base <LISTENER/> . <a> <b> <c> ."),
}


def put(text: str, world: World) -> str:
    listener = f"http://127.0.0.1:{world.listener.port}"
    text = text.replace("LISTENER", listener).replace("PORT", str(world.listener.port))
    return text.replace("ALLOWED", world.allowed)


@pytest.fixture
def unseen(world: World) -> Iterator[World]:
    """The world; afterwards the listener has seen no connection."""
    before = world.listener.count
    yield world
    assert world.listener.count == before


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_reaches_out(unseen: World, name: str) -> None:
    query = put(QUERIES[name], unseen)
    outcomes = {
        send(f"{unseen.url}sparql", urlencode({"query": query}).encode())[0],
        send(f"{unseen.closed}sparql?{urlencode({'query': query})}")[0],
        send(f"{unseen.closed}sparql", query.encode(), "application/sparql-query")[0],
        send(f"{unseen.closed}en/sparql?{urlencode({'query': query})}")[0],
    }
    assert outcomes <= {200, 400, 403}


@pytest.mark.parametrize("name", UPDATES)
def test_no_update_reaches_out(unseen: World, name: str) -> None:
    text = put(UPDATES[name], unseen).encode()
    outcomes = {send(f"{url}sparql", text, "application/sparql-update")[0] for url in (unseen.url, unseen.closed)}
    assert outcomes <= {204, 400, 403}
    if ("LOAD" in name or "SERVICE" in name) and "SILENT" not in name:
        assert outcomes <= {400, 403}


@pytest.mark.parametrize("name", GRAPHS)
def test_no_graph_that_is_sent_has_more_fetched(unseen: World, name: str) -> None:
    kind, body = GRAPHS[name]
    assert send(f"{unseen.closed}store?graph=urn:g", put(body, unseen).encode(), kind, "PUT")[0] in (201, 204, 400)


def test_graphs_that_are_named_are_not_fetched(unseen: World) -> None:
    there = put("LISTENER/nowhere.ttl", unseen)
    for parameter in ("default-graph-uri", "named-graph-uri"):
        asked = urlencode({"query": "SELECT * { ?s ?p ?o }", parameter: there})
        assert send(f"{unseen.closed}sparql?{asked}")[0] == 200
    for parameter in ("using-graph-uri", "using-named-graph-uri"):
        asked = urlencode({parameter: there})
        text = b"INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }"
        assert send(f"{unseen.closed}sparql?{asked}", text, "application/sparql-update")[0] == 204
    assert send(f"{unseen.closed}store?graph={quote(there, safe='')}")[0] == 404
    assert send(f"{unseen.closed}store?graph={quote(there, safe='')}", method="DELETE")[0] == 404
