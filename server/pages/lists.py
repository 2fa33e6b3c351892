"""``/{lang}/{kind}/``: the things of a kind, fifty to a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from ontology.namespaces import expand
from server import access, naming, neighbourhood, queries
from server.naming import Labels, Link
from server.pages import members
from server.pages.answer import LANGUAGE, page, page_number, unchanged
from server.pages.groups import Group
from server.pages.portrait import Painter

blueprint = Blueprint("lists", __name__)

PAGE: Final = 50
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


@blueprint.get(f"/{LANGUAGE}/<kind>/")
def listing(lang: str, kind: str) -> Response:
    """List the things of a kind, fifty to a page."""
    if (same := unchanged()) is not None:
        return same
    count = members.count(kind)
    pages = max(1, -(-count // PAGE))
    number = page_number(pages)
    query = queries.text("list", type=members.class_of(kind), limit=PAGE, offset=(number - 1) * PAGE)
    labels = Labels(access.engine())
    columns = [labels.link(expand(c), lang) for c in _COLUMNS.get(kind, ())]
    return page(
        "list.html",
        kind=kind,
        count=count,
        number=number,
        pages=pages,
        entries=entries(lang, kind, number, PAGE),
        columns=columns,
        query=query,
    )


def entries(lang: str, kind: str, number: int, size: int) -> list[Entry]:
    """Return the rows of one page of a list: the things' names and the values of the kind's columns."""
    engine = access.engine()
    things = members.page_of(kind, size, number)
    columns = [expand(c) for c in _COLUMNS.get(kind, ())]
    around = neighbourhood.Neighbourhood("", Labels(engine), neighbourhood.facts(engine, things, columns))
    around.labels.load([*things, *columns, *_linked(around, columns)])
    painter = Painter(around, lang, lambda iri: None)
    return [Entry(around.labels.link(t, lang), [painter.cell(t, c) for c in columns]) for t in things]


def _linked(around: neighbourhood.Neighbourhood, columns: list[str]) -> list[str]:
    return naming.iris(s.value for s in around.all() if s.predicate in columns)
