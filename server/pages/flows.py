"""The flows of help as they are drawn on a map: areas as points, an arc from donors' seats to a recipient area.

The map page and the home page show the same drawing; a table beside each says the same in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from flask import current_app

from server import access, links, places, queries
from server.naming import Labels, Link
from server.pages import assets
from server.pages.kept import kept
from server.pages.mapping import Frame, curve, frame, named, project

#: What an operator may have drawn below the points.
GROUNDS: Final = ("land", "points")
#: The name of the setting in the application's configuration.
GROUND: Final = "MAP_GROUND"
#: Flows that are drawn and listed; those with most programmes come first.
MOST: Final = 300

#: How many programmes go from one area (IRI) to another.
Pairs = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Point:
    """An area on the map; `radius` grows with the programmes that begin or end there.

    Its name stands to the right (`side` is 1), to the left (-1), or has no room (0).
    """

    link: Link
    x: float
    y: float
    radius: float
    count: int
    is_donor: bool
    side: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Programmes from one area to another; `path` is None where one of the two is nowhere in particular."""

    start: Link
    end: Link
    count: int
    href: str
    path: str | None
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map: `nowhere` counts the flows that are listed only, `more` those beyond the most that are shown."""

    frame: Frame
    points: Sequence[Point]
    flows: Sequence[Flow]
    nowhere: int
    more: int


def land() -> str | None:
    """Return the address of the picture of the land, None where the operator or the build has none."""
    return assets.script("land.svg") if current_app.config.get(GROUND, GROUNDS[0]) == "land" else None


def drawing(lang: str, theme: str | None = None, most: int = MOST) -> Drawing:
    """Return the flows of all programmes, or of those of one theme (IRI), drawn in one language."""
    pairs = kept("flows", lambda: read(None)) if theme is None else read(theme)
    shown = dict(list(pairs.items())[:most])
    engine = access.engine()
    labels = Labels(engine)
    ends = [iri for pair in shown for iri in pair]
    labels.load(ends)
    at = {iri: project(*place.point) for iri, place in places.located(engine, ends).items()}
    around = frame(at.values())
    flows = [_flow(pair, count, lang, labels, at, theme, around) for pair, count in shown.items()]
    nowhere = sum(flow.path is None for flow in flows)
    return Drawing(around, _points(shown, at, lang, labels, around), flows, nowhere, len(pairs) - len(shown))


def read(theme: str | None) -> Pairs:
    """Return how many programmes go from an area to another, most first."""
    if theme is None:
        rows = queries.select(access.engine(), "flows")
    else:
        rows = queries.select(access.engine(), "flows-of-theme", theme=ox.NamedNode(theme))
    found = {(row["from"].value, row["to"].value): int(row["count"].value) for row in rows if "from" in row}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


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
    flows: Pairs, at: dict[str, tuple[float, float]], lang: str, labels: Labels, shown: Frame
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
            side,
        )
        for iri, side in zip(ordered, names, strict=True)
    ]
