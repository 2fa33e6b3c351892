"""A table of links as a source of the graph: its reviewed rows, in ``graph/links`` or a graph of the user's own."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from graph.sources import Source
from loaders.files import read_file
from loaders.links.checks import faults
from loaders.links.sssom import MAX_BYTES, parse
from ontology.errors import Origin, Problem, SourceError
from ontology.mappings import State

#: The links that come with Duikou.
TABLE: Final = Path(__file__).with_name("links.sssom.tsv")
GRAPH: Final = "links"
ENDINGS: Final = (".sssom.tsv", ".sssom")


def is_table(path: Path) -> bool:
    """Return whether a file's name says that it is an SSSOM table."""
    return path.name.lower().endswith(ENDINGS)


def builtin_links() -> Source:
    """Return the links of the package. `SourceError` if its table breaks a rule."""
    return links(TABLE.read_bytes(), TABLE.name, GRAPH)


def read_links(path: Path) -> Source:
    """Return the links of a user's table, for a graph named after the file: ``source/{name}``."""
    stem = path.name.lower()
    for ending in ENDINGS:
        stem = stem.removesuffix(ending)
    key = re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "links"
    return links(read_file(path, MAX_BYTES), str(path), f"source/{key}")


def links(data: bytes, name: str, graph: str) -> Source:
    """Return a table's reviewed links as a source; what is not published is told as unread, by state.

    In the package's own table every fault is an error. In a user's, links may go anywhere, and by any predicate.
    """
    table = parse(data, name)
    if graph == GRAPH and (problems := faults(table, name)):
        raise SourceError(*problems)
    left: dict[State, int] = {}
    for mapping in table.mappings:
        if mapping.state is not State.REVIEWED:
            left[mapping.state] = left.get(mapping.state, 0) + 1
    unread = tuple(
        Problem(f"{count} rows are {state.value}: they stay in the table and out of the graph", Origin(name))
        for state, count in left.items()
        if graph != GRAPH
    )
    return Source(
        graph=graph,
        records=(),
        mappings=tuple(m for m in table.mappings if m.state is State.REVIEWED),
        loader="links",
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        unread=unread,
    )
