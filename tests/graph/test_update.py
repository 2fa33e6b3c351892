"""Updates and whole graphs: each one step, in a process that may be killed at any moment."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.database import Database
from graph.engine import Exhausted
from graph.formats import Format
from graph.update import Part, with_using
from graph.workers.writer import Writer
from ontology.errors import QueryError


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "db")


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database, seconds=20, megabytes=500)
    yield made
    made.close()


def count(database: Database, pattern: str = "GRAPH ?g { ?s ?p ?o }") -> int:
    solutions = database.reader().select(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    return int(solutions[0]["n"].value)  # type: ignore[union-attr]


def test_an_update_is_published_as_a_new_snapshot(database: Database, writer: Writer) -> None:
    writer.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1, 2 } }")
    writer.update("DELETE { GRAPH ?g { ?s ?p 1 } } WHERE { GRAPH ?g { ?s ?p 1 } }")
    assert count(database) == 1
    assert [s.number for s in database.snapshots()] == [1, 2]


@pytest.mark.parametrize(
    "text",
    ["INSERT DATA {\n <urn:a> <urn:p> }", "CREATE GRAPH <urn:g>", "LOAD <http://127.0.0.1:9/x.ttl>", "{" * 30_000],
)
def test_what_cannot_be_carried_out_changes_nothing(database: Database, writer: Writer, text: str) -> None:
    writer.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } }")
    with pytest.raises((QueryError, Exhausted)) as caught:
        writer.update("INSERT DATA { GRAPH <urn:h> { <urn:b> <urn:p> 2 } };\n" + text)
    assert caught.value.problems[0].message
    assert count(database) == 1
    assert database.current is not None
    assert database.current.number == 1


def test_a_fault_is_told_with_its_line(writer: Writer) -> None:
    with pytest.raises(QueryError) as caught:
        writer.update("INSERT DATA {\n <urn:a> <urn:p> }")
    where = caught.value.problems[0].where
    assert where is not None
    assert (where.file, where.line) == ("update", 2)


def test_using_names_the_graphs_of_every_where() -> None:
    text = 'DELETE { ?s :where "}" } WHERE { ?s ?p ?o { SELECT * WHERE { ?a ?b ?c } } } ; DELETE WHERE { ?s ?p ?o }'
    assert with_using(text, ["urn:g"], ["urn:n"]) == (
        'DELETE { ?s :where "}" } USING <urn:g> USING NAMED <urn:n> WHERE '
        "{ ?s ?p ?o { SELECT * WHERE { ?a ?b ?c } } } ; "
        "DELETE { ?s ?p ?o } USING <urn:g> USING NAMED <urn:n> WHERE { ?s ?p ?o }"
    )


@pytest.mark.parametrize("own", ["WITH <urn:h> DELETE {} WHERE {}", "INSERT {} USING <urn:h> WHERE {}"])
def test_an_update_that_names_its_dataset_twice_is_refused(own: str) -> None:
    with pytest.raises(QueryError, match="cannot stand beside using-graph-uri"):
        with_using(own, ["urn:g"], [])


def test_a_graph_is_put_added_to_and_dropped(database: Database, writer: Writer) -> None:
    part = Part(b"<a> <p> _:b . _:b <p> 1 .", Format.TURTLE, "http://example.org/")
    assert writer.put_graph("urn:g", [part]).is_new is True
    assert writer.put_graph("urn:g", [part], add=True).is_new is False
    assert count(database) == 4, "blank nodes of two deliveries are not one"
    assert writer.put_graph("urn:g", [Part(b"", Format.NTRIPLES)]).is_new is False
    assert count(database) == 0
    assert writer.drop_graph("urn:g").found is True
    assert writer.drop_graph("urn:g").found is False
    with pytest.raises(QueryError, match="Turtle is malformed") as caught:
        writer.put_graph("urn:g", [Part(b"<a>\n<p> .", Format.TURTLE, "http://example.org/")])
    assert caught.value.problems[0].where is not None
    assert caught.value.problems[0].where.line == 2


def test_whoever_is_killed_when_an_update_is_whole_or_absent(database: Database, writer: Writer) -> None:
    """Acknowledged updates stay, whatever was killed in between; no snapshot holds half of one."""
    pair = "INSERT DATA {{ GRAPH <urn:g> {{ <urn:a> <urn:p> {0} }} GRAPH <urn:h> {{ <urn:a> <urn:p> {0} }} }}"
    writer.update(pair.format(0))
    stop, killed = threading.Event(), 0

    def kill() -> None:
        nonlocal killed
        while not stop.wait(0.037):
            for process in _children(writer):
                os.kill(process, signal.SIGKILL)
                killed += 1

    killer = threading.Thread(target=kill)
    killer.start()
    acknowledged = {0}
    until = time.monotonic() + 6
    number = 0
    while time.monotonic() < until:
        number += 1
        try:
            writer.update(pair.format(number))
        except OSError:
            continue
        acknowledged.add(number)
    stop.set()
    killer.join()
    assert killed >= 20
    fresh = Database(database.path)
    found = {
        graph: {int(s["n"].value) for s in fresh.reader().select(f"SELECT ?n {{ GRAPH <{graph}> {{ ?s ?p ?n }} }}")}  # type: ignore[union-attr]
        for graph in ("urn:g", "urn:h")
    }
    assert found["urn:g"] == found["urn:h"]
    assert acknowledged <= found["urn:g"]
    writer.update(pair.format(-1))
    assert not list(database.path.glob("work-*")), "what crashes left is cleared"


def _children(writer: Writer) -> list[int]:
    zygote = writer._zygote._process
    if zygote is None:
        return []
    try:
        return [int(pid) for pid in Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children").read_text().split()]
    except OSError:
        return []
