"""What changed between snapshots: which graphs were written to, and by how many quads they grew or shrank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.database import Database
from graph.snapshot import Snapshot
from graph.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """A published snapshot; `graphs` are those that were written to, each with the difference in quads."""

    snapshot: Snapshot
    difference: int
    graphs: list[tuple[str, int]]


def changes(database: Store, most: int) -> Iterator[Change]:
    """Yield the snapshots that are kept, newest first; nothing for a store that keeps none."""
    if not isinstance(database, Database):
        return
    kept = database.snapshots()
    by_number = {s.number: s for s in kept}
    for now in sorted(kept, key=lambda s: -s.number)[:most]:
        before = by_number.get(now.parent or 0)
        yield Change(now, now.quads - (before.quads if before else 0), _changed(before, now))


def _changed(before: Snapshot | None, now: Snapshot) -> list[tuple[str, int]]:
    """Return the graphs that were written to, by name, each with how many quads it has more than before."""
    graphs = sorted({iri for s in (before, now) if s for iri in s.graphs if iri.startswith("http")})
    counts = before.graphs if before else {}
    return [
        (iri, now.graphs.get(iri, 0) - counts.get(iri, 0))
        for iri in graphs
        if before is None
        or iri not in counts
        or iri not in now.graphs
        or now.state_of(iri) != before.state_of(iri)
    ]  # fmt: skip
