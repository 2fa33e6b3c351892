"""What a request reads from: one snapshot for its whole length, and what follows from its number.

A page asks several questions; all of them see the same snapshot, even when a write is published in
between. Entity tags are made here too, because they hold exactly as long as a snapshot does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flask import Flask, Response, current_app, g, request

from graph.engine import Engine
from graph.store import State, Store, View, Writing
from graph.workers.limits import Limits
from server.tokens import Scoped

_EXTENSION: Final = "duikou"


@dataclass(frozen=True, slots=True)
class Access:
    """The database behind an application, and the version of the program that reads it."""

    database: Store
    version: str
    #: Whether a query that names no graph sees the union of all.
    union: bool = True
    #: What answers foreign queries; without one they are answered in this process.
    engine: Engine | None = None
    #: What writes, and the token that who writes must send; without them the service is read-only.
    writer: Writing | None = None
    token: str | None = None
    limits: Limits | None = None
    #: Whether queries may call an endpoint somewhere else.
    federates: bool = False
    #: Whether who writes has to say in which state that is which they change.
    must_match: bool = False
    #: Further tokens, each for some graphs only.
    tokens: tuple[Scoped, ...] = ()


def install(extensions: dict[str, object], access: Access) -> None:
    """Make a database known to an application."""
    extensions[_EXTENSION] = access


def of(app: Flask) -> Access:
    """Return what an application reads from."""
    access = app.extensions[_EXTENSION]
    assert isinstance(access, Access)
    return access


def current() -> Access:
    """Return what the application of this request reads from."""
    return of(current_app)


def engine() -> Engine:
    """Return what answers foreign queries: worker processes, as a rule, with the current snapshot."""
    served = current()
    now = served.database.reader()  # a look that holds for all behind it
    return served.engine or now


def reader() -> View:
    """Return the snapshot that our own pages read: the same one within one request."""
    if "reader" not in g:
        g.reader = current().database.reader()
    found: View = g.reader
    return found


def snapshot() -> State | None:
    """Return the snapshot of this request, None while nothing has been published."""
    return reader().snapshot


def tag(*parts: object) -> str:
    """Return an entity tag that holds for this snapshot and these parts of the request."""
    return tag_at(current().version, snapshot(), *parts)


def tag_at(version: str, now: State | None, *parts: object) -> str:
    """Return an entity tag that holds for a version of the program, a snapshot and these parts of a request."""
    return tag_of(now.state if now else "", None, version, *parts)


def tag_of(state: str, graph: str | None, *parts: object) -> str:
    """Return an entity tag of a graph in some state, or of all there is (None), made up from some parts."""
    return f"{state_tag(state, graph)}-{_digest(parts)}"


@lru_cache(maxsize=256)
def state_tag(state: str, graph: str | None = None) -> str:
    """Return the first part of an entity tag: that of what is in this state, all of it or a graph ("" the default)."""
    return _digest((state, graph))


def _digest(told: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def not_modified(etag: str, *, weak: bool = True) -> Response | None:
    """Return a 304 when the client has this version already, else None."""
    if request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(etag):
        response = Response(status=304)
        response.set_etag(etag, weak=weak)
        return response
    return None


def tagged(response: Response, etag: str, *, weak: bool = True) -> Response:
    """Return a response with its tag; clients ask again each time, which costs them a 304."""
    response.set_etag(etag, weak=weak)
    response.headers["Cache-Control"] = "no-cache"
    return response
