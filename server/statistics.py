"""How much of what the served snapshot holds, counted once for each snapshot."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from graph.engine import Engine, Exhausted
from server import linksets, queries


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts over the union of all graphs. What a limit kept from being counted is None, or empty."""

    triples: int | None = None
    subjects: int | None = None
    objects: int | None = None
    #: Things by class, and triples by property, most frequent first.
    classes: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, int] = field(default_factory=dict)
    #: Links to the data of others, by namespace and predicate.
    links: Mapping[tuple[str, str], int] = field(default_factory=dict)


class Kept:
    """The counts of the last snapshot that was asked about; safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._of: tuple[object, ...] | None = None
        self._counts = Counts()

    def counts(self, engine: Engine, snapshot: tuple[object, ...]) -> Counts:
        """Return the counts of a snapshot, which `snapshot` tells from all others."""
        with self._guard:
            if self._of != snapshot:
                counts = count(engine)
                if counts.triples is None:
                    return counts  # there may be more time the next time
                self._of, self._counts = snapshot, counts
            return self._counts


def count(engine: Engine) -> Counts:
    """Ask an engine for everything."""
    properties = _by_name(engine, "properties", "property")
    return Counts(
        triples=None if properties is None else sum(properties.values()),
        subjects=_one(engine, "subjects"),
        objects=_one(engine, "objects"),
        classes=_by_name(engine, "classes", "class") or {},
        properties=properties or {},
        links=linksets.count(engine),
    )


def _by_name(engine: Engine, query: str, variable: str) -> dict[str, int] | None:
    try:
        rows = queries.select(engine, query)
    except Exhausted:
        return None
    found = {
        row[variable].value: int(row["count"].value) for row in rows if isinstance(row.get(variable), ox.NamedNode)
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _one(engine: Engine, query: str) -> int | None:
    try:
        return int(queries.select(engine, query)[0]["count"].value)
    except Exhausted:
        return None
