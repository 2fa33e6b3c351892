"""The pages for people: home, lists, one thing, and the document with its cited spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, render_template, request

from ontology import vocabulary as terms
from ontology.namespaces import expand, term
from ontology.records import RECORDS
from server import access, links, naming, negotiation, neighbourhood, queries
from server.datafile import Extension
from server.naming import Labels, Link
from server.portrait import Group, Painter, Portrait
from server.problems import HttpError
from server.reading import document_texts
from server.things import missing, size_of_graph

blueprint = Blueprint("pages", __name__)

PAGE: Final = 50
_SPANS: Final = 5000
_LANGUAGE: Final = "<any(zh, en):lang>"
#: The class whose things are listed under a kind; where several share one, the first is the widest.
_CLASSES: Final = {"evidence": "TextEvidence"} | {
    r.kind: r.class_name for r in reversed(RECORDS) if r.kind != "evidence"
}
#: The kinds that the home page counts, and the columns of each list.
_COUNTED: Final = ("case", "programme", "organisation", "area", "measurement", "mechanism", "product", "evidence")
_COLUMNS: Final = {
    "case": ("dk:hasTheme", "dk:describes"),
    "programme": ("dk:hasTheme", "dk:hasDonor", "dk:statedRecipientArea", "dk:startDate"),
    "organisation": ("rdf:type", "dk:seatIn"),
    "area": ("rdf:type", "dk:directlyWithin", "dk:gbt2260Code"),
    "participation": ("dk:participant",),
    "mechanism": ("dk:hasComponent",),
    "component": ("dk:componentType",),
    "result": ("rdf:type", "dk:resultMeasurement"),
    "indicator": ("dcterms:description",),
    "measurement": ("dk:ofIndicator", "dk:status", "dk:asWritten"),
    "group": ("dk:broaderGroup",),
    "funding": ("dk:flowType", "dk:amount"),
    "sharing-rule": ("dk:provider", "dk:receiver"),
    "product": ("dk:originArea", "dk:hasRecognition"),
    "work": ("dk:workType",),
    "site": ("dk:locatedIn",),
    "event": ("dk:startDate", "dk:heldIn"),
    "recognition": ("dk:givenBy", "dcterms:date"),
    "framework": ("dk:frameworkArea",),
    "document": ("dcterms:issued", "dcterms:publisher"),
    "evidence": ("dk:inDocument", "dk:beginIndex", "dk:endIndex"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list."""

    link: Link
    cells: list[Group | None]


@dataclass(frozen=True, slots=True)
class Span:
    """One cited place of a document and what it supports."""

    begin: int
    end: int
    words: str
    href: str
    supports: list[Link]


@blueprint.get("/")
def start() -> Response:
    """Send a visitor to the pages in their language."""
    lang = negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)
    response = redirect(links.home(lang), 302)
    assert isinstance(response, Response)
    response.vary.add("Accept-Language")
    return response


@blueprint.get(f"/{_LANGUAGE}/")
def home(lang: str) -> Response:
    """Show what this is, the cases, what is inside, and what can be asked."""
    if (unchanged := _unchanged()) is not None:
        return unchanged
    engine = access.engine()
    per_class = {r["class"].value: int(r["count"].value) for r in queries.select(engine, "classes")}
    counts = [(kind, per_class.get(term(_CLASSES[kind]), 0)) for kind in _COUNTED]
    cases = _entries(lang, "case", 1, 20)
    return _page("home.html", counts=[c for c in counts if c[1]], cases=cases, questions=terms.questions())


