"""Triples written to a file for people to read: in an order that groups them, with the prefixes they need."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from itertools import chain, islice
from typing import IO, Final, cast

import pyoxigraph

from graph.formats import Format, Kind
from ontology.namespaces import BASE, PREFIXES

#: A graph is put into reading order before it is written when it has at most this many triples.
SORTED_AT_MOST: Final = 50_000
#: The same for the answer to a query, which costs more to sort than to find where it has many.
ANSWER_SORTED_AT_MOST: Final = 200
_TYPE: Final = f" <{PREFIXES['rdf']}type> "
_OURS: Final = re.compile(re.escape(BASE) + r"(id|concept|graph)/([a-z0-9-]+)/")


def write_triples(
    triples: Iterable[pyoxigraph.Triple], chosen: Format, out: IO[bytes], sorted_at_most: int = SORTED_AT_MOST
) -> None:
    """Write triples in an RDF format, in reading order where they are few enough to be sorted.

    Reading order is by subject, its types first, then by property and value, so that Turtle groups
    what belongs together and the same graph gives the same file. Of more triples the prefixes are those
    that the first of them need.
    """
    if chosen is Format.RDFXML:
        out = escaping(out)
    iterator = iter(triples)
    head = list(islice(iterator, sorted_at_most + 1))
    everything: Iterable[pyoxigraph.Triple] = head
    lines = [str(triple) for triple in head]
    prefixes = _prefixes(lines) if chosen is not Format.NTRIPLES else None
    if len(head) > sorted_at_most:
        everything = chain(head, iterator)
    else:
        lines = [line.replace(_TYPE, "  ", 1) for line in lines]  # a space comes before any property's "<"
        everything = [head[n] for n in sorted(range(len(head)), key=lines.__getitem__)]
    if chosen.kind is Kind.DATASET:
        quads = (pyoxigraph.Quad(t.subject, t.predicate, t.object) for t in everything)
        pyoxigraph.serialize(quads, out, chosen.rdf, prefixes=prefixes)
    else:
        pyoxigraph.serialize(everything, out, chosen.rdf, prefixes=prefixes)


def escaping(out: IO[bytes]) -> IO[bytes]:
    """Return a file that writes XML to another with its carriage returns escaped.

    A parser takes bare ones for line feeds (XML 1.0, §2.11).
    """
    return cast(IO[bytes], _CarriageReturns(out))


class _CarriageReturns(io.RawIOBase):
    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, chunk: object) -> int:
        data = bytes(memoryview(chunk))  # type: ignore[arg-type]  # the engine hands over bytes
        self._out.write(data.replace(b"\r", b"&#13;"))
        return len(data)


def _prefixes(lines: Iterable[str]) -> dict[str, str]:
    """Return the prefixes that shorten something in triples, each as N-Triples has it without its full stop.

    Things get a prefix by kind and concepts one by scheme (``area:532300``, ``status:achieved``),
    because a slash in a local name would have to be escaped.
    """
    iris: set[str] = set()
    texts: set[str] = set()
    for line in lines:
        subject, predicate, value = line.split(" ", 2)
        iris.add(subject)
        iris.add(predicate)
        (texts if value[0] == '"' else iris).add(value)
    iris.update(text[text.rfind("<") :] for text in texts if text[-1] == ">")  # their datatypes
    namespaces = {iri[1 : (iri.rfind("#") if "#" in iri else iri.rfind("/")) + 1] for iri in iris}
    used = {prefix: namespace for prefix, namespace in PREFIXES.items() if namespace in namespaces}
    for namespace in sorted(namespaces):
        ours = _OURS.fullmatch(namespace)
        if ours:
            name = ours[2] if ours[2] not in used and ours[2] not in PREFIXES else f"{ours[1]}-{ours[2]}"
            used[name] = namespace
    return used
