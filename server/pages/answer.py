"""What every page does alike: not sent twice, numbered pages, a template laid out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from flask import Response, render_template, request

from server import access
from server.problems import HttpError

#: The first segment of every page's path.
LANGUAGE: Final = "<any(zh, en):lang>"


def today() -> date:
    """Return the day, in UTC: pages say when they were read."""
    return datetime.now(UTC).date()


def unchanged() -> Response | None:
    """Return a 304 where the reader has this page of this snapshot already, else None."""
    return access.not_modified(_tag())


def page(template: str, **values: object) -> Response:
    """Return a template laid out, with the entity tag of this address in this snapshot."""
    response = Response(render_template(template, **values), mimetype="text/html")
    return access.tagged(response, _tag())


def page_number(pages: int) -> int:
    """Return the number of the page that is asked for by `?page=`; 404 beyond the last."""
    given = request.args.get("page", "1")
    if not given.isdecimal() or not 1 <= int(given) <= pages:
        raise HttpError(404, "Not found", f"There is no page {given}; the last one is {pages}.")
    return int(given)


def _tag() -> str:
    return access.tag(request.full_path, today())
