"""Reading a foreign text before it is sent on: in a process of its own, as nesting can crash a parser.

A remote engine is protected no better than our own: it may call other servers for a SERVICE or a
LOAD, or run functions of its host. So a query or update is parsed first, by the engine's own
parser, in a process with bounded memory, time and stack and no network; only what is standard SPARQL
and reaches nothing else is sent. The same process reads the RDF that is to be put into a graph.

The second half of this module runs in that process, forked by `graph.workers.forking`.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import pyoxigraph
from pyoxigraph import QueryBoolean, QuerySolutions, RdfFormat

from graph import syntax, update
from graph.engine import Dataset, Exhausted, Limit, NotOffered
from graph.formats import Format
from graph.reader import Reader
from graph.update import Part
from graph.workers import confine, wire
from graph.workers.process import Process
from graph.workers.zygote import Zygote
from ontology.errors import Origin, Problem, QueryError, StoreError

#: Seconds that a text, and that the RDF of one request, may take to be read.
_TEXT: Final = 5.0
_RDF: Final = 60.0
#: Seconds that the process outlives its limit when nobody is left to kill it.
_GRACE: Final = 2.0
#: How many readings are remembered, of texts of at most so many characters, and how many processes kept.
_REMEMBERED: Final = 2000
_SHORT: Final = 4000
_KEPT: Final = 2

_ESCAPE: Final = re.compile(r"\\(\\*)(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
#: IRIs by which engines call SQL, or Java, of the machine they run on.
_HOST_FUNCTION: Final = re.compile(r"<\s*(bif|sql|java):", re.IGNORECASE)


class Form(Enum):
    """What a query asks for."""

    SELECT = "SELECT"
    ASK = "ASK"
    GRAPH = "CONSTRUCT or DESCRIBE"


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as it may be sent on, what it asks for, and whether it has FROM clauses (False is certain)."""

    text: str
    form: Form
    names_graphs: bool


