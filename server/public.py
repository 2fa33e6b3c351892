"""The address that clients know the server by, where a proxy stands before it.

Descriptions and Location headers name whole addresses. The operator says which; headers that anybody
can send are not believed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyoxigraph as ox
from flask import request

from ontology.errors import Problem, StoreError
from server.problems import HttpError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def parts(url: str) -> tuple[str, str]:
    """Return scheme and host of a public address. `StoreError` where it is none, or has a path."""
    try:
        found = urlsplit(url)
        valid = found.scheme in ("http", "https") and found.hostname and found.port != 0
    except ValueError:
        valid = False
    if not valid or found.path not in ("", "/") or found.query or found.fragment or found.username is not None:
        raise StoreError(
            Problem(f"{url} is no address of a server", remedy="It is like https://example.org, without a path")
        )
    return found.scheme, found.netloc


def check() -> None:
    """Refuse a request whose Host header is none: addresses are made of it."""
    try:
        ox.NamedNode(request.host_url)
    except ValueError as error:
        raise HttpError(400, "No such host", "The Host header does not name a host.") from error


class Addressed:
    """A WSGI application that is always asked at its public address."""

    def __init__(self, application: WSGIApplication, url: str) -> None:
        self._application = application
        self._scheme, self._host = parts(url)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = self._scheme, self._host
        return self._application(environ, start_response)
