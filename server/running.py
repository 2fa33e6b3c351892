"""Running the application behind Granian: one process that listens and one that answers.

Granian was measured two to three times faster than the usual servers for Flask. The listening
process never opens the store, because RocksDB's threads do not survive a fork.
"""

# ruff: noqa: PLC0415  the listening process imports what it needs, the worker the rest

from __future__ import annotations

import errno
import math
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.workers.limits import Limits
from ontology.errors import Problem, StoreError
from server import process

if TYPE_CHECKING:
    from flask import Flask

    from server.front import Front
    from server.supervision import Supervision
    from server.tokens import Scoped

#: Seconds beyond the time of a query in which a server that was told to stop answers what it has begun.
GRACE: Final = 5
_CANNOT: Final = {
    errno.EADDRINUSE: ("is in use", "Choose another --port, or --port 0 for any free one"),
    errno.EACCES: ("may not be used by this user", "Choose a --port above 1023"),
    errno.EADDRNOTAVAIL: ("is not an address of this machine", "Choose another --host"),
}


@dataclass(frozen=True, slots=True)
class Remote:
    """A SPARQL endpoint that holds the graph: where queries, updates and graphs go, and what identifies us there.

    Updates go where queries do unless told otherwise; graphs are written by updates unless they have
    an address of their own. `time_to_live` is how many seconds what was learnt of it is believed.
    """

    url: str = field(repr=False)
    write_url: str | None = field(default=None, repr=False)
    gsp_url: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    time_to_live: float = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides: the default graph, the limits of a query, and the token of who may write."""

    union: bool = True
    limits: Limits = Limits()
    token: str | None = None
    #: Endpoints that queries may call by SERVICE.
    services: tuple[str, ...] = ()
    #: A store somewhere else that is served in the place of a data directory.
    remote: Remote | None = None
    #: What becomes of the log: one of `observation.MODES`.
    log: str = "off"
    #: The address that clients know the server by, where that is another one than it listens at.
    public_url: str | None = None
    #: Seconds of the engine's time that a client may use in a minute; None is without end.
    budget: float | None = None
    #: Addresses and networks of proxies whose word on the client's address is believed.
    proxies: tuple[str, ...] = ()
    #: Whether writes have to say in which state that is which they change.
    must_match: bool = False
    #: Tokens that write to some graphs only.
    tokens: tuple[Scoped, ...] = ()
    #: What maps draw below their points: one of `pages.flows.GROUNDS`.
    ground: str = "land"

    @property
    def writes(self) -> bool:
        """Whether anybody may write."""
        return bool(self.token or self.tokens)


def serve(path: Path, host: str, port: int, settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve a data directory until SIGINT or SIGTERM; call `ready` with the address once it answers.

    `StoreError` where the port cannot be had, or the worker dies.
    """
    from granian.constants import Interfaces, Loops

    from server.listening import Listening

    port = free_port(host, port)
    # Nothing a client sends ends the process that answers; if the system kills it, it is started anew.
    # Told to stop, it takes no more requests, and has the time of a query to answer those it has.
    answered = threading.Event()
    server = Listening(
        "duikou", host, port, interface=Interfaces.ASGINL, workers=1, loop=Loops.uvloop, websockets=False,
        log_enabled=False, workers_kill_timeout=math.ceil(settings.limits.seconds) + GRACE,
        respawn_failed_workers=True, respawn_interval=0, answered=answered,
    )  # fmt: skip
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    threading.Thread(target=_announce, args=(url, ready, answered), daemon=True).start()
    try:
        server.serve(target_loader=partial(application, path, settings), wrap_loader=False)
    except SystemExit as ended:
        if ended.code:
            raise StoreError(
                Problem("The server stopped unexpectedly", remedy="Its last words are above; DUIKOU_DEBUG=1 says more")
            ) from ended


def application(path: Path, settings: Settings) -> Front:
    """Return the application over a data directory, for the process that answers.

    Foreign queries and updates run in processes of their own, which end with this one.
    """
    from server import listening

    listening.end_with_listener()
    process.prepare()

    from server.front import Front

    if settings.remote is not None:
        return Front(remote_application(path, settings, settings.remote), public_url=settings.public_url)

    from graph.cache import Cache
    from graph.database import Database
    from graph.federation import Federated
    from graph.workers.pool import Pool
    from graph.workers.turns import Turns
    from graph.workers.writer import Writer
    from server import observation, written
    from server.app import create_app
    from server.pages import warming

    observation.configure(settings.log)
    metrics = observation.Metrics()
    database = Database(path)
    turns = Turns()
    pool = Pool(database, settings.limits, turns=turns)
    supervision = _supervision(settings)
    app = create_app(
        database,
        union=settings.union,
        engine=observation.Watched(
            supervision.engine(Federated(pool, settings.services, settings.limits.seconds)),
            metrics,
            cached=lambda engine: Cache(engine, database),
        ),
        writer=written.Watched(supervision.writer(Writer(database)), metrics) if settings.writes else None,
        token=settings.token,
        limits=settings.limits,
        metrics=metrics,
        public_url=settings.public_url,
        supervision=supervision,
        federates=bool(settings.services),
        must_match=settings.must_match,
        tokens=settings.tokens,
        ground=settings.ground,
    )
    warming.start(app)
    return Front(app, public_url=settings.public_url, turns=turns)


def remote_application(path: Path, settings: Settings, remote: Remote) -> Flask:
    """Return the application over a store somewhere else; `path` is where texts of documents are kept."""
    from graph.cache import Cache
    from graph.remote.connection import Address
    from graph.remote.store import RemoteStore
    from graph.remote.writer import RemoteWriter
    from server import observation, written
    from server.app import create_app

    observation.configure(settings.log)
    metrics = observation.Metrics()
    supervision = _supervision(settings)
    store = RemoteStore(
        remote.url, token=remote.token, path=path, limits=settings.limits, time_to_live=remote.time_to_live
    )
    writer = None
    if settings.writes:
        updates = Address.of(remote.write_url or remote.url, remote.token)
        writer = RemoteWriter(store, updates, Address.of(remote.gsp_url, remote.token) if remote.gsp_url else None)
    return create_app(
        store,
        union=settings.union,
        engine=observation.Watched(supervision.engine(store), metrics, cached=lambda engine: Cache(engine, store)),
        writer=written.Watched(supervision.writer(writer), metrics) if writer else None,
        token=settings.token,
        limits=replace(settings.limits, megabytes=0),  # the store's memory is not ours to bound
        metrics=metrics,
        public_url=settings.public_url,
        supervision=supervision,
        must_match=settings.must_match,
        tokens=settings.tokens,
        ground=settings.ground,
    )


def _supervision(settings: Settings) -> Supervision:
    from server.budget import Budget
    from server.clients import Clients, networks
    from server.supervision import Supervision

    clients = Clients(networks(settings.proxies), token=settings.token, is_hidden=settings.public_url is not None)
    return Supervision(clients, Budget(settings.budget) if settings.budget else None)


def free_port(host: str, port: int) -> int:
    """Return the port if it can be listened at, or any free one for 0. `StoreError` if it cannot."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        what, remedy = _CANNOT.get(error.errno or 0, (f"cannot be listened at: {error.strerror or error}", None))
        raise StoreError(Problem(f"{host}:{port} {what}", remedy=remedy)) from error


def _announce(url: str, ready: Callable[[str], None], answered: threading.Event) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{url}healthz", timeout=5):
                break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.02)
    answered.set()
    ready(url)
