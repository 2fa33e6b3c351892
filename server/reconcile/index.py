"""What of a snapshot is matched against: the names of its things, and the areas that it names.

Read when first asked for, kept as long as the snapshot is the one that is served.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from flask import current_app

from loaders.gazetteer import areas as gazetteer
from loaders.matching.things import Named, Names
from ontology.namespaces import BASE, PREFIXES
from server import access, queries
from server.reconcile.types import CONCEPT, SCHEMA_SPACE, types

EXTENSION: Final = "duikou.reconcile"
#: Rows read of a snapshot: what more there is, is found by the full-text index instead, but not with slips.
ROWS: Final = 60_000
#: Things found by the full-text index for one text.
FOUND: Final = 200
_AREA: Final = f"{BASE}id/area/"
_ALT: Final = f"{PREFIXES['skos']}altLabel"
_SKOS_CONCEPT: Final = f"{PREFIXES['skos']}Concept"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The names of the things of one snapshot, the codes of the areas it names, and whether it has more names."""

    names: Names
    areas: frozenset[str]
    has_more: bool

    def names_for(self, text: str) -> list[Names]:
        """Return the names in which a text is to be looked for."""
        if not self.has_more:
            return [self.names]
        literal = ox.Literal(text[:200])
        rows = queries.select(access.engine(), "reconcile-found", text=literal, classes=_classes(), limit=FOUND * 10)
        return [Names(_named(rows)), self.names]


class Kept:
    """The index of the snapshot served last; made by whoever asks first."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state: tuple[int, str] | None = None
        self._found: Snapshot | None = None

    def current(self) -> Snapshot:
        """Return the index of the snapshot of this request."""
        now = access.snapshot()
        state = (now.number, now.created) if now else None
        with self._guard:
            if self._found is None or self._state != state:
                self._found, self._state = _read(), state
            return self._found


def current() -> Snapshot:
    """Return the index of the snapshot of this request."""
    kept = current_app.extensions[EXTENSION]
    assert isinstance(kept, Kept)
    return kept.current()


def _read() -> Snapshot:
    rows = queries.select(access.engine(), "reconcile-names", classes=_classes(), limit=ROWS)
    areas = queries.select(access.engine(), "reconcile-areas", limit=ROWS)
    codes = frozenset(row["area"].value.removeprefix(_AREA) for row in areas if row["area"].value.startswith(_AREA))
    return Snapshot(Names(_named(rows)), codes, len(rows) >= ROWS)


def _classes() -> list[ox.NamedNode]:
    ours = {name for wanted in types().values() for name in wanted.below if name != CONCEPT}
    return [ox.NamedNode(f"{SCHEMA_SPACE}{name}") for name in sorted(ours)] + [ox.NamedNode(_SKOS_CONCEPT)]


def _named(rows: Iterable[queries.Row]) -> list[Named]:
    """Return the names with the classes of each thing. Units of the gazetteer are matched there, and left out here."""
    classes: dict[str, set[str]] = {}
    names: dict[tuple[str, str, str, bool], None] = {}
    for row in rows:
        iri, name = row["thing"].value, row["name"]
        if not isinstance(name, ox.Literal):
            continue
        if iri.startswith(_AREA) and gazetteer.is_known(iri.removeprefix(_AREA)):
            continue
        kind = row["class"].value
        classes.setdefault(iri, set()).add(CONCEPT if kind == _SKOS_CONCEPT else kind.removeprefix(SCHEMA_SPACE))
        names[iri, name.value, name.language or "", row["property"].value != _ALT] = None
    frozen = {iri: frozenset(found) for iri, found in classes.items()}
    return [Named(iri, name, language, is_main, frozen[iri]) for iri, name, language, is_main in names]
