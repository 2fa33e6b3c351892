"""The address that clients know the server by, where a proxy stands before it.

Descriptions and Location headers name whole addresses. The operator says which; headers that anybody
can send are not believed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ontology.errors import Problem, StoreError

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


class Addressed:
    """A WSGI application that is always asked at its public address."""

    def __init__(self, application: WSGIApplication, url: str) -> None:
        self._application = application
        self._scheme, self._host = parts(url)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = self._scheme, self._host
        return self._application(environ, start_response)
