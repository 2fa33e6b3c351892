"""All things that stand in one relation to another: `?in=dk:hasTheme` or `?out=…` on its page, fifty at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from flask import request

from ontology.namespaces import PREFIXES
from server import access, naming, queries
from server.links import Name
from server.naming import Labels, Link
from server.naming import Name as Words
from server.pages.answer import page_number
from server.pages.kept import kept
from server.problems import refused
from server.queries import Term

PAGE: Final = 50
#: Up to so many things the engine sorts for each page; up to so many more they are sorted here, and kept.
_SORTED_THERE: Final = 500
_SORTED_HERE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Relation:
    """One page of a relation: `is_incoming` says whether the others point here."""

    thing: Link
    predicate: Link
    is_incoming: bool
    count: int
    number: int
    pages: int
    others: list[Link | Words]
    query: str


def asked() -> tuple[str, bool] | None:
    """Return the property that the request asks to list and whether inwards, None where it asks for none."""
    for key, is_incoming in (("in", True), ("out", False)):
        if given := request.args.get(key):
            return _expanded(given), is_incoming
    return None


def read(lang: str, name: Name, property_: str, *, is_incoming: bool) -> Relation:
    """Return the page of a relation that the request asks for; 404 where there is nothing."""
    engine = access.engine()
    direction = "in" if is_incoming else "out"
    terms = {"thing": ox.NamedNode(name.iri), "property": _node(property_)}
    count = int(queries.select(engine, f"related-{direction}-count", **terms)[0]["count"].value)
    if not count:
        raise refused(404, "Not found", "refused.relation", property=property_, iri=name.iri)
    pages = -(-count // PAGE)
    number = page_number(pages)
    window = {"limit": PAGE, "offset": (number - 1) * PAGE}
    if _SORTED_THERE < count <= _SORTED_HERE:
        known = kept(f"related-{direction}-{property_}-{name.iri}", lambda: _sorted(direction, terms))
        found = known[window["offset"] : window["offset"] + PAGE]
    else:
        found = [row["other"] for row in queries.select(engine, f"related-{direction}", **terms, **window)]
    labels = Labels(engine)
    labels.load([name.iri, property_, *naming.iris(found)])
    others = [
        labels.link(other.value, lang)
        if isinstance(other, ox.NamedNode)
        else Words(getattr(other, "value", str(other)))
        for other in found
    ]
    query = queries.text(f"related-{direction}", **terms, **window)
    thing = labels.link(name.iri, lang)
    return Relation(thing, labels.link(property_, lang), is_incoming, count, number, pages, others, query)


def _sorted(direction: str, terms: Mapping[str, ox.NamedNode]) -> list[Term]:
    """Return all that stands in a relation, IRIs first."""
    rows = queries.select(access.engine(), f"related-{direction}-all", **terms, limit=_SORTED_HERE)
    return sorted((row["other"] for row in rows), key=lambda t: (isinstance(t, ox.Literal), str(t)))


def _expanded(given: str) -> str:
    prefix, colon, local = given.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return PREFIXES[prefix] + local
    return given


def _node(property_: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(property_)
    except ValueError as error:
        raise refused(404, "Not found", "refused.property", told=property_) from error
