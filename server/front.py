"""What the server calls for each request (ASGI): plain queries are answered in its event loop, all else by Flask.

Flask's requests run in threads, as many at a time as `THREADS`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote_to_bytes

from a2wsgi import WSGIMiddleware
from flask import Flask

from graph.workers.turns import Turns
from server import public
from server.departures import Departures, Gone, Visit
from server.express import PATH, Express

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from a2wsgi.asgi_typing import HTTPScope, Receive, Scope, Send

#: Requests that Flask answers at a time, and questions that wait in threads: more than can wait for a place in
#: the pool's lanes, so that waiting queries never keep a page, a short query or a refusal from being answered.
THREADS: Final = 192
_OURS: Final = "duikou"
_ASCII: Final = "".join(map(chr, range(0x21, 0x7F)))


class Front:
    """An ASGI application in front of the Flask one; `public_url` is the address that clients know it by.

    `turns` are begun with the first request.
    """

    def __init__(self, app: Flask, *, public_url: str | None = None, turns: Turns | None = None) -> None:
        self._address = public.parts(public_url) if public_url is not None else None
        self._turns = turns
        self._express = Express(app)
        self._behind: Any = WSGIMiddleware(_Completed(app), workers=THREADS)  # type: ignore[arg-type]
        self._departures: Departures | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._behind(scope, receive, send)
            return
        if self._departures is None:
            loop = asyncio.get_running_loop()
            loop.set_default_executor(ThreadPoolExecutor(THREADS, "waiting"))
            self._departures = Departures(loop)
            if self._turns is not None:
                self._turns.begin()  # the threads of requests are there now
        if not scope["query_string"].isascii():
            scope["query_string"] = quote(scope["query_string"], safe=_ASCII).encode()
        visit = Visit(scope, receive)
        self._departures.begin(visit)
        try:
            if scope["path"] == PATH:
                environ = self._environ(scope)
                if await self._express(environ, visit, send):
                    return
                # What was found out about the request so far is known behind, too.
                scope[_OURS] = {k: v for k, v in environ.items() if k.startswith(_OURS)}  # type: ignore[typeddict-unknown-key]
            await self._behind(scope, visit.receive, send)
        except Gone:
            return
        finally:
            self._departures.end(visit)

    def _environ(self, scope: HTTPScope) -> WSGIEnvironment:
        """Return what is known of a request, as WSGI has it, but for its body."""
        client = scope.get("client")
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": scope["method"],
            "SCRIPT_NAME": scope.get("root_path", ""),
            "PATH_INFO": scope["path"],
            "QUERY_STRING": scope["query_string"].decode("ascii"),
            "REMOTE_ADDR": client[0] if client else "",
            "wsgi.url_scheme": scope.get("scheme", "http"),
        }
        for name, value in scope["headers"]:
            key = _key(name)
            told = value.decode("latin-1")
            environ[key] = f"{environ[key]},{told}" if key in environ else told
        if self._address is not None:
            environ["wsgi.url_scheme"], environ["HTTP_HOST"] = self._address
        return environ


@lru_cache(maxsize=256)
def _key(name: bytes) -> str:
    """Return how WSGI calls a header."""
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


class _Completed:
    """Completes what Flask is told of a request."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        scope = environ["asgi.scope"]
        if "raw_path" in scope:
            environ["PATH_INFO"] = unquote_to_bytes(scope["raw_path"]).decode("latin-1")
        environ["wsgi.input_terminated"] = True
        environ["wsgi.errors"] = sys.stderr
        environ.update(scope.get(_OURS, {}))
        return self._app(environ, start_response)
