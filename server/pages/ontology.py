"""``/{lang}/ontology``: every term with what it means, how often it is used, an example, and its kin elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox
from flask import Blueprint, Response

from graph.engine import Engine
from ontology import vocabulary as terms
from ontology.namespaces import BASE, ONTOLOGY, expand, term
from server import access, links, naming, negotiation, queries
from server.naming import Labels, Link, Name, best, short
from server.pages import diagram
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.kept import kept
from server.queries import Term
from server.vocabulary import store

blueprint = Blueprint("ontology", __name__)

_RELATIONS: Final = (
    ("rdfs:subClassOf", "ontology.subclass_of"),
    ("rdfs:subPropertyOf", "ontology.subproperty_of"),
    ("rdfs:domain", "ontology.domain"),
    ("rdfs:range", "ontology.range"),
    ("owl:inverseOf", "ontology.inverse"),
)  # fmt: skip
#: What says how a term stands to those of other vocabularies.
_ALIGNMENTS: Final = tuple(
    map(
        expand,
        ("owl:equivalentClass", "owl:equivalentProperty", "rdfs:subClassOf", "rdfs:subPropertyOf", "skos:exactMatch",
         "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One use of a term: a thing of a class, or a thing and its value."""

    thing: Link
    value: Link | Name | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One class or property: its names and meanings, how often it is used, and how it stands to others.

    `uses` asks for what uses it. `relations` are those within the ontology (text key → links),
    `alignments` those to others (property as it is written → links).
    """

    key: str
    name: Name
    other: str | None
    definition: Name | None
    other_definition: str | None
    count: int
    uses: str
    example: Example | None
    relations: dict[str, list[Link]]
    alignments: dict[str, list[Link]]


@dataclass(frozen=True, slots=True)
class Branch:
    """A class and the classes below it."""

    link: Link
    below: list[Branch]


@blueprint.get(f"/{LANGUAGE}/ontology")
def ontology(lang: str) -> Response:
    """Show the diagram, the tree of classes, all terms, and the code lists."""
    if (same := unchanged()) is not None:
        return same
    listed = entries(lang)
    schemes = [
        Link(_scheme_name(lang, scheme), f"/{lang}/concept/{scheme}", f"{BASE}concept/{scheme}")
        for scheme in sorted(terms.schemes())
    ]
    boxes, edges = diagram.diagram(lang)
    return page(
        "ontology.html",
        classes=[e for kind, e in listed if kind == "class"],
        properties=[e for kind, e in listed if kind != "class"],
        tree=_tree(lang),
        boxes=boxes,
        edges=edges,
        size=(diagram.WIDTH, diagram.HEIGHT),
        schemes=[(link, len(terms.concept_keys(link.iri.rpartition("/")[2]))) for link in schemes],
        formats=[(f.title, links.ontology_data(f.extension)) for f in negotiation.GRAPHS],
        iri=ONTOLOGY,
    )


def entries(lang: str) -> list[tuple[str, Entry]]:
    """Return all terms, each with its kind and how it is used, worked out once for each snapshot."""
    return kept(f"ontology-{lang}", lambda: _entries(lang))


def _entries(lang: str) -> list[tuple[str, Entry]]:
    engine = access.engine()
    counts, used = kept("uses", lambda: _uses_of_terms(engine))
    labels = Labels(engine)
    labels.load(naming.iris(node for row in used.values() for node in row.values()))
    return [
        (t.kind, _entry(lang, t, counts.get(term(t.name), 0), _example(lang, labels, used.get(t.name))))
        for t in terms.terms().values()
    ]


def _uses_of_terms(engine: Engine) -> tuple[dict[str, int], dict[str, Mapping[str, Term]]]:
    """Return how often each term (IRI) is used, and one use of each that is (by name)."""
    counts = {
        row[name].value: int(row["count"].value)
        for query, name in (("classes", "class"), ("properties", "property"))
        for row in queries.select(engine, query)
        if isinstance(row.get(name), ox.NamedNode)
    }
    used = [t for t in terms.terms().values() if counts.get(term(t.name))]
    parts = [
        queries.text("example-class" if t.kind == "class" else "example-property", term=ox.NamedNode(term(t.name)))
        for t in used
    ]
    by_term = {row["term"].value: row for row in queries.united(engine, parts)} if parts else {}
    return counts, {t.name: by_term.get(term(t.name), {}) for t in used}


def _example(lang: str, labels: Labels, row: Mapping[str, Term] | None) -> Example | None:
    thing = (row or {}).get("thing")
    if not isinstance(thing, ox.NamedNode):
        return None
    value = (row or {}).get("value")
    shown = (
        labels.link(value.value, lang) if isinstance(value, ox.NamedNode)
        else Name(value.value) if isinstance(value, ox.Literal) else None
    )  # fmt: skip
    return Example(labels.link(thing.value, lang), shown)


def _entry(lang: str, found: terms.Term, count: int, example: Example | None) -> Entry:
    labels = {k: v for k, v in found.label._asdict().items() if v}
    definitions = {k: v for k, v in found.definition._asdict().items() if v}
    other = "en" if lang == "zh" else "zh"
    return Entry(
        key=found.name,
        name=best(labels, lang) or Name(found.name),
        other=labels.get(other),
        definition=best(definitions, lang),
        other_definition=definitions.get(other) if lang in definitions else None,
        count=count,
        uses=_uses(found),
        example=example,
        relations={t: found_ for c, t in _RELATIONS if (found_ := list(_related(lang, found.name, c)))},
        alignments=_alignments(lang, found.name),
    )


def _uses(found: terms.Term) -> str:
    """Return a query for what uses a term."""
    pattern = f"?thing a dk:{found.name}" if found.kind == "class" else f"?thing dk:{found.name} ?value"
    return f"PREFIX dk: <{ONTOLOGY}#>\n\nSELECT * WHERE {{\n  {pattern}\n}}\nLIMIT 200\n"


def _related(lang: str, name: str, curie: str) -> Iterator[Link]:
    subject, predicate = ox.NamedNode(term(name)), ox.NamedNode(expand(curie))
    found = naming.iris(q.object for q in store().quads_for_pattern(subject, predicate, None))
    is_own = curie in ("rdfs:subClassOf", "rdfs:subPropertyOf")
    for iri in sorted(found):
        if not is_own or iri.startswith(f"{ONTOLOGY}#"):
            yield _link(lang, iri)


def _alignments(lang: str, name: str) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for quad in store().quads_for_pattern(ox.NamedNode(term(name)), None, None):
        other = quad.object
        if (
            isinstance(other, ox.NamedNode)
            and quad.predicate.value in _ALIGNMENTS
            and not other.value.startswith(ONTOLOGY)
        ):
            found.setdefault(short(quad.predicate.value), []).append(_link(lang, other.value))
    return {key: sorted(found[key], key=lambda link: link.iri) for key in sorted(found)}


def _link(lang: str, iri: str) -> Link:
    local = iri.removeprefix(f"{ONTOLOGY}#")
    labels = {k: v for k, v in terms.terms()[local].label._asdict().items() if v} if local in terms.terms() else {}
    return Link(best(labels, lang) or Name(short(iri)), links.href(lang, iri), iri)


@cache
def _tree(lang: str) -> list[Branch]:
    """Return the classes of the ontology, each below those that it is a kind of."""
    above = {
        t.name: [
            iri.removeprefix(f"{ONTOLOGY}#")
            for iri in naming.iris(
                q.object
                for q in store().quads_for_pattern(
                    ox.NamedNode(term(t.name)), ox.NamedNode(expand("rdfs:subClassOf")), None
                )
            )
            if iri.startswith(f"{ONTOLOGY}#")
        ]
        for t in terms.terms().values()
        if t.kind == "class"
    }

    def branch(name: str) -> Branch:
        return Branch(_link(lang, term(name)), [branch(c) for c, parents in above.items() if name in parents])

    return [branch(name) for name, parents in above.items() if not parents]


def _scheme_name(lang: str, scheme: str) -> Name:
    labels = {
        q.object.language or "": q.object.value
        for q in _code_lists().quads_for_pattern(
            ox.NamedNode(f"{BASE}concept/{scheme}"), ox.NamedNode(expand("rdfs:label")), None
        )
        if isinstance(q.object, ox.Literal)
    }
    return best(labels, lang) or Name(scheme)


@cache
def _code_lists() -> ox.Store:
    found = ox.Store()
    for file in sorted(terms.CODELISTS.glob("*.ttl")):
        found.load(path=file, format=ox.RdfFormat.TURTLE)
    return found
