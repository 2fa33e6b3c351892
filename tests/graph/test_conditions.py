"""Writes on a condition: made only while the graph, or the dataset, is as its sender believes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.conditions import Change, Condition, Moved
from graph.database import Database
from graph.formats import Format
from graph.update import Part
from graph.workers.writer import Writer

INSERT = "INSERT DATA {{ GRAPH <urn:{}> {{ <urn:a> <urn:p> {} }} }}"


def part(number: int) -> list[Part]:
    return [Part(f"<urn:a> <urn:p> {number} .".encode(), Format.TURTLE)]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "db")


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database)
    yield made
    made.close()


def state(database: Database, graph: str | None = None) -> str:
    now = database.current
    assert now is not None
    return now.state if graph is None else now.state_of(graph)


def test_a_graph_keeps_its_state_while_others_are_written(database: Database, writer: Writer) -> None:
    writer.put_graph("urn:g", part(1))
    writer.put_graph("urn:h", part(1))
    before, dataset = state(database, "urn:g"), state(database)
    writer.put_graph("urn:h", part(2))
    writer.update(INSERT.format("h", 3))
    writer.drop_graph("urn:h")
    assert state(database, "urn:g") == before
    assert state(database) != dataset
    writer.update(INSERT.format("g", 4))
    changed = state(database, "urn:g")
    assert changed != before
    writer.update("DELETE { GRAPH ?g { ?s ?p 4 } } WHERE { GRAPH ?g { ?s ?p 4 } }")
    assert state(database, "urn:g") != changed, "whatever may have been written to, counts as written to"


def test_going_back_gives_the_state_back(database: Database, writer: Writer) -> None:
    writer.put_graph("urn:g", part(1))
    first = state(database, "urn:g")
    writer.put_graph("urn:g", part(2))
    database.rollback()
    assert state(database, "urn:g") == first
    writer.put_graph("urn:g", part(3), only_if=Condition(first))
    assert state(database, "urn:g") != first


WRITES: dict[str, Callable[[Writer, Condition], Change]] = {
    "put": lambda writer, known: writer.put_graph("urn:g", part(3), only_if=known),
    "add": lambda writer, known: writer.put_graph("urn:g", part(3), add=True, only_if=known),
    "drop": lambda writer, known: writer.drop_graph("urn:g", only_if=known),
    "update": lambda writer, known: writer.update(INSERT.format("g", 3), only_if=known),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_that_comes_too_late_changes_nothing(database: Database, writer: Writer, what: str) -> None:
    writer.put_graph("urn:g", part(1))
    known = Condition(state(database) if what == "update" else state(database, "urn:g"))
    writer.put_graph("urn:g", part(2))
    now = database.current
    with pytest.raises(Moved, match="somebody else"):
        WRITES[what](writer, known)
    assert database.current == now


def test_a_graph_may_have_to_be_new_or_to_be_there(database: Database, writer: Writer) -> None:
    with pytest.raises(Moved, match="no such graph"):
        writer.put_graph("urn:g", part(1), only_if=Condition(exists=True))
    with pytest.raises(Moved, match="no such graph"):
        writer.drop_graph("urn:g", only_if=Condition(exists=True))
    assert database.current is None
    assert writer.put_graph("urn:g", part(1), only_if=Condition(exists=False)).is_new
    with pytest.raises(Moved, match="already"):
        writer.put_graph("urn:g", part(2), only_if=Condition(exists=False))
    assert writer.drop_graph("urn:g", only_if=Condition(exists=True)).found


def test_of_many_who_write_on_one_condition_one_succeeds(database: Database, writer: Writer) -> None:
    writer.put_graph("urn:g", part(0))
    known, outcomes = Condition(state(database, "urn:g")), []

    def write(number: int) -> None:
        try:
            writer.put_graph("urn:g", part(number), only_if=known)
            outcomes.append(number)
        except Moved:
            outcomes.append(0)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [number for number in outcomes if number]
    assert len(outcomes) == 8
    (row,) = database.reader().select("SELECT ?n { GRAPH <urn:g> { ?s ?p ?n } }")
    assert int(row["n"].value) == won  # type: ignore[union-attr]


def test_a_write_tells_how_many_quads_there_were_and_are(writer: Writer) -> None:
    made = writer.put_graph("urn:g", part(1))
    assert (made.before, made.quads) == (0, 1)
    more = writer.update(INSERT.format("g", "2, 3"))
    assert (more.before, more.quads) == (1, 3)
    less = writer.drop_graph("urn:g")
    assert (less.before, less.quads) == (3, 0)
