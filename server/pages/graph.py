"""``/{lang}/graph?focus=…``: one thing in the middle, what it is tied to around it; scripts let it grow.

The drawing has the focus in the middle, what points to it on the left, what it points to on the right,
a few of each property; everything drawn stands in the list beside it, where the rest is one click away.
`/{lang}/graph.json` gives the same ties to the script, and to anybody else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox
from flask import Blueprint, Response, request

from ontology.namespaces import term
from server import access, finding, links, queries, texts
from server.naming import Labels, Link
from server.pages.answer import LANGUAGE, page, unchanged
from server.problems import refused
from server.things import exists

blueprint = Blueprint("graph", __name__)

#: Properties that are drawn, in the order in which they are told.
PROPERTIES: Final = tuple(
    term(local)
    for local in (
        "hasDonor", "hasImplementer", "hasPartner", "hasRecipient", "hasAuthority", "statedRecipientArea", "describes",
        "partOf", "hasActivity", "buildsOn", "underFramework", "usedMechanism", "concernsProduct", "benefits",
        "established", "hasEvent", "producedWork", "builtSite", "heldIn", "basedIn", "hasRecognition", "selectedIn",
        "givenBy", "organisedBy", "seatIn", "servesArea", "memberOf", "directlyWithin", "locatedIn", "originArea",
        "frameworkArea",
    )
)  # fmt: skip
#: Things of one property that are drawn at first, and that the script adds at a time.
DRAWN: Final = 5
ADDED: Final = 10
#: Ties that are looked at in each direction; a count that reaches it is “so many or more”.
MOST: Final = 2000
_SUGGESTED: Final = 8
_WIDTH: Final = 1040
_STEP: Final = 34
_COLUMN: Final = 250


@dataclass(frozen=True, slots=True)
class Ties:
    """The things tied to the focus by one property in one direction; `count` is of all, `things` of those told."""

    property: Link
    is_incoming: bool
    things: Sequence[Link]
    count: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A thing in the drawing: where its name stands, and the tie that leads to it."""

    link: Link
    property: Link
    is_incoming: bool
    x: float
    y: float
    path: str
    is_first: bool


@blueprint.get(f"/{LANGUAGE}/graph")
def graph(lang: str) -> Response:
    """Show what is tied to a thing, and let one be found to begin with."""
    focus = _focus()
    if (same := unchanged()) is not None:
        return same
    engine = access.engine()
    words = request.args.get("q", "").strip()[:200]
    found = finding.suggestions(engine, words, _SUGGESTED)
    start = focus or (found[0] if found else _beginning())
    labels = Labels(engine)
    labels.load([*found, *([start] if start else [])])
    ties = ties_of(lang, start, DRAWN, labels) if start else []
    placed, height = _place(ties)
    return page(
        "graph.html",
        focus=labels.link(start, lang) if start else None,
        ties=ties,
        placed=placed,
        width=_WIDTH,
        height=height,
        words=words,
        suggestions=[labels.link(iri, lang) for iri in found],
        data=as_json(lang, start, ties) if start else None,
        drawn=DRAWN,
        kind_names={kind: texts.text(lang, f"kind.{kind}") for kind in (*links.KINDS, links.CONCEPT)},
    )


@blueprint.get(f"/{LANGUAGE}/graph.json")
def graph_json(lang: str) -> Response:
    """Give the ties of one thing: ``{"focus": {…}, "ties": [{"property", "direction", "count", "things"}]}``.

    Ten things of each property; `?skip=10` gives the next ten.
    """
    focus = _focus()
    if focus is None:
        raise refused(400, "No focus", "refused.focus")
    etag = access.tag(request.full_path)
    if (same := access.not_modified(etag)) is not None:
        return same
    given = request.args.get("skip", "0")
    if not (given.isdecimal() and given.isascii()):
        raise refused(400, "Unknown value", "refused.number", parameter="skip", told=given[:40])
    told = as_json(lang, focus, ties_of(lang, focus, ADDED, Labels(access.engine()), min(int(given[:9]), MOST)))
    return access.tagged(Response(json.dumps(told, ensure_ascii=False), mimetype="application/json"), etag)


