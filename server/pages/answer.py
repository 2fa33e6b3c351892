"""What every page does alike: made once for each snapshot, not sent twice, numbered, a template laid out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC, date, datetime
from typing import Final

from flask import Response, current_app, render_template, request

from server import access
from server.pages import assets
from server.problems import refused

#: The first segment of every page's path.
LANGUAGE: Final = "<any(zh, en):lang>"
#: The most bytes of pages that are kept, and of one that is.
_KEPT: Final = 64 << 20
_LARGEST: Final = 4 << 20
_EXTENSION: Final = "duikou.pages"


class Pages:
    """Pages as they were made, by entity tag, those asked for last; safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._size = 0
        self._guard = threading.Lock()

    def get(self, tag: str) -> str | None:
        """Return a page that is kept, or None."""
        with self._guard:
            if tag not in self._kept:
                return None
            self._kept.move_to_end(tag)
            return self._kept[tag]

    def keep(self, tag: str, body: str) -> None:
        """Keep a page, and let go of those that were not asked for longest."""
        if len(body) > _LARGEST:
            return
        with self._guard:
            self._size += len(body) - len(self._kept.pop(tag, ""))
            self._kept[tag] = body
            while self._size > _KEPT:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone)


def today() -> date:
    """Return the day, in UTC: pages say when they were read."""
    return datetime.now(UTC).date()


def unchanged() -> Response | None:
    """Return what is known to hold still: a 304 where the reader has this page, or the page if it was made before."""
    tag = _tag()
    if (same := access.not_modified(tag)) is not None:
        return same
    body = _pages().get(tag)
    return None if body is None else access.tagged(Response(body, mimetype="text/html"), tag)


def page(template: str, **values: object) -> Response:
    """Return a template laid out, with the entity tag of this address in this snapshot, and keep it."""
    body = render_template(template, **values)
    tag = _tag()
    _pages().keep(tag, body)
    return access.tagged(Response(body, mimetype="text/html"), tag)


def passing_page(template: str, **values: object) -> Response:
    """Return a template laid out that will be another one in a moment, without any change of the graph."""
    response = Response(render_template(template, **values), mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


def page_number(pages: int) -> int:
    """Return the number of the page that is asked for by `?page=`; 404 beyond the last."""
    given = request.args.get("page", "1")
    if not given.isdecimal() or not 1 <= int(given) <= pages:
        raise refused(404, "Not found", "refused.page", given=given, pages=pages)
    return int(given)


def _pages() -> Pages:
    pages = current_app.extensions.setdefault(_EXTENSION, Pages())
    assert isinstance(pages, Pages)
    return pages


def _tag() -> str:
    """Return the tag of this page: of all that it depends on, texts of documents, bundles and the day among it."""
    try:
        texts = (access.current().database.path / "documents").stat().st_mtime_ns
    except OSError:
        texts = 0
    return access.tag(
        request.host_url, request.full_path, today(), texts, assets.stylesheet(), assets.script("site.js")
    )
