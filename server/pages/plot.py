"""The places of an answer on a map: of columns of degrees, or of areas that we know the place of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ontology.namespaces import term
from server import access, neighbourhood
from server.naming import Link, Name
from server.pages.answers import Cell, Table
from server.pages.flows import land
from server.pages.mapping import Frame, Line, frame, graticule, named, project
from server.pages.values import decimal

#: Places that are drawn; the table has the rest.
POINTS: Final = 300
_LATITUDES: Final = frozenset({"lat", "latitude"})
_LONGITUDES: Final = frozenset({"long", "lon", "lng", "longitude"})
#: The smallest frame, in units of the map: some 250 kilometres across.
_LEAST: Final = 40.0


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the plot; its name stands to the right (`side` is 1), to the left (-1), or has no room (0)."""

    name: Cell
    x: float
    y: float
    side: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Points on the land as the map page draws it (or without it), with lines of degrees."""

    points: Sequence[Point]
    frame: Frame
    grid: Sequence[Line]
    land: str | None
    more: int


def plot(table: Table) -> Plot | None:
    """Return the map of an answer, None where it has no places."""
    placed = _of_columns(table) or _of_areas(table)
    if not placed:
        return None
    shown = [(name, project(longitude, latitude)) for name, latitude, longitude in placed[:POINTS]]
    around = frame((at for _, at in shown), _LEAST)
    names = named([(at, _words(name)) for name, at in shown], around)
    points = [Point(name, *at, side) for (name, at), side in zip(shown, names, strict=True)]
    return Plot(points, around, graticule(around), land(), len(placed) - len(shown))


def _words(cell: Cell) -> str:
    return "" if cell is None else (cell.name.text if isinstance(cell, Link) else cell.text)[:24]


def _of_columns(table: Table) -> list[tuple[Cell, float, float]]:
    lat = next((c for c in table.columns if c.lower() in _LATITUDES), None)
    lon = next((c for c in table.columns if c.lower() in _LONGITUDES), None)
    if lat is None or lon is None:
        return []
    names = [i for i, c in enumerate(table.columns) if c not in (lat, lon)]
    found = []
    for row, one, other in zip(table.rows, table.column(lat), table.column(lon), strict=True):
        y, x = decimal(one), decimal(other)
        if x is not None and y is not None and abs(y) <= 90 and abs(x) <= 180:
            found.append((row[names[0]] if names else Name(f"{y}, {x}"), float(y), float(x)))
    return found


def _of_areas(table: Table) -> list[tuple[Cell, float, float]]:
    links = {cell.iri: cell for row in table.rows for cell in row if isinstance(cell, Link) and "/id/area/" in cell.iri}
    if not links:
        return []
    said = neighbourhood.facts(access.engine(), links, map(term, ("latitude", "longitude")))
    found: list[tuple[Cell, float, float]] = []
    for iri, link in links.items():
        place = [_first(said.get(iri, {}).get(term(side), [])) for side in ("latitude", "longitude")]
        if place[0] is not None and place[1] is not None:
            found.append((link, place[0], place[1]))
    return found


def _first(statements: Sequence[neighbourhood.Statement]) -> float | None:
    value = decimal(statements[0].value) if statements else None
    return None if value is None else float(value)
