"""What a SPARQL Update writes to, read off its text, so that only that is looked at afterwards.

Where the text leaves any doubt the answer is "perhaps anything", and everything is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from graph import tokens

#: An IRI that stays as it is when it is resolved.
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\\]*")


class _Doubt(Exception):  # noqa: N818  # it is no error
    """The text is not clear enough."""


@dataclass(frozen=True, slots=True)
class Written:
    """The graphs (IRIs; "" is the default graph) and single quads that an update may change, and no others."""

    graphs: frozenset[str] = frozenset()
    quads: frozenset[Quad] = field(default=frozenset())

    @property
    def all_graphs(self) -> frozenset[str]:
        """The graphs (IRIs; "" is the default graph) in which something may change."""
        return self.graphs | {graph_iri(quad.graph_name) for quad in self.quads}


def written(text: str, base: str | None = None) -> Written | None:
    """Return what an update may change, or None if that may be anything."""
    if "\\u" in text or "\\U" in text:
        return None  # escapes may stand for any sign of the syntax
    try:
        operations = list(_operations(text))
        if all(o.only_data for o in operations):
            return _of_data(text, operations, base)
        graphs = frozenset(graph for operation in operations for graph in operation.graphs())
    except _Doubt:
        return None
    return Written(graphs=graphs)


class _Operation:
    """One operation of an update: its tokens, and the prefixes declared before it."""

    def __init__(self, found: Sequence[tokens.Token], prefixes: dict[str, str]) -> None:
        self.found: Final = found
        self._prefixes: Final = prefixes
        self._words: Final = [t.text.upper() if t.is_word else t.text for t in found]

    @property
    def only_data(self) -> bool:
        """Whether it is INSERT DATA or DELETE DATA."""
        return self._words[0] in ("INSERT", "DELETE") and self._words[1:2] == ["DATA"]

    def graphs(self) -> set[str]:
        """Return the graphs that it may change."""
        verb = self._words[0]
        if verb in ("CLEAR", "DROP", "CREATE"):
            return {self._target(self._after_silent(1), len(self.found))}
        if verb in ("ADD", "MOVE", "COPY"):
            if self._words.count("TO") != 1:
                raise _Doubt
            to = self._words.index("TO")
            return {self._target(self._after_silent(1), to), self._target(to + 1, len(self.found))}
        if verb not in ("WITH", "INSERT", "DELETE"):
            raise _Doubt
        return self._templates()

    def _after_silent(self, at: int) -> int:
        return at + 1 if self._words[at : at + 1] == ["SILENT"] else at

    def _target(self, start: int, end: int) -> str:
        named = self._words[start:end]
        if named == ["DEFAULT"]:
            return ""
        if named[:1] == ["GRAPH"]:
            start += 1
        if end - start != 1:
            raise _Doubt  # NAMED, ALL
        return self._iri(start)

    def _templates(self) -> set[str]:
        default, at = "", 0
        if self._words[0] == "WITH":
            default, at = self._iri(1), 2
        graphs: set[str] = set()
        while at < len(self.found):
            word = self._words[at]
            if word in ("INSERT", "DELETE"):
                at += 1
                if self._words[at : at + 1] in (["DATA"], ["WHERE"]):
                    at += 1
                at = self._template(at, default, graphs)
            elif word in ("USING", "NAMED"):
                at += 2 if word == "USING" and self._words[at + 1 : at + 2] != ["NAMED"] else 1 + (word == "NAMED")
            elif word in ("WHERE", "{"):
                at = self._closing(at + (word == "WHERE"))
            else:
                raise _Doubt
        return graphs

    def _template(self, at: int, default: str, graphs: set[str]) -> int:
        """Add the graphs of the template that opens here, and return where it is over."""
        end = self._closing(at)
        at += 1
        while at < end - 1:
            if self._words[at] == "GRAPH":
                graphs.add(self._iri(at + 1))
                at = self._closing(at + 2)
            else:
                graphs.add(default)
                at += 1
        return end

    def _closing(self, at: int) -> int:
        if self._words[at : at + 1] != ["{"]:
            raise _Doubt
        depth = 0
        for n in range(at, len(self.found)):
            depth += (self._words[n] == "{") - (self._words[n] == "}")
            if depth == 0:
                return n + 1
        raise _Doubt

    def _iri(self, at: int) -> str:
        if at >= len(self.found):
            raise _Doubt
        named = tokens.iri(self.found[at].text, self._prefixes)
        if named is None or not _ABSOLUTE.fullmatch(named) or "/." in named:
            raise _Doubt
        return named


def _operations(text: str) -> list[_Operation]:
    """Return the operations of an update."""
    found = list(tokens.read(text))
    prefixes: dict[str, str] = {}
    operations: list[_Operation] = []
    at = 0
    while at < len(found):
        word = found[at].text.upper() if found[at].is_word else found[at].text
        if word == "PREFIX" and at + 2 < len(found):
            prefixes = {**prefixes, found[at + 1].text.removesuffix(":"): found[at + 2].text[1:-1]}
            at += 3
        elif word in ("BASE", "VERSION"):
            at += 2
        elif word == ";":
            at += 1
        else:
            end, depth = at, 0
            while end < len(found) and (depth or found[end].text != ";"):
                depth += (found[end].text == "{") - (found[end].text == "}")
                end += 1
            operations.append(_Operation(found[at:end], prefixes))
            at = end
    return operations


def _of_data(text: str, operations: Sequence[_Operation], base: str | None) -> Written | None:
    """Return the very quads of an update that is made of nothing but data: the engine reads them."""
    parts, copied = [], 0
    for operation in operations:
        verb = operation.found[0]
        parts += [text[copied : verb.start], "INSERT"]
        copied = verb.end
    store = pyoxigraph.Store()
    try:
        store.update("".join((*parts, text[copied:])), base_iri=base)
    except (SyntaxError, ValueError, RuntimeError, OSError):
        return None  # it will be refused
    quads = frozenset(store)
    exact = frozenset(quad for quad in quads if not any(map(_is_blank, quad)))
    graphs = {graph_iri(quad.graph_name) for quad in quads - exact}  # each run makes blank nodes of its own
    graphs.update(graph_iri(graph) for graph in store.named_graphs() if not any(q.graph_name == graph for q in quads))
    return Written(frozenset(graphs), exact)


def _is_blank(part: object) -> bool:
    if isinstance(part, Triple):
        return any(map(_is_blank, part))
    return isinstance(part, BlankNode)


def graph_iri(graph: NamedNode | BlankNode | DefaultGraph) -> str:
    """Return the IRI of a graph; "" is the default graph."""
    return "" if isinstance(graph, DefaultGraph) else graph.value
