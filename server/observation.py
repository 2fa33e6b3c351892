"""What operators see: a name for every request, a line in the log for each, numbers for Prometheus.

Logs are JSON lines or text on stderr. They hold no addresses of clients, no query strings and no
headers, so no token; only a query that was slow is written down, cut at two kilobytes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from flask import Flask, Response, current_app, g, has_request_context, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from graph.asking import Cancelled
from graph.engine import Answer, Dataset, Engine, Exhausted, answering_of
from graph.formats import Format
from graph.workers import allocator
from server import access

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Seconds from which on a query is written to the log.
SLOW: Final = 1.0
#: The most bytes of a query that are.
CUT: Final = 2048
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
MODES: Final = ("off", "json", "text")

_EXTENSION: Final = "duikou.metrics"
_NAME: Final = "duikou.request_id"
_BEGAN: Final = "duikou.began"
#: Names for requests to come.
_names: Final[list[str]] = []
#: The request that is answered without Flask.
_early: ContextVar[WSGIEnvironment | None] = ContextVar("early", default=None)
#: Whether the query asked last, here, got as far as the engine.
_reached: ContextVar[bool] = ContextVar("reached", default=False)
_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/=-]{0,127}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)
_requests: Final = logging.getLogger("duikou.requests")
_queries: Final = logging.getLogger("duikou.queries")


# -- names of requests --------------------------------------------------------


def request_id() -> str:
    """Return the name of this request: the one it came with (X-Request-Id), where it is sane, or a new one."""
    return name_of(request.environ)


def name_of(environ: WSGIEnvironment) -> str:
    """Return the name of a request that Flask need not know of; see `request_id`."""
    name: str | None = environ.get(_NAME)
    if name is None:
        told = environ.get("HTTP_X_REQUEST_ID", "")
        name = environ[_NAME] = told if told and _SANE.fullmatch(told) else _fresh()
    return name


def _fresh() -> str:
    """Return a name that nobody had before and nobody can guess."""
    while True:
        try:
            return _names.pop()
        except IndexError:  # to ask the system for each would let go of the interpreter each time
            drawn = secrets.token_hex(8 * 256)
            _names.extend(drawn[i : i + 16] for i in range(0, len(drawn), 16))


def begin_early(environ: WSGIEnvironment) -> float:
    """Begin to time a request before Flask knows of it, in this thread or task; return the moment."""
    _early.set(environ)
    began: float = environ.setdefault(_BEGAN, time.perf_counter())
    return began


def environment() -> WSGIEnvironment | None:
    """Return the request that this thread or task answers, None where there is none."""
    return request.environ if has_request_context() else _early.get()


# -- the log ------------------------------------------------------------------


class _Lines(logging.Formatter):
    """One line for each record: an object of JSON, or words."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields: dict[str, Any] = dict(getattr(record, "fields", {}))
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        told = record.getMessage()
        if self._as_json:
            return json.dumps(
                {"time": moment, "level": record.levelname.lower(), "event": told} | fields, ensure_ascii=False
            )
        rest = " ".join(f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in fields.items() if k != "traceback")
        tail = f"\n{fields['traceback']}" if "traceback" in fields else ""
        return f"{moment} {record.levelname.lower()} {told} {rest}".rstrip() + tail


