"""``/{lang}/{kind}/{key}``: one thing with its facts, or a document with its cited spans."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server import access, links, neighbourhood
from server.datafile import Extension
from server.pages import document
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.portrait import Painter, Portrait
from server.pages.reading import document_texts
from server.problems import HttpError
from server.things import missing, size_of_graph

blueprint = Blueprint("thing", __name__)


@blueprint.get(f"/{LANGUAGE}/<kind>/<path:key>")
def thing(lang: str, kind: str, key: str) -> Response:
    """Show one thing: a document with its cited spans, anything else with its facts."""
    name = links.name_of(kind, key)
    if name is None:
        raise HttpError(404, "Not found", f"There is nothing at {request.path}.")
    if (same := unchanged()) is not None:
        return same
    engine = access.engine()
    around = neighbourhood.read(engine, name.iri)
    size = size_of_graph(name.iri)
    if not around and size is None:
        raise missing(name)
    texts = document_texts(around)
    portrait = Painter(around, lang, texts).portrait()
    spans = document.spans(lang, name.iri) if kind == "document" else None
    whole = texts(name.iri) if kind == "document" else None
    return page(
        "thing.html",
        name=name,
        portrait=portrait,
        spans=spans,
        passages=document.passages(whole, spans) if whole is not None and spans else None,
        extensions=[(e.value, links.data(name, e.value)) for e in Extension],
        query=_example(portrait, size is not None),
        size=size,
    )


def _example(portrait: Portrait, is_graph: bool) -> str:
    if is_graph:
        inside = f"GRAPH <{portrait.iri}> {{ ?subject ?property ?value }}"
        return f"SELECT ?subject ?property ?value WHERE {{\n  {inside}\n}}\nLIMIT 200\n"
    return f"SELECT ?property ?value WHERE {{\n  <{portrait.iri}> ?property ?value\n}}\nLIMIT 200\n"
