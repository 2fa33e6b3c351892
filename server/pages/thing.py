"""``/{lang}/{kind}/{key}``: one thing with its facts, or a document with its cited spans."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request

from server import access, linked, links, naming, neighbourhood
from server.datafile import Extension
from server.pages import citing, document, relations
from server.pages.answer import LANGUAGE, page, today, unchanged
from server.pages.portrait import RELATED, Painter, Portrait
from server.pages.reading import document_texts
from server.pages.structured import structured
from server.problems import refused
from server.things import engine_for, missing, size_of_graph

blueprint = Blueprint("thing", __name__)


@blueprint.get(f"/{LANGUAGE}/<kind>/<path:key>")
def thing(lang: str, kind: str, key: str) -> Response:
    """Show one thing: a document with its cited spans, anything else with its facts."""
    name = links.name_of(kind, key)
    if name is None:
        raise refused(404, "Not found", "refused.address", path=request.path)
    if (same := unchanged()) is not None:
        return same
    if (listed := relations.asked()) is not None:
        property_, is_incoming = listed
        found = relations.read(lang, name, property_, is_incoming=is_incoming)
        return page("relation.html", name=name, relation=found, parameter=naming.short(property_))
    engine = engine_for(name)
    around = neighbourhood.read(engine, name.iri, listed=RELATED)
    size = size_of_graph(name.iri)
    if not around and size is None:
        raise missing(name)
    texts = document_texts(around)
    portrait = Painter(around, lang, texts).portrait()
    spans = document.spans(lang, name.iri) if kind == "document" else []
    parts = document.parts(lang, name.iri, spans) if kind == "document" else None
    whole = texts(name.iri) if kind == "document" else None
    return page(
        "thing.html",
        name=name,
        portrait=portrait,
        parts=parts,
        passages=document.passages(whole, spans, parts) if whole is not None and spans and parts else None,
        extensions=[(e.value, links.data(name, e.value)) for e in Extension],
        query=_example(portrait, size is not None),
        citings=citing.citings(lang, name.iri, _title(portrait), _updated(), today()),
        structured=structured(portrait, request.base_url),
        size=size,
        grounds=linked.grounds(engine, name.iri) if portrait.elsewhere else {},
    )


def _title(portrait: Portrait) -> str:
    return f"{portrait.name.text} {portrait.figure.sentence}" if portrait.figure else portrait.name.text


def _updated() -> date | None:
    now = access.snapshot()
    try:
        return date.fromisoformat(now.created[:10]) if now else None
    except ValueError:
        return None


def _example(portrait: Portrait, is_graph: bool) -> str:
    if is_graph:
        inside = f"GRAPH <{portrait.iri}> {{ ?subject ?property ?value }}"
        return f"SELECT ?subject ?property ?value WHERE {{\n  {inside}\n}}\nLIMIT 200\n"
    return f"SELECT ?property ?value WHERE {{\n  <{portrait.iri}> ?property ?value\n}}\nLIMIT 200\n"
