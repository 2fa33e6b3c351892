"""The style sheet and the scripts of the pages: bundles named after their content, or what serves without them.

The build puts bundles into `static/dist`. Without them (`DUIKOU_NO_FRONTEND=1`) pages have the style sheet
as its files and no scripts, and work all the same. Bundles never change under their name, so browsers
keep them for a year.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

STATIC: Final = Path(__file__).resolve().parents[1] / "static"
DIST: Final = STATIC / "dist"
_PATH: Final = "/static/dist/"


def register(app: Flask) -> None:
    """Let browsers keep the bundles of an application."""
    app.after_request(_keep)


def stylesheet() -> str:
    """Return the address of the style sheet."""
    return script("duikou.css") or f"/static/style/duikou.css?{_digest()}"


def script(name: str) -> str | None:
    """Return the address of a bundle such as `site.js`; None where it was not built."""
    found = _manifest().get(name)
    return None if found is None else _PATH + found["file"]


def _manifest() -> dict[str, dict[str, str]]:
    """Return which file each bundle is; bundles may be built anew while the server runs."""
    try:
        return _read((DIST / "manifest.json").stat().st_mtime_ns)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=2)
def _read(_: int) -> dict[str, dict[str, str]]:
    told = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(told, dict)
    return told


@cache
def _digest() -> str:
    files = sorted((STATIC / "style").glob("*.css"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:8]


def _keep(response: Response) -> Response:
    if request.path.startswith(_PATH) and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
