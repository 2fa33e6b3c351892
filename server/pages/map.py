"""``/{lang}/map``: donor and recipient areas with the programmes between them, drawn and as a table.

The land is drawn without any border, since the packages that draw borders draw different ones; the
operator may leave the land out as well (`--map points`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, current_app, request

from server import access, finding, links, naming, places, queries
from server.naming import Labels, Link
from server.pages import assets
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.mapping import Frame, curve, frame, named, project
from server.problems import HttpError

blueprint = Blueprint("map", __name__)

#: What an operator may have drawn below the points.
GROUNDS: Final = ("land", "points")
#: The name of the setting in the application's configuration.
GROUND: Final = "MAP_GROUND"
#: Flows that are drawn and listed; those with most programmes come first.
MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Point:
    """An area on the map; `radius` grows with the programmes that begin or end there."""

    link: Link
    x: float
    y: float
    radius: float
    count: int
    is_donor: bool
    has_name: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """Programmes from one area to another; `path` is None where one of the two is nowhere in particular."""

    start: Link
    end: Link
    count: int
    href: str
    path: str | None
    width: float


@blueprint.get(f"/{LANGUAGE}/map")
def map_page(lang: str) -> Response:
    """Show the map, of all programmes or of one theme."""
    theme = finding.value("theme", told) if (told := request.args.get("theme")) else None
    if told and theme is None:
        raise HttpError(400, "Unknown value", f"theme={told} is neither an IRI nor a key of a theme.")
    if (same := unchanged()) is not None:
        return same
    engine = access.engine()
    flows = _flows(theme)
    labels = Labels(engine)
    themes = naming.iris(row["theme"] for row in queries.select(engine, "themes"))
    labels.load([*themes, *(iri for pair in flows for iri in pair)])
    where = places.located(engine, (iri for pair in flows for iri in pair))
    at = {iri: project(*place.point) for iri, place in where.items()}
    shown = frame(at.values())
    drawn = [_flow(pair, count, lang, labels, at, theme, shown) for pair, count in flows.items()]
    return page(
        "map.html",
        frame=shown,
        points=_points(flows, at, lang, labels, shown),
        flows=drawn,
        nowhere=sum(f.path is None for f in drawn),
        land=assets.script("land.svg") if current_app.config.get(GROUND, GROUNDS[0]) == "land" else None,
        theme=theme,
        themes=[
            (labels.link(iri, lang).name, _address(lang, finding.key("theme", iri)), iri == theme) for iri in themes
        ],
        everything=_address(lang, None),
        most=MOST,
    )


def _flows(theme: str | None) -> dict[tuple[str, str], int]:
    """Return how many programmes go from an area to another, most first."""
    if theme is None:
        rows = queries.select(access.engine(), "flows")
    else:
        rows = queries.select(access.engine(), "flows-of-theme", theme=ox.NamedNode(theme))
    found = {(row["from"].value, row["to"].value): int(row["count"].value) for row in rows if "from" in row}
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return dict(ordered[:MOST])


def _flow(
    pair: tuple[str, str],
    count: int,
    lang: str,
    labels: Labels,
    at: dict[str, tuple[float, float]],
    theme: str | None,
    shown: Frame,
) -> Flow:
    start, end = pair
    path = curve(at[start], at[end]) if start in at and end in at and at[start] != at[end] else None
    asked = {"from": ox.NamedNode(start), "to": ox.NamedNode(end)}
    if theme is None:
        query = queries.text("flow-programmes", **asked)
    else:
        query = queries.text("flow-programmes-of-theme", **asked, theme=ox.NamedNode(theme))
    href = links.console(lang, query)
    width = shown.of_width(0.0012 + 0.0009 * min(count, 8))
    return Flow(labels.link(start, lang), labels.link(end, lang), count, href, path, width)


def _points(
    flows: dict[tuple[str, str], int],
    at: dict[str, tuple[float, float]],
    lang: str,
    labels: Labels,
    shown: Frame,
) -> Sequence[Point]:
    """Return the areas that have a place, those with most programmes first: they get their names first, too."""
    begins: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for (start, end), count in flows.items():
        begins[start] += count
        ends[end] += count
    total = begins + ends
    ordered = [iri for iri, _ in sorted(total.items(), key=lambda item: (-item[1], item[0])) if iri in at]
    names = named([(at[iri], labels.link(iri, lang).name.text) for iri in ordered], shown)
    return [
        Point(
            labels.link(iri, lang),
            *at[iri],
            shown.of_width(0.004 + 0.0016 * min(total[iri], 9) ** 0.5),
            total[iri],
            begins[iri] > 0,
            has_name,
        )
        for iri, has_name in zip(ordered, names, strict=True)
    ]


def _address(lang: str, theme: str | None) -> str:
    return f"/{lang}/map" + (f"?{urlencode({'theme': theme})}" if theme else "")
