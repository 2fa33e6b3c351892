"""Where areas are: their own point, or that of the nearest area above them that has one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from graph.engine import Engine
from server import queries

#: Longitude and latitude in degrees (WGS 84), in the order of GeoJSON.
Point = tuple[float, float]
#: From a village to its country there are at most so many steps.
_STEPS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A point, and whether it is the area's own or one of an area above it."""

    point: Point
    is_own: bool


def located(engine: Engine, areas: Iterable[str]) -> dict[str, Place]:
    """Return where areas are; those of which nothing is known are left out, and so is a whole country's middle."""
    points: dict[str, Point] = {}
    above: dict[str, str] = {}
    wanted = list(dict.fromkeys(areas))
    asked: set[str] = set()
    for _ in range(_STEPS):
        batch = [iri for iri in wanted if iri not in asked]
        if not batch:
            break
        asked.update(batch)
        for start in range(0, len(batch), queries.BATCH):
            _ask(engine, batch[start : start + queries.BATCH], points, above)
        wanted = [above[iri] for iri in batch if iri not in points and iri in above]
    return {iri: place for iri in asked if (place := _nearest(iri, points, above)) is not None}


def distinct(points: Iterable[Point]) -> list[Point]:
    """Return points in a settled order, each once."""
    return sorted(set(points))


def _ask(engine: Engine, areas: list[str], points: dict[str, Point], above: dict[str, str]) -> None:
    for row in queries.select(engine, "located", areas=map(ox.NamedNode, areas)):
        area = row["area"].value
        if "latitude" in row and "longitude" in row:
            points[area] = (float(row["longitude"].value), float(row["latitude"].value))
        if "above" in row:
            above[area] = row["above"].value


def _nearest(iri: str, points: dict[str, Point], above: dict[str, str]) -> Place | None:
    at = iri
    for _ in range(_STEPS):
        if at in points:
            return Place(points[at], at == iri)
        if at not in above:
            return None
        at = above[at]
    return None
