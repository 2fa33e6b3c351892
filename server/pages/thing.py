"""``/{lang}/{kind}/{key}``: one thing with its facts, or a document with its cited spans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, redirect, request

from server import access, linked, links, naming, neighbourhood
from server.datafile import Extension
from server.pages import citing, document, relations
from server.pages.answer import LANGUAGE, page, page_number, today, unchanged
from server.pages.deeds import deeds
from server.pages.document import Part, Passage
from server.pages.groups import RELATED
from server.pages.portrait import Painter, Portrait
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
    if kind == "document" and (at := request.args.get("at", "")).isdecimal() and at.isascii():
        return _sent(links.page(lang, name), document.page_at(name.iri, int(at[:9])))
    if (listed := relations.asked()) is not None:
        property_, is_incoming = listed
        found = relations.read(lang, name, property_, is_incoming=is_incoming)
        return page("relation.html", name=name, relation=found, parameter=naming.short(property_))
    engine = engine_for(name)
    around = neighbourhood.read(engine, name.iri, listed=RELATED, most=neighbourhood.ENOUGH)
    size = size_of_graph(name.iri)
    if not around and size is None:
        raise missing(name)
    texts = document_texts(around)
    portrait = Painter(around, lang, texts, document.is_long).portrait()
    cited = _cited(lang, name.iri, texts(name.iri)) if kind == "document" else None
    return page(
        "thing.html",
        name=name,
        portrait=portrait,
        cited=cited,
        deeds=deeds(engine, name.iri, lang, document.is_long, texts) if kind == "organisation" else None,
        cited_at=lambda n: links.page(lang, name) + (f"?page={n}" if n > 1 else ""),
        extensions=[(e.value, links.data(name, e.value)) for e in Extension],
        query=_example(portrait, size is not None),
        citings=citing.citings(lang, name.iri, _title(portrait), _updated(), today()),
        structured=structured(portrait, request.base_url),
        size=size,
        grounds=linked.grounds(engine, name.iri) if portrait.elsewhere else {},
    )


@dataclass(frozen=True, slots=True)
class Cited:
    """One page of a document: its cited spans by case, and the text around them where it is at hand."""

    parts: list[Part]
    passages: list[Passage] | None
    count: int
    number: int
    pages: int


def _cited(lang: str, iri: str, whole: str | None) -> Cited:
    count = len(document.places(iri))
    pages = max(1, -(-count // document.page_size(iri)))
    number = page_number(pages)
    spans = document.spans(lang, iri, number)
    parts = document.parts(lang, iri, spans)
    passages = None
    if whole is not None and spans and parts:
        passages = document.passages(whole, spans, parts, document.extent(iri, number, len(whole)))
    return Cited(parts, passages, count, number, pages)


def _title(portrait: Portrait) -> str:
    return f"{portrait.name.text} {portrait.figure.sentence}" if portrait.figure else portrait.name.text


def _sent(path: str, number: int) -> Response:
    """Send a reader who asks for a position of a document to the page that has it; the browser keeps the fragment."""
    sent = redirect(f"{path}?page={number}" if number > 1 else path, 302)
    assert isinstance(sent, Response)
    return sent


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
