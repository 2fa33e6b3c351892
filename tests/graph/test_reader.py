"""Queries against a snapshot: datasets, forms and formats, and what is refused."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from graph import syntax
from graph.database import Database
from graph.engine import Dataset, NotAcceptable
from graph.formats import Format
from graph.reader import Reader
from ontology.errors import QueryError

S, P = NamedNode("http://example.com/s"), NamedNode("http://example.com/p")
G, H = NamedNode("http://example.com/g"), NamedNode("http://example.com/h")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Two graphs that share one triple, and a triple in the default graph."""
    db = Database(tmp_path_factory.mktemp("reader") / "db")
    with db.write("test") as draft:
        draft.replace(G.value, [Quad(S, P, Literal(1), G), Quad(S, P, Literal(2), G)])
        draft.replace(H.value, [Quad(S, P, Literal(2), H), Quad(S, P, Literal(3), H)])
        draft.store.add(Quad(S, P, Literal(9)))
        draft.touch("")
    return db.reader()


def values(reader: Reader, text: str, dataset: Dataset) -> list[int]:
    body = json.loads(reader.answer(text, dataset, [Format.JSON]).body)
    return sorted(int(b["o"]["value"]) for b in body["results"]["bindings"])


@pytest.mark.parametrize(
    ("text", "dataset", "expected"),
    [
        ("SELECT ?o { ?s ?p ?o }", Dataset(), [1, 2, 3, 9]),
        ("SELECT ?o { ?s ?p ?o }", Dataset(union=False), [9]),
        ("SELECT ?o FROM <http://example.com/g> { ?s ?p ?o }", Dataset(), [1, 2]),
        ("SELECT ?o FROM <http://example.com/g> { ?s ?p ?o }", Dataset(union=False), [1, 2]),
        ("SELECT ?o FROM <http://example.com/g> { ?s ?p ?o }", Dataset((H.value,)), [2, 3]),
        ("SELECT ?o { ?s ?p ?o }", Dataset((H.value,)), [2, 3]),
        ("SELECT ?o { GRAPH ?g { ?s ?p ?o } }", Dataset(), [1, 2, 2, 3]),
        ("SELECT ?o { GRAPH ?g { ?s ?p ?o } }", Dataset((H.value,)), []),
        ("SELECT ?o { GRAPH ?g { ?s ?p ?o } }", Dataset(named_graphs=(G.value,)), [1, 2]),
        ("SELECT ?o { ?s ?p ?o }", Dataset(named_graphs=(G.value,)), []),
        ("SELECT ?o FROM NAMED <http://example.com/h> { GRAPH ?g { ?s ?p ?o } }", Dataset(), [2, 3]),
    ],
)
def test_what_a_query_is_asked_of(reader: Reader, text: str, dataset: Dataset, expected: list[int]) -> None:
    assert values(reader, text, dataset) == expected


def test_a_triple_of_two_graphs_counts_once_in_the_union(reader: Reader) -> None:
    (row,) = reader.select("SELECT (SUM(?o) AS ?sum) (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert (row["sum"].value, row["n"].value) == ("15", "4")


def test_a_from_clause_counts_where_graphs_share_nothing(tmp_path: Path) -> None:
    db = Database(tmp_path / "db")
    with db.write("test") as draft:
        draft.replace(G.value, [Quad(S, P, Literal(1), G)])
        draft.replace(H.value, [Quad(S, P, Literal(2), H)])
    snapshot = db.current
    assert snapshot is not None
    assert snapshot.repeated == 0
    assert values(db.reader(), "SELECT ?o FROM <http://example.com/g> { ?s ?p ?o }", Dataset()) == [1]
    assert values(db.reader(), 'SELECT ?o { ?s ?p ?o FILTER("from" != "FROM") } # from', Dataset()) == [1, 2]


@pytest.mark.parametrize(
    ("text", "asked", "given"),
    [
        ("SELECT * { ?s ?p ?o }", [Format.TURTLE, Format.CSV, Format.JSON], Format.CSV),
        ("SELECT * { ?s ?p ?o }", [Format.XML], Format.XML),
        ("SELECT * { ?s ?p ?o }", [Format.TSV], Format.TSV),
        ("ASK { ?s ?p ?o }", [Format.CSV, Format.XML], Format.XML),
        ("CONSTRUCT WHERE { ?s ?p ?o }", [Format.JSON, Format.TURTLE], Format.TURTLE),
        ("CONSTRUCT WHERE { ?s ?p ?o }", [Format.NTRIPLES], Format.NTRIPLES),
        ("CONSTRUCT WHERE { ?s ?p ?o }", [Format.RDFXML], Format.RDFXML),
        ("CONSTRUCT WHERE { ?s ?p ?o }", [Format.JSONLD], Format.JSONLD),
        ("CONSTRUCT WHERE { ?s ?p ?o }", [Format.NQUADS], Format.NQUADS),
        ("DESCRIBE <http://example.com/s>", [Format.TURTLE], Format.TURTLE),
    ],
)
def test_the_first_format_that_fits_is_used(reader: Reader, text: str, asked: list[Format], given: Format) -> None:
    answer = reader.answer(text, Dataset(), asked)
    assert answer.format is given
    assert answer.media_type == given.media_type
    if given.is_rdf:
        assert len(set(pyoxigraph.parse(answer.body, given.rdf))) == 4
    else:
        assert list(pyoxigraph.parse_query_results(answer.body, given.results)) if given is Format.TSV else answer.body


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("SELECT * { ?s ?p ?o }", [Format.TURTLE]),
        ("ASK {}", [Format.CSV, Format.TSV]),
        ("CONSTRUCT WHERE { ?s ?p ?o }", [Format.CSV]),
        ("ASK {}", []),
    ],
)
def test_no_format_that_fits_is_told_from_a_bad_query(reader: Reader, text: str, asked: list[Format]) -> None:
    with pytest.raises(NotAcceptable, match="Ask for one of"):
        reader.answer(text, Dataset(), asked)


