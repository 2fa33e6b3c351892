"""What a body's programmes promised and what they delivered: figures side by side, each with its words.

Promised is what is planned, and what a rule or a floor of the programme's own terms lays down; delivered is what
is said to be achieved. The two stand in one row where they are of one indicator, or where one is the target for
the other; they are not subtracted, since a source rarely says that both count the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from graph.engine import Engine
from ontology.namespaces import concept
from server import neighbourhood, queries
from server.naming import Link
from server.neighbourhood import Neighbourhood
from server.pages.evidence import Citation, Evidence, Texts
from server.pages.parties import ROLE_KEYS
from server.pages.quantities import Figure, Quantities
from server.pages.values import iris

#: Programmes that are told of; the rest are one link away.
SHOWN: Final = 6
_MOST: Final = 1000
_PROMISED: Final = frozenset({"planned", "rule", "floor", "ceiling"})
_DELIVERED: Final = frozenset({"achieved"})


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one indicator."""

    indicator: Link | None
    promised: list[Figure] = field(default_factory=list)
    delivered: list[Figure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """One role of the body, with the words that say so."""

    role: Link
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Deed:
    """One programme: the roles of the body in it, and its figures."""

    programme: Link
    parts: Sequence[Part]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Deeds:
    """The programmes of a body that are shown, and how many there are besides."""

    shown: Sequence[Deed]
    more: int


def deeds(engine: Engine, iri: str, lang: str, is_long: Callable[[str], bool], texts: Texts) -> Deeds:
    """Return the programmes that a body takes part in: those with figures first, then by name."""
    rows = queries.select(engine, "taken-part", thing=ox.NamedNode(iri), limit=_MOST)
    programmes = sorted(iris(row["undertaking"] for row in rows))
    around = neighbourhood.of_several(engine, programmes[:SHOWN])
    evidence = Evidence(around, lang, texts, is_long)
    quantities = Quantities(around, lang, evidence)
    around.labels.load(concept("role", key) for key in ROLE_KEYS.values())
    found = [
        Deed(
            around.labels.link(one, lang),
            _parts(around, one, iri, lang, evidence),
            _rows(around, quantities.all_of(one)),
        )
        for one in programmes[:SHOWN]
    ]
    found.sort(key=lambda deed: (not deed.rows, deed.programme.name.text))
    return Deeds(found, max(0, len(programmes) - SHOWN))


def _parts(around: Neighbourhood, programme: str, body: str, lang: str, evidence: Evidence) -> list[Part]:
    found = []
    for curie, key in ROLE_KEYS.items():
        for part in iris(around.of(programme, curie)):
            if body in iris(around.of(part, "dk:participant")):
                found.append(Part(around.labels.link(concept("role", key), lang), evidence.of(part)))
    return found


def _rows(around: Neighbourhood, figures: Iterable[Figure]) -> list[Row]:
    """Return the figures by indicator; a target stands in the row of what it is a target for."""
    told = [f for f in figures if f.status_key in _PROMISED | _DELIVERED]
    by_iri = {figure.link.iri: figure for figure in told}
    rows: dict[str, Row] = {}
    for figure in told:
        goals = (by_iri.get(goal) for goal in iris(around.of(figure.link.iri, "dk:targetFor")))
        indicator = next((goal.indicator for goal in goals if goal is not None), None) or figure.indicator
        row = rows.setdefault(indicator.iri if indicator else figure.link.iri, Row(indicator))
        (row.promised if figure.status_key in _PROMISED else row.delivered).append(figure)
    return sorted(rows.values(), key=lambda row: not (row.promised and row.delivered))
