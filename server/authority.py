"""Who may write: whoever sends the token that the operator set, or one for some graphs. Without any the service is
read-only.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from flask import request

from graph.conditions import Condition
from graph.store import Writing
from server import access, tokens
from server.problems import HttpError


def writer() -> Writing:
    """Return what writes for this request. 403 on a read-only service or for a wrong token, 401 for none.

    Tokens are compared in constant time and never logged or sent back.
    """
    return _permitted()[0]


def scoped(only_if: Condition | None) -> Condition | None:
    """Return a condition of this request's write with the graphs added that its token is for."""
    scope = _permitted()[1]
    return only_if if scope is None else replace(only_if or Condition(), scope=scope)


def _permitted() -> tuple[Writing, tuple[str, ...] | None]:
    """Return what writes for this request, and which graphs it may write to, None being all."""
    served = access.current()
    if served.writer is None or not (served.token or served.tokens):
        raise HttpError(
            403,
            "Read-only",
            "This service answers queries and takes no updates. Write with `duikou load` on the server, or let its "
            "operator set a token: `duikou serve --write-token`.",
        )
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise HttpError(
            401,
            "No token",
            "Writing needs the token of this service, sent as Authorization: Bearer TOKEN.",
            headers={"WWW-Authenticate": 'Bearer realm="Duikou"'},
        )
    told = token.strip()
    scope = tokens.scope_of(told, served.tokens)
    if served.token is not None and hmac.compare_digest(told.encode(), served.token.encode()):
        return served.writer, None
    if scope is None:
        raise HttpError(403, "Wrong token", "This is not the token of this service. Ask its operator.")
    return served.writer, scope