def test_turtle_is_for_reading(reader: Reader) -> None:
    text = """PREFIX dk: <https://w3id.org/duikou/ontology#> CONSTRUCT {
        <https://w3id.org/duikou/id/area/532300> a dk:Area ; dk:within <https://w3id.org/duikou/id/area/530000> ;
            dk:level <https://w3id.org/duikou/concept/level/prefecture> } {}"""
    body = reader.answer(text, Dataset(), [Format.TURTLE]).body.decode()
    assert "area:532300 a dk:Area" in body
    assert "dk:within area:530000" in body
    assert "level:prefecture" in body


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        ("SELECT *\nWHERE { ?s ?p ?o . FILTER(?o > ) }", 2, 35, "cannot be read"),
        ("SELECT * { ?s ex:p ?o }", 1, 15, "prefix ex: is not declared"),
        ("SELECT * { ?s dk:value ?o }", 1, 15, "PREFIX dk: <https://w3id.org/duikou/ontology#>"),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, 40, "neither grouped by nor aggregated"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 34, "SELECT * cannot be used with GROUP BY"),
        ("# a comment\nINSERT DATA { <a:a> <a:b> <a:c> }", 2, 1, "INSERT is an update"),
        ("PREFIX x: <http://x/>\nDROP ALL", 2, 1, "DROP is an update"),
    ],
)
def test_a_malformed_query_is_told_by_line_and_column(
    reader: Reader, text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(QueryError) as caught:
        reader.answer(text, Dataset(), [Format.JSON])
    (problem,) = caught.value.problems
    assert words in str(problem)
    assert problem.where is not None
    assert (problem.where.file, problem.where.line, problem.where.column) == ("query", line, column)


def test_an_unknown_function_is_an_error_of_its_expression_only(reader: Reader) -> None:
    text = "SELECT ?o (<http://example.com/f>(?o) AS ?x) (<http://example.com/g>(?o) AS ?y) { ?s ?p ?o } ORDER BY ?o"
    body = json.loads(reader.answer(text, Dataset(), [Format.JSON]).body)
    assert [sorted(b) for b in body["results"]["bindings"]] == [["o"]] * 4


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that notes who calls."""
    calls: list[str] = []

    class Noting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sparql", calls
    server.shutdown()
    server.server_close()


SERVICES = [
    "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ sErViCe<{url}>{{}} }}",
    "SELECT * {{ VALUES ?x {{ <{url}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
    "PREFIX e: <{url}> SELECT * {{ SERVICE#>\n e: {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?x {{ <{url}> }} FILTER(1<2)SERVICE#>\n?x{{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?x {{ <{url}> }} BIND(1 AS ?b) FILTER(?b<?b||true)SERVICE#>\n?x{{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 'x\\'' OPTIONAL {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} {{ # SERVICE\n SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ S\\u0045RVICE <{url}> {{ ?s ?p ?o }} }}",
    'SELECT ?zservice {{ ?zservice ?service "service" . SERVICE <{url}> {{ ?s ?p ?o }} }}',
]


@pytest.mark.parametrize("text", SERVICES)
def test_no_query_calls_another_endpoint(reader: Reader, listener: tuple[str, list[str]], text: str) -> None:
    url, calls = listener
    with pytest.raises(QueryError):
        reader.answer(text.format(url=url), Dataset(), [Format.JSON, Format.TURTLE])
    assert calls == []


def test_a_refused_service_says_where_it_stands(reader: Reader) -> None:
    with pytest.raises(QueryError, match="SERVICE is not offered") as caught:
        reader.answer("SELECT *\n{ SERVICE <http://example.com/> { ?s ?p ?o } }", Dataset(), [Format.JSON])
    assert str(caught.value.problems[0].where) == "query:2:3"


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ?service { ?service <urn:service> "SERVICE", """\nservice"""@en } # service <http://x> {',
        "PREFIX service: <http://x/service#> SELECT * { service:SERVICE service:service ?o }",
        "SELECT * { ?s <http://x/\\u0073ervice> ?o }",
        "SELECT (STR('\\u0053ERVICE') AS ?x) {}",
    ],
)
def test_the_word_service_may_be_used_in_names_and_texts(reader: Reader, text: str) -> None:
    assert reader.answer(text, Dataset(), [Format.JSON]).body


def test_bad_syntax_is_told_even_where_service_occurs(reader: Reader) -> None:
    with pytest.raises(QueryError) as caught:
        reader.answer("SELECT * {\n ?s ?p \n SERVICE <http://x/> { ?s ?p ?o } }", Dataset(), [Format.JSON])
    assert "SERVICE is not offered" not in str(caught.value)


@given(st.text(alphabet=" \t\n<>{}().?$#'\"\\:;,=|&^/*+-_@servicSERVICfromFROMuU0073a", max_size=60))
def test_the_checks_end_with_a_query_error_or_nothing(text: str) -> None:
    with contextlib.suppress(QueryError):
        syntax.refuse_service(text)
        syntax.uses("from", text)


def test_an_iri_that_is_none_is_a_query_error(reader: Reader) -> None:
    with pytest.raises(QueryError, match="is not the IRI of a graph"):
        reader.answer("ASK {}", Dataset(("not an iri",)), [Format.JSON])


def test_substitutions_bind_before_evaluation(reader: Reader) -> None:
    assert [row["o"].value for row in reader.select("SELECT ?s ?o { ?s ?p ?o FILTER(?o > 3) }", s=S)] == ["9"]