class Checker:
    """Reads texts in processes of their own; safe to use from several threads."""

    def __init__(self, *, megabytes: int = 1024) -> None:
        self._megabytes = megabytes
        self._zygote = Zygote()
        self._idle: list[Process] = []
        self._guard = threading.Lock()
        self._read: OrderedDict[tuple[str, str | None], Reading] = OrderedDict()
        self._closed = False

    def query(self, text: str, base: str | None) -> Reading:
        """Return what a query is. `QueryError` if it is malformed, `NotOffered` if it would reach something else."""
        key = (text, base)
        with self._guard:
            known = self._read.get(key)
            if known is not None:
                self._read.move_to_end(key)
                return known
        said, _ = self._ask({"query": text, "base": base}, "query")
        reading = Reading(said["text"], Form(said["form"]), said["names_graphs"])
        if len(text) <= _SHORT:
            with self._guard:
                self._read[key] = reading
                while len(self._read) > _REMEMBERED:
                    self._read.popitem(last=False)
        return reading

    def update(self, text: str, using: Sequence[str], using_named: Sequence[str], base: str | None) -> str:
        """Return an update as it may be sent on: complete by itself. Errors as `query`."""
        order = {"update": text, "using": list(using), "using_named": list(using_named), "base": base}
        return str(self._ask(order, "update")[0]["text"])

    def triples(self, parts: Sequence[Part]) -> bytes:
        """Return pieces of RDF as the N-Triples of one graph. `QueryError` with the place if one is malformed."""
        order = {"parts": [[part.format.short, part.base] for part in parts]}
        return self._ask(order, "data", *(part.data for part in parts), seconds=_RDF)[1]

    def close(self) -> None:
        """End the processes, for good."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()
        self._zygote.close()

    def _ask(
        self, order: dict[str, Any], what: str, *data: bytes, seconds: float = _TEXT
    ) -> tuple[dict[str, Any], bytes]:
        message = json.dumps({**order, "seconds": seconds}).encode("utf-8", "surrogatepass")
        for attempt in range(2):
            process = self._take()
            try:
                for part in (message, *data):
                    wire.send(process.end, part)
                if not process.answers_within(seconds):
                    process.kill()
                    raise _overrun(what, seconds)
                said: dict[str, Any] = json.loads(wire.receive(process.end)[0])
                body = wire.receive(process.end)[0] if "size" in said else b""
            except wire.Closed:
                code = process.wait()
                if code == -signal.SIGKILL and attempt == 0:  # by somebody else, perhaps long ago
                    continue
                raise _ended(what, code) from None
            self._give_back(process)
            if "error" in said:
                raise wire.query_error(said)
            return said, body
        raise AssertionError

    def _take(self) -> Process:
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return Process(self._zygote, "checker", self._megabytes)

    def _give_back(self, process: Process) -> None:
        with self._guard:
            if not self._closed and len(self._idle) < _KEPT:
                self._idle.append(process)
                return
        process.kill()


def _overrun(what: str, seconds: float) -> Exhausted:
    return Exhausted(
        Limit.TIME, Problem(f"The {what} takes longer than {seconds:g} seconds to be read", remedy="Write it simpler")
    )


def _ended(what: str, code: int) -> Exhausted | StoreError:
    if code == -signal.SIGSEGV:
        return Exhausted(
            Limit.DEPTH,
            Problem(f"The {what} is nested too deep, or chained too long, to be read", remedy="Write it flatter"),
        )
    if code == -signal.SIGABRT:
        return Exhausted(Limit.MEMORY, Problem(f"The {what} needs too much memory to be read", remedy="Send less"))
    return StoreError(Problem(f"The {what} could not be read", remedy="Try again; the process that reads was ended"))


# -- in the process ------------------------------------------------------------


def main(end: socket.socket, megabytes: int) -> None:
    """Read what comes over a socket until it closes."""
    confine.deepen_stack()
    store = _unwritable()
    confine.close_network()
    confine.limit_memory(megabytes)
    try:
        while True:
            order = json.loads(wire.receive(end)[0].decode("utf-8", "surrogatepass"))
            data = [wire.receive(end)[0] for _ in order.get("parts", ())]
            signal.setitimer(signal.ITIMER_REAL, order["seconds"] + _GRACE)
            for message in _said(order, data, store):
                wire.send(end, message)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except wire.Closed:
        return


def _unwritable() -> pyoxigraph.Store:
    """Return an empty store that reads updates and carries none out."""
    with tempfile.TemporaryDirectory(prefix="duikou-") as folder:
        store = pyoxigraph.Store(folder)
        store.flush()
        del store
        return pyoxigraph.Store.read_only(folder)


def _said(order: dict[str, Any], data: Sequence[bytes], store: pyoxigraph.Store) -> Sequence[bytes]:
    try:
        if "query" in order:
            reading = read_query(order["query"], order["base"])
            said = {"text": reading.text, "form": reading.form.value, "names_graphs": reading.names_graphs}
            return (json.dumps(said).encode("utf-8", "surrogatepass"),)
        if "update" in order:
            return (json.dumps({"text": _read_update(store, order)}).encode("utf-8", "surrogatepass"),)
        triples = _read_rdf(order["parts"], data)
        return json.dumps({"size": len(triples)}).encode(), triples
    except (QueryError, ValueError, OSError, RuntimeError, RecursionError) as error:
        return (wire.failure(error),)


def read_query(text: str, base: str | None) -> Reading:
    """Return what a query is, as `Checker.query`; only for a process that may crash."""
    text = _plain(text, "query")
    nothing = Reader(pyoxigraph.Store(), None)
    sent = text
    try:
        result = nothing.query(text, dataset=Dataset(union=False))
    except NotOffered:
        raise
    except QueryError:
        result = nothing.query(text, dataset=Dataset(union=False, base=base))
        sent = f"BASE <{base}>\n{text}"  # it has relative IRIs, and the store knows no base of ours
    _refuse_host_functions(text, "query")
    if isinstance(result, QueryBoolean):
        form = Form.ASK
    else:
        form = Form.SELECT if isinstance(result, QuerySolutions) else Form.GRAPH
    return Reading(sent, form, syntax.uses("from", syntax.standard(sent)))


def _read_update(store: pyoxigraph.Store, order: dict[str, Any]) -> str:
    text, base = _plain(str(order["update"]), "update"), order["base"]
    _parse_update(store, text, base)
    for word in ("SERVICE", "LOAD"):
        spelt = syntax.spelt(word)
        if (found := spelt.search(text)) is None:
            continue
        try:
            _parse_update(store, spelt.sub("z5b1f0c2d9e7a", text), base)
        except QueryError:  # it was read before, so the word is a keyword
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            raise NotOffered(
                Problem(
                    f"{word} reaches nothing from here, and nothing was changed",
                    Origin("update", line, column),
                    "Fetch the data yourself and send it",
                )
            ) from None
    _refuse_host_functions(text, "update")
    if order["using"] or order["using_named"]:
        text = update.with_using(text, order["using"], order["using_named"])
    try:
        _parse_update(store, text, None)
    except QueryError:
        return f"BASE <{base}>\n{text}"
    return text


def _parse_update(store: pyoxigraph.Store, text: str, base: str | None) -> None:
    try:
        store.update(text, base_iri=base, custom_functions={})
    except SyntaxError as error:
        raise QueryError(syntax.explain(error, text, "update")) from None
    except (RuntimeError, OSError):
        return  # read, and not carried out: the store is read-only


def _plain(text: str, what: str) -> str:
    r"""Return a text with the characters themselves in the place of codepoint escapes.

    Parsers differ over when an escape counts: to some ``\u0022`` ends a string, and what follows is no
    longer the text of a string. So escapes of signs are refused, and of the rest none is left.
    """

    def character(escape: re.Match[str]) -> str:
        point = int(escape[2] or escape[3], 16)
        meant = chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else ""
        if escape[1] or not (meant.isalnum() or point >= 0xA0) or not meant:
            raise QueryError(
                Problem(
                    f"The escape {escape[0]} cannot be sent on: stores differ in what they take it for",
                    Origin(what, text.count("\n", 0, escape.start()) + 1),
                    "Write the character itself",
                )
            )
        return meant

    return _ESCAPE.sub(character, text)


def _refuse_host_functions(text: str, what: str) -> None:
    found = _HOST_FUNCTION.search(text)
    if found:
        raise NotOffered(
            Problem(
                f"<{found[1]}:…> calls what the store's machine offers its own programs, and is not offered here",
                Origin(what, text.count("\n", 0, found.start()) + 1),
                "Use the functions of SPARQL 1.1",
            )
        )


def _read_rdf(told: Sequence[tuple[str, str | None]], data: Sequence[bytes]) -> bytes:
    formats = [(Format.named(short), base) for short, base in told]
    parts = [Part(d, f, base) for d, (f, base) in zip(data, formats, strict=True) if f is not None]
    triples = (quad.triple for part in parts for quad in update.parsed(part, None))
    return pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