def configure(mode: str) -> None:
    """Send the log of this process to stderr, as ``json`` or ``text``; ``off`` keeps errors nobody foresaw only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(as_json=mode == "json"))
    root = logging.getLogger("duikou")
    root.handlers[:] = [handler]
    root.setLevel(logging.ERROR if mode == "off" else logging.INFO)
    root.propagate = False


# -- numbers ------------------------------------------------------------------


class Metrics:
    """The numbers of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self.requests: Final = Counter(
            "duikou_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds: Final = Histogram(
            "duikou_request_seconds", "Seconds from a request to its answer.", ("route",),
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.stopped: Final = Counter(
            "duikou_queries_stopped", "Queries that a limit stopped.", ("limit",), registry=self.registry
        )
        self.cached: Final = Counter(
            "duikou_queries", "Queries answered, from the cache (hit) or by an engine (miss).", ("cache",),
            registry=self.registry,
        )  # fmt: skip
        #: As many entries as queries are being answered: a list is many times faster to count in than a gauge.
        self.running: Final[list[None]] = []
        Gauge("duikou_queries_running", "Queries being answered.", registry=self.registry).set_function(
            lambda: len(self.running)
        )
        self.writes: Final = Counter("duikou_writes", "Writes asked for.", ("kind", "outcome"), registry=self.registry)
        self.write_seconds: Final = Histogram(
            "duikou_write_seconds", "Seconds that writes took.", ("kind",), buckets=_BUCKETS, registry=self.registry
        )
        self.snapshot: Final = Gauge("duikou_snapshot", "Number of the snapshot served.", registry=self.registry)
        self.quads: Final = Gauge("duikou_quads", "Quads in the snapshot served.", registry=self.registry)
        self._info = Gauge("duikou_info", "The program.", ("version", "allocator"), registry=self.registry)
        self.hit: Final = self.cached.labels("hit")
        self.miss: Final = self.cached.labels("miss")
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        ProcessCollector(registry=self.registry)

    def note(
        self, method: str, path: str, route: str, status: int, size: int | None, seconds: float, name: str
    ) -> None:
        """Count a request, and write it to the log; `size` is that of the answer's body."""
        method = method if method in _METHODS else "other"
        counted = self._counted.get((method, route, status))
        if counted is None:
            counted = self.requests.labels(method, route, status), self.seconds.labels(route)
            self._counted[method, route, status] = counted
        counted[0].inc()
        counted[1].observe(seconds)
        if _requests.isEnabledFor(logging.INFO):
            _requests.info(
                "request",
                extra={
                    "fields": {
                        "id": name,
                        "method": method,
                        "path": cut(path),
                        "route": route,
                        "status": status,
                        "bytes": size,
                        "ms": round(seconds * 1000, 1),
                    }
                },
            )

    def text(self) -> bytes:
        """Return the numbers as Prometheus reads them."""
        now = access.snapshot()
        self.snapshot.set(now.number if now else 0)
        self.quads.set(now.quads if now else 0)
        self._info.labels(access.current().version, allocator.name(os.environ)).set(1)
        return generate_latest(self.registry)


class Watched:
    """An engine whose every query is counted, timed, and written down when it was slow."""

    def __init__(
        self,
        engine: Engine,
        metrics: Metrics,
        *,
        cached: Callable[[Engine], Engine] | None = None,
        slow: float = SLOW,
    ) -> None:
        """`cached` puts a cache in front of the engine: what does not reach the engine is a hit."""
        behind = _Behind(engine)
        self._engine = cached(behind) if cached else behind
        self._answering = answering_of(self._engine)
        self._metrics = metrics
        self._slow = slow

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`."""
        with _Watching(self._metrics, text, self._slow):
            return self._engine.answer(text, dataset, formats)

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Awaited.answering`."""
        with _Watching(self._metrics, text, self._slow):
            return await self._answering(text, dataset, formats)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format


class _Watching(contextlib.AbstractContextManager[None]):
    """Counts and times what happens inside."""

    # a class, because a generator takes longer and every query passes one
    __slots__ = ("_metrics", "_slow", "_started", "_text")

    def __init__(self, metrics: Metrics, text: str, slow: float) -> None:
        self._metrics = metrics
        self._text = text
        self._slow = slow

    def __enter__(self) -> None:
        _reached.set(False)
        self._metrics.running.append(None)
        self._started = time.perf_counter()

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        metrics = self._metrics
        metrics.running.pop()
        outcome = "answered"
        if error is None:
            (metrics.miss if _reached.get() else metrics.hit).inc()
        elif isinstance(error, Exhausted):
            outcome = error.limit.value
            metrics.stopped.labels(outcome).inc()
        elif isinstance(error, Cancelled):
            outcome = "cancelled"
            metrics.stopped.labels(outcome).inc()
        else:
            outcome = "refused"
        seconds = time.perf_counter() - self._started
        if seconds >= self._slow:
            note_slow("slow query", seconds, outcome, {"query": self._text})


class _Behind:
    """Notes that the engine itself was asked, where it was asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answering = answering_of(engine)

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        _reached.set(True)
        return self._engine.answer(text, dataset, formats)

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        _reached.set(True)
        return await self._answering(text, dataset, formats)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        _reached.set(True)
        return self._engine.write(text, dataset, formats, out)


def note_slow(event: str, seconds: float, outcome: str, told: Mapping[str, Any]) -> None:
    """Write down what took long, with the name of its request; texts are cut."""
    environ = environment()
    fields = {k: cut(v) if isinstance(v, str) else v for k, v in told.items()}
    name = name_of(environ) if environ is not None else None
    _queries.warning(event, extra={"fields": {"id": name, "ms": round(seconds * 1000, 1), "outcome": outcome} | fields})


def cut(text: str) -> str:
    """Return a text of at most `CUT` bytes, with a mark where it was longer."""
    data = text.encode("utf-8", "replace")
    return data.decode() if len(data) <= CUT else data[:CUT].decode("utf-8", "ignore") + "…"


# -- an application -----------------------------------------------------------


def metrics() -> Metrics:
    """Return the numbers of the application of this request."""
    return of(current_app)


def of(app: Flask) -> Metrics:
    """Return the numbers of an application."""
    found = app.extensions[_EXTENSION]
    assert isinstance(found, Metrics)
    return found


def register(app: Flask, numbers: Metrics | None = None) -> None:
    """Name, count and log the requests of an application."""
    counted = numbers or Metrics()
    app.extensions[_EXTENSION] = counted

    def begin() -> None:
        g.began = request.environ.setdefault(_BEGAN, time.perf_counter())

    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else "none"
        counted.note(
            request.method,
            request.path,
            route,
            response.status_code,
            response.calculate_content_length(),
            seconds,
            request_id(),
        )
        return response

    app.before_request(begin)
    app.after_request(end)
