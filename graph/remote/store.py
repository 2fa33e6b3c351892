"""A SPARQL endpoint as a store: the same questions, asked over HTTP.

A remote store has no snapshots that could be told apart. What is known of it (which graphs there are,
and how large) is believed for a while, the *time to live*; after that, and after each write that goes
through here, it counts as changed: entity tags and kept answers end then.
"""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolution,
    QuerySolutions,
    Triple,
)

from graph.asking import current
from graph.engine import Answer, Dataset, Exhausted, Limit, choose
from graph.formats import Format, Kind
from graph.remote import dialect
from graph.remote.checker import Checker, Form
from graph.remote.connection import Address, Connection, Reply, overrun
from graph.remote.dialect import Dialect
from graph.snapshot import now
from graph.triples import write_triples
from graph.workers.limits import Limits
from ontology.errors import DuikouError, Problem, StoreError
from ontology.namespaces import PREFIXES

#: Seconds that what is known of the store is believed.
TIME_TO_LIVE: Final = 60.0
#: Seconds between attempts to learn it anew while the store does not answer.
_PAUSE: Final = 5.0
#: Counting graphs may cost at most this part of the time.
_SHARE: Final = 0.05
#: A text up to this many bytes goes as a form, which every store understands; some bound a form's size.
_FORM: Final = 50_000
#: A graph that no store has.
_NOTHING: Final = "urn:x-duikou:nothing"

