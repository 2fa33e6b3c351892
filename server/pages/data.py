"""``/{lang}/data``: everything that can be downloaded, under which licence, and what changed when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response

from graph.snapshot import Snapshot
from server import access, catalogue, changes, dumps, links
from server.naming import Labels, Link
from server.pages.answer import LANGUAGE, page, page_number, passing_page, unchanged
from server.pages.assets import DIST

blueprint = Blueprint("data", __name__)

#: Graphs that one page lists, largest first.
_LISTED: Final = 100
#: Snapshots whose changes are listed, newest first, and graphs of each.
_SNAPSHOTS: Final = 20
_GRAPHS: Final = 12


@dataclass(frozen=True, slots=True)
class Held:
    """A named graph: how many quads it has, where it can be had, and whether its licence is ours to tell."""

    graph: Link
    quads: int
    href: str
    is_licensed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A published snapshot, and the graphs that were written to: each with the difference in quads."""

    snapshot: Snapshot
    difference: int
    graphs: list[tuple[Link, int]]
    more: int


@blueprint.get(f"/{LANGUAGE}/data")
def data(lang: str) -> Response:
    """Show dumps, graphs, interfaces, licences and changes."""
    files = dumps.current()
    if files is not None and (same := unchanged()) is not None:
        return same
    labels = Labels(access.engine())
    snapshot = access.snapshot()
    graphs = dict(snapshot.graphs) if snapshot else {}
    named = sorted((iri for iri in graphs if iri.startswith("http")), key=lambda iri: -graphs[iri])
    pages = max(1, -(-len(named) // _LISTED))
    number = page_number(pages)
    shown = named[(number - 1) * _LISTED : number * _LISTED]
    labels.load(shown)
    licensed = catalogue.licensed()
    held = [
        Held(labels.link(iri, lang), graphs[iri], f"/store?{urlencode({'graph': iri})}", iri in licensed)
        for iri in shown
    ]
    lay_out = passing_page if files is None else page
    return lay_out(
        "data.html",
        files=files,
        held=held,
        count=len(named),
        number=number,
        pages=pages,
        graphs_at=lambda n: f"{links.data_page(lang)}{f'?page={n}' if n > 1 else ''}#graphs",
        unnamed=graphs.get("", 0),
        is_licensed=catalogue.is_licensed(),
        changes=_changes(lang, labels),
        licences=f"/static/dist/{name}" if (DIST / (name := "LICENCES.txt")).is_file() else None,
    )


def _changes(lang: str, labels: Labels) -> list[Change]:
    found = []
    for change in changes.changes(access.current().database, _SNAPSHOTS):
        labels.load(iri for iri, _ in change.graphs[:_GRAPHS])
        told = [(labels.link(iri, lang), difference) for iri, difference in change.graphs[:_GRAPHS]]
        found.append(Change(change.snapshot, change.difference, told, max(0, len(change.graphs) - _GRAPHS)))
    return found
