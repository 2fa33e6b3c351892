"""What the server needs of a store: two small interfaces, each with an embedded and a remote implementation.

`graph.database.Database` with `graph.reader.Reader` keep the graph on this machine, and
`graph.remote.store.RemoteStore` with `RemoteReader` ask a SPARQL endpoint somewhere else. Writes go
through `Writing`: `graph.workers.writer.Writer` here, `graph.remote.writer.RemoteWriter` there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolution, Triple

from graph.conditions import Change, Condition
from graph.engine import Engine
from graph.update import Part


class State(Protocol):
    """What is known of the graph that a reader sees: enough for entity tags, lists of graphs and footers."""

    @property
    def number(self) -> int:
        """A number that is another one whenever the graph may have changed."""

    @property
    def created(self) -> str:
        """Since when the graph is known to be so, ISO 8601."""

    @property
    def quads(self) -> int:
        """How many quads there are."""

    @property
    def graphs(self) -> Mapping[str, int]:
        """How many of them each graph has, by its IRI; "" is the default graph."""

    @property
    def state(self) -> str:
        """A word for the state of the whole dataset: another one after each write."""

    def state_of(self, graph: str) -> str:
        """Return a word for the state of a graph ("" is the default graph): another one after each write to it."""


class Graphs(Protocol):
    """Whole graphs, for the Graph Store Protocol."""

    def contains_named_graph(self, graph_name: NamedNode | BlankNode, /) -> bool:
        """Return whether there is such a graph."""

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: NamedNode | BlankNode | Literal | Triple | None,
        graph_name: NamedNode | BlankNode | DefaultGraph | None = ...,
        /,
    ) -> Iterator[Quad]:
        """Return the quads that fit."""


class View(Engine, Protocol):
    """The graph as it is at one moment: answers queries, and tells which moment."""

    @property
    def snapshot(self) -> State | None:
        """The moment; None while there is nothing."""

    @property
    def store(self) -> Graphs:
        """The graphs themselves."""

    def select(self, text: str, **substitutions: Any) -> list[QuerySolution]:
        """Return the solutions of one of our own SELECTs over the union, with variables bound to terms."""


class Store(Protocol):
    """Something that is read, one view after another."""

    @property
    def path(self) -> Path:
        """The directory that texts of source documents are kept in; it need not exist."""

    def reader(self) -> View:
        """Return the graph as it is now."""

    def at_once(self, *, recent: bool = False) -> View | None:
        """Return the graph as it is now, or `recent`, None where it is not known without opening or asking anything."""

    def recent(self) -> View:
        """Return the graph as it was found some milliseconds ago, or is now; never older than `reader` has shown it."""


async def view_of(store: Store, *, recent: bool = False) -> View:
    """Return the graph as it is now, or `recent`, in an event loop: what takes a while is done in a thread."""
    view = store.at_once(recent=recent)
    return view if view is not None else await asyncio.to_thread(store.reader)


class Writing(Protocol):
    """Something that writes, each write whole or not at all as far as the store can do that."""

    def update(
        self,
        text: str,
        *,
        using: Sequence[str] = (),
        using_named: Sequence[str] = (),
        base: str | None = None,
        only_if: Condition | None = None,
    ) -> Change:
        """Carry out a SPARQL Update; see `graph.update.apply`."""

    def put_graph(
        self, graph: str | None, parts: Sequence[Part], *, add: bool = False, only_if: Condition | None = None
    ) -> Change:
        """Replace or extend a graph and return whether it is new; see `graph.update.put_graph`."""

    def drop_graph(self, graph: str | None, *, only_if: Condition | None = None) -> Change:
        """Delete a graph; return whether there was one; see `graph.update.drop_graph`."""

    def close(self) -> None:
        """End what was started for it."""
