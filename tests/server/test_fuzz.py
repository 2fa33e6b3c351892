"""Whatever is sent to whatever route: an answer of HTTP, never a traceback, never a 5xx but the 503 of a limit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
import yaml
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.cache import Cache
from graph.database import Database
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from graph.workers.writer import Writer
from server import openapi
from server.app import create_app
from server.budget import Budget
from server.clients import Clients, networks
from server.supervision import Supervision

TOKEN = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def client(ten_cases: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client that sends any error on to the test; writes go to another directory than reads, and change nothing."""
    writer = Writer(Database(tmp_path_factory.mktemp("fuzz") / "db"))
    limits = Limits(seconds=5)
    try:
        with Pool(ten_cases, limits) as pool:
            known = Clients(networks(["127.0.0.1"]), token="secret")
            supervision = Supervision(known, Budget(3600))
            app = create_app(
                ten_cases,
                engine=Cache(supervision.engine(pool), ten_cases),
                writer=supervision.writer(writer),
                token="secret",
                limits=limits,
                supervision=supervision,
            )
            app.testing = True
            yield app.test_client()
    finally:
        writer.close()


ROUTES = (
    "/", "/sparql", "/sparql/queries", "/sparql/queries/{}",
    "/store", "/store/{}", "/id/{}/{}", "/concept/{}", "/graph/{}", "/data/{}/{}.ttl", "/data/{}/{}.{}",
    "/zh/", "/en/{}/", "/zh/{}/{}", "/en/sparql", "/zh/document/{}", "/en/ontology", "/ontology", "/ontology.{}",
    "/void.{}", "/.well-known/void", "/dataset", "/dataset.{}", "/openapi.json", "/healthz", "/readyz", "/metrics",
    "/robots.txt", "/static/{}", "/{}",
)  # fmt: skip
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW")
TYPES = (
    "application/sparql-query", "application/sparql-update", "application/x-www-form-urlencoded", "text/turtle",
    "application/ld+json", "application/rdf+xml", "application/n-triples", "multipart/form-data; boundary=x",
    "multipart/form-data", "text/plain; charset=utf-16", "",
)  # fmt: skip
FRAGMENTS = (
    "SELECT", "*", "?s", "WHERE", "{", "}", "ASK", "CONSTRUCT", "DESCRIBE", "INSERT DATA", "DELETE WHERE", "LOAD",
    "CLEAR ALL", "SERVICE", "<http://example.org/a>", "<", ">", "PREFIX a: <b>", "a:b", '"', "'''", "\\u0000",
    "\\uD800",
    "#", ";", "\n", "GRAPH ?g", "FILTER(", ")", "REGEX(?s, '(a+)+$')", "LIMIT", "-1", "1e999999", "VALUES", "百县百品",
    "@prefix", "_:b", "[", "]", "a", ".", "\x00", "\ufeff", "😀", "BIND(<x> AS ?y)", "?a ?b ?c .", "GROUP BY", "UNION",
)  # fmt: skip

DESCRIPTION = yaml.safe_load(openapi.FILE.read_text(encoding="utf-8"))


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    found: Any = DESCRIPTION
    for step in node.get("$ref", "").removeprefix("#/").split("/") if "$ref" in node else ():
        found = found[step]
    return dict(found) if "$ref" in node else node


def _types(operation: dict[str, Any]) -> Iterator[str]:
    for kind in operation.get("requestBody", {}).get("content", {}):
        yield f"{kind}; boundary=x" if kind == "multipart/form-data" else kind


