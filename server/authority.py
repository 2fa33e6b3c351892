"""Who may write: whoever sends the token that the operator set. Without one the service is read-only."""

from __future__ import annotations

import hmac

from flask import request

from graph.store import Writing
from server import access
from server.problems import HttpError


def writer() -> Writing:
    """Return what writes for this request. 403 on a read-only service or for a wrong token, 401 for none.

    The token is compared in constant time and never logged or sent back.
    """
    served = access.current()
    if served.writer is None or served.token is None:
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
    if not hmac.compare_digest(token.strip().encode(), served.token.encode()):
        raise HttpError(403, "Wrong token", "This is not the token of this service. Ask its operator.")
    return served.writer
