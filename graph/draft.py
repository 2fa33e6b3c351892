"""A writer's working copy of the graph, and what it knows of its own changes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, cast

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from graph import search, union
from graph.snapshot import Snapshot

#: Of graphs with more quads than this, what changed in them is not looked for quad by quad.
_COMPARED: Final = 100_000
#: Of larger graphs the index of names is made after publishing: by whoever searches first.
_INDEXED: Final = 100_000


class Draft:
    """A writer's working copy, with the changes that are to be published together.

    `store` may be changed in any way, but what changes has to be told, by quads (`note`), by graphs
    (`touch`) or not at all (`touch_everything`): publishing looks at nothing else, and so costs what
    the change costs. After large loads set `bulk`, so that the engine puts its files in order before
    they are published.
    """

    def __init__(self, store: Store, base: Snapshot | None, path: Path) -> None:
        self.store = store
        self.base: Final = base
        #: The working directory; what is put beside ``store`` here is published with the snapshot.
        self.path: Final = path
        self.bulk = False
        #: Set to have the index of names made with the snapshot, not at the first search, unless the graph is large.
        self.indexed = False
        #: The edition of the rules to which the inferred graph has been brought up to date.
        self.rules: str | None = None
        #: Set to drop the draft in the end, as a dry run does.
        self.dropped = False
        #: What was published, once it is.
        self.snapshot: Snapshot | None = None
        self._touched: set[str] | None = set()
        self._noted: set[Quad] = set()

    def close(self) -> None:
        """Let go of the store, not to be used any more: if its files go first, its engine waits for a second."""
        if hasattr(self, "store"):
            del self.store

    def note(self, quads: Iterable[Quad]) -> None:
        """Say which single quads this draft may add or remove, in graphs not touched as a whole."""
        self._noted.update(quads)

    def touch(self, *graphs: str) -> None:
        """Say which graphs (IRIs; "" is the default graph) this draft changes."""
        if self._touched is not None:
            self._touched.update(graphs)

    def touch_everything(self) -> None:
        """Say that any graph may have been changed, as by a SPARQL Update."""
        self._touched = None

    @property
    def may_change_anything(self) -> bool:
        """Whether nobody could say which graphs this draft changes."""
        return self._touched is None

    def replace(self, graph: str, quads: Iterable[Quad]) -> tuple[int, int]:
        """Replace a named graph, whole, and return how many of its quads are new and how many went."""
        name = NamedNode(graph)
        old = set(self.store.quads_for_pattern(None, None, None, name))
        new = set(quads)
        for quad in old - new:
            self.store.remove(quad)
        added = [quad for quad in new if quad not in old]
        self.store.extend(added)
        if new:
            self.store.add_graph(name)
        else:
            self.touch(graph)
            self.store.remove_graph(name)
        self.note(old ^ new)
        return len(added), len(old - new)

    def difference(self) -> tuple[set[Quad], set[Quad]] | None:
        """Return the quads added to the base and removed from it; None where finding out would take too long."""
        if self._touched is None or self.base is None:
            return None
        base = Store.read_only(str(self.base.path / "store"))
        if sum(self.base.graphs.get(graph, 0) for graph in self._touched) > _COMPARED:
            return None
        before, after = _kept(base, self._noted), _kept(self.store, self._noted)
        for graph in self._touched:
            before.update(base.quads_for_pattern(None, None, None, _named(graph)))
            for quad in self.store.quads_for_pattern(None, None, None, _named(graph)):
                after.add(quad)
                if len(after) > len(self._noted) + 2 * _COMPARED:
                    return None
        return after - before, before - after

    def changed_graphs(self) -> set[str]:
        """Return the graphs (IRIs) in which something was touched or noted."""
        return (self._touched or set()) | {_graph_of(quad) for quad in self._noted}

    def states(self, graphs: Iterable[str], now: str) -> dict[str, str]:
        """Return the state of each of some graphs: `now` where it may have been changed, else as in the base."""
        changed = self.changed_graphs()
        if self.base is None or self._touched is None:
            return dict.fromkeys(graphs, now)
        return {graph: now if graph in changed else self.base.state_of(graph) for graph in graphs}

    def counts(self) -> dict[str, int]:
        """Return the number of quads by graph: counted for those touched, else as in the base."""
        store = self.store
        found: dict[str, int] = {}
        if self._touched is not None:
            found.update(self.base.graphs if self.base else {})
            noted = {_graph_of(quad) for quad in self._noted} - self._touched
            base = Store.read_only(str(self.base.path / "store")) if self.base and noted else None
            for graph in self._touched if base else self._touched | noted:
                found[graph] = _number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", graph=_named(graph))
            if base:
                for which, sign in ((store, 1), (base, -1)):
                    for quad in _kept(which, self._noted):
                        if (graph := _graph_of(quad)) in noted:
                            found[graph] = found.get(graph, 0) + sign
            for graph in self._touched | noted:
                if not found.get(graph) and not (graph and store.contains_named_graph(NamedNode(graph))):
                    found.pop(graph, None)
            return dict(sorted(found.items()))
        for row in _solutions(store, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"):
            found[_iri(row["g"])] = int(row["n"].value)
        for graph_name in store.named_graphs():
            found.setdefault(_iri(graph_name), 0)
        default = _number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", graph=DefaultGraph())
        if default:
            found[""] = default
        return dict(sorted(found.items()))

    def unite(self, quads: int) -> int:
        """Put the union beside the store of so many quads if that repeats triples; return how many it repeats."""
        base = self.base
        difference = None if self.bulk else self.difference()
        if base is None or difference is None:
            repeated = union.repeated(self.store, quads)
        else:
            repeated = base.repeated + union.repeated_more(self.store, *difference)
        if not repeated:
            return 0
        path = self.path / "union"
        if base is None or difference is None or not base.repeated:
            union.build(self.store, path, quads)
        else:
            union.follow(self.store, base.path / "union", path, *difference, [_named(g) for g in self.changed_graphs()])
        return repeated

    def index(self, quads: int) -> None:
        """Put the index of names beside the store: the base's where no name changed, a new one where it is wanted."""
        path = search.index_of(self.path)
        base = search.index_of(self.base.path) if self.base else None
        difference = self.difference() if base and base.exists() else None
        if base and difference is not None and not search.names_change(itertools.chain(*difference)):
            path.hardlink_to(base)
        elif self.indexed and quads <= _INDEXED:
            search.build(self.store, path)


def _kept(store: Store, quads: Iterable[Quad]) -> set[Quad]:
    """Return those of some quads that a store has, in the form it keeps them: 01 and 1 are one number."""
    return {kept for quad in quads for kept in store.quads_for_pattern(*quad)}


def _named(graph: str) -> NamedNode | DefaultGraph:
    return NamedNode(graph) if graph else DefaultGraph()


def _graph_of(quad: Quad) -> str:
    return "" if isinstance(quad.graph_name, DefaultGraph) else _iri(quad.graph_name)


def _solutions(
    store: Store, text: str, *, union: bool = False, graph: NamedNode | DefaultGraph | None = None
) -> QuerySolutions:
    return cast(QuerySolutions, store.query(text, use_default_graph_as_union=union, default_graph=graph))


def _number(store: Store, text: str, *, union: bool = False, graph: NamedNode | DefaultGraph | None = None) -> int:
    return int(next(_solutions(store, text, union=union, graph=graph))["n"].value)


def _iri(name: Any) -> str:
    return str(name) if isinstance(name, BlankNode) else str(name.value)
