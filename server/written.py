"""Writes as operators see them: counted, timed, and written down when they were slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from graph.asking import Cancelled
from graph.conditions import Change, Condition, Moved
from graph.engine import Exhausted
from graph.store import Writing
from graph.update import Part
from ontology.errors import StoreError
from server import observation


class Watched:
    """What writes, with every write counted; implements `graph.store.Writing`."""

    def __init__(self, writer: Writing, metrics: observation.Metrics, *, slow: float = observation.SLOW) -> None:
        self._writer = writer
        self._metrics = metrics
        self._slow = slow

    def update(
        self,
        text: str,
        *,
        using: Sequence[str] = (),
        using_named: Sequence[str] = (),
        base: str | None = None,
        only_if: Condition | None = None,
    ) -> Change:
        """See `graph.update.apply`."""
        return self._note(
            "update",
            {"update": text},
            lambda: self._writer.update(text, using=using, using_named=using_named, base=base, only_if=only_if),
        )

    def put_graph(
        self, graph: str | None, parts: Sequence[Part], *, add: bool = False, only_if: Condition | None = None
    ) -> Change:
        """See `graph.update.put_graph`."""
        told = {"graph": graph or "default", "bytes": sum(len(part.data) for part in parts)}
        return self._note(
            "add" if add else "put", told, lambda: self._writer.put_graph(graph, parts, add=add, only_if=only_if)
        )

    def drop_graph(self, graph: str | None, *, only_if: Condition | None = None) -> Change:
        """See `graph.update.drop_graph`."""
        return self._note(
            "drop", {"graph": graph or "default"}, lambda: self._writer.drop_graph(graph, only_if=only_if)
        )

    def close(self) -> None:
        """End what was started for it."""
        self._writer.close()

    def _note(self, kind: str, told: dict[str, Any], write: Callable[[], Change]) -> Change:
        started, outcome, change = time.perf_counter(), "refused", None
        try:
            change, outcome = write(), "done"
            return change
        except Exhausted as error:
            outcome = error.limit.value
            raise
        except Cancelled:
            outcome = "cancelled"
            raise
        except Moved:
            outcome = "moved"
            raise
        except StoreError:
            outcome = "failed"
            raise
        finally:
            seconds = time.perf_counter() - started
            self._metrics.writes.labels(kind, outcome).inc()
            self._metrics.write_seconds.labels(kind).observe(seconds)
            if seconds >= self._slow:
                observation.note_slow("slow write", seconds, outcome, {"kind": kind} | told | _quads(change))


def _quads(change: Change | None) -> dict[str, int]:
    """Return how many quads there are after a write, and how many more that is than before."""
    if change is None or change.quads is None or change.before is None:
        return {}
    return {"quads": change.quads, "more": change.quads - change.before}
