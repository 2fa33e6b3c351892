"""``/sparql/queries``: what runs for a client, and how it ends that.

These are for the client itself, so scripts of other sites may not read them: they would see what the
browser they run in asks.
"""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, Response, request

from server import supervision
from server.problems import HttpError

PATH: Final = "/sparql/queries"
blueprint = Blueprint("running_queries", __name__)


@blueprint.get(PATH)
def queries() -> Response:
    """List what runs for this client; for who has the token, everything."""
    running = [r.told() for r in supervision.here().of(request.environ)]
    return _private(json.dumps({"queries": running}, ensure_ascii=False, indent=1) + "\n")


@blueprint.get(f"{PATH}/<path:name>")
def query(name: str) -> Response:
    """Tell how one of them is."""
    running = [r for r in supervision.here().of(request.environ) if r.id == name]
    if not running:
        raise _none(name)
    return _private(json.dumps(running[0].told(), ensure_ascii=False, indent=1) + "\n")


@blueprint.delete(f"{PATH}/<path:name>")
def cancel(name: str) -> Response:
    """Cancel one of them."""
    if not supervision.here().cancel(request.environ, name):
        raise _none(name)
    return Response(status=204, headers={"Cache-Control": "no-store"})


def _private(body: str) -> Response:
    return Response(body, mimetype="application/json", headers={"Cache-Control": "no-store", "Vary": "Authorization"})


def _none(name: str) -> HttpError:
    return HttpError(404, "No such query", f"No query of yours is running as “{name}”. {PATH} lists those that are.")
