"""``/sparql`` over HTTP: the SPARQL 1.1 Protocol, and what clients expect beyond it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.database import Database
from server import protocol
from server.app import create_app

EX = "http://example.org/"
SELECT = "SELECT ?s ?o WHERE { ?s <http://example.org/p> ?o } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s <http://example.org/p> ?o }"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    found = Database(tmp_path_factory.mktemp("protocol") / "db")
    publish(found, "one", "1", "g1")
    publish(found, "two", "2", "g2")
    return found


@pytest.fixture
def client(database: Database) -> Iterator[FlaskClient]:
    with create_app(database).test_client() as client:
        yield client


def publish(database: Database, subject: str, value: str, graph: str) -> None:
    with database.write("test") as draft:
        node = ox.NamedNode(f"{EX}{graph}")
        draft.replace(
            node.value, [ox.Quad(ox.NamedNode(EX + subject), ox.NamedNode(f"{EX}p"), ox.Literal(value), node)]
        )


def ask(client: FlaskClient, query: str, accept: str | None = None, **parameters: str) -> Answer:
    headers = {"Accept": accept} if accept else {}
    return Answer(client.get("/sparql?" + urlencode({"query": query, **parameters}), headers=headers))


class Answer:
    """A response, with what tests ask of it."""

    def __init__(self, response: object) -> None:
        self.response = response
        self.status: int = response.status_code  # type: ignore[attr-defined]
        self.type: str = response.mimetype  # type: ignore[attr-defined]
        self.headers = response.headers  # type: ignore[attr-defined]
        self.body: bytes = response.get_data()  # type: ignore[attr-defined]

    @property
    def values(self) -> list[str]:
        return sorted(row["o"]["value"] for row in json.loads(self.body)["results"]["bindings"])

    @property
    def problem(self) -> dict[str, object]:
        assert self.type == "application/problem+json"
        document: dict[str, object] = json.loads(self.body)
        assert document["status"] == self.status
        assert document["title"]
        assert document["detail"]
        return document


def test_a_query_sees_the_union_of_all_graphs(client: FlaskClient) -> None:
    answer = ask(client, SELECT)
    assert (answer.status, answer.type, answer.values) == (200, "application/sparql-results+json", ["1", "2"])


def test_stored_default_graph_sees_only_the_unnamed_one(database: Database) -> None:
    client = create_app(database, union=False).test_client()
    assert ask(client, SELECT).values == []
    assert ask(client, "SELECT ?o { GRAPH ?g { ?s ?p ?o } }").values == ["1", "2"]


@pytest.mark.parametrize("content_type", ["application/sparql-query", "application/sparql-query; charset=UTF-8"])
def test_a_query_may_be_the_body(client: FlaskClient, content_type: str) -> None:
    answer = Answer(client.post("/sparql", data=SELECT.encode(), headers={"Content-Type": content_type}))
    assert answer.values == ["1", "2"]


def test_a_query_may_be_a_form(client: FlaskClient) -> None:
    assert Answer(client.post("/sparql", data={"query": SELECT})).values == ["1", "2"]


@pytest.mark.parametrize(
    ("parameters", "values"),
    [
        ([("default-graph-uri", f"{EX}g1")], ["1"]),
        ([("default-graph-uri", f"{EX}g1"), ("default-graph-uri", f"{EX}g2")], ["1", "2"]),
        ([("named-graph-uri", f"{EX}g1")], []),
        ([("default-graph-uri", f"{EX}none")], []),
    ],
)
def test_named_graphs_make_the_dataset(
    client: FlaskClient, parameters: list[tuple[str, str]], values: list[str]
) -> None:
    told = urlencode([("query", SELECT), *parameters])
    assert Answer(client.get(f"/sparql?{told}")).values == values
    direct = client.post(
        f"/sparql?{urlencode(parameters)}", data=SELECT, headers={"Content-Type": "application/sparql-query"}
    )
    assert Answer(direct).values == values
    assert Answer(client.post("/sparql", data=told, content_type=protocol.FORM)).values == values


@pytest.mark.parametrize(
    ("query_string", "detail"),
    [
        (f"query={quote(SELECT)}&query={quote(SELECT)}", "2 query parameters"),
        ("query=", "empty"),
        ("query=%20", "empty"),
        ("query=%FF", "UTF-8"),
        (f"query={quote(SELECT)}&default-graph-uri=not%20an%20iri", "not an iri"),
        (f"query={quote(SELECT)}&format=yaml", "json, xml, csv, tsv, ttl, rdf, nt, jsonld"),
        ("update=CLEAR+ALL", "never done by GET"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_the_reason(
    client: FlaskClient, query_string: str, detail: str
) -> None:
    answer = Answer(client.get(f"/sparql?{query_string}"))
    assert answer.status == 400
    assert detail in str(answer.problem["detail"])


def test_a_syntax_error_says_line_and_column(client: FlaskClient) -> None:
    answer = ask(client, "SELECT ?s WHERE {\n  ?s nope:p ?o\n}")
    assert answer.status == 400
    assert answer.problem["line"] == 2
    assert isinstance(answer.problem["column"], int)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/sparql-update", "CLEAR ALL"),
        (protocol.FORM, "update=CLEAR+ALL"),
    ],
)
def test_updates_are_forbidden_and_change_nothing(client: FlaskClient, content_type: str, body: str) -> None:
    answer = Answer(client.post("/sparql", data=body, headers={"Content-Type": content_type}))
    assert answer.status == 403
    assert "read" in str(answer.problem["title"]).lower()
    assert ask(client, SELECT).values == ["1", "2"]


def test_an_update_sent_as_a_query_is_malformed(client: FlaskClient) -> None:
    assert ask(client, "DELETE WHERE { ?s ?p ?o }").status == 400
    assert ask(client, SELECT).values == ["1", "2"]


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/json", ""])
def test_other_bodies_are_not_supported(client: FlaskClient, content_type: str) -> None:
    answer = Answer(client.post("/sparql", data=SELECT, headers={"Content-Type": content_type}))
    assert answer.status == 415
    assert protocol.QUERY in answer.headers["Accept-Post"]


def test_queries_are_utf_8(client: FlaskClient) -> None:
    utf_16 = client.post(
        "/sparql", data=SELECT.encode("utf-16"), headers={"Content-Type": "application/sparql-query; charset=utf-16"}
    )
    assert utf_16.status_code == 415
    latin = client.post("/sparql", data=b"ASK {} #\xe9", headers={"Content-Type": "application/sparql-query"})
    assert latin.status_code == 400


def test_chinese_arrives_by_every_way(client: FlaskClient) -> None:
    query = 'SELECT (STRLEN("百县百品") AS ?o) {}'
    assert ask(client, query).values == ["4"]
    assert Answer(client.post("/sparql", data={"query": query})).values == ["4"]


def test_what_is_too_long_is_refused(client: FlaskClient) -> None:
    long = "ASK {} #" + "x" * protocol.MAX_QUERY
    assert client.post("/sparql", data=long, headers={"Content-Type": protocol.QUERY}).status_code == 413
    assert client.post("/sparql", data={"query": long}).status_code == 413
    for media_type in (protocol.FORM, protocol.UPDATE, protocol.QUERY):
        told = {"CONTENT_LENGTH": str(protocol.most_bytes(media_type) + 1)}
        answer = client.post("/sparql", data=b"x", content_type=media_type, environ_overrides=told)
        assert answer.status_code == 413
    assert client.get(f"/sparql?query={'x' * protocol.MAX_URL}").status_code == 414


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(client: FlaskClient, method: str) -> None:
    answer = Answer(client.open("/sparql?query=ASK%7B%7D", method=method))
    assert answer.status == 405
    assert {"GET", "HEAD", "OPTIONS", "POST"} == set(answer.headers["Allow"].split(", "))


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    answer = Answer(client.head("/sparql?" + urlencode({"query": SELECT})))
    assert (answer.status, answer.type, answer.body) == (200, "application/sparql-results+json", b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_scripts_of_other_sites_may_ask(client: FlaskClient) -> None:
    preflight = client.options("/sparql", headers={"Origin": "https://example.org"})
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    for answer in (ask(client, SELECT), ask(client, "ASK {")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("format", "select", "construct"),
    [
        ("json", "application/sparql-results+json", "application/ld+json"),
        ("xml", "application/sparql-results+xml", "application/rdf+xml"),
        ("csv", "text/csv", None),
        ("tsv", "text/tab-separated-values", None),
        ("ttl", None, "text/turtle"),
        ("nt", None, "application/n-triples"),
        ("rdf", None, "application/rdf+xml"),
        ("jsonld", None, "application/ld+json"),
        ("trig", None, "application/trig"),
        ("nq", None, "application/n-quads"),
    ],
)
def test_format_wins_over_accept(client: FlaskClient, format: str, select: str | None, construct: str | None) -> None:
    for query, expected in ((SELECT, select), (CONSTRUCT, construct)):
        answer = ask(client, query, accept="image/png", format=format, output="xml", results="x")
        if expected:
            assert (answer.status, answer.type) == (200, expected)
        else:
            assert answer.status == 400, "what the address names, the client named: there is nothing to negotiate"
            assert "application/sparql-results+json" in str(answer.problem["available"])


def test_what_cannot_be_made_is_not_acceptable(client: FlaskClient) -> None:
    assert ask(client, SELECT, accept="image/png").status == 406
    assert ask(client, SELECT, accept="text/turtle").status == 406
    assert ask(client, "ASK {}", accept="application/sparql-results+xml").status == 200


def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient) -> None:
    path = "/sparql?" + urlencode({"query": SELECT})
    first = client.get(path)
    assert first.headers["Vary"] == "Accept"
    tag = first.headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert client.get(path, headers={"If-None-Match": tag, "Accept": "text/csv"}).status_code == 200


def test_a_new_snapshot_makes_old_tags_stale(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    publish(database, "one", "1", "g1")
    client = create_app(database).test_client()
    path = "/sparql?" + urlencode({"query": SELECT})
    tag = client.get(path).headers["ETag"]
    publish(database, "two", "2", "g2")
    fresh = client.get(path, headers={"If-None-Match": tag})
    assert Answer(fresh).values == ["1", "2"]


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "struuid()"])
def test_an_answer_that_changes_by_itself_has_no_tag(client: FlaskClient, call: str) -> None:
    answer = ask(client, f"SELECT ({call} AS ?o) {{}}")
    assert answer.status == 200
    assert "ETag" not in answer.headers


def test_the_time_taken_is_told(client: FlaskClient) -> None:
    assert ask(client, SELECT).headers["Server-Timing"].startswith("query;dur=")


def test_a_browser_is_sent_to_the_page(client: FlaskClient) -> None:
    bare = client.get("/sparql", headers=BROWSER | {"Accept-Language": "zh-CN,zh"})
    assert (bare.status_code, bare.headers["Location"]) == (303, "/zh/sparql")
    asked = client.get("/sparql?" + urlencode({"query": SELECT}), headers=BROWSER)
    assert asked.headers["Location"].startswith("/en/sparql?query=SELECT")
    assert client.get("/sparql?format=ttl", headers=BROWSER).mimetype == "text/turtle"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
    ],
)
def test_without_a_query_the_service_describes_itself(client: FlaskClient, accept: str, media_type: str) -> None:
    response = client.get("/sparql", headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)
    store = ox.Store()
    format = ox.RdfFormat.from_media_type(media_type)
    assert format is not None
    store.load(response.get_data(), format=format, base_iri="http://localhost/sparql")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    found = {
        (q.predicate.value.removeprefix(sd), getattr(q.object, "value", ""))
        for q in store
        if q.predicate.value.startswith(sd)
    }
    assert ("endpoint", "http://localhost/sparql") in found
    assert ("name", f"{EX}g1") in found
    assert ("name", f"{EX}g2") in found
    assert ("feature", f"{sd}UnionDefaultGraph") in found
    assert ("resultFormat", "http://www.w3.org/ns/formats/SPARQL_Results_CSV") in found
    counts = [q.object for q in store.quads_for_pattern(None, ox.NamedNode("http://rdfs.org/ns/void#triples"), None)]
    assert [getattr(c, "value", "") for c in counts] == ["1", "1"]


def test_security_headers_stand_on_every_answer(client: FlaskClient) -> None:
    for path in ("/healthz", "/en/", "/sparql?query=ASK%7B%7D", "/nowhere"):
        headers = client.get(path).headers
        rules = dict(rule.partition(" ")[::2] for rule in headers["Content-Security-Policy"].split("; "))
        assert rules["default-src"] == "'none'"
        assert {rules[f"{kind}-src"] for kind in ("script", "style", "img", "connect")} == {"'self'"}
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]


def test_an_empty_store_answers_too(tmp_path: Path) -> None:
    client = create_app(Database(tmp_path / "none")).test_client()
    assert client.get("/healthz").json == {"status": "ok", "version": "0.1.0", "snapshot": None, "quads": 0}
    assert ask(client, SELECT).values == []
    for path in ("/zh/", "/en/programme/", "/en/sparql", "/sparql"):
        assert client.get(path).status_code == 200
    assert client.get("/en/programme/none").status_code == 404
