"""What every template may use: the language, the texts, the other language's address, the footer."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import request

from server import access, links, texts
from server.figures import number_of_things
from server.naming import Link
from server.pages import assets
from server.pages.portrait import Group


def lang() -> str:
    """Return the language of this page: the first segment of its path, or English."""
    first = request.path.removeprefix("/").partition("/")[0]
    return first if first in links.LANGUAGES else "en"


def layout() -> dict[str, Any]:
    """Return the names that templates see besides what their view gives them."""
    here = lang()
    other = "en" if here == "zh" else "zh"
    return {
        "lang": here,
        "other_lang": other,
        "other_href": _switched(other),
        "t": partial(texts.text, here),
        "links": links,
        "snapshot": _snapshot(),
        "stylesheet": assets.stylesheet(),
        "script": assets.script,
        "counted": partial(number_of_things, here),
        "is_link": lambda value: isinstance(value, Link),
        "is_group": lambda value: isinstance(value, Group),
    }


def _switched(other: str) -> str:
    """Return the address of this page in the other language.

    The path arrives unescaped, so that of a thing is made anew from its name.
    """
    told = request.view_args or {}
    name = links.name_of(told["kind"], told["key"]) if {"kind", "key"} <= told.keys() else None
    path = links.page(other, name) if name else quote(request.path, safe="/-._~!$*,;=@")
    return links.switched(path, request.query_string.decode("ascii", "replace"), other)


def _snapshot() -> Any:
    """Return the snapshot for the footer; a page about an error must not fail over it."""
    try:
        return access.snapshot()
    except Exception:
        return None
