"""``/`` and ``/{lang}/``: what this is, the cases, what is inside, and what can be asked."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, request

from graph.engine import Engine
from ontology import vocabulary as terms
from ontology.namespaces import term
from server import access, links, negotiation, queries
from server.links import CLASSES
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.flows import drawing, land
from server.pages.kept import kept
from server.pages.lists import entries
from server.pages.pairing import pairing

blueprint = Blueprint("home", __name__)

#: The kinds that the home page counts.
_COUNTED: Final = ("case", "programme", "organisation", "area", "measurement", "mechanism", "product", "evidence")

#: Flows on the home page's map; the page of the map has more.
_FLOWS: Final = 80

#: The questions that a newcomer is offered first.
_STARTERS: Final = (
    "donors-in-yunnan", "target-against-achievement", "money", "people", "kashgar-price", "mechanisms-with-cooperative",
)  # fmt: skip


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
    engine = access.engine()
    per_class = kept("classes", lambda: _per_class(engine))
    counts = [(kind, per_class.get(term(CLASSES[kind]), 0)) for kind in _COUNTED]
    cases = entries(lang, "case", 1, 20)
    questions = {question.key: question for question in terms.questions()}
    return page(
        "home.html",
        counts=[c for c in counts if c[1]],
        cases=cases,
        drawing=kept(f"map-{lang}", lambda: drawing(lang, most=_FLOWS)),
        land=land(),
        pairing=pairing(lang),
        starters=[questions.pop(key) for key in _STARTERS if key in questions],
        questions=list(questions.values()),
    )


def _per_class(engine: Engine) -> dict[str, int]:
    return {r["class"].value: int(r["count"].value) for r in queries.select(engine, "classes")}
