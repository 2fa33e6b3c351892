"""The graph in a Python program or a notebook."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib

import graph
from graph.api import Graph, Iri, Rows, Text
from graph.database import Database
from ontology.errors import QueryError, StoreError

FIGURES = """SELECT ?m ?value ?label ?start ?open ?n {
  ?m a dk:Measurement ; dk:value ?value ; rdfs:label ?label . FILTER(LANG(?label) = "en")
  OPTIONAL { ?m dk:periodStart ?start } OPTIONAL { ?m dk:lowerInclusive ?open } BIND(STRLEN(?label) AS ?n)
} ORDER BY ?m"""


@pytest.fixture(scope="module")
def g(ten_cases: Database) -> Graph:
    return graph.open(ten_cases.path)


@pytest.fixture(scope="module")
def rows(g: Graph) -> Rows:
    found = g.query(FIGURES)
    assert isinstance(found, Rows)
    return found


def test_rows_hold_python_values(rows: Rows) -> None:
    row = next(r for r in rows if r.m.key == "baixian-baipin.products-shortlisted")
    assert row.value == Decimal(97)
    assert isinstance(row.value, Decimal)
    assert isinstance(row.label, Text)
    assert row.label.lang == "en"
    assert row.start == date(2019, 1, 1)
    assert row.open is None
    assert isinstance(row["n"], int)
    assert isinstance(row[0], Iri)
    assert row.asdict()["m"] == row.m


def test_a_column_is_reached_by_name_position_or_attribute(rows: Rows) -> None:
    assert rows[0].value == rows[0]["value"] == rows[0][1]
    assert rows.columns == ("m", "value", "label", "start", "open", "n")
    assert len(rows[:2]) == 2
    assert isinstance(rows[:2], Rows)
    with pytest.raises(KeyError, match="there is no column nothing; there are m, value"):
        rows[0]["nothing"]
    with pytest.raises(AttributeError, match="there is no column nothing"):
        _ = rows[0].nothing


def test_rows_become_a_data_frame(rows: Rows) -> None:
    frame = rows.to_pandas()
    assert list(frame.columns) == list(rows.columns)
    assert len(frame) == len(rows)
    assert frame["value"].dtype == float
    assert rows.pandas.equals(frame)


def test_a_notebook_shows_a_table_and_escapes_it(g: Graph) -> None:
    found = g.query('SELECT ("<b>" AS ?x) ?y {}')
    assert isinstance(found, Rows)
    assert "<td>&lt;b&gt;</td><td></td>" in found._repr_html_()
    assert repr(found) == "<1 rows of x, y>"


def test_texts_and_rows_survive_pickling(rows: Rows) -> None:
    label = pickle.loads(pickle.dumps(rows[0].label))
    assert (label, label.lang) == (rows[0].label, "en")


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"1"^^xsd:integer', 1),
        ("true", True),
        ("1e3", 1000.0),
        ('"INF"^^xsd:double', float("inf")),
        ('"2019"^^xsd:gYear', "2019"),
        ('"2019-08-31"^^xsd:date', date(2019, 8, 31)),
        ('"2019-02-31"^^xsd:date', "2019-02-31"),
        ('"x"^^<http://example.com/type>', "x"),
        ('"0.10"^^xsd:decimal', Decimal("0.1")),
    ],
)
def test_literals_become_the_value_that_fits(g: Graph, literal: str, value: object) -> None:
    found = g.query(f"SELECT ({literal} AS ?x) {{}}")
    assert isinstance(found, Rows)
    assert found[0].x == value
    assert type(found[0].x) is type(value)


def test_ask_gives_a_bool_and_construct_a_graph(g: Graph) -> None:
    assert g.query("ASK { ?x a dk:Programme }") is True
    made = g.query("CONSTRUCT { ?x a dk:Programme } { ?x a dk:Programme }")
    assert isinstance(made, rdflib.Graph)
    assert len(made) > 10


def test_bad_syntax_is_told(g: Graph) -> None:
    with pytest.raises(QueryError, match="query:1:"):
        g.query("SELECT nothing")


def test_a_directory_without_a_graph_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no graph yet"):
        graph.open(tmp_path)


def test_it_says_what_it_is(g: Graph, ten_cases: Database) -> None:
    assert g.snapshot == ten_cases.current
    assert repr(g) == f"<graph {ten_cases.path}, snapshot 1, {g.snapshot.quads} quads>"
    with graph.open(ten_cases.path) as other:
        assert other.snapshot.number == 1


# rdflib 7.6 warns of its own use of Dataset.default_context, whatever one does
@pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")
def test_the_rdflib_view_agrees_with_the_store(g: Graph) -> None:
    view = g.dataset()
    dk = rdflib.Namespace("https://w3id.org/duikou/ontology#")
    programmes = {str(s) for s in view.subjects(rdflib.RDF.type, dk.Programme)}
    found = g.query("SELECT ?x { ?x a dk:Programme }")
    assert isinstance(found, Rows)
    assert programmes == {row.x for row in found}
    (row,) = view.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert int(row[0]) == g.snapshot.quads - g.snapshot.repeated == len(view)
    areas = view.graph("https://w3id.org/duikou/graph/areas")
    assert len(areas) == g.snapshot.graphs["https://w3id.org/duikou/graph/areas"]
    assert len(list(view.quads())) == g.snapshot.quads


@pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")
def test_the_rdflib_view_cannot_be_written_to(g: Graph) -> None:
    view = g.dataset()
    with pytest.raises(TypeError, match="never changed"):
        view.add((rdflib.BNode(), rdflib.RDF.type, rdflib.OWL.Thing))
    with pytest.raises(TypeError, match="never changed"):
        view.update("CLEAR ALL")


def test_importing_graph_loads_no_engine() -> None:
    code = "import graph, sys; assert not {'pyoxigraph', 'rdflib', 'pyshacl'} & set(sys.modules)"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
