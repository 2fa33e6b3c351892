"""The answer to a query as a table to show: names on IRIs, and the terms themselves for the other views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from graph.formats import Format
from server import access
from server.naming import Labels, Link, Name
from server.queries import Term
from server.sparql import dataset_of

#: Rows shown on the page; the downloads have them all.
SHOWN: Final = 1000

Cell = Link | Name | None


@dataclass(frozen=True, slots=True)
class Table:
    """An answer to show: rows of links and words with the terms they stand for, or a yes or no."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    terms: Sequence[Sequence[Term | None]]
    total: int
    is_graph: bool = False
    truth: bool | None = None

    @property
    def formats(self) -> Sequence[Format]:
        """The formats in which it can be downloaded."""
        if self.is_graph:
            return (Format.TURTLE, Format.NTRIPLES, Format.RDFXML, Format.JSONLD)
        return (
            (Format.JSON, Format.XML) if self.truth is not None else (Format.CSV, Format.TSV, Format.JSON, Format.XML)
        )

    def column(self, name: str) -> list[Term | None]:
        """Return the terms of one column."""
        at = self.columns.index(name)
        return [row[at] for row in self.terms]


def read(lang: str, query: str) -> Table:
    """Ask a query and return what the page shows of its answer."""
    engine = access.engine()
    answer = engine.answer(query, dataset_of((), ()), (Format.JSON, Format.NTRIPLES))
    labels = Labels(engine)
    if answer.format is Format.NTRIPLES:
        triples = list(ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES))
        cells: list[list[Term | None]] = [[q.subject, q.predicate, q.object] for q in triples[:SHOWN]]
        columns: Sequence[str] = ("subject", "predicate", "object")
        return Table(columns, _shown(lang, labels, cells), cells, len(triples), is_graph=True)
    results = ox.parse_query_results(answer.body, format=ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QueryBoolean):
        return Table((), (), (), 1, truth=bool(results))
    assert isinstance(results, ox.QuerySolutions)
    columns = [v.value for v in results.variables]
    solutions = list(results)
    cells = [[solution[c] for c in columns] for solution in solutions[:SHOWN]]
    return Table(columns, _shown(lang, labels, cells), cells, len(solutions))


def _shown(lang: str, labels: Labels, cells: Sequence[Sequence[Term | None]]) -> list[list[Cell]]:
    labels.load(t.value for row in cells for t in row if isinstance(t, ox.NamedNode))
    return [[_cell(lang, labels, term) for term in row] for row in cells]


def _cell(lang: str, labels: Labels, term: Term | None) -> Cell:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return labels.link(term.value, lang)
    if isinstance(term, ox.Literal):
        other = (term.language or "").partition("-")[0]
        return Name(term.value, other if other and other != lang else None)
    return Name(str(term))
