"""``/{lang}/ontology``: the vocabulary as a list of terms for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox
from flask import Blueprint, Response, render_template

from ontology import vocabulary as terms
from ontology.namespaces import BASE, ONTOLOGY, expand, term
from server import links, naming, negotiation
from server.naming import Link, Name, best, short
from server.pages.answer import LANGUAGE
from server.vocabulary import store

blueprint = Blueprint("ontology", __name__)

_RELATIONS: Final = (
    ("rdfs:subClassOf", "ontology.subclass_of"),
    ("rdfs:subPropertyOf", "ontology.subproperty_of"),
    ("rdfs:domain", "ontology.domain"),
    ("rdfs:range", "ontology.range"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One class or property: its names, what it means, and how it stands to others (text key → links)."""

    key: str
    name: Name
    other: str | None
    definition: Name | None
    relations: dict[str, list[Link]]


@blueprint.get(f"/{LANGUAGE}/ontology")
def page(lang: str) -> Response:
    """List the classes, the properties and the code lists."""
    entries = [(t.kind, _entry(lang, t)) for t in terms.terms().values()]
    schemes = [
        Link(_scheme_name(lang, scheme), f"/{lang}/concept/{scheme}", f"{BASE}concept/{scheme}")
        for scheme in sorted(terms.schemes())
    ]
    body = render_template(
        "ontology.html",
        classes=[e for kind, e in entries if kind == "class"],
        properties=[e for kind, e in entries if kind != "class"],
        schemes=[(link, len(terms.concept_keys(link.iri.rpartition("/")[2]))) for link in schemes],
        formats=[(f.title, links.ontology_data(f.extension)) for f in negotiation.GRAPHS],
        iri=ONTOLOGY,
    )
    return Response(body, mimetype="text/html")


@cache
def _code_lists() -> ox.Store:
    store = ox.Store()
    for file in sorted(terms.CODELISTS.glob("*.ttl")):
        store.load(path=file, format=ox.RdfFormat.TURTLE)
    return store


def _entry(lang: str, found: terms.Term) -> Entry:
    labels = {k: v for k, v in found.label._asdict().items() if v}
    definitions = {k: v for k, v in found.definition._asdict().items() if v}
    other = "en" if lang == "zh" else "zh"
    relations = {text: links_ for curie, text in _RELATIONS if (links_ := list(_related(lang, found.name, curie)))}
    return Entry(
        found.name, best(labels, lang) or Name(found.name), labels.get(other), best(definitions, lang), relations
    )


def _related(lang: str, name: str, curie: str) -> Iterator[Link]:
    subject, predicate = ox.NamedNode(term(name)), ox.NamedNode(expand(curie))
    found = naming.iris(q.object for q in store().quads_for_pattern(subject, predicate, None))
    for iri in sorted(found):
        local = iri.removeprefix(f"{ONTOLOGY}#")
        labels = {k: v for k, v in terms.terms()[local].label._asdict().items() if v} if local in terms.terms() else {}
        yield Link(best(labels, lang) or Name(short(iri)), links.href(lang, iri), iri)


def _scheme_name(lang: str, scheme: str) -> Name:
    node = ox.NamedNode(f"{BASE}concept/{scheme}")
    labels = {
        q.object.language or "": q.object.value
        for q in _code_lists().quads_for_pattern(node, ox.NamedNode(expand("rdfs:label")), None)
        if isinstance(q.object, ox.Literal)
    }
    return best(labels, lang) or Name(scheme)
