"""``/healthz`` and ``/robots.txt``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from server import access

blueprint = Blueprint("health", __name__)


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


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let robots read pages and data, but not run queries."""
    return Response(
        "User-agent: *\nDisallow: /sparql\nDisallow: /zh/sparql\nDisallow: /en/sparql\n", mimetype="text/plain"
    )
