"""Other views of an answer, where its columns allow: bars, points on a map, and a graph of who is tied to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, floor, log10, radians
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import expand, term
from server import access, naming, neighbourhood
from server.figures import number
from server.naming import Link, Name
from server.pages.answers import Cell, Table
from server.pages.values import decimal

VIEWS: Final = ("table", "chart", "map", "graph")
#: What is drawn of each; the table has the rest.
BARS: Final = 60
POINTS: Final = 300
NODES: Final = 40

_NUMERIC: Final = frozenset(
    expand(f"xsd:{t}") for t in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
_LATITUDES: Final = frozenset({"lat", "latitude"})
_LONGITUDES: Final = frozenset({"long", "lon", "lng", "longitude"})
_WIDTH: Final = 900.0
_HEIGHT: Final = 560.0
_MARGIN: Final = 46.0
_ROW: Final = 30.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: its name, its number as it is written, and how long its bar is, 0 to 100."""

    name: Cell
    number: str
    length: float
    is_below: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows as bars of one numeric column."""

    column: str
    bars: Sequence[Bar]
    more: int


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the plot; its name is written where there is room."""

    name: Cell
    x: float
    y: float
    is_named: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """Points on a plain grid of degrees: `grid` has lines as (x1, y1, x2, y2, label)."""

    points: Sequence[Point]
    grid: Sequence[tuple[float, float, float, float, str]]
    width: float
    height: float
    more: int


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of the graph view."""

    name: Cell
    y: float


@dataclass(frozen=True, slots=True)
class Ties:
    """Things on the left tied to things on the right: `ties` are (left y, right y, what ties them)."""

    left: Sequence[Node]
    right: Sequence[Node]
    ties: Sequence[tuple[float, float, str]]
    height: float
    more: int


def chart(table: Table, lang: str) -> Chart | None:
    """Return the first numeric column as bars, named by the first other column; None where there are not both."""
    numeric = [c for c in table.columns if _is_numeric(table.column(c))]
    others = [i for i, c in enumerate(table.columns) if c not in numeric]
    if not numeric or not others or not len(table.rows) > 1:
        return None
    numbers = [(decimal(t), row) for t, row in zip(table.column(numeric[0]), table.rows, strict=True)]
    drawn = [(value, row) for value, row in numbers if value is not None][:BARS]
    longest = max((abs(value) for value, _ in drawn), default=Decimal(0)) or Decimal(1)
    bars = [
        Bar(row[others[0]], number(lang, value), round(float(abs(value) / longest) * 100, 1), value < 0)
        for value, row in drawn
    ]
    return Chart(numeric[0], bars, table.total - len(bars))


def plot(table: Table) -> Plot | None:
    """Return the places of an answer: of columns of degrees, or of areas that we know the place of."""
    placed = _of_columns(table) or _of_areas(table)
    if not placed:
        return None
    shown = placed[:POINTS]
    lats, lons = [p[1] for p in shown], [p[2] for p in shown]
    middle = (min(lats) + max(lats)) / 2
    squeeze = max(0.2, cos(radians(middle)))
    span = max(
        (max(lons) - min(lons)) * squeeze / (_WIDTH - 2 * _MARGIN), (max(lats) - min(lats)) / (_HEIGHT - 2 * _MARGIN)
    )
    scale = 1 / span if span > 0 else 40.0
    centre = (min(lons) + max(lons)) / 2

    def at(lat: float, lon: float) -> tuple[float, float]:
        return round(_WIDTH / 2 + (lon - centre) * squeeze * scale, 1), round(_HEIGHT / 2 - (lat - middle) * scale, 1)

    taken: list[tuple[float, float]] = []
    points = []
    for name, lat, lon in shown:
        x, y = at(lat, lon)
        is_named = all(abs(y - ty) > 14 or abs(x - tx) > 110 for tx, ty in taken)
        if is_named:
            taken.append((x, y))
        points.append(Point(name, x, y, is_named))
    return Plot(points, _grid(middle, centre, squeeze, scale), _WIDTH, _HEIGHT, len(placed) - len(shown))


def ties(table: Table) -> Ties | None:
    """Return what the answer ties together: the triples of a graph, or two columns of things."""
    pairs = _triples(table) if table.is_graph else _columns(table)
    if not pairs:
        return None
    left: dict[str, Node] = {}
    right: dict[str, Node] = {}
    drawn, more = [], table.total - len(table.rows)
    for one, other, what in pairs:
        a, b = _key(one), _key(other)
        if (a not in left and len(left) >= NODES) or (b not in right and len(right) >= NODES):
            more += 1
            continue
        left.setdefault(a, Node(one, len(left) * _ROW + _ROW))
        right.setdefault(b, Node(other, len(right) * _ROW + _ROW))
        drawn.append((left[a].y, right[b].y, what))
    return Ties(list(left.values()), list(right.values()), drawn, (max(len(left), len(right)) + 1) * _ROW, more)


def _is_numeric(column: Sequence[object]) -> bool:
    known = [t for t in column if t is not None]
    return bool(known) and all(isinstance(t, ox.Literal) and t.datatype.value in _NUMERIC for t in known)


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


def _grid(middle: float, centre: float, squeeze: float, scale: float) -> list[tuple[float, float, float, float, str]]:
    """Return lines of latitude and longitude, some six across."""
    rough = _WIDTH / squeeze / scale / 6
    power = 10.0 ** floor(log10(rough))
    step = next((power * m for m in (1, 2, 5) if power * m >= rough), power * 10)
    digits = max(0, -floor(log10(step)))
    lines = []
    for i in range(-12, 13):
        lon = (floor(centre / step) + i) * step
        x = round(_WIDTH / 2 + (lon - centre) * squeeze * scale, 1)
        if 0 < x < _WIDTH and abs(lon) <= 180:
            lines.append((x, 0.0, x, _HEIGHT, f"{abs(lon):.{digits}f}°{'W' if lon < 0 else 'E'}"))
        lat = (floor(middle / step) + i) * step
        y = round(_HEIGHT / 2 - (lat - middle) * scale, 1)
        if 0 < y < _HEIGHT and abs(lat) <= 90:
            lines.append((0.0, y, _WIDTH, y, f"{abs(lat):.{digits}f}°{'S' if lat < 0 else 'N'}"))
    return lines


def _triples(table: Table) -> list[tuple[Cell, Cell, str]]:
    return [
        (row[0], row[2], row[1].name.text if isinstance(row[1], Link) else "")
        for row, terms in zip(table.rows, table.terms, strict=True)
        if isinstance(terms[2], ox.NamedNode)
    ]


def _columns(table: Table) -> list[tuple[Cell, Cell, str]]:
    things = [
        i
        for i, column in enumerate(table.columns)
        if any(t is not None for t in table.column(column))
        and all(t is None or isinstance(t, ox.NamedNode) for t in table.column(column))
    ]
    if len(things) < 2:
        return []
    one, other = things[:2]
    return [(row[one], row[other], "") for row in table.rows if row[one] is not None and row[other] is not None]


def _key(cell: Cell) -> str:
    if isinstance(cell, Link):
        return cell.iri
    return cell.text if isinstance(cell, naming.Name) else ""
