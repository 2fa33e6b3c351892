"""One write in a process of its own: an update's text is as foreign as a query's.

This is the service's end of it; `graph.workers.writing` is the other.
"""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from graph.asking import current
from graph.conditions import Change, Condition
from graph.database import Database
from graph.engine import Exhausted, Limit
from graph.update import Part
from graph.workers import wire
from graph.workers.process import Process
from graph.workers.zygote import Zygote
from ontology.errors import Problem, StoreError


class Writer:
    """Carries out writes one after another; safe to use from several threads.

    `seconds` is the time of one write, waiting for others included; `megabytes` its memory.
    """

    def __init__(self, database: Database, *, seconds: float = 120.0, megabytes: int = 4096) -> None:
        self._database = database
        self._seconds = seconds
        self._megabytes = megabytes
        self._zygote = Zygote()
        self._turn = threading.Lock()

    def update(
        self,
        text: str,
        *,
        using: Sequence[str] = (),
        using_named: Sequence[str] = (),
        base: str | None = None,
        only_if: Condition | None = None,
    ) -> Change:
        """See `graph.update.apply`; also `Exhausted` by a limit, and `Cancelled` when nobody wants it any more."""
        order = {"update": text, "using": list(using), "using_named": list(using_named), "base": base}
        return self._do(order, only_if)

    def put_graph(
        self, graph: str | None, parts: Sequence[Part], *, add: bool = False, only_if: Condition | None = None
    ) -> Change:
        """See `graph.update.put_graph`; also `Exhausted` and `Cancelled` as `update`."""
        told = [[part.format.short, part.base] for part in parts]
        return self._do({"put": graph, "parts": told, "add": add}, only_if, *(part.data for part in parts))

    def drop_graph(self, graph: str | None, *, only_if: Condition | None = None) -> Change:
        """See `graph.update.drop_graph`; also `Exhausted` and `Cancelled` as `update`."""
        return self._do({"drop": graph}, only_if)

    def close(self) -> None:
        """End the process that writers are forked from."""
        self._zygote.close()

    def _do(self, order: dict[str, Any], only_if: Condition | None, *data: bytes) -> Change:
        asking = current()
        deadline = time.monotonic() + self._seconds
        said = {**order, "only_if": astuple(only_if) if only_if else None, "seconds": self._seconds}
        if not self._turn.acquire(timeout=self._seconds):
            raise Exhausted(Limit.LOAD, Problem("Other writes are not finished", remedy="Try again in a few seconds"))
        try:
            asking.check()
            asking.works()
            with (
                Process(self._zygote, "writer", str(self._database.path), self._megabytes) as process,
                asking.stopped_by(process.stop),
            ):
                wire.send(process.end, json.dumps(said).encode("utf-8", "surrogatepass"))
                for part in data:
                    wire.send(process.end, part)
                if not process.answers_within(deadline - time.monotonic()):
                    raise Exhausted(
                        Limit.TIME,
                        Problem(
                            f"The write takes longer than {self._seconds:g} seconds, and was given up",
                            remedy="Nothing was changed. Write less at a time, or use `duikou load`",
                        ),
                    )
                return _outcome(wire.receive(process.end)[0])
        except wire.Closed:
            asking.check()
            raise self._ended(process.code) from None
        finally:
            self._turn.release()

    def _ended(self, code: int | None) -> Exception:
        if code == -signal.SIGSEGV:
            return Exhausted(
                Limit.DEPTH, Problem("The update is nested too deep to be read", remedy="Write it flatter")
            )
        if code == -signal.SIGABRT:
            return Exhausted(
                Limit.MEMORY,
                Problem(f"The write needs more than {self._megabytes} MB of memory", remedy="Write less at a time"),
            )
        return StoreError(Problem("The write was interrupted", remedy="Look whether it was published, and try again"))


def _outcome(message: bytes) -> Change:
    said = json.loads(message)
    if "error" not in said:
        return Change(*said["change"])
    raise StoreError(*wire.problems(said)) if said["error"] == "store" else wire.query_error(said)