junk = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(" ".join)
raw = st.binary(max_size=60)
piece = st.one_of(
    raw.map(quote_from_bytes),
    junk.map(lambda words: quote_from_bytes(words.encode())),
    st.sampled_from(
        ["programme", "measurement", "baixian-baipin", "..", "%2e%2e", "%00", "%2F", "status/achieved", "%ED%A0%80",
         "evidence", "area", "532300", "ttl", "json", "csv", "rdf", "duikou.css", "shanghai-2019", "%25", "ontology"]
    ),
)  # fmt: skip
pairs = st.lists(
    st.tuples(
        st.sampled_from(
            ["query", "update", "format", "graph", "default", "default-graph-uri", "named-graph-uri", "using-graph-uri",
             "using-named-graph-uri", "page", "lang", "timeout", "x"]
        ),
        st.one_of(
            junk, raw,
            st.sampled_from(["json", "ttl", "http://example.org/g", "-1", "9" * 30, "ASK {}", "1", "nan", "inf"]),
        ),
    ),
    max_size=4,
)  # fmt: skip
header = st.one_of(
    st.sampled_from(
        ["*/*", "text/html", "text/turtle;q=0.5, */*;q=nan", "application/json", "image/png", ",;=", "a/b;q=1e9", "*",
         "gzip;q=0, *", "zstd", "W/\"x\", *", "zh-Hant, en;q=x", "Bearer", "Bearer secret", "Bearer 密", "\xff\xfe",
         "192.0.2.1, [2001:db8::1]:80", "::ffff:127.0.0.1, ,", '"0-0", W/"1"', "fe80::1%eth0"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)  # fmt: skip
headers = st.dictionaries(
    st.sampled_from(
        ["Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "If-Match", "Authorization", "X-Request-Id",
         "X-Query-Id", "X-Forwarded-For", "Forwarded", "Range", "Origin", "If-Modified-Since", "Host", "Expect"]
    ),
    header,
    max_size=4,
)  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    route = draw(st.sampled_from(ROUTES))
    path = route.format(*(draw(piece) for _ in range(route.count("{}"))))
    query = draw(st.one_of(pairs.map(urlencode), raw.map(lambda data: data.decode("latin-1")), st.just("")))
    sent = draw(headers) | (TOKEN if draw(st.booleans()) else {})
    body = draw(
        st.one_of(st.just(b""), raw, junk.map(lambda words: words.encode()), pairs.map(lambda p: urlencode(p).encode()))
    )
    if kind := draw(st.sampled_from(TYPES)):
        sent = sent | {"Content-Type": kind}
    return {
        "path": path,
        "query_string": query,
        "method": draw(st.sampled_from(METHODS)),
        "headers": sent,
        "data": body,
    }


#: Operations of the description: method, path, the parameters of either, and the media types of a body.
OPERATIONS = tuple(
    (method, path, [*item.get("parameters", ()), *operation.get("parameters", ())], list(_types(operation)))
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
)


@st.composite
def described(draw: st.DrawFn) -> dict[str, Any]:
    """A request as the description offers it, with some or all of its parameters, of right and of wrong values."""
    method, path, parameters, types = draw(st.sampled_from(OPERATIONS))
    query: list[tuple[str, str]] = []
    sent = draw(st.sampled_from([{}, TOKEN]))
    for told in map(_resolved, parameters):
        schema = told.get("schema", {})
        right = [str(v) for v in (*schema.get("enum", ()), *([told["example"]] if "example" in told else []))]
        value = draw(st.one_of(junk, header, st.sampled_from(right or ["x"]), st.integers().map(str)))
        if told["in"] == "path":
            path = path.replace(f"{{{told['name']}}}", quote_from_bytes(value.encode()) or "x")
        elif draw(st.booleans()):
            if told["in"] == "query":
                query += [(told["name"], value)] * draw(st.integers(1, 2))
            else:
                sent = sent | {told["name"]: value.replace("\n", " ").replace("\x00", "")}
    body = draw(st.one_of(raw, junk.map(str.encode), pairs.map(lambda p: urlencode(p).encode()))) if types else b""
    if types:
        sent = sent | {"Content-Type": draw(st.sampled_from(types))}
    return {"path": path, "query_string": urlencode(query), "method": method.upper(), "headers": sent, "data": body}


@given(request=st.one_of(requests(), described()))
@settings(
    max_examples=600,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
def test_nothing_that_is_sent_is_an_error_of_ours(client: FlaskClient, request: dict[str, Any]) -> None:
    answer = client.open(**request, buffered=True)
    assert 200 <= answer.status_code < 500 or answer.status_code == 503
    assert b"Traceback" not in answer.data
    if answer.mimetype == "application/problem+json":
        if request["method"] != "HEAD":
            problem = json.loads(answer.data)
            assert problem["status"] == answer.status_code
            assert problem["title"]
            assert problem["detail"]
    elif answer.status_code >= 400:
        assert answer.mimetype == "text/html"
    if answer.status_code == 503:
        assert answer.mimetype != "application/problem+json" or request["method"] == "HEAD" or "limit" in problem
