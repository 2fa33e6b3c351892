"""Headers that every answer carries: what a page may load, and who may read the data."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

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
    "/reconcile",
    "/zh/reconcile",
    "/en/reconcile",
)
_METHODS: Final = "GET, HEAD, POST, OPTIONS"
#: Headers that scripts of other sites may send.
_ASKED: Final = "Accept, Authorization, Content-Type, If-Match, If-None-Match, X-Query-Id, X-Request-Id"
#: What runs for a client is for that client, and not for any site that it looks at.
_OWN: Final = "/sparql/queries"


def policy(nonce: str | None = None) -> str:
    """Return the content security policy of a page: our own files only, and nothing inline.

    With a nonce, style sheets that a script of ours makes and marks with it are let in: the editor's.
    """
    styles = "style-src 'self'" + (f" 'nonce-{nonce}'" if nonce else "")
    return (
        f"default-src 'none'; script-src 'self'; {styles}; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


_SECURE: Final = (
    ("Content-Security-Policy", policy()),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_SHARED: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After, Server-Timing, X-Request-Id"),
)
#: What is added to an answer of the machine routes.
OF_DATA: Final = (*_SHARED, *_SECURE)


def register(app: Flask) -> None:
    """Add the headers to all answers of an application."""
    app.after_request(_secure)
    app.after_request(_share)


def _secure(response: Response) -> Response:
    for name, value in _SECURE:
        response.headers.setdefault(name, value)
    return response


def _share(response: Response) -> Response:
    """Open the machine routes to scripts of any site: they hold public data and know no cookies."""
    if not request.path.startswith(_OPEN) or request.path.startswith(_OWN):
        return response
    response.headers.update(_SHARED)
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", _METHODS)
        response.headers["Access-Control-Allow-Headers"] = _ASKED
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
