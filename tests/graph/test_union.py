"""What is told of a write is all that changed: counts, repeats and the union are what counting everything gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode

from graph import update
from graph.database import Database
from graph.formats import Format
from graph.update import Part
from graph.written import Written, written

UPDATES = (
    "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } }",
    "INSERT DATA { GRAPH <urn:h> { <urn:a> <urn:p> 1, 01, '1', 1.0 } GRAPH <urn:g> { <urn:a> <urn:p> 1.00 } }",
    "INSERT DATA { <urn:a> <urn:p> 1 . <urn:b> <urn:p> [ <urn:q> 2 ] }",
    "DELETE DATA { GRAPH <urn:g> { <urn:a> <urn:p> 01 } }; INSERT DATA { GRAPH <urn:i> { <urn:a> <urn:p> 1 } }",
    "DELETE DATA { <urn:a> <urn:p> 1 }",
    "BASE <http://e/> PREFIX : <urn:> INSERT DATA { GRAPH <g> { :a :p 3 } } ; DELETE DATA { :a :p 3 }",
    "PREFIX : <urn:> WITH :g DELETE { ?s ?p ?o } INSERT { ?s ?p 5 . GRAPH :h { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "DELETE { GRAPH ?g { ?s ?p 1 } } WHERE { GRAPH ?g { ?s ?p 1 } }",
    "INSERT { GRAPH <urn:i> { ?s ?p ?o } ?s <urn:r> _:x } USING NAMED <urn:h> WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { ?s <urn:s> ?o } USING <urn:g> WHERE { { ?s ?p ?o } UNION { ?s <urn:q> ?o } }",
    "DELETE WHERE { GRAPH <urn:h> { ?s ?p ?o } . <urn:a> ?p ?o }",
    "DELETE WHERE { GRAPH ?g { ?s ?p 5 } }",
    "CLEAR SILENT GRAPH <urn:g>",
    "CLEAR SILENT DEFAULT",
    "DROP SILENT GRAPH <urn:h>",
    "DROP ALL",
    "CLEAR NAMED",
    "CREATE SILENT GRAPH <urn:empty>",
    "MOVE SILENT <urn:g> TO <urn:i>",
    "COPY SILENT DEFAULT TO GRAPH <urn:g>",
    "ADD SILENT GRAPH <urn:i> TO DEFAULT",
    "# INSERT { GRAPH <urn:no> {} }\nINSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> \"}; DROP ALL #\" } }",
    "INSERT DATA { GRAPH <urn:\\u0067> { <urn:a> <urn:p> 1 } }",
    "INSERT DATA { GRAPH <urn:e> { } }",
)  # fmt: skip


def check(database: Database) -> None:
    reader = database.reader()
    snapshot = reader.snapshot
    assert snapshot is not None
    quads = list(reader.store)
    counts = Counter("" if isinstance(q.graph_name, DefaultGraph) else q.graph_name.value for q in quads)
    named = {name.value: counts[name.value] for name in reader.store.named_graphs()}
    assert dict(snapshot.graphs) == named | ({"": counts[""]} if counts[""] else {})
    triples = {q.triple for q in quads}
    assert (snapshot.quads, snapshot.repeated) == (len(quads), len(quads) - len(triples))
    if reader.union is not None:
        assert {q.triple for q in reader.union.quads_for_pattern(None, None, None, DefaultGraph())} == triples
        assert {q for q in reader.union if q.graph_name != DefaultGraph()} == {
            q for q in quads if q.graph_name != DefaultGraph()
        }
        assert {g.value for g in reader.union.named_graphs()} == set(named)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(UPDATES), min_size=1, max_size=8))
def test_every_sequence_of_updates_is_counted_right(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    database = Database(tmp_path_factory.mktemp("union") / "db", keep=2)
    for text in texts:
        update.apply(database, text)
        check(database)


def test_whole_graphs_are_counted_right(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    part = Part(b"<urn:a> <urn:p> 1, 01, 2 ; <urn:q> [] .", Format.TURTLE)
    for graph, add in (("urn:g", False), ("urn:h", True), ("urn:h", True), (None, True), ("urn:g", False)):
        update.put_graph(database, graph, [part], add=add)
        check(database)
    update.put_graph(database, "urn:g", [Part(b"", Format.TURTLE)], add=True)
    check(database)
    for graph in ("urn:h", None, "urn:g"):
        update.drop_graph(database, graph)
        check(database)


def test_after_going_back_the_union_is_that_of_the_snapshot_gone_back_to(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    for text in (UPDATES[1], UPDATES[2], UPDATES[12]):
        update.apply(database, text)
    database.rollback(1)
    check(database)
    update.apply(database, UPDATES[2])
    check(database)


@pytest.mark.parametrize(
    "text",
    [
        "DROP ALL", "CLEAR NAMED", "LOAD <urn:x>", "INSERT { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "INSERT { GRAPH <relative> { ?s ?p ?o } } WHERE { ?s ?p ?o }", "DELETE DATA { GRAPH <urn:\\u0067> { } }",
        "DROP GRAPH <http://e/a/../b>", "INSERT { GRAPH unknown:g { ?s ?p ?o } } WHERE {}", "INSERT DATA { syntax",
    ],
)  # fmt: skip
def test_where_the_text_leaves_doubt_anything_may_have_changed(text: str) -> None:
    assert written(text) is None


def test_what_is_written_is_read_off_the_text() -> None:
    data = written("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } }")
    assert data is not None
    assert {q.graph_name for q in data.quads} == {NamedNode("urn:g")}
    assert not data.graphs
    assert written("MOVE <urn:g> TO DEFAULT ; CLEAR GRAPH <urn:h>") == Written(frozenset({"urn:g", "", "urn:h"}))
    template = "PREFIX : <urn:> WITH :w INSERT { ?s ?p ?o GRAPH :g { ?s ?p ?o } } WHERE { GRAPH :no { ?s ?p ?o } }"
    assert written(template) == Written(frozenset({"urn:w", "urn:g"}))
