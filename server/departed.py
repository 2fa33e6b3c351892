"""What was here and is no more: things that an earlier snapshot knows and the served one does not."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

import pyoxigraph as ox

from graph.database import Database
from graph.snapshot import Snapshot
from ontology.errors import DuikouError
from server import access

#: Snapshots that are looked into, newest first, and answers that are remembered.
_LOOKED: Final = 3
_KEPT: Final = 5000
_guard = threading.Lock()
_known: OrderedDict[tuple[str, str, str], Snapshot | None] = OrderedDict()


def last_seen(iri: str) -> Snapshot | None:
    """Return the newest snapshot before the served one in which anything was said of a thing, or None."""
    database, now = access.current().database, access.snapshot()
    if not isinstance(database, Database) or now is None:
        return None
    key = (str(database.path), f"{now.number} {now.created}", iri)
    with _guard:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = _look(database, now.number, iri)
    with _guard:
        _known[key] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


def _look(database: Database, number: int, iri: str) -> Snapshot | None:
    node = ox.NamedNode(iri)
    earlier = [s for s in database.snapshots() if s.number < number]
    for snapshot in sorted(earlier, key=lambda s: -s.number)[:_LOOKED]:
        try:
            store = database.at(snapshot.number).store
        except DuikouError:
            continue  # it has just been pruned
        if next(store.quads_for_pattern(node, None, None), None) is not None:
            return snapshot
    return None
