"""What runs for whom: questions that a client can list and cancel, end when it leaves, and have a budget.

Engines and writers are wrapped here, behind the cache: what was answered before costs nobody anything.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from flask import Flask, current_app

from graph.asking import Asking, asked, current
from graph.conditions import Change, Condition
from graph.engine import Answer, Dataset, Engine, answering_of
from graph.formats import Format
from graph.store import Writing
from graph.update import Part
from ontology.errors import Problem
from server import departures, observation
from server.budget import Budget
from server.clients import Client, Clients

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_EXTENSION: Final = "duikou.supervision"
_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/=-]{0,127}")
#: What is asked by the server itself, whoever made it do so.
_OUR_OWN: Final = frozenset({"/readyz", "/healthz", "/metrics"})
CANCELLED: Final = Problem("The query was cancelled by its client")


@dataclass(frozen=True, slots=True)
class Running:
    """A question that is being answered, or waits for that. `arrived` is a time of `time.monotonic`."""

    id: str
    kind: str
    text: str
    client: Client
    asking: Asking
    arrived: float = field(default_factory=time.monotonic)

    @property
    def used(self) -> float:
        """How many seconds an engine has been at work at it."""
        return time.monotonic() - self.asking.began if self.asking.began is not None else 0.0

    def told(self) -> dict[str, Any]:
        """Return what its client is told of it."""
        seconds = time.monotonic() - self.arrived
        since = datetime.now(UTC) - timedelta(seconds=seconds)
        return {
            "id": self.id,
            "kind": self.kind,
            "text": observation.cut(self.text),
            "state": "running" if self.asking.began is not None else "waiting",
            "since": since.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "seconds": round(seconds, 3),
        }


class Supervision:
    """Knows what runs; safe to use from several threads. Without a `budget` time is free."""

    def __init__(self, clients: Clients | None = None, budget: Budget | None = None) -> None:
        self._clients = clients or Clients()
        self._budget = budget
        self._running: dict[int, Running] = {}
        self._guard = threading.Lock()

    def engine(self, engine: Engine) -> Engine:
        """Return an engine in front of another whose questions are supervised."""
        return _Engine(self, engine)

    def writer(self, writer: Writing) -> Writing:
        """Return what writes, supervised."""
        return _Writer(self, writer)

    def of(self, environ: WSGIEnvironment) -> list[Running]:
        """Return what runs for the client of a request, oldest first; for who has the token, all there is."""
        client = self._clients.of(environ)
        if not client.is_certain:
            return []
        with self._guard:
            running = list(self._running.values())
        return [r for r in running if client.has_token or r.client == client]

    def cancel(self, environ: WSGIEnvironment, name: str) -> int:
        """Cancel what has this name and runs for the client of a request; return how many there were."""
        own = [r for r in self.of(environ) if r.id == name]
        for running in own:
            running.asking.cancel(CANCELLED)
        return len(own)

    def asking(self, kind: str, text: str) -> contextlib.AbstractContextManager[None]:
        """Supervise a question of the request that is answered here. `OverBudget` where its client has no time."""
        environ = observation.environment()
        if environ is None or environ.get("PATH_INFO") in _OUR_OWN:
            return contextlib.nullcontext()
        client = self._clients.of(environ)
        self._check(client, kind)
        return _Supervised(self, Running(_name(environ), kind, text, client, current()))

    def begin(self, running: Running) -> None:
        """Begin to know of a question."""
        with self._guard:
            self._running[id(running)] = running

    def end(self, running: Running) -> None:
        """Know of it no longer, and charge its client for it."""
        with self._guard:
            del self._running[id(running)]
        if self._budget is not None and running.kind == "query":
            self._budget.charge(running.client.name, running.used)

    def _check(self, client: Client, kind: str) -> None:
        if self._budget is None or kind != "query":
            return
        with self._guard:
            now = sum(r.used for r in self._running.values() if r.client.name == client.name and r.kind == kind)
        self._budget.check(client.name, now)


class _Supervised(contextlib.AbstractContextManager[None]):
    # a class, because a generator takes several times as long and every query passes one
    __slots__ = ("_asked", "_cancelling", "_running", "_supervision")

    def __init__(self, supervision: Supervision, running: Running) -> None:
        self._supervision = supervision
        self._running = running
        self._asked = asked(running.asking)
        self._cancelling = departures.cancelling(running.asking)

    def __enter__(self) -> None:
        self._supervision.begin(self._running)
        self._asked.__enter__()
        self._cancelling.__enter__()

    def __exit__(self, *_: object) -> None:
        self._cancelling.__exit__(None, None, None)
        self._asked.__exit__(None, None, None)
        self._supervision.end(self._running)


def _name(environ: WSGIEnvironment) -> str:
    """Return the name that a client gave its query (X-Query-Id), or that of the request."""
    told = environ.get("HTTP_X_QUERY_ID", "")
    return told if _SANE.fullmatch(told) else observation.name_of(environ) or secrets.token_hex(8)


class _Engine:
    """An engine whose questions are supervised."""

    def __init__(self, supervision: Supervision, engine: Engine) -> None:
        self._supervision = supervision
        self._engine = engine
        self._answering = answering_of(engine)

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`; also `OverBudget` and `Cancelled`."""
        with self._supervision.asking("query", text):
            answer = self._engine.answer(text, dataset, formats)
            current().check()
            return answer

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Awaited.answering`; errors as `answer`."""
        with self._supervision.asking("query", text):
            answer = await self._answering(text, dataset, formats)
            current().check()
            return answer

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`; also `OverBudget` and `Cancelled`."""
        with self._supervision.asking("query", text):
            return self._engine.write(text, dataset, formats, out)


class _Writer:
    """What writes, supervised; see `graph.store.Writing`."""

    def __init__(self, supervision: Supervision, writer: Writing) -> None:
        self._supervision = supervision
        self._writer = writer

    def update(
        self,
        text: str,
        *,
        using: Sequence[str] = (),
        using_named: Sequence[str] = (),
        base: str | None = None,
        only_if: Condition | None = None,
    ) -> Change:
        """See `graph.update.apply`; also `Cancelled`."""
        with self._supervision.asking("update", text):
            return self._writer.update(text, using=using, using_named=using_named, base=base, only_if=only_if)

    def put_graph(
        self, graph: str | None, parts: Sequence[Part], *, add: bool = False, only_if: Condition | None = None
    ) -> Change:
        """See `graph.update.put_graph`; also `Cancelled`."""
        with self._supervision.asking("graph", f"{'POST' if add else 'PUT'} {graph or 'default'}"):
            return self._writer.put_graph(graph, parts, add=add, only_if=only_if)

    def drop_graph(self, graph: str | None, *, only_if: Condition | None = None) -> Change:
        """See `graph.update.drop_graph`; also `Cancelled`."""
        with self._supervision.asking("graph", f"DELETE {graph or 'default'}"):
            return self._writer.drop_graph(graph, only_if=only_if)

    def close(self) -> None:
        """End what was started for it."""
        self._writer.close()


def register(app: Flask, supervision: Supervision | None) -> None:
    """Make what runs known to an application."""
    app.extensions[_EXTENSION] = supervision or Supervision()


def here() -> Supervision:
    """Return what supervises the application of this request."""
    found = current_app.extensions[_EXTENSION]
    assert isinstance(found, Supervision)
    return found
