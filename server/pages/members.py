"""The things of a kind in the order of their list, kept for each snapshot.

The engine sorts a class anew for each page of it, which takes seconds for fifty thousand things. Their
IRIs fit into memory, and Python sorts them in hundredths of a second. Larger classes are left to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import term
from server import access, links, naming, queries
from server.links import CLASSES
from server.pages.kept import kept
from server.pages.values import decimal
from server.problems import refused

#: Up to so many things of a kind are kept: some ten megabytes of IRIs.
MOST: Final = 100_000


def page_of(kind: str, size: int, number: int = 1) -> list[str]:
    """Return the IRIs of one page of the things of a kind; none beyond the last page."""
    first = (number - 1) * size
    if (known := _members(kind)) is not None:
        return list(known[first : first + size])
    found = queries.select(access.engine(), "list", type=class_of(kind), limit=size, offset=first)
    return naming.iris(row["thing"] for row in found)


def count(kind: str) -> int:
    """Return how many things of a kind there are; 404 for what is no kind."""
    if kind not in CLASSES:
        raise refused(404, "Not found", "refused.kind", kind=kind, kinds=", ".join(links.KINDS))
    known = _members(kind)
    return len(known) if known is not None else kept(f"count-{kind}", lambda: _counted(kind))


def class_of(kind: str) -> ox.NamedNode:
    """Return the class of the things of a kind."""
    return ox.NamedNode(term(CLASSES[kind]))


def _members(kind: str) -> Sequence[str] | None:
    return kept(f"members-{kind}", lambda: _read(kind))


def _read(kind: str) -> Sequence[str] | None:
    """Return the things of a kind, numbered ones first in their order, the others by IRI; None of too many."""
    engine = access.engine()
    rows = queries.select(engine, "members", type=class_of(kind), limit=MOST + 1)
    if len(rows) > MOST:
        return None
    numbers: dict[str, Decimal] = {}
    for row in queries.select(engine, "positions", type=class_of(kind)):
        if (number := decimal(row["position"])) is not None:
            numbers[row["thing"].value] = min(number, numbers.get(row["thing"].value, number))
    found = naming.iris(row["thing"] for row in rows)
    return sorted(found, key=lambda iri: (iri not in numbers, numbers.get(iri, 0), iri))


def _counted(kind: str) -> int:
    return int(queries.select(access.engine(), "list-count", type=class_of(kind))[0]["count"].value)