def ties_of(lang: str, iri: str, most: int, labels: Labels, skip: int = 0) -> list[Ties]:
    """Return the ties of a thing, incoming first, with `most` things of each property and direction after `skip`."""
    properties = [ox.NamedNode(p) for p in PROPERTIES]
    found: list[tuple[str, bool, list[str], bool]] = []
    for is_incoming in (True, False):
        rows = queries.select(
            labels.engine,
            "ties-in" if is_incoming else "ties-out",
            thing=ox.NamedNode(iri),
            properties=properties,
            limit=MOST,
        )
        by_property: dict[str, list[str]] = {}
        for row in rows:
            by_property.setdefault(row["property"].value, []).append(row["other"].value)
        for property_ in PROPERTIES:
            if things := sorted(t for t in by_property.get(property_, ()) if t != iri):
                found.append((property_, is_incoming, things, len(rows) >= MOST))
    labels.load([iri, *(p for p, *_ in found), *(t for _, _, things, _ in found for t in things[:most])])
    return [
        Ties(
            labels.link(p, lang),
            is_incoming,
            [labels.link(t, lang) for t in things[skip : skip + most]],
            len(things),
            is_cut,
        )
        for p, is_incoming, things, is_cut in found
    ]


def as_json(lang: str, focus: str, ties: Sequence[Ties]) -> dict[str, Any]:
    """Return ties as the script reads them."""
    labels = Labels(access.engine())
    return {
        "focus": _node(labels.link(focus, lang)),
        "ties": [
            {
                "property": {"id": t.property.iri, "name": t.property.name.text},
                "direction": "in" if t.is_incoming else "out",
                "count": t.count,
                "things": [_node(link) for link in t.things],
            }
            for t in ties
        ],
    }


def _node(link: Link) -> dict[str, str | None]:
    return {"id": link.iri, "name": link.name.text[:200], "kind": links.kind_of(link.iri), "page": link.href}


def _focus() -> str | None:
    told = request.args.get("focus")
    if not told:
        return None
    try:
        iri = ox.NamedNode(told).value
    except ValueError:
        raise refused(400, "Unknown value", "refused.iri", parameter="focus", told=told[:200]) from None
    if not exists(iri):
        raise refused(404, "Not found", "refused.unknown", iri=iri)
    return iri


def _beginning() -> str | None:
    """Return where to begin when nobody says: the donor with most programmes."""
    counts: dict[str, int] = {}
    for row in queries.select(access.engine(), "pairing"):
        counts[row["donor"].value] = counts.get(row["donor"].value, 0) + int(row["count"].value)
    return max(counts, key=lambda iri: (counts[iri], iri), default=None)


def _place(ties: Sequence[Ties]) -> tuple[list[Placed], float]:
    """Return the things of ties in two columns beside the focus, and how high the drawing is."""
    columns: list[list[tuple[Ties, Link, bool]]] = [
        [(t, link, n == 0) for t in ties if t.is_incoming == side for n, link in enumerate(t.things)]
        for side in (True, False)
    ]
    height = max(4, *(len(c) + sum(first for *_, first in c) for c in columns)) * _STEP + _STEP
    placed = []
    for side, column in zip((True, False), columns, strict=True):
        rows = len(column) + sum(first for *_, first in column)
        y = (height - rows * _STEP) / 2 + _STEP / 2
        for tie, link, is_first in column:
            y += _STEP if is_first else 0
            x, middle = (_COLUMN, _WIDTH / 2 - 100) if side else (_WIDTH - _COLUMN, _WIDTH / 2 + 100)
            half = (x + middle) / 2
            path = f"M{x} {y:g}C{half:g} {y:g} {half:g} {height / 2:g} {middle:g} {height / 2:g}"
            placed.append(Placed(link, tie.property, side, x, y, path, is_first))
            y += _STEP
    return placed, height
