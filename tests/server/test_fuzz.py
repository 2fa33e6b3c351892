"""Whatever is sent to whatever route: an answer of HTTP, never a traceback, never a 5xx but the 503 of a limit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.cache import Cache
from graph.database import Database
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from graph.workers.writer import Writer
from server.app import create_app

TOKEN = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def client(ten_cases: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client that sends any error on to the test; writes go to another directory than reads, and change nothing."""
    writer = Writer(Database(tmp_path_factory.mktemp("fuzz") / "db"))
    limits = Limits(seconds=5)
    try:
        with Pool(ten_cases, limits) as pool:
            app = create_app(ten_cases, engine=Cache(pool, ten_cases), writer=writer, token="secret", limits=limits)
            app.testing = True
            yield app.test_client()
    finally:
        writer.close()


ROUTES = (
    "/", "/sparql", "/store", "/store/{}", "/id/{}/{}", "/concept/{}", "/graph/{}", "/data/{}/{}.ttl", "/data/{}/{}.{}",
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
             "using-named-graph-uri", "page", "lang", "x"]
        ),
        st.one_of(junk, raw, st.sampled_from(["json", "ttl", "http://example.org/g", "-1", "9" * 30, "ASK {}", "1"])),
    ),
    max_size=4,
)  # fmt: skip
header = st.one_of(
    st.sampled_from(
        ["*/*", "text/html", "text/turtle;q=0.5, */*;q=nan", "application/json", "image/png", ",;=", "a/b;q=1e9", "*",
         "gzip;q=0, *", "zstd", "W/\"x\", *", "zh-Hant, en;q=x", "Bearer", "Bearer secret", "Bearer 密", "\xff\xfe"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)  # fmt: skip
headers = st.dictionaries(
    st.sampled_from(
        ["Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "Authorization", "X-Request-Id", "Range",
         "Origin", "If-Modified-Since", "Host"]
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


@given(request=requests())
@settings(
    max_examples=400,
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
