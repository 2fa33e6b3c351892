"""Who helps whom, at a glance: donors on the left, province-level areas on the right, a band for each pair.

The same pairs make the drawing and the table beside it. A band is as wide as it has programmes, and
leads to them: to the one, or to the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox

from server import access, links, naming, queries
from server.naming import Labels, Link
from server.pages.kept import kept

#: Donors and areas that are drawn; those with most programmes come first.
MOST: Final = 14
_WIDTH: Final = 1060
_LEFT: Final = 330
_RIGHT: Final = 800
_BAR: Final = 10
_GAP: Final = 12
_UNIT: Final = 14
_LEAST: Final = 18


@dataclass(frozen=True, slots=True)
class Node:
    """A donor or an area in the drawing: where its bar stands, and how many programmes run through it."""

    link: Link
    count: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Flow:
    """A pair: how many programmes, where it leads, and the path of its band."""

    donor: Link
    area: Link
    count: int
    href: str
    path: str
    width: float


@dataclass(frozen=True, slots=True)
class Pairing:
    """The drawing and the table. `more` counts the donors that are not drawn."""

    donors: Sequence[Node]
    areas: Sequence[Node]
    flows: Sequence[Flow]
    width: int
    height: float
    more: int

    def flow(self, donor: Link, area: Link) -> Flow | None:
        """Return the pair of a donor and an area, None where it is none."""
        return next((f for f in self.flows if f.donor == donor and f.area == area), None)


def pairing(lang: str) -> Pairing | None:
    """Return who is paired with whom, None where nobody is."""
    return kept(f"pairing-{lang}", lambda: _pairing(lang))


def _pairing(lang: str) -> Pairing | None:
    engine = access.engine()
    pairs: dict[tuple[str, str], tuple[int, str]] = {}
    for row in queries.select(engine, "pairing"):
        ends = naming.iris((row["donor"], row["area"]))
        if len(ends) == 2:
            pairs[ends[0], ends[1]] = (int(row["count"].value), row["one"].value)
    if not pairs:
        return None
    donors, areas = _ranked(pairs, 0), _ranked(pairs, 1)
    shown = {p: n for p, n in pairs.items() if p[0] in donors[:MOST] and p[1] in areas[:MOST]}
    labels = Labels(engine)
    labels.load(iri for pair in shown for iri in pair)
    left = _nodes(shown, 0, donors, lang, labels, _LEFT)
    right = _nodes(shown, 1, areas, lang, labels, _RIGHT)
    height = max(n.y + n.height for n in (*left, *right)) + 4
    return Pairing(left, right, _flows(shown, left, right, lang), _WIDTH, height, max(0, len(donors) - MOST))


def _ranked(pairs: dict[tuple[str, str], tuple[int, str]], side: int) -> list[str]:
    totals: dict[str, int] = {}
    for pair, (count, _) in pairs.items():
        totals[pair[side]] = totals.get(pair[side], 0) + count
    return sorted(totals, key=lambda iri: (-totals[iri], iri))


def _nodes(
    pairs: dict[tuple[str, str], tuple[int, str]], side: int, order: list[str], lang: str, labels: Labels, x: float
) -> list[Node]:
    y, found = 4.0, []
    for iri in order:
        count = sum(n for pair, (n, _) in pairs.items() if pair[side] == iri)
        if count:
            height = count * _UNIT
            found.append(Node(labels.link(iri, lang), count, x, y, height))
            y += max(height, _LEAST) + _GAP
    return found


def _flows(
    pairs: dict[tuple[str, str], tuple[int, str]], donors: list[Node], areas: list[Node], lang: str
) -> list[Flow]:
    left, right = {n.link.iri: n.y for n in donors}, {n.link.iri: n.y for n in areas}
    found = []
    for donor in donors:
        for area in areas:
            count, one = pairs.get((donor.link.iri, area.link.iri), (0, ""))
            if not count:
                continue
            width = count * _UNIT
            y1, y2 = left[donor.link.iri] + width / 2, right[area.link.iri] + width / 2
            left[donor.link.iri] += width
            right[area.link.iri] += width
            x1, x2, middle = _LEFT + _BAR, _RIGHT, (_LEFT + _BAR + _RIGHT) / 2
            path = f"M{x1} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2} {y2:g}"
            found.append(Flow(donor.link, area.link, count, _href(lang, donor, area, count, one), path, width))
    return found


def _href(lang: str, donor: Node, area: Node, count: int, one: str) -> str:
    if count == 1:
        return links.href(lang, one)
    ends = {"donor": links.parse(donor.link.iri), "area": links.parse(area.link.iri)}
    named = {side: name.key for side, name in ends.items() if name is not None}
    if len(named) == len(ends):
        return f"/{lang}/search?{urlencode({'type': 'programme'} | named)}"
    terms = {"donor": ox.NamedNode(donor.link.iri), "area": ox.NamedNode(area.link.iri)}
    return links.console(lang, queries.text("pairing-programmes", **terms))
