"""Updates and graphs written over the protocols keep to the shapes in graphs of ours, and are free elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graph.conditions import Invalid
from graph.database import Database
from graph.formats import Format
from graph.update import Part, apply, drop_graph, put_graph
from ontology.namespaces import named_graph, sparql_prologue

OURS = named_graph("source/written")
CASE = named_graph("source/yixiu-yunshang")
BARE = "<https://w3id.org/duikou/id/measurement/bare> a dk:Measurement ; dk:value 3.0 ."
COUNTY = "<https://w3id.org/duikou/id/area/532929> dk:directlyWithin <https://w3id.org/duikou/id/area/530500> ."


@pytest.fixture
def database(ten_cases: Database, tmp_path: Path) -> Database:
    shutil.copytree(ten_cases.path, tmp_path / "db")
    return Database(tmp_path / "db")


def insert(graph: str, triples: str) -> str:
    return f"{sparql_prologue('dk')}INSERT DATA {{ GRAPH <{graph}> {{ {triples} }} }}"


@pytest.mark.parametrize(("triples", "words"), [(BARE, "must cite"), (COUNTY, "at most one")])
def test_an_update_that_breaks_the_shapes_changes_nothing(database: Database, triples: str, words: str) -> None:
    before = database.current
    with pytest.raises(Invalid, match=words):
        apply(database, insert(OURS, triples))
    assert database.current == before


def test_what_takes_the_evidence_of_a_figure_away_is_refused(database: Database) -> None:
    text = f"{sparql_prologue('dk')}DELETE WHERE {{ GRAPH <{CASE}> {{ ?m dk:evidence ?e }} }}"
    with pytest.raises(Invalid, match="must cite"):
        apply(database, text)


def test_an_update_that_names_no_graph_plainly_is_held_too(database: Database) -> None:
    pattern = "GRAPH ?g { ?m dk:evidence ?e }"
    text = f"{sparql_prologue('dk')}DELETE {{ {pattern} }} WHERE {{ {pattern} }}"
    with pytest.raises(Invalid):
        apply(database, text)


def test_a_graph_of_others_may_say_anything(database: Database) -> None:
    apply(database, insert("http://example.org/g", BARE))
    put_graph(database, "http://example.org/h", [Part(b"<http://e.org/a> <http://e.org/b> 1 .", Format.TURTLE)])
    assert database.current is not None
    assert database.current.graphs["http://example.org/g"] == 2


def test_good_records_are_written(database: Database) -> None:
    name = '<https://w3id.org/duikou/id/group/new> a dk:BeneficiaryGroup ; rdfs:label "新"@zh , "new"@en .'
    apply(database, "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> " + insert(OURS, name))
    assert database.current is not None
    assert database.current.graphs[OURS] == 3


def test_whole_graphs_are_held_as_well(database: Database) -> None:
    text = f"@prefix dk: <https://w3id.org/duikou/ontology#> . {BARE}"
    before = database.current
    for add in (False, True):
        with pytest.raises(Invalid, match="must cite"):
            put_graph(database, OURS, [Part(text.encode(), Format.TURTLE)], add=add)
    assert database.current == before


def test_a_graph_that_others_need_stays(database: Database) -> None:
    with pytest.raises(Invalid):
        drop_graph(database, named_graph("areas"))
    assert drop_graph(database, CASE).found


@pytest.mark.parametrize("text", ["CLEAR ALL", "DROP NAMED"])
def test_everything_may_go_at_once(database: Database, text: str) -> None:
    apply(database, text)
    assert database.current is not None
