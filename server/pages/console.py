"""``/{lang}/sparql``: the page where people write queries and read the answers as tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request

from graph.engine import Exhausted, NotOffered
from graph.formats import Format
from ontology import vocabulary as terms
from ontology.errors import DuikouError, QueryError, StoreError
from ontology.namespaces import sparql_prologue
from server import access, links, problems, protocol
from server.naming import Labels, Link, Name
from server.pages.answer import LANGUAGE
from server.problems import HttpError
from server.queries import Term
from server.sparql import dataset_of

blueprint = Blueprint("console", __name__)

#: Rows shown on the page; the downloads have them all.
SHOWN: Final = 1000
_START: Final = """SELECT ?programme ?label WHERE {
  ?programme a dk:Programme ; rdfs:label ?label .
}
ORDER BY ?programme
LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a query has no answer, and where in it the reason stands."""

    detail: str
    line: int | None
    column: int | None
    source: str | None
    is_malformed: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An answer to show: rows of links and words, or a yes or no."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Link | Name | None]]
    total: int
    is_graph: bool = False
    truth: bool | None = None


@blueprint.get(f"/{LANGUAGE}/sparql")
def console(lang: str) -> Response:
    """Show the editor, and the answer where there is a query."""
    query = request.args.get("query", "")
    problem, mistake, table, milliseconds = None, None, None, 0.0
    if query.strip():
        if len(query.encode()) > protocol.MAX_QUERY:
            raise HttpError(413, "Query too long", f"At most {protocol.MAX_QUERY} bytes are read.")
        started = time.perf_counter()
        try:
            table = _answer(lang, query)
        except (QueryError, Exhausted, StoreError) as error:
            problem, mistake = problems.from_error(error), _mistake(error, query)
        milliseconds = (time.perf_counter() - started) * 1000
    page = render_template(
        "sparql.html",
        query=query or sparql_prologue("dk", "rdfs") + _START,
        asked=query,
        table=table,
        mistake=mistake,
        milliseconds=f"{milliseconds:.0f}",
        questions=terms.questions(),
        endpoint=request.host_url.rstrip("/") + links.sparql(),
        formats=[(f.short, links.sparql(query, f.short)) for f in _downloads(table)] if table else [],
    )
    if problem is None:
        return Response(page, mimetype="text/html")
    headers = {**problem.headers, "Cache-Control": "no-store"}
    return Response(page, mimetype="text/html", status=problem.status, headers=headers)


def _downloads(table: Table) -> Sequence[Format]:
    if table.is_graph:
        return (Format.TURTLE, Format.NTRIPLES, Format.RDFXML, Format.JSONLD)
    return (Format.JSON, Format.XML) if table.truth is not None else (Format.CSV, Format.JSON, Format.TSV, Format.XML)


def _answer(lang: str, query: str) -> Table:
    engine = access.engine()
    answer = engine.answer(query, dataset_of((), ()), (Format.JSON, Format.NTRIPLES))
    labels = Labels(engine)
    if answer.format is Format.NTRIPLES:
        triples = list(ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES))
        cells: list[list[Term | None]] = [[q.subject, q.predicate, q.object] for q in triples[:SHOWN]]
        return Table(("subject", "predicate", "object"), _shown(lang, labels, cells), len(triples), is_graph=True)
    results = ox.parse_query_results(answer.body, format=ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QueryBoolean):
        return Table((), (), 1, truth=bool(results))
    assert isinstance(results, ox.QuerySolutions)
    columns = [v.value for v in results.variables]
    solutions = list(results)
    cells = [[solution[c] for c in columns] for solution in solutions[:SHOWN]]
    return Table(columns, _shown(lang, labels, cells), len(solutions))


def _shown(lang: str, labels: Labels, cells: list[list[Term | None]]) -> list[list[Link | Name | None]]:
    named = [t.value for row in cells for t in row if isinstance(t, ox.NamedNode)]
    labels.load(named)
    return [[_cell(lang, labels, term) for term in row] for row in cells]


def _cell(lang: str, labels: Labels, term: Term | None) -> Link | Name | None:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return labels.link(term.value, lang)
    if isinstance(term, ox.Literal):
        other = (term.language or "").partition("-")[0]
        return Name(term.value, other if other and other != lang else None)
    return Name(str(term))


def _mistake(error: DuikouError, query: str) -> Mistake:
    problem = error.problems[0]
    line = problem.where.line if problem.where else None
    column = problem.where.column if problem.where else None
    lines = query.splitlines()
    source = lines[line - 1] if line and line <= len(lines) else None
    detail = problem.message + (f". {problem.remedy}" if problem.remedy else "")
    return Mistake(detail, line, column, source, isinstance(error, QueryError) and not isinstance(error, NotOffered))
