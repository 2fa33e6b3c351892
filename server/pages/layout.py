"""What every template may use: the language, the texts, the other language's address, the footer."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from urllib.parse import quote

from flask import request

from server import access, links, naming, texts
from server.figures import number_of_things
from server.naming import Link
from server.pages import assets, bars
from server.pages.groups import Group
from server.pages.similar import similar

#: Characters of a name that a page shows.
LONGEST: Final = 400
#: The kinds that the head of a page leads to.
_KINDS: Final = ("programme", "measurement", "area", "organisation", "document")
_LEGEND: Final = {
    "exact": bars.Bar(120),
    "over": bars.Bar(100, (100, 100 + bars.OPEN), None, 100 + bars.OPEN),
    "nearly": bars.Bar(108, (108, 120), 120),
}


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
        "short": naming.short,
        "clipped": clipped,
        "ways": _ways(here),
        "here": request.path,
        "view": (request.endpoint or "").rpartition(".")[2],
        "BAR_WIDTH": bars.WIDTH,
        "LEGEND": _LEGEND,
        "bytes": _bytes,
        "day": lambda moment: moment.replace("T", " ").replace("Z", " UTC"),
        "signed": lambda number: f"{'+' if number >= 0 else '−'}{number_of_things(here, abs(number))}",
        "plain": lambda cell: "" if cell is None else cell.name.text if isinstance(cell, Link) else cell.text,
        "similar": similar,
        "is_link": lambda value: isinstance(value, Link),
        "is_group": lambda value: isinstance(value, Group),
    }


def clipped(words: str, most: int = LONGEST) -> str:
    """Return words cut to a length that a page can hold: a name may be of any length, and some are hostile."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _bytes(size: int) -> str:
    """Return a size in bytes as people read it: ``1.2 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def _ways(here: str) -> list[tuple[str, str]]:
    """Return the addresses and names of the ways through the site."""
    kinds = [(links.listing(here, kind), texts.text(here, f"kind.{kind}")) for kind in _KINDS]
    return [
        *kinds,
        (f"/{here}/map", texts.text(here, "map.short")),
        (f"/{here}/graph", texts.text(here, "graph.short")),
        (links.ontology(here), texts.text(here, "site.ontology")),
        (links.console(here), texts.text(here, "site.sparql")),
        (links.data_page(here), texts.text(here, "site.data")),
    ]


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
