"""What every store behind the seam must do alike: the embedded one, any endpoint, and real Fuseki and Virtuoso."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pytest

from graph.cache import Cache
from graph.database import Database
from graph.engine import Dataset, Exhausted, Limit, NotAcceptable, NotOffered
from graph.formats import Format, Kind
from graph.remote.store import RemoteStore
from graph.update import Part
from graph.workers.limits import Limits
from ontology.errors import QueryError
from server.app import create_app

G1, G2 = "urn:x-test:g1", "urn:x-test:g2"
TURTLE = """
@prefix : <urn:x-test:> .
:a :p 1, 2.5, "上海"@zh, "two\\nlines \\"quoted\\", <tag>; comma" ; :q [ :r :b ] .
:b :when "2019-10-17"^^<http://www.w3.org/2001/XMLSchema#date> .
""".encode()


@pytest.fixture
def filled(served: Any) -> Iterator[Any]:
    """A store with two graphs, which are gone afterwards."""
    served.writer.put_graph(G1, [Part(TURTLE, Format.TURTLE)])
    served.writer.put_graph(G2, [Part(b"<urn:x-test:a> <urn:x-test:p> 1 .", Format.TURTLE)])
    learn(served)
    yield served
    for graph in list(served.store.reader().snapshot.graphs):
        if graph:
            served.writer.drop_graph(graph)
    if served.has_unnamed:
        served.writer.drop_graph(None)
    learn(served)


def learn(served: Any) -> None:
    """Let a remote store be asked at once which graphs it has, as it is after some seconds by itself."""
    if hasattr(served.store, "_learn"):
        served.store._learn()


def rows(served: Any, text: str, dataset: Dataset | None = None) -> list[tuple[str, ...]]:
    body = served.engine.answer(text, dataset or Dataset(), (Format.JSON,)).body
    found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(tuple(str(term) for term in row) for row in found)


def number(served: Any, pattern: str, dataset: Dataset | None = None) -> int:
    found = rows(served, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", dataset)
    match = re.match(r'"(\d+)"', found[0][0])
    assert match
    return int(match[1])


def test_a_graph_is_put_replaced_extended_read_and_dropped(filled: Any) -> None:
    writer = filled.writer
    store = filled.store.reader().store
    triples = {(q.predicate.value, str(q.object)) for q in store.quads_for_pattern(None, None, None, ox.NamedNode(G1))
               if isinstance(q.subject, ox.NamedNode) and not isinstance(q.object, ox.BlankNode)}  # fmt: skip
    assert triples == {
        (f"urn:x-test:{p}", o)
        for p, o in (
            ("p", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            ("p", '"2.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
            ("p", '"上海"@zh'),
            ("p", r'"two\nlines \"quoted\", <tag>; comma"'),
            ("when", '"2019-10-17"^^<http://www.w3.org/2001/XMLSchema#date>'),
        )
    }
    assert number(filled, "GRAPH ?g { <urn:x-test:a> <urn:x-test:q> ?b . ?b <urn:x-test:r> ?c }") == 1
    more = Part(b"<urn:x-test:c> <urn:x-test:p> 1 .", Format.TURTLE)
    assert writer.put_graph("urn:x-test:new", [more]).is_new
    assert not writer.put_graph("urn:x-test:new", [more]).is_new
    assert not writer.put_graph(G2, [more], add=True).is_new
    assert number(filled, f"GRAPH <{G2}> {{ ?s ?p ?o }}") == 2
    assert not writer.put_graph(G2, [more]).is_new
    assert number(filled, f"GRAPH <{G2}> {{ ?s ?p ?o }}") == 1
    assert writer.drop_graph(G2).found
    assert not writer.drop_graph(G2).found
    # Virtuoso counts 1 in a graph that is not there, so the rows themselves are asked for.
    assert rows(filled, f"SELECT ?s {{ GRAPH <{G2}> {{ ?s ?p ?o }} }}") == []
    assert not filled.store.reader().store.contains_named_graph(ox.NamedNode(G2))


def test_malformed_data_is_refused_with_its_place(filled: Any) -> None:
    with pytest.raises(QueryError) as caught:
        filled.writer.put_graph(G2, [Part(b"<urn:x-test:a> <urn:x-test:p>\n 1 2 .", Format.TURTLE)])
    where = caught.value.problems[0].where
    assert where is not None
    assert where.line == 2
    assert number(filled, f"GRAPH <{G2}> {{ ?s ?p ?o }}") == 1


@pytest.mark.parametrize("chosen", Format.of_kind(Kind.RESULTS), ids=lambda f: f.short)
def test_tables_come_in_every_format(filled: Any, chosen: Format) -> None:
    text = f"SELECT ?o ?none {{ GRAPH <{G1}> {{ <urn:x-test:a> <urn:x-test:p> ?o }} FILTER(LANG(?o) != '') }}"
    answer = filled.engine.answer(text, Dataset(), (Format.TURTLE, chosen))
    assert answer.format is chosen
    if chosen is Format.CSV:
        assert answer.body.decode().split() == ["o,none", "上海,"]
        return
    found = ox.parse_query_results(answer.body, format=chosen.results)
    assert isinstance(found, ox.QuerySolutions)
    assert [v.value for v in found.variables] == ["o", "none"]
    assert [row["o"] for row in found] == [ox.Literal("上海", language="zh")]


@pytest.mark.parametrize("chosen", [Format.JSON, Format.XML], ids=lambda f: f.short)
def test_yes_and_no_come_in_both_formats(filled: Any, chosen: Format) -> None:
    for subject, truth in (("a", True), ("nobody", False)):
        answer = filled.engine.answer(f"ASK {{ <urn:x-test:{subject}> ?p ?o }}", Dataset(), (Format.CSV, chosen))
        assert answer.format is chosen
        assert bool(ox.parse_query_results(answer.body, format=chosen.results)) is truth


@pytest.mark.parametrize("chosen", [Format.TURTLE, Format.NTRIPLES, Format.RDFXML, Format.JSONLD, Format.NQUADS],
                         ids=lambda f: f.short)  # fmt: skip
def test_graphs_come_in_every_format(filled: Any, chosen: Format) -> None:
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{G1}> {{ ?s ?p ?o }} }}"
    answer = filled.engine.answer(text, Dataset(), (Format.JSON, chosen))
    assert answer.format is chosen
    found = ox.Dataset(ox.parse(answer.body, format=chosen.rdf))
    wanted = ox.Dataset(ox.parse(TURTLE, format=ox.RdfFormat.TURTLE))
    for dataset in (found, wanted):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert found == wanted


def test_a_form_that_no_format_fits_is_not_acceptable(filled: Any) -> None:
    with pytest.raises(NotAcceptable):
        filled.engine.answer("ASK {}", Dataset(), (Format.CSV, Format.TURTLE))


def test_the_dataset_is_the_union_unless_graphs_are_named(filled: Any) -> None:
    pattern = "<urn:x-test:a> <urn:x-test:p> ?o"
    assert len(set(rows(filled, f"SELECT ?o {{ {pattern} }}"))) == 4
    if filled.name in ("embedded", "fuseki"):  # where graphs have to be named one by one it may count twice
        assert number(filled, pattern) == 4, "the triple that both graphs state counts once"
    assert number(filled, f"GRAPH ?g {{ {pattern} }}") == 5
    assert number(filled, pattern, Dataset((G2,))) == 1
    assert number(filled, f"GRAPH ?g {{ {pattern} }}", Dataset((), (G2,))) == 1
    assert number(filled, pattern, Dataset((), (G2,))) == 0
    assert rows(filled, f"SELECT ?o FROM <{G2}> {{ {pattern} }}") == [
        ('"1"^^<http://www.w3.org/2001/XMLSchema#integer>',)
    ]
    assert number(filled, pattern, Dataset(union=False)) == 0, "nothing is in the unnamed graph"


def test_the_unnamed_graph_is_part_of_the_union(filled: Any) -> None:
    if not filled.has_unnamed:
        pytest.skip("Virtuoso has no unnamed graph")
    filled.writer.update("INSERT DATA { <urn:x-test:z> <urn:x-test:p> 9 }")
    learn(filled)
    if filled.name == "endpoint":
        pytest.skip("an unknown store has no name for its unnamed graph, so it cannot be part of a union")
    assert number(filled, "<urn:x-test:z> ?p ?o") == 1
    assert number(filled, "?s ?p ?o", Dataset(union=False)) == 1


def test_an_update_is_seen_by_the_next_query_and_relative_iris_have_our_base(filled: Any) -> None:
    base = "http://127.0.0.1/sparql"
    filled.writer.update(f"INSERT DATA {{ GRAPH <{G2}> {{ <new> <urn:x-test:p> 'é\\u0301' }} }}", base=base)
    asked = "SELECT ?o { <new> <urn:x-test:p> ?o }"
    assert rows(filled, asked, Dataset(base=base)) == [('"é\u0301"',)]
    before = filled.store.reader().snapshot.number
    filled.writer.update(f"DELETE WHERE {{ GRAPH <{G2}> {{ <http://127.0.0.1/new> ?p ?o }} }}")
    assert rows(filled, asked, Dataset(base=base)) == []
    assert filled.store.reader().snapshot.number > before


def test_a_query_in_error_is_told_with_line_and_column(served: Any) -> None:
    with pytest.raises(QueryError) as caught:
        served.engine.answer("SELECT ?x\nWHERE { ?x ?y }", Dataset(), (Format.JSON,))
    where = caught.value.problems[0].where
    assert where is not None
    assert (where.line, where.column) == (2, 16)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { { SELECT ?s { SERVICE ?where { ?s ?p ?o } } } }",
    ],
)
def test_a_query_that_would_reach_another_server_is_refused(served: Any, text: str) -> None:
    with pytest.raises(QueryError) as caught:
        served.engine.answer(text, Dataset(), (Format.JSON,))
    assert isinstance(caught.value, NotOffered) or "\\u" in text, "an escaped keyword may be malformed instead"


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:{}/>",
        "LO\\u0041D SILENT <http://127.0.0.1:{}/> INTO GRAPH <urn:x-test:g>",
        "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <http://127.0.0.1:{}/> {{ ?s ?p ?o }} }}",
    ],
)
def test_an_update_reaches_no_other_server(served: Any, endpoint: Any, text: str) -> None:
    port = endpoint.url.rpartition(":")[2].partition("/")[0]
    with contextlib.suppress(NotOffered, QueryError):
        served.writer.update(text.format(port))
        assert served.name == "embedded", "only there is SILENT left to fail by itself"
    assert endpoint.asked == []


def test_nesting_that_would_crash_a_parser_is_refused(served: Any) -> None:
    with pytest.raises(Exhausted) as caught:
        served.engine.answer("SELECT * " + "{" * 25_000 + "}" * 25_000, Dataset(), (Format.JSON,))
    assert caught.value.limit is Limit.DEPTH


def test_an_answer_that_is_too_large_is_none(served: Any) -> None:
    many = "\n".join(f"<urn:x-test:s{i}> <urn:x-test:p> <urn:x-test:{'o' * 200}{i}> ." for i in range(200))
    graph = "urn:x-test:many"
    served.writer.put_graph(graph, [Part(many.encode(), Format.NTRIPLES)])
    learn(served)
    try:
        with pytest.raises(Exhausted) as caught:
            served.engine.answer(
                "SELECT * { ?a <urn:x-test:p> ?b . ?c <urn:x-test:p> ?d }", Dataset((graph,)), (Format.JSON,)
            )
        assert caught.value.limit is Limit.SIZE
    finally:
        served.writer.drop_graph(graph)


def test_many_ask_and_write_at_once(filled: Any) -> None:
    wrong: list[object] = []

    def ask() -> None:
        try:
            for _ in range(5):
                if number(filled, f"GRAPH <{G1}> {{ <urn:x-test:a> <urn:x-test:p> ?o }}") != 4:
                    wrong.append("another number")
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for i in range(3):
        filled.writer.put_graph(G2, [Part(f"<urn:x-test:a> <urn:x-test:p> {i} .".encode(), Format.TURTLE)])
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_real_store_is_stopped_in_time_and_cuts_nothing_silently(served: Any) -> None:
    if served.name in ("embedded", "endpoint"):
        pytest.skip("there is a real store only with Fuseki and Virtuoso")
    many = "\n".join(f"<urn:x-test:s{i}> <urn:x-test:p> {i} ." for i in range(300))
    graph = "urn:x-test:many"
    served.writer.put_graph(graph, [Part(many.encode(), Format.TURTLE)])
    hasty = RemoteStore(served.url, limits=Limits(seconds=2, megabytes=500, answer=64 << 20))
    try:
        pairs = "SELECT (1 AS ?one) { ?a <urn:x-test:p> ?b . ?c <urn:x-test:p> ?d } LIMIT 20000"
        if served.name == "virtuoso":
            with pytest.raises(Exhausted) as cut:
                served.engine.answer(pairs, Dataset((graph,)), (Format.CSV,))
            assert cut.value.limit is Limit.SIZE
            assert "10000 rows" in str(cut.value)
        else:
            assert served.engine.answer(pairs, Dataset((graph,)), (Format.CSV,)).body.count(b"\n") == 20_001
        pattern = " . ".join(f"?s{i} <urn:x-test:p> ?o{i}" for i in range(5))
        started = time.monotonic()
        with pytest.raises(Exhausted) as caught:
            hasty.answer(f"SELECT (SUM(?o0 + ?o4) AS ?n) {{ {pattern} }}", Dataset((graph,)), (Format.JSON,))
        assert caught.value.limit is Limit.TIME
        assert time.monotonic() - started < 4
    finally:
        hasty.close()
        served.writer.drop_graph(graph)


PAGES = ("/zh/", "/en/programme/", "/en/programme/baixian-baipin", "/zh/area/532300", "/en/graph/source/baixian-baipin",
         "/data/area/532300.csv", "/data/programme/baixian-baipin.nt")  # fmt: skip


def test_pages_and_data_are_the_same_as_over_a_data_directory(served: Any, ten_cases: Database) -> None:
    if served.name == "embedded":
        pytest.skip("there is nothing to compare")
    there = ten_cases.reader().store
    graphs = [g for g in ten_cases.reader().snapshot.graphs if g]  # type: ignore[union-attr]
    try:
        for graph in graphs:
            triples = (q.triple for q in there.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
            data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
            served.writer.put_graph(graph, [Part(data or b"", Format.NTRIPLES)])
        learn(served)
        told = served.store.reader().snapshot.graphs
        assert {g: told.get(g) for g in graphs} == {g: ten_cases.reader().snapshot.graphs[g] for g in graphs}  # type: ignore[union-attr]
        here = create_app(ten_cases).test_client()
        remote = create_app(served.store, engine=Cache(served.engine, served.store)).test_client()
        for page in PAGES:
            wanted, got = here.get(page), remote.get(page)
            assert (page, got.status_code) == (page, wanted.status_code)
            assert _content(got.data, served.name) == _content(wanted.data, served.name), page
            assert remote.get(page, headers={"If-None-Match": got.headers["ETag"]}).status_code == 304
        started = time.perf_counter()
        for _ in range(20):
            assert remote.get("/en/programme/baixian-baipin").status_code == 200
        assert time.perf_counter() - started < 20
    finally:
        for graph in graphs:
            served.writer.drop_graph(graph)


def _content(body: bytes, name: str) -> list[bytes]:
    """Return the lines of a page but for the footer, which tells the snapshot."""
    body = re.sub(rb"(?s)<footer.*?</footer>", b"", body)
    if name == "virtuoso":  # it keeps booleans as numbers
        body = re.sub(rb'"(?:0|1|true|false)"\^\^<http://www.w3.org/2001/XMLSchema#boolean>', b"boolean", body)
    return sorted(re.sub(rb"_:\w+", b"_:b", body).splitlines())
