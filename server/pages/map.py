"""``/{lang}/map``: donor and recipient areas with the programmes between them, drawn and as a table.

The land is drawn without any border, since the packages that draw borders draw different ones; the
operator may leave the land out as well (`--map points`).
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from server import access, finding, naming, queries
from server.naming import Labels
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.flows import drawing, land
from server.pages.kept import kept
from server.problems import refused

blueprint = Blueprint("map", __name__)


@blueprint.get(f"/{LANGUAGE}/map")
def map_page(lang: str) -> Response:
    """Show the map, of all programmes or of one theme."""
    theme = finding.value("theme", told) if (told := request.args.get("theme")) else None
    if told and theme is None:
        raise refused(400, "Unknown value", "refused.value", parameter="theme", told=told)
    if (same := unchanged()) is not None:
        return same
    labels = Labels(access.engine())
    known = known_themes()
    labels.load(known)
    return page(
        "map.html",
        drawing=drawing(lang, theme),
        land=land(),
        theme=theme,
        themes=[
            (labels.link(iri, lang).name, _address(lang, finding.key("theme", iri)), iri == theme) for iri in known
        ],
        everything=_address(lang, None),
    )


def known_themes() -> list[str]:
    """Return the themes that programmes have, the most frequent first."""
    return kept("themes", lambda: naming.iris(row["theme"] for row in queries.select(access.engine(), "themes")))


def _address(lang: str, theme: str | None) -> str:
    return f"/{lang}/map" + (f"?{urlencode({'theme': theme})}" if theme else "")
