"""Exports: the same snapshot, the same bytes; and a table of the figures."""

from __future__ import annotations

import csv
import io

import pyoxigraph
import pytest

from graph.database import Database
from graph.export import COLUMNS, EXPORTS, export
from graph.formats import Format
from graph.statistics import short_graph, statistics
from ontology.errors import QueryError
from ontology.namespaces import term


def exported(db: Database, format: Format) -> bytes:
    out = io.BytesIO()
    export(db.reader(), format, out)
    return out.getvalue()


@pytest.mark.parametrize("format", EXPORTS)
def test_the_same_snapshot_gives_the_same_bytes(ten_cases: Database, format: Format) -> None:
    assert exported(ten_cases, format) == exported(ten_cases, format)


@pytest.mark.parametrize("format", [f for f in EXPORTS if f.is_rdf])
def test_every_rdf_format_says_the_same(ten_cases: Database, format: Format) -> None:
    reader = ten_cases.reader()
    assert reader.snapshot is not None
    quads = list(pyoxigraph.parse(exported(ten_cases, format), format.rdf))
    if format.holds_datasets:
        assert len(set(quads)) == reader.snapshot.quads
        assert {q.graph_name.value for q in quads} == set(reader.snapshot.graphs)
    else:
        assert len(quads) == len(set(quads)) == reader.snapshot.quads - reader.snapshot.repeated


def test_turtle_groups_what_belongs_together(ten_cases: Database) -> None:
    lines = exported(ten_cases, Format.TURTLE).decode().splitlines()
    subjects = [line.split(" ", 1)[0] for line in lines if line and not line.startswith(("\t", "@", "_:"))]
    assert len(subjects) == len(set(subjects))


def test_the_table_has_every_figure_once(ten_cases: Database) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(ten_cases, Format.CSV).decode(), newline="")))
    figures = ten_cases.reader().select("SELECT ?m { ?m dk:ofIndicator ?i }")
    assert sorted(row["iri"] for row in rows) == sorted(r["m"].value for r in figures)
    assert tuple(rows[0]) == COLUMNS
    (row,) = [row for row in rows if row["iri"].endswith("/baixian-baipin.products-shortlisted")]
    assert (row["value"], row["qualifier"], row["unit"], row["status"]) == ("97", "exact", "product-kind", "achieved")
    assert (row["words"], row["begin"], row["end"]) == ("97种农产品", "1027", "1033")
    assert row["programme_zh"]
    assert row["programme_en"]
    assert row["document"].endswith("/id/document/shanghai-2019")


def test_a_result_format_is_no_export(ten_cases: Database) -> None:
    with pytest.raises(QueryError, match="Choose one of nq, trig"):
        exported(ten_cases, Format.TSV)


def test_an_empty_database_exports_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = Database(tmp_path_factory.mktemp("empty") / "db")
    assert exported(empty, Format.NQUADS) == b""
    assert exported(empty, Format.CSV).decode().strip() == ",".join(COLUMNS)
    assert statistics(empty.reader()).quads == 0


def test_statistics_count_what_queries_count(ten_cases: Database) -> None:
    reader = ten_cases.reader()
    found = statistics(reader)
    assert reader.snapshot is not None
    assert found.quads == reader.snapshot.quads
    assert found.triples == reader.snapshot.quads - reader.snapshot.repeated
    classes = {count.iri: count for count in found.classes}
    (row,) = reader.select("SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x a dk:Programme }")
    assert classes[term("Programme")].count == int(row["n"].value)
    assert classes[term("Programme")].label.en
    assert [c.count for c in found.properties] == sorted((c.count for c in found.properties), reverse=True)
    assert {"source/common", "ontology", "inferred"} <= {short_graph(c.iri) for c in found.graphs}
    assert short_graph("") == "default"
