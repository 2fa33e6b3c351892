"""Other views of an answer, where its columns allow: bars, and a graph of who is tied to whom; `plot` is its map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import expand
from server import naming
from server.figures import number
from server.naming import Link
from server.pages.answers import Cell, Table
from server.pages.values import decimal

VIEWS: Final = ("table", "chart", "map", "graph")
#: What is drawn of each; the table has the rest.
BARS: Final = 60
NODES: Final = 40

_NUMERIC: Final = frozenset(
    expand(f"xsd:{t}") for t in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
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