@blueprint.get(f"/{_LANGUAGE}/<kind>/")
def listing(lang: str, kind: str) -> Response:
    """List the things of a kind, fifty to a page."""
    if kind not in links.KINDS:
        raise HttpError(404, "Not found", f"There is no kind of thing “{kind}”. Kinds: {', '.join(links.KINDS)}.")
    if (unchanged := _unchanged()) is not None:
        return unchanged
    class_ = ox.NamedNode(term(_CLASSES[kind]))
    count = int(queries.select(access.engine(), "list-count", type=class_)[0]["count"].value)
    pages = max(1, -(-count // PAGE))
    number = _page_number(pages)
    query = queries.text("list", type=class_, limit=PAGE, offset=(number - 1) * PAGE)
    labels = Labels(access.engine())
    columns = [labels.link(expand(c), lang) for c in _COLUMNS.get(kind, ())]
    entries = _entries(lang, kind, number, PAGE)
    return _page(
        "list.html", kind=kind, count=count, number=number, pages=pages, entries=entries, columns=columns, query=query
    )


@blueprint.get(f"/{_LANGUAGE}/<kind>/<path:key>")
def thing(lang: str, kind: str, key: str) -> Response:
    """Show one thing: a document with its cited spans, anything else with its facts."""
    name = links.name_of(kind, key)
    if name is None:
        raise HttpError(404, "Not found", f"There is nothing at {request.path}.")
    if (unchanged := _unchanged()) is not None:
        return unchanged
    engine = access.engine()
    around = neighbourhood.read(engine, name.iri)
    size = size_of_graph(name.iri)
    if not around and size is None:
        raise missing(name)
    texts = document_texts(around)
    portrait = Painter(around, lang, texts).portrait()
    spans = _spans(lang, name.iri) if kind == "document" else None
    whole = texts(name.iri) if kind == "document" else None
    return _page(
        "thing.html",
        name=name,
        portrait=portrait,
        spans=spans,
        passages=_passages(whole, spans) if whole is not None and spans else None,
        extensions=[(e.value, links.data(name, e.value)) for e in Extension],
        query=_example(portrait, size is not None),
        size=size,
    )


def _entries(lang: str, kind: str, number: int, size: int) -> list[Entry]:
    engine = access.engine()
    class_ = ox.NamedNode(term(_CLASSES[kind]))
    found = queries.select(engine, "list", type=class_, limit=size, offset=(number - 1) * size)
    things = naming.iris(row["thing"] for row in found)
    around = neighbourhood.Neighbourhood("", Labels(engine), neighbourhood.facts(engine, things))
    columns = [expand(c) for c in _COLUMNS.get(kind, ())]
    around.labels.load([*things, *columns, *_linked(around, columns)])
    painter = Painter(around, lang, lambda iri: None)
    return [Entry(around.labels.link(t, lang), [painter.group(t, c) for c in columns]) for t in things]


def _linked(around: neighbourhood.Neighbourhood, columns: list[str]) -> list[str]:
    return naming.iris(s.value for s in around.all() if s.predicate in columns)


def _spans(lang: str, document: str) -> list[Span]:
    engine = access.engine()
    found = queries.select(engine, "spans", document=ox.NamedNode(document), limit=_SPANS)
    labels = Labels(engine)
    labels.load(naming.iris(r["supported"] for r in found if "supported" in r))
    spans: dict[tuple[int, int], Span] = {}
    for row in found:
        begin, end = int(row["begin"].value), int(row["end"].value)
        words = row["words"].value if "words" in row else ""
        span = spans.setdefault((begin, end), Span(begin, end, words, links.href(lang, row["evidence"].value), []))
        if isinstance(supported := row.get("supported"), ox.NamedNode):
            link = labels.link(supported.value, lang)
            if link not in span.supports:
                span.supports.append(link)
    return list(spans.values())


def _passages(whole: str, spans: list[Span]) -> list[tuple[str, Span | None]]:
    """Cut a text into marked and unmarked passages; of overlapping spans the first and longest is marked."""
    passages: list[tuple[str, Span | None]] = []
    at = 0
    for span in sorted(spans, key=lambda s: (s.begin, -s.end)):
        if span.begin < at or span.end > len(whole):
            continue
        passages += [(whole[at : span.begin], None), (whole[span.begin : span.end], span)]
        at = span.end
    return [*passages, (whole[at:], None)]


def _example(portrait: Portrait, is_graph: bool) -> str:
    if is_graph:
        inside = f"GRAPH <{portrait.iri}> {{ ?subject ?property ?value }}"
        return f"SELECT ?subject ?property ?value WHERE {{\n  {inside}\n}}\nLIMIT 200\n"
    return f"SELECT ?property ?value WHERE {{\n  <{portrait.iri}> ?property ?value\n}}\nLIMIT 200\n"


def _page_number(pages: int) -> int:
    given = request.args.get("page", "1")
    if not given.isdecimal() or not 1 <= int(given) <= pages:
        raise HttpError(404, "Not found", f"There is no page {given}; the last one is {pages}.")
    return int(given)


def _unchanged() -> Response | None:
    return access.not_modified(access.tag(request.full_path))


def _page(template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), mimetype="text/html")
    return access.tagged(response, access.tag(request.full_path))
