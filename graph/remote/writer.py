"""Writing to a remote store: by its own update endpoint, and by the Graph Store Protocol where it has one.

Whether a write is done whole or not at all is up to the store. What is sent was read here first: no
LOAD, no SERVICE, and RDF as N-Triples, which every store reads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

from pyoxigraph import NamedNode

from graph.conditions import Change, Condition
from graph.engine import Exhausted, Limit
from graph.remote.connection import FORM, Address
from graph.remote.store import RemoteStore
from graph.update import Part
from ontology.errors import Problem, QueryError

#: Bytes of a reply to a write that are read; nothing in it matters.
_REPLY: Final = 1 << 20
#: Bytes from which an update is sent as it is, where the store takes that: some bound the size of a form.
_DIRECT: Final = 50_000


class RemoteWriter:
    """Writes to a remote store; safe to use from several threads. Implements `graph.store.Writing`.

    `update` is where updates go, `graphs` where graphs are put and deleted; without the latter they
    are written by updates.
    """

    def __init__(
        self, store: RemoteStore, update: Address, graphs: Address | None = None, *, seconds: float = 120.0
    ) -> None:
        self._store = store
        self._update = update
        self._graphs = graphs
        self._seconds = seconds
        self._turn = threading.Lock()

    def update(
        self,
        text: str,
        *,
        using: Sequence[str] = (),
        using_named: Sequence[str] = (),
        base: str | None = None,
        only_if: Condition | None = None,
    ) -> Change:
        """Pass an update on. `QueryError` for what is malformed, here or there, `NotOffered` for LOAD and SERVICE."""
        if only_if is not None:
            only_if.check_scope(None)  # updates are sent on as they are
        sent = self._store.checker.update(text, using, using_named, base)
        with self._turn:
            if only_if is not None:
                only_if.check(self._store.reader().snapshot.state)
            self._send(sent)
        return Change()

    def put_graph(
        self, graph: str | None, parts: Sequence[Part], *, add: bool = False, only_if: Condition | None = None
    ) -> Change:
        """See `graph.update.put_graph`; a graph without triples is none afterwards."""
        triples = self._store.checker.triples(parts)
        with self._turn:
            is_new = graph is not None and not self._has(graph)
            self._check(graph, only_if, not is_new)
            self._put(graph, triples, add)
        return Change(is_new=is_new)

    def _put(self, graph: str | None, triples: bytes, add: bool) -> None:
        if self._graphs is not None:
            self._to_graph("POST" if add else "PUT", graph, triples)
            return
        first = "" if add else _emptied(graph)
        for chunk in _chunks(triples, self._store.reader().snapshot.dialect.insert):
            inside = f"{{\n{chunk}\n}}" if graph is None else f"{{ GRAPH <{graph}> {{\n{chunk}\n}} }}"
            self._send(f"{first and first + ' ;'} INSERT {inside} WHERE {{}}")
            first = ""
        if first:
            self._send(first)

    def drop_graph(self, graph: str | None, *, only_if: Condition | None = None) -> Change:
        """See `graph.update.drop_graph`."""
        with self._turn:
            is_there = graph is None or self._has(graph)
            self._check(graph, only_if, is_there)
            if not is_there:
                return Change(found=False)
            if self._graphs is not None:
                self._to_graph("DELETE", graph, None)
            else:
                self._send(_emptied(graph))
        return Change()

    def _check(self, graph: str | None, only_if: Condition | None, exists: bool) -> None:
        """Look at a condition: what is known of the store, which others may have changed in the meantime."""
        if only_if is not None:
            only_if.check_scope((graph or "",))
            only_if.check(self._store.reader().snapshot.state_of(graph or ""), exists)

    def close(self) -> None:
        """Do nothing: the store closes what is open."""

    def _has(self, graph: str) -> bool:
        try:
            return self._store.reader().store.contains_named_graph(NamedNode(graph))
        except ValueError as error:
            raise QueryError(Problem(f"{graph!r} is not the IRI of a graph: {error}")) from None

    def _send(self, text: str) -> None:
        body = text.encode()
        takes_direct = self._store.reader().snapshot.dialect.takes_direct
        if takes_direct and len(body) > _DIRECT:
            media_type = "application/sparql-update"
        else:
            body, media_type = b"update=" + quote(text, safe="").encode(), FORM
        self._request(self._update, "POST", body, media_type)

    def _to_graph(self, method: str, graph: str | None, triples: bytes | None) -> None:
        assert self._graphs is not None
        joint = "&" if "?" in self._graphs.url else "?"
        which = "default" if graph is None else f"graph={quote(graph, safe='')}"
        address = Address(f"{self._graphs.url}{joint}{which}", self._graphs.authorization)
        # N-Triples is Turtle, and Turtle is always taken.
        self._request(address, method, triples, None if triples is None else "text/turtle")

    def _request(self, address: Address, method: str, body: bytes | None, media_type: str | None) -> None:
        """Send a write, once. `Exhausted` tells that the store may have finished it after all."""
        try:
            self._store.connection.send(address, method, body, media_type, "*/*", seconds=self._seconds, most=_REPLY)
        except Exhausted as error:
            if error.limit is not Limit.TIME:
                raise
            raise Exhausted(
                Limit.TIME,
                Problem(
                    f"The store did not finish the write in {self._seconds:g} seconds",
                    remedy="It may do so yet: look whether it was made before you send it again",
                ),
            ) from None
        finally:
            self._store.changed()


def _emptied(graph: str | None) -> str:
    """Return the operation that leaves nothing of a graph."""
    return "CLEAR DEFAULT" if graph is None else f"DROP SILENT GRAPH <{graph}>"


def _chunks(triples: bytes, most: int) -> Iterator[str]:
    """Yield N-Triples in portions; those with blank nodes together, as a blank node means itself only within one."""
    lines = [line for line in triples.decode().split("\n") if line]
    blank = [line for line in lines if "_:" in line]
    rest = [line for line in lines if "_:" not in line]
    if blank:
        yield "\n".join(blank)
    for start in range(0, len(rest), most):
        yield "\n".join(rest[start : start + most])
