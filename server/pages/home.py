"""``/`` and ``/{lang}/``: what this is, the cases, what is inside, and what can be asked."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, request

from ontology import vocabulary as terms
from ontology.namespaces import term
from server import access, links, negotiation, queries
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.lists import CLASSES, entries

blueprint = Blueprint("home", __name__)

#: The kinds that the home page counts.
_COUNTED: Final = ("case", "programme", "organisation", "area", "measurement", "mechanism", "product", "evidence")


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
    per_class = {r["class"].value: int(r["count"].value) for r in queries.select(engine, "classes")}
    counts = [(kind, per_class.get(term(CLASSES[kind]), 0)) for kind in _COUNTED]
    cases = entries(lang, "case", 1, 20)
    return page("home.html", counts=[c for c in counts if c[1]], cases=cases, questions=terms.questions())
