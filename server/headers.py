"""Headers that every answer carries: what a page may load, and who may read the data."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

#: Nothing but our own style sheet and pictures: there is no script, and nothing is inline.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_OPEN: Final = (
    "/sparql",
    "/store",
    "/data/",
    "/id/",
    "/concept/",
    "/graph/",
    "/ontology",
    "/healthz",
    "/readyz",
    "/void.",
    "/.well-known/",
    "/dataset",
    "/openapi.json",
)
_METHODS: Final = "GET, HEAD, POST, OPTIONS"


def register(app: Flask) -> None:
    """Add the headers to all answers of an application."""
    app.after_request(_secure)
    app.after_request(_share)


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response


def _share(response: Response) -> Response:
    """Open the machine routes to scripts of any site: they hold public data and know no cookies."""
    if not request.path.startswith(_OPEN):
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Location, Retry-After, Server-Timing, X-Request-Id"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", _METHODS)
        response.headers["Access-Control-Allow-Headers"] = "Accept, Authorization, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
