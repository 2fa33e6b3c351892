"""``/{lang}/compare?with=…&with=…``: two to five programmes or areas side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, request

from ontology.namespaces import expand
from server import access, finding, links, neighbourhood, sums
from server.figures import sentence
from server.naming import Labels, Link
from server.pages import document
from server.pages.answer import LANGUAGE, page, unchanged
from server.pages.groups import RELATED, Group
from server.pages.parties import Role
from server.pages.portrait import Painter, Portrait
from server.pages.quantities import Figure
from server.pages.reading import document_texts
from server.pages.values import key_of
from server.problems import refused
from server.sums import Addend, Sum, Why
from server.texts import text

blueprint = Blueprint("compare", __name__)

MOST: Final = 5
#: Kinds that can be set side by side.
KINDS: Final = ("programme", "area")
#: What only the rules say, and readers compare nevertheless.
_INFERRED: Final = frozenset(map(expand, ("dk:receives", "dk:assistedBy", "dk:donorArea")))
_SUGGESTED: Final = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One of the things: its portrait, and the address of this page without it."""

    link: Link
    portrait: Portrait
    href_without: str


@dataclass(frozen=True, slots=True)
class Row:
    """One property or role, with what each thing has of it."""

    name: Link
    cells: Sequence[Group | Role | None]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one indicator, and their sum, or the reason why there is none (a key of the texts)."""

    indicator: Link | None
    cells: Sequence[Sequence[Figure]]
    total: str | None
    reason: str | None
    left_out: int = 0


@blueprint.get(f"/{LANGUAGE}/compare")
def compare(lang: str) -> Response:
    """Show two to five things side by side; with fewer, what can be added."""
    chosen = _chosen()
    if (same := unchanged()) is not None:
        return same
    engine = access.engine()
    columns = []
    for iri in chosen:
        around = neighbourhood.read(engine, iri, listed=RELATED, most=neighbourhood.ENOUGH)
        if not around:
            raise refused(404, "Not found", "refused.unknown", iri=iri)
        portrait = Painter(around, lang, document_texts(around), document.is_long).portrait()
        columns.append(Column(around.labels.link(iri, lang), portrait, _address(lang, [c for c in chosen if c != iri])))
    kind = columns[0].portrait.kind if columns else None
    words = request.args.get("q", "").strip()[:200]
    found = [i for i in finding.suggestions(engine, words, 50, kind) if i not in chosen and links.kind_of(i) in KINDS]
    labels = Labels(engine)
    labels.load(found[:_SUGGESTED])
    return page(
        "compare.html",
        columns=columns,
        rows=_rows(columns),
        figures=_figures(columns, lang) if len(columns) > 1 else [],
        chosen=chosen,
        words=words,
        suggestions=[(labels.link(i, lang), _address(lang, [*chosen, i])) for i in found[:_SUGGESTED]],
        is_full=len(chosen) >= MOST,
        most=MOST,
    )


def _chosen() -> list[str]:
    """Return the things that are to be compared, as IRIs. 400 for what cannot be."""
    chosen = list(dict.fromkeys(filter(None, request.args.getlist("with"))))
    if len(chosen) > MOST:
        raise refused(400, "Too many", "refused.too_many", most=MOST, n=len(chosen))
    for iri in chosen:
        if links.kind_of(iri) not in KINDS:
            raise refused(400, "Cannot be compared", "refused.incomparable", iri=iri, kinds=", ".join(KINDS))
    if len({links.kind_of(iri) for iri in chosen}) > 1:
        raise refused(400, "Cannot be compared", "refused.unlike")
    return chosen


def _address(lang: str, chosen: Iterable[str]) -> str:
    query = urlencode([("with", iri) for iri in chosen])
    return f"/{lang}/compare" + (f"?{query}" if query else "")


def _rows(columns: Sequence[Column]) -> list[Row]:
    """Return roles, then properties, in the order in which the things have them."""
    rows: dict[str, Row] = {}
    for n, column in enumerate(columns):
        portrait = column.portrait
        inferred = [g for g in portrait.inferred if g.predicate.iri in _INFERRED]
        parts: list[tuple[Link, Group | Role]] = [(role.name, role) for role in portrait.roles]
        parts += [(g.predicate, g) for g in (*portrait.groups, *portrait.outgoing, *inferred)]
        for name, part in parts:
            row = rows.setdefault(name.iri, Row(name, [None] * len(columns)))
            rows[name.iri] = Row(name, [part if i == n else cell for i, cell in enumerate(row.cells)])
    return list(rows.values())


def _figures(columns: Sequence[Column], lang: str) -> list[FigureRow]:
    by_indicator: dict[str, list[list[Figure]]] = {}
    for n, column in enumerate(columns):
        for figure in column.portrait.figures:
            key = figure.indicator.iri if figure.indicator else figure.link.iri
            by_indicator.setdefault(key, [[] for _ in columns])[n].append(figure)
    rows = [_figure_row(cells, lang) for cells in by_indicator.values()]
    return sorted(rows, key=lambda row: -sum(bool(cell) for cell in row.cells))


def _figure_row(cells: list[list[Figure]], lang: str) -> FigureRow:
    indicator = next(f.indicator for cell in cells for f in cell)
    told = [f for cell in cells for f in cell if f.amount is not None]
    if sum(bool(cell) for cell in cells) < 2:
        return FigureRow(indicator, cells, None, None)
    outcome = sums.add([_addend(f) for f in told]) if len(told) > 1 else Why.UNIT
    if isinstance(outcome, Why):
        return FigureRow(indicator, cells, None, text(lang, f"not_added.{outcome.value}"))
    return FigureRow(indicator, cells, _total(outcome, told[0], lang), None, len(outcome.left_out))


def _total(total: Sum, like: Figure, lang: str) -> str:
    return sentence(lang, total.value, total.qualifier, like.measured_in)


def _addend(figure: Figure) -> Addend:
    assert figure.amount is not None
    return Addend(
        iri=figure.link.iri,
        value=figure.amount.value,
        qualifier=figure.amount.qualifier,
        unit=key_of(ox.NamedNode(figure.unit.iri)) if figure.unit else None,
        indicator=figure.indicator.iri if figure.indicator else None,
        status=figure.status_key,
        recurrence=figure.recurrence,
        period=figure.period,
        includes=figure.includes,
    )
