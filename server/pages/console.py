"""``/{lang}/sparql``: the page where people write queries and read the answers as tables, charts, maps and graphs."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from graph.engine import Exhausted, NotOffered
from ontology import vocabulary as terms
from ontology.errors import DuikouError, QueryError, StoreError
from ontology.namespaces import BASE, PREFIXES, sparql_prologue
from server import access, headers, links, problems, protocol
from server.pages import answers, views
from server.pages.answer import LANGUAGE
from server.pages.answers import Table
from server.pages.plot import plot
from server.pages.snippets import snippets
from server.problems import refused

blueprint = Blueprint("console", __name__)

_START: Final = """SELECT ?programme ?label WHERE {
  ?programme a dk:Programme ; rdfs:label ?label .
}
ORDER BY ?programme
LIMIT 50
"""
#: Terms of other vocabularies that our data uses, offered by the editor.
_FOREIGN: Final = (
    "rdf:type", "rdfs:label", "rdfs:subClassOf", "rdfs:seeAlso", "skos:prefLabel", "skos:altLabel", "skos:notation",
    "skos:inScheme", "skos:broader", "skos:exactMatch", "skos:closeMatch", "dcterms:title", "dcterms:description",
    "dcterms:issued", "dcterms:date", "dcterms:publisher", "owl:sameAs", "prov:wasDerivedFrom",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a query has no answer, and where in it the reason stands."""

    detail: str
    line: int | None
    column: int | None
    source: str | None
    is_malformed: bool


@blueprint.get(f"/{LANGUAGE}/sparql")
def console(lang: str) -> Response:
    """Show the editor, and the answer where there is a query."""
    query = request.args.get("query", "")
    problem, mistake, table, milliseconds = None, None, None, 0.0
    if query.strip():
        if len(query.encode()) > protocol.MAX_QUERY:
            raise refused(413, "Query too long", "refused.query_length", most=protocol.MAX_QUERY)
        started = time.perf_counter()
        try:
            table = answers.read(lang, query)
        except (QueryError, Exhausted, StoreError) as error:
            problem, mistake = problems.from_error(error), _mistake(error, query)
        milliseconds = (time.perf_counter() - started) * 1000
    nonce = secrets.token_urlsafe(16)
    endpoint = request.host_url.rstrip("/") + links.sparql()
    page = render_template(
        "sparql.html",
        query=query or sparql_prologue("dk", "rdfs") + _START,
        asked=query,
        table=table,
        shown=_views(lang, table) if table else {},
        view=request.args.get("view", "table"),
        mistake=mistake,
        milliseconds=f"{milliseconds:.0f}",
        questions=terms.questions(),
        endpoint=endpoint,
        formats=[(f.short, links.sparql(query, f.short)) for f in table.formats] if table else [],
        snippets=snippets(endpoint, query, is_graph=table.is_graph) if table else [],
        nonce=nonce,
        limits=access.current().limits,
    )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = headers.policy(nonce)
    if problem is not None:
        response.status_code = problem.status
        response.headers.update({**problem.headers, "Cache-Control": "no-store"})
    return response


@blueprint.get(f"/{LANGUAGE}/sparql/vocabulary.json")
def vocabulary(lang: str) -> Response:
    """Return what the editor completes: prefixes, terms and concepts with names and definitions."""
    body = json.dumps({"prefixes": PREFIXES, "terms": [*_terms(lang), *_concepts(lang)]}, ensure_ascii=False)
    etag = access.tag("vocabulary", lang, len(body))
    return access.not_modified(etag) or access.tagged(Response(body, mimetype="application/json"), etag)


def _views(lang: str, table: Table) -> dict[str, Any]:
    """Return the views that an answer has, the table first."""
    found = {"table": table, "chart": views.chart(table, lang), "map": plot(table), "graph": views.ties(table)}
    return {name: view for name, view in found.items() if view is not None}


def _terms(lang: str) -> list[dict[str, str]]:
    ours = [
        {
            "name": f"dk:{t.name}",
            "kind": "class" if t.kind == "class" else "property",
            "label": getattr(t.label, lang) or t.name,
            "info": getattr(t.definition, lang) or "",
        }
        for t in terms.terms().values()
    ]
    return ours + [{"name": name, "kind": "property", "label": "", "info": ""} for name in _FOREIGN]


def _concepts(lang: str) -> list[dict[str, str]]:
    found = []
    for scheme in sorted(terms.schemes()):
        for key, concept in terms.concepts(scheme).items():
            iri = f"<{BASE}concept/{scheme}/{key}>"
            label = getattr(concept.label, lang) or key
            found.append(
                {"name": iri, "kind": "concept", "label": label, "info": getattr(concept.definition, lang) or ""}
            )
    return found


def _mistake(error: DuikouError, query: str) -> Mistake:
    problem = error.problems[0]
    line = problem.where.line if problem.where else None
    column = problem.where.column if problem.where else None
    lines = query.splitlines()
    source = lines[line - 1] if line and line <= len(lines) else None
    detail = problem.message + (f". {problem.remedy}" if problem.remedy else "")
    return Mistake(detail, line, column, source, isinstance(error, QueryError) and not isinstance(error, NotOffered))