_GRAPHS: Final = "SELECT ?graph (COUNT(*) AS ?count) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
_COUNT: Final = "SELECT (COUNT(*) AS ?count) WHERE { ?s ?p ?o }"
#: Something that a named graph says and the default graph does not, among the first that come.
_MISSING: Final = (
    "SELECT ?s WHERE { { SELECT ?s ?p ?o WHERE { GRAPH ?graph { ?s ?p ?o } } LIMIT 200 } "
    "FILTER NOT EXISTS { ?s ?p ?o } } LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of a remote store, and since when; see `graph.store.State`."""

    number: int
    created: str
    quads: int
    graphs: Mapping[str, int]
    dialect: Dialect = dialect.UNKNOWN
    #: Whether its default graph holds what the named graphs say.
    is_union: bool = False
    #: Whether the store has graphs of its own beside those told here.
    has_own: bool = False
    software: str = field(default="", compare=False)

    @property
    def state(self) -> str:
        """A word for the moment: others may have written in each."""
        return f"{self.number} {self.created}"

    def state_of(self, graph: str) -> str:
        """Return a word for the state of a graph: that of all, as it is not known which of them changed."""
        return self.state


class RemoteStore:
    """A store behind a SPARQL endpoint; safe to use from several threads. Implements `graph.store.Store` and `Engine`.

    `token` identifies us there (or a user and password in the URL); `path` is a directory with texts
    of source documents. `StoreError` where the URL is no address.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        path: Path | None = None,
        limits: Limits | None = None,
        time_to_live: float = TIME_TO_LIVE,
    ) -> None:
        self.address: Final = Address.of(url, token)
        self.limits: Final = limits or Limits()
        self._path = path or Path("no-data-directory")
        self.checker: Final = Checker(megabytes=self.limits.megabytes)
        self.connection: Final = Connection(places=self.limits.short + self.limits.long)
        self._time_to_live = time_to_live
        self._guard = threading.Lock()
        self._learning = threading.Lock()
        self._moment: Moment | None = None
        self._until = 0.0  # when the moment ends
        self._ask_again = 0.0  # when the graphs are to be counted again
        self._writes = 0
        self._written = False  # by us, since the graphs were learnt: the next reader learns them first

    @property
    def path(self) -> Path:
        """The directory that texts of source documents are kept in; it need not exist."""
        return self._path

    def reader(self) -> RemoteReader:
        """Return the store as it is now. `StoreError` while nothing is known and it cannot be reached."""
        with self._guard:
            moment, ended, written = self._moment, time.monotonic() >= self._until, self._written
        if moment is None or written:
            with self._learning:
                if self._moment is None or self._written:
                    self._learn()
            moment = self._moment
            assert moment is not None
        elif ended:
            moment = self._turn()
        return RemoteReader(self, moment)

    def at_once(self, *, recent: bool = False) -> RemoteReader | None:
        """See `graph.store.Store.at_once`."""
        with self._guard:
            if self._moment is None or self._written:
                return None
        return self.reader()

    def recent(self) -> RemoteReader:
        """See `graph.store.Store.recent`."""
        return self.reader()

    def changed(self) -> None:
        """Say that something was written: nothing that was known holds any more."""
        with self._guard:
            self._writes += 1
            self._written = True
            if self._moment is not None:
                self._advance(self._moment)

    def check(self) -> Moment:
        """Return what the store is, asking it. `StoreError` where it cannot be reached or is none."""
        return self.reader().snapshot

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`; also `Exhausted` when a limit, here or there, stopped the query."""
        return self.reader().answer(text, dataset, formats)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        return self.reader().write(text, dataset, formats, out)

    def close(self) -> None:
        """End the processes that read queries, and the connections."""
        self.checker.close()
        self.connection.close()

    # -- what is known ----------------------------------------------------------

    def _turn(self) -> Moment:
        """Begin a new moment; learn in the background what there is, unless that was done just now."""
        with self._guard:
            assert self._moment is not None
            if time.monotonic() >= self._until:
                self._until = time.monotonic() + self._time_to_live
                self._advance(self._moment)
                if time.monotonic() >= self._ask_again:
                    self._ask_again = time.monotonic() + _PAUSE
                    threading.Thread(target=self._relearn, name="remote store", daemon=True).start()
            return self._moment

    def _advance(self, moment: Moment) -> None:
        """Put a moment with the same content in the place of another. Call with the guard held."""
        self._moment = Moment(
            _after(moment.number),
            now(),
            moment.quads,
            moment.graphs,
            moment.dialect,
            moment.is_union,
            moment.has_own,
            moment.software,
        )

    def _relearn(self) -> None:
        with contextlib.suppress(DuikouError), self._learning:
            self._learn()

    def _learn(self) -> None:
        started, writes = time.monotonic(), self._writes
        asked = _Asked(self)
        graphs = asked.graphs()
        own = [g for g in graphs if g.startswith(asked.dialect.own_graphs)]
        told = {g: n for g, n in graphs.items() if g not in own}
        is_union = bool(graphs) and not asked.rows(_MISSING)
        if not is_union and (unnamed := asked.number(_COUNT)):
            told[""] = unnamed
        took = time.monotonic() - started
        with self._guard:
            before = self._moment
            same = before is not None and (before.graphs, before.is_union) == (told, is_union)
            if before is not None and same:
                number, created = before.number, before.created
            else:
                number, created = _after(before.number if before else 0), now()
            self._moment = Moment(
                number, created, sum(told.values()), told, asked.dialect, is_union, bool(own), asked.software
            )
            self._ask_again = time.monotonic() + max(self._time_to_live / 2, took / _SHARE)
            self._written = self._writes != writes
            if before is None:
                self._until = time.monotonic() + self._time_to_live


class _Asked:
    """Questions about the store itself, before anything is known of it."""

    def __init__(self, store: RemoteStore) -> None:
        self._store = store
        self.dialect = dialect.UNKNOWN
        self.software = ""

    def graphs(self) -> dict[str, int]:
        try:
            rows = self.rows(_GRAPHS)
        except Exhausted as error:
            if error.limit is Limit.LOAD:
                raise
            return {}  # more than can be counted
        counts = {}
        for row in rows:
            graph, count = row["graph"], row["count"]
            if isinstance(graph, NamedNode) and isinstance(count, Literal) and int(count.value):
                counts[graph.value] = int(count.value)
        return counts

    def number(self, text: str) -> int:
        with contextlib.suppress(Exhausted):
            for row in self.rows(text):
                if isinstance(found := row["count"], Literal):
                    return int(found.value)
        return 0

    def rows(self, text: str) -> list[QuerySolution]:
        limits = self._store.limits
        reply = self._store.connection.post(
            self._store.address,
            [("query", text)],
            "application/sparql-results+json, application/sparql-results+xml;q=0.5",
            seconds=limits.seconds,
            most=limits.answer,
            again=True,
        )
        self.dialect, self.software = dialect.spoken_by(reply.headers), reply.headers.get("server", "")
        _complete(reply, self.dialect)
        results = _parsed(reply)
        if not isinstance(results, QuerySolutions):
            raise StoreError(_no_endpoint(self._store.address, "a yes or no where a table was asked for"))
        return list(results)


class RemoteReader:
    """A remote store at one moment. Implements `graph.store.View`."""

    def __init__(self, store: RemoteStore, moment: Moment) -> None:
        self._remote = store
        self._moment = moment

    @property
    def snapshot(self) -> Moment:
        """What is known of the store."""
        return self._moment

    @property
    def store(self) -> RemoteGraphs:
        """Whole graphs of the store."""
        return RemoteGraphs(self)

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`; also `Exhausted` when a limit, here or there, stopped the query."""
        asking = current()
        asking.works()
        deadline = time.monotonic() + asking.left(self._remote.limits.seconds)
        reading = self._remote.checker.query(text, dataset.base)
        return self._ask(reading.text, reading.form, self._graphs(dataset, reading.names_graphs), formats, deadline)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format

    def select(self, text: str, **substitutions: Any) -> list[QuerySolution]:
        """Return the solutions of one of our own SELECTs over the union, prefixes predeclared.

        Variables are bound by a VALUES clause at the end, so they must be in the projection, as with
        the embedded engine.
        """
        declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
        bound = "".join(f"?{name} " for name in substitutions), " ".join(map(str, substitutions.values()))
        values = f"\nVALUES ({bound[0]}) {{ ({bound[1]}) }}" if substitutions else ""
        return self.rows(declared + text + values, Dataset())

    def rows(self, text: str, dataset: Dataset) -> list[QuerySolution]:
        """Return the solutions of a SELECT of ours, which is not read before it is sent."""
        deadline = time.monotonic() + self._remote.limits.seconds
        answer = self._ask(text, Form.SELECT, self._graphs(dataset, False), (Format.JSON,), deadline)
        results = pyoxigraph.parse_query_results(answer.body, format=Format.JSON.results)
        assert isinstance(results, QuerySolutions)
        return list(results)

    def triples(self, text: str, dataset: Dataset) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT of ours, which is not read before it is sent."""
        deadline = time.monotonic() + self._remote.limits.seconds
        answer = self._ask(text, Form.GRAPH, self._graphs(dataset, False), (Format.NTRIPLES,), deadline)
        yield from (quad.triple for quad in pyoxigraph.parse(answer.body, Format.NTRIPLES.rdf))

    def _graphs(self, dataset: Dataset, names_graphs: bool) -> list[tuple[str, str]]:
        """Return the fields of a request that say which graphs it is asked of."""
        there = [graph for graph in self._moment.graphs if graph]
        speaks = self._moment.dialect
        if dataset.default_graphs or dataset.named_graphs:
            default, named = list(dataset.default_graphs), list(dataset.named_graphs)
        elif names_graphs or not there:
            default, named = [], []
        elif dataset.union:
            if self._moment.is_union and not self._moment.has_own:
                return []
            unnamed = [speaks.unnamed] if speaks.unnamed else []
            default, named = list(speaks.everything) or there + unnamed, there
        elif self._moment.is_union:
            default, named = [speaks.unnamed or _NOTHING], there
        else:
            return []
        return [("default-graph-uri", g) for g in default] + [("named-graph-uri", g) for g in named]

    def _ask(
        self, text: str, form: Form, graphs: list[tuple[str, str]], formats: Sequence[Format], deadline: float
    ) -> Answer:
        chosen = _choose(form, formats)
        speaks, limits = self._moment.dialect, self._remote.limits
        kinds = (Kind.GRAPH,) if form is Form.GRAPH else (Kind.RESULTS,)
        seconds = max(deadline - time.monotonic(), 0.001)
        fields = [("query", text), *graphs]
        if speaks.timeout:
            fields.append((speaks.timeout, str(max(1, round(seconds)))))
        try:
            reply = self._remote.connection.post(
                self._remote.address,
                fields,
                speaks.accept((chosen,), kinds),
                seconds=seconds,
                most=limits.answer,
                again=True,
            )
        except Exhausted as error:
            raise overrun(limits.seconds) if error.limit is Limit.TIME else error from None
        _complete(reply, speaks)
        return _transcribed(self._remote.address, reply, form, chosen, speaks)


class RemoteGraphs:
    """Whole graphs of a remote store, as `graph.store.Graphs` has them."""

    def __init__(self, reader: RemoteReader) -> None:
        self._reader = reader

    def contains_named_graph(self, graph_name: NamedNode | BlankNode, /) -> bool:
        """Return whether a graph has any triple: an empty graph is none, as most stores have it."""
        if isinstance(graph_name, BlankNode):
            return False
        asked = f"SELECT ?s WHERE {{ GRAPH {graph_name} {{ ?s ?p ?o }} }} LIMIT 1"
        return bool(self._reader.rows(asked, Dataset((), (graph_name.value,))))

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: NamedNode | BlankNode | Literal | Triple | None,
        graph_name: NamedNode | BlankNode | DefaultGraph | None = None,
        /,
    ) -> Iterator[Quad]:
        """Yield the quads of one graph that fit; blank nodes cannot be asked about by name."""
        asked = (subject, predicate, object, graph_name)
        if graph_name is None or any(isinstance(term, (BlankNode, Triple)) for term in asked):
            raise ValueError("a remote store is asked about one graph, and not about blank nodes")
        place = " ".join(str(t) if t is not None else v for t, v in zip(asked, ("?s", "?p", "?o"), strict=False))
        if isinstance(graph_name, NamedNode):
            where, dataset = f"GRAPH {graph_name} {{ {place} }}", Dataset((), (graph_name.value,))
        else:
            where, dataset = place, Dataset(union=False)
        found = self._reader.triples(f"CONSTRUCT {{ {place} }} WHERE {{ {where} }}", dataset)
        return (Quad(t.subject, t.predicate, t.object, graph_name) for t in found)


def _after(number: int) -> int:
    """Return a number for what begins now: seconds since 1970, but never one that was there before."""
    return max(number + 1, int(time.time()))


def _choose(form: Form, formats: Sequence[Format]) -> Format:
    if form is Form.GRAPH:
        fits = Format.of_kind(Kind.GRAPH, Kind.DATASET)
    else:
        fits = (Format.JSON, Format.XML) if form is Form.ASK else Format.of_kind(Kind.RESULTS)
    return choose(form.value, fits, formats)


def _complete(reply: Reply, speaks: Dialect) -> None:
    """Raise `Exhausted` for an answer that the store says it cut."""
    if speaks.cut_at and speaks.cut_at in reply.headers:
        raise Exhausted(
            Limit.SIZE,
            Problem(
                f"The store gives at most {reply.headers[speaks.cut_at]} rows at a time, and there may be more",
                remedy="Ask for fewer rows with LIMIT and OFFSET, or raise the limit in the store's configuration",
            ),
        )
    if reply.headers.get("x-sql-state", "").startswith("S1TAT"):
        raise Exhausted(
            Limit.TIME,
            Problem("The store gave the query up after its time", remedy="Ask for less: narrow its patterns"),
        )


def _transcribed(address: Address, reply: Reply, form: Form, chosen: Format, speaks: Dialect) -> Answer:
    """Return the store's answer in the format that was chosen."""
    got = _format_of(reply, form)
    if got is None:
        raise StoreError(_no_endpoint(address, reply.media_type or "no Content-Type"))
    if got is chosen and got in speaks.writes:
        return Answer(chosen.media_type, reply.body, chosen)
    out = io.BytesIO()
    try:
        if form is Form.GRAPH:
            write_triples((quad.triple for quad in pyoxigraph.parse(reply.body, got.rdf)), chosen, out)
        else:
            body = reply.body
            if speaks.blank and got is Format.JSON:  # a quote in a literal is escaped, so only terms look so
                body = body.replace(b'"bnode", "value": "' + speaks.blank, b'"bnode", "value": "')
            results = pyoxigraph.parse_query_results(body, format=got.results)
            if form is Form.ASK and isinstance(results, QuerySolutions):
                return Answer(chosen.media_type, _boolean(results, chosen, speaks), chosen)
            results.serialize(out, chosen.results)
    except (SyntaxError, ValueError, RuntimeError, OSError) as error:
        raise StoreError(_no_endpoint(address, f"{got.title} that cannot be read ({error})")) from None
    return Answer(chosen.media_type, out.getvalue(), chosen)


def _boolean(results: QuerySolutions, chosen: Format, speaks: Dialect) -> bytes:
    if speaks.ask_variable is None:
        raise ValueError("a table in the place of a yes or no")
    said = [row[speaks.ask_variable] for row in results]
    truth = any(isinstance(t, Literal) and t.value not in ("0", "false") for t in said)
    if chosen is Format.XML:
        parsed = pyoxigraph.parse_query_results(
            b'{"head":{},"boolean":%s}' % str(truth).lower().encode(), format=Format.JSON.results
        )
        return parsed.serialize(format=Format.XML.results) or b""
    return b'{"head":{},"boolean":%s}' % str(truth).lower().encode()


def _format_of(reply: Reply, form: Form) -> Format | None:
    kinds = (Kind.GRAPH, Kind.DATASET) if form is Form.GRAPH else (Kind.RESULTS,)
    return Format.of_media_type(reply.media_type, *kinds)


def _parsed(reply: Reply) -> QuerySolutions | QueryBoolean:
    found = Format.of_media_type(reply.media_type, Kind.RESULTS)
    try:
        if found is None:
            raise ValueError(reply.media_type or "no Content-Type")
        return pyoxigraph.parse_query_results(reply.body, format=found.results)
    except (SyntaxError, ValueError) as error:
        raise StoreError(Problem(f"The store does not answer as a SPARQL endpoint: {error}")) from None


def _no_endpoint(address: Address, what: str) -> Problem:
    return Problem(f"{address.url} answered with {what}", remedy="Is it the address of a SPARQL endpoint?")
