"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response

from graph.engine import Dataset
from graph.formats import Format
from ontology.errors import DuikouError
from server import access, observation
from server.problems import HttpError

blueprint = Blueprint("health", __name__)

#: A query that no cache keeps the answer of.
_ASKED: Final = "ASK { FILTER(RAND() >= 0) }"


@blueprint.get("/healthz")
def healthz() -> dict[str, Any]:
    """Say that the server answers, and from which snapshot."""
    now = access.snapshot()
    return {
        "status": "ok",
        "version": access.current().version,
        "snapshot": now.number if now else None,
        "quads": now.quads if now else 0,
    }


@blueprint.get("/readyz")
def readyz() -> dict[str, Any]:
    """Say that queries are answered; a problem document with 503 as long as they are not."""
    try:
        access.engine().answer(_ASKED, Dataset(), (Format.JSON,))
    except DuikouError as error:
        detail = f"The engine does not answer: {error}"
        raise HttpError(503, "Not ready", detail, headers={"Retry-After": "1"}) from error
    now = access.snapshot()
    return {"status": "ready", "snapshot": now.number if now else None}


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the numbers of this process for Prometheus."""
    return Response(observation.metrics().text(), content_type=observation.CONTENT_TYPE)
