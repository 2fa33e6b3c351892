"""What is said: named graphs with provenance, validated, inferred from, kept in snapshots.

import graph

with graph.open("data") as g:
    for row in g.query("SELECT ?programme ?label { ?programme a dk:Programme ; rdfs:label ?label }"):
        print(row.programme, row.label)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.api import Graph

__all__ = ["open"]


def open(path: str | os.PathLike[str]) -> Graph:
    """Open the current snapshot of a data directory for reading. `StoreError` if there is none.

    The engine is loaded here and not at import, so that ``import graph`` costs nothing.
    """
    from graph.api import Graph  # noqa: PLC0415

    return Graph(path)
