"""``/openapi.json``: the routes for programs, in OpenAPI 3.1, from ``openapi.yaml`` beside this file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from flask import Blueprint, Response, request

from server import access

blueprint = Blueprint("openapi", __name__)

FILE: Final = Path(__file__).with_name("openapi.yaml")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the description, with the address of this server and the version of the program."""
    described = _document() | {"servers": [{"url": request.host_url.rstrip("/")}]}
    described["info"] = {**described["info"], "version": access.current().version}
    body = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    etag = access.tag("openapi", body)
    return access.not_modified(etag) or access.tagged(Response(body, mimetype="application/json"), etag)


@cache
def _document() -> dict[str, Any]:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found
