"""Writing the whole graph out: as a dataset, as one graph, or its figures as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

import pyoxigraph
from pyoxigraph import QuerySolution, QuerySolutions, QueryTriples

from graph.formats import Format
from graph.reader import Reader
from ontology.errors import Problem, QueryError
from ontology.namespaces import PREFIXES

EXPORTS: Final = (
    Format.NQUADS,
    Format.TRIG,
    Format.TURTLE,
    Format.JSONLD,
    Format.RDFXML,
    Format.NTRIPLES,
    Format.CSV,
)
#: The columns of the table of figures. Names come in both languages, the rest as the source gives it.
COLUMNS: Final = (
    "programme_zh", "programme_en", "indicator_zh", "indicator_en", "value", "qualifier", "lower", "upper", "unit",
    "status", "period_start", "period_end", "period", "area_zh", "area_en", "as_written", "words", "begin", "end",
    "document", "iri",
)  # fmt: skip

_AS_THEY_ARE: Final = ("value", "lower", "upper", "period_start", "period_end", "period", "as_written", "iri")
#: Subject by subject, so that Turtle groups what belongs together without sorting it in memory.
_UNION: Final = "CONSTRUCT { ?s ?p ?o } WHERE { { SELECT DISTINCT ?s { ?s ?q ?r } } ?s ?p ?o }"
_FIGURES: Final = """
SELECT ?iri ?indicator ?value ?qualifier ?lower ?upper ?unit ?status ?period_start ?period_end ?period ?as_written
       (MIN(?owner) AS ?programme) {
  ?iri dk:ofIndicator ?indicator .
  OPTIONAL { ?iri dk:value ?value } OPTIONAL { ?iri dk:qualifier ?qualifier }
  OPTIONAL { ?iri dk:lowerBound ?lower } OPTIONAL { ?iri dk:upperBound ?upper }
  OPTIONAL { ?iri dk:unit ?unit } OPTIONAL { ?iri dk:status ?status }
  OPTIONAL { ?iri dk:periodStart ?period_start } OPTIONAL { ?iri dk:periodEnd ?period_end }
  OPTIONAL { ?iri dk:periodText ?period } OPTIONAL { ?iri dk:asWritten ?as_written }
  OPTIONAL { ?owner dk:hasMeasurement|(dk:hasResult/dk:resultMeasurement) ?iri . FILTER(?owner != ?iri) }
}
GROUP BY ?iri ?indicator ?value ?qualifier ?lower ?upper ?unit ?status ?period_start ?period_end ?period ?as_written
ORDER BY ?iri
"""
_EVIDENCE: Final = """
SELECT ?iri ?words ?begin ?end ?document { ?iri dk:evidence ?e .
  ?e dk:inDocument ?document ; dk:beginIndex ?begin ; dk:endIndex ?end ; dk:exactText ?words } ORDER BY ?begin
"""
_AREAS: Final = "SELECT ?iri ?area { ?iri dk:measuredArea ?area } ORDER BY ?area"
_LABELS: Final = "SELECT ?thing ?label { ?thing rdfs:label ?label } ORDER BY ?label"


def export(reader: Reader, format: Format, out: BinaryIO) -> None:
    """Write a snapshot to a binary file, streaming.

    N-Quads, TriG and JSON-LD keep the named graphs; Turtle, N-Triples and RDF/XML write the union of
    all graphs; CSV writes the figures, one a line, several values of a cell joined by “; ”. The same
    snapshot always gives the same bytes.
    """
    if format is Format.CSV:
        _figures(reader, out)
    elif format not in EXPORTS:
        offered = ", ".join(f.short for f in EXPORTS)
        raise QueryError(Problem(f"The graph cannot be written as {format.title}", remedy=f"Choose one of {offered}"))
    elif format.holds_datasets:
        prefixes = None if format is Format.NQUADS else _prefixes()
        reader.store.dump(out, format.rdf, prefixes=prefixes)
    else:
        result = cast(QueryTriples, reader.query(_UNION))
        prefixes = None if format is Format.NTRIPLES else _prefixes()
        pyoxigraph.serialize(result, out, format.rdf, prefixes=prefixes)


def _prefixes() -> dict[str, str]:
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if prefix not in ("id", "concept", "g")}


def _figures(reader: Reader, out: BinaryIO) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(COLUMNS)
        names: dict[str, tuple[str, str]] = {}
        for row in cast(QuerySolutions, reader.query(_FIGURES, prefixes=PREFIXES)):
            table.writerow(_row(reader, row, names))
    finally:
        text.detach()


def _row(reader: Reader, row: QuerySolution, names: dict[str, tuple[str, str]]) -> list[str]:
    evidence = reader.select(_EVIDENCE, iri=row["iri"])
    areas = [named(reader, a["area"], names) for a in reader.select(_AREAS, iri=row["iri"])]
    cells = {
        **dict(zip(("programme_zh", "programme_en"), named(reader, row["programme"], names), strict=True)),
        **dict(zip(("indicator_zh", "indicator_en"), named(reader, row["indicator"], names), strict=True)),
        **{name: _text(row[name]) for name in _AS_THEY_ARE},
        **{name: _text(row[name]).rpartition("/")[2] for name in ("qualifier", "unit", "status")},
        "area_zh": _joined(zh for zh, _ in areas),
        "area_en": _joined(en for _, en in areas),
        **{name: _joined(_text(e[name]) for e in evidence) for name in ("words", "begin", "end")},
        "document": _joined(dict.fromkeys(_text(e["document"]) for e in evidence)),
    }
    return [cells[column] for column in COLUMNS]


def named(reader: Reader, node: pyoxigraph.NamedNode | None, names: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return the Chinese and English names of a thing, each "" where there is none."""
    if node is None:
        return "", ""
    if node.value not in names:
        labels = [row["label"] for row in reader.select(_LABELS, thing=node)]
        zh, en = ([x.value for x in labels if getattr(x, "language", None) == tag] for tag in ("zh", "en"))
        names[node.value] = (zh[0] if zh else "", en[0] if en else "")
    return names[node.value]


def _joined(texts: Iterator[str] | dict[str, None]) -> str:
    return "; ".join(texts)


def _text(node: pyoxigraph.NamedNode | pyoxigraph.Literal | None) -> str:
    return "" if node is None else node.value
