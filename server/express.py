"""The short way of an ordinary query at ``/sparql``, in front of everything else.

Flask and Werkzeug need several times as long for a request as the engine for a small query. So a plain
query by GET or POST is read here, answered, and sent with the same headers; a request that was answered
before, of the same snapshot, is sent as it was. Whatever is out of the ordinary (a browser, a condition,
HEAD, an update, a fault of the request) is left to the application behind, and so is an error of the
engine, which the application reports as if it had asked itself. This module decides nothing by itself:
reading, formats, tags, headers and encodings are those of the modules that the application uses.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from flask import Flask
from werkzeug.wrappers import Request as HttpRequest

from graph.cache import is_fickle
from graph.engine import answering_of
from graph.formats import Format
from graph.kept import Kept
from graph.store import State, view_of
from server import access, compression, headers, negotiation, observation, protocol, sparql
from server.departures import Visit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from a2wsgi.asgi_typing import Send

PATH: Final = "/sparql"
#: The longest body of a POST that is read here.
MOST_BODY: Final = 64 << 10
#: The most bytes of prepared answers. They are the bodies of the two other caches, held here by reference.
KEPT: Final = 32 << 20
#: Answers of fewer bytes are compressed where they are made, others in a thread.
_AT_ONCE: Final = 16 << 10
#: Headers that make a request more than a plain question.
_UNUSUAL: Final = frozenset({
    "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_RANGE", "HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT",
})  # fmt: skip
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?")


class _Plain(NamedTuple):
    """All that the answer to a plain request depends on, but for the snapshot; what a prepared answer is found by."""

    method: str
    query_string: str
    content_type: str
    body: bytes
    accept: str | None
    accept_encoding: str
    base: str


class _Ready(NamedTuple):
    """An answer as it is sent, but for the headers that are of one request."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    size: int


class Express:
    """Answers plain queries in an event loop."""

    def __init__(self, app: Flask) -> None:
        self._served = access.of(app)
        self._numbers = observation.of(app)
        self._encoded = compression.of(app)
        self._prepared: Final[Kept[_Plain, _Ready]] = Kept(KEPT)
        self._answering = answering_of(self._served.engine) if self._served.engine else None

    async def __call__(self, environ: WSGIEnvironment, visit: Visit, send: Send) -> bool:
        """Answer a request, or return False: then the application has to. `Gone` where its client has."""
        began = observation.begin_early(environ)
        plain = await _plain(environ, visit)
        if plain is None:
            return False
        ready = await self._answer(plain, environ)
        if ready is None:
            return False
        name = observation.name_of(environ)
        seconds = time.perf_counter() - began
        self._numbers.note(plain.method, PATH, PATH, 200, len(ready.body), seconds, name)
        own = [(b"server-timing", b"query;dur=%.1f" % (seconds * 1000)), (b"x-request-id", name.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": ready.headers + own})
        await send({"type": "http.response.body", "body": ready.body, "more_body": False})
        return True

    async def _answer(self, plain: _Plain, environ: WSGIEnvironment) -> _Ready | None:
        """Return the answer to a request; None where it is not for this module to give one."""
        try:
            reader = await view_of(self._served.database)
            state = _state(reader.snapshot)
            if (ready := self._prepared.get(plain, state)) is not None:
                self._numbers.hit.inc()
                return ready
            asked = protocol.read(plain.method, plain.query_string.encode("latin-1"), plain.content_type, plain.body)
            if asked.query is None or not asked.is_plain_query:
                return None
            by_get = plain.method != "POST"
            if asked.format is not None:
                formats: Sequence[Format] = sparql.formats_of(asked, plain.accept)
            else:
                html, formats = _wishes(plain.accept)
                if not formats or (html and by_get):
                    return None
            dataset = sparql.dataset_at(asked.default_graphs, asked.named_graphs, self._served.union, plain.base)
        except Exception:  # whatever it is, the application behind meets it too, and knows how to tell
            return None
        try:
            answering = self._answering or answering_of(reader)
            answer = await answering(asked.query, dataset, formats)
        except Exception as error:
            sparql.hand_on(environ, error)
            return None
        lasting = not is_fickle(asked.query)
        etag = None
        if lasting and by_get:
            etag = access.tag_at(self._served.version, reader.snapshot, *sparql.parts(asked.query, dataset, formats))
        ready = await self._made(answer.body, answer.format, plain, etag)
        if lasting:
            # another snapshot may have been published meanwhile, and the answer be from that one
            now = state[0] if state else 0
            number = answer.number
            if number is None:
                found = (await view_of(self._served.database)).snapshot
                number = found.number if found else 0
            if number == now:
                self._prepared.keep(plain, ready, ready.size, state)
        return ready

    async def _made(self, body: bytes, format: Format, plain: _Plain, etag: str | None) -> _Ready:
        vary, encoding = "Accept", None
        if len(body) >= compression.LEAST and compression.is_textual(format.media_type):
            vary = "Accept, Accept-Encoding"
            encoding = compression.wanted(plain.accept_encoding)
            if encoding is not None and len(body) < _AT_ONCE:
                body = self._encoded.get(body, encoding)
            elif encoding is not None:
                body = await asyncio.to_thread(self._encoded.get, body, encoding)
        told = [*_told(format, vary, encoding), (b"content-length", b"%d" % len(body))]
        if etag is not None:
            told += [(b"etag", b'W/"%s"' % etag.encode()), (b"cache-control", b"no-cache")]
        size = len(body) + len(plain.body) + 2 * len(plain.query_string) + 3000
        return _Ready(told, body, size)


@lru_cache(maxsize=64)
def _told(format: Format, vary: str, encoding: str | None) -> list[tuple[bytes, bytes]]:
    """Return the headers that many answers share."""
    told = [("Content-Type", format.content_type), ("Vary", vary), *headers.OF_DATA]
    if encoding is not None:
        told.append(("Content-Encoding", encoding))
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in told]


async def _plain(environ: WSGIEnvironment, visit: Visit) -> _Plain | None:
    """Return the request if nothing about it is out of the ordinary; the body, once read, can be read again."""
    method = environ["REQUEST_METHOD"]
    if method not in ("GET", "POST") or environ.get("SCRIPT_NAME") or not _UNUSUAL.isdisjoint(environ):
        return None
    base = _base(environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""))
    if base is None:
        return None
    content_type, body = "", b""
    if method == "POST":
        content_type = environ.get("CONTENT_TYPE", "")
        length = environ.get("CONTENT_LENGTH", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MOST_BODY:
            return None
        received = await visit.body(MOST_BODY)
        if received is None or len(received) != int(length):
            return None
        body = received
    return _Plain(
        method,
        environ.get("QUERY_STRING", ""),
        content_type,
        body,
        environ.get("HTTP_ACCEPT"),
        environ.get("HTTP_ACCEPT_ENCODING", ""),
        base,
    )


@lru_cache(maxsize=256)
def _base(scheme: str, host: str) -> str | None:
    """Return the address of the endpoint as the application would tell it; None for a host that is none."""
    if not _HOST.fullmatch(host):
        return None
    told = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": scheme, "HTTP_HOST": host, "SCRIPT_NAME": "", "PATH_INFO": PATH}
    return HttpRequest(told).base_url


@lru_cache(maxsize=256)
def _wishes(accept: str | None) -> tuple[bool, list[Format]]:
    """Return whether somebody wants a page, and the formats they take."""
    return negotiation.wants_html(accept, negotiation.ANSWERS), negotiation.preferred(accept, negotiation.ANSWERS)


def _state(snapshot: State | None) -> tuple[int, str] | None:
    return (snapshot.number, snapshot.created) if snapshot else None
