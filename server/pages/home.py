"""``/`` and ``/{lang}/``: what this is, the cases, what is inside, and what can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, redirect, request

from ontology import vocabulary as terms
from ontology.namespaces import term
from server import access, links, negotiation, queries
from server.links import CLASSES
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.flows import Drawing, drawing, land
from server.pages.kept import kept
from server.pages.lists import entries
from server.pages.pairing import Pairing, pairing

blueprint = Blueprint("home", __name__)

#: The kinds that the home page counts.
_COUNTED: Final = ("case", "programme", "organisation", "area", "measurement", "mechanism", "product", "evidence")

#: Flows on the home page's map; the page of the map has more.
_FLOWS: Final = 80

#: The questions that a newcomer is offered first.
_STARTERS: Final = (
    "donors-in-yunnan", "target-against-achievement", "money", "people", "kashgar-price", "mechanisms-with-cooperative",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Overview:
    """How many things there are of each class (IRI), and two drawings of who helps whom."""

    per_class: Mapping[str, int]
    drawing: Drawing
    pairing: Pairing | None


@blueprint.get("/")
def start() -> Response:
    """Send a visitor to the pages in their language."""
    lang = negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)
    response = redirect(links.home(lang), 302)
    assert isinstance(response, Response)
    response.vary.add("Accept-Language")
    return response


@blueprint.get(f"/{LANGUAGE}/")
def home(lang: str) -> Response:
    """Show what this is, the cases, what is inside, and what can be asked."""
    if (same := unchanged()) is not None:
        return same
    seen = overview(lang)
    counts = [(kind, seen.per_class.get(term(CLASSES[kind]), 0)) for kind in _COUNTED]
    cases = entries(lang, "case", 1, 20)
    questions = {question.key: question for question in terms.questions()}
    return page(
        "home.html",
        counts=[c for c in counts if c[1]],
        cases=cases,
        drawing=seen.drawing,
        land=land(),
        pairing=seen.pairing,
        starters=[questions.pop(key) for key in _STARTERS if key in questions],
        questions=list(questions.values()),
    )


def overview(lang: str) -> Overview:
    """Return what the page shows of the whole graph, worked out once for each snapshot."""
    return Overview(kept("classes", _per_class), kept(f"map-{lang}", lambda: drawing(lang, most=_FLOWS)), pairing(lang))


def _per_class() -> dict[str, int]:
    rows = queries.select(access.engine(), "classes")
    return {r["class"].value: int(r["count"].value) for r in rows}
