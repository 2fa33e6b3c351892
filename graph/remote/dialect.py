"""What stores do in their own way where the standards leave it open, or are not followed.

Found out by the headers of a reply; a store that nothing is known of is asked in the most cautious way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.formats import Format, Kind


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to talk to one kind of store."""

    name: str
    #: Formats that it writes as the standards say; the others are made here from the first of its kind.
    writes: tuple[Format, ...] = (Format.JSON, Format.XML, Format.NTRIPLES, Format.TURTLE, Format.RDFXML)
    #: Media types to ask for by another name.
    asks: Mapping[Format, str] | None = None
    #: Graph names that together stand for all graphs and the unnamed one, in a request's dataset.
    everything: tuple[str, ...] = ()
    #: The name of the unnamed graph, in a request's dataset.
    unnamed: str | None = None
    #: Beginnings of the names of graphs that are the store's own.
    own_graphs: tuple[str, ...] = ()
    #: The field of a query request that bounds its seconds.
    timeout: str | None = None
    #: The header of a reply that says at how many rows the answer was cut.
    cut_at: str | None = None
    #: Whether updates and large queries may be sent as they are; forms are always understood.
    takes_direct: bool = True
    #: What stands before the name of a blank node in its JSON, and is no part of one.
    blank: bytes = b""
    #: The most triples of one INSERT.
    insert: int = 1_000_000
    #: The variable whose one row is what it answers to ASK in the place of a boolean.
    ask_variable: str | None = None

    def accept(self, formats: tuple[Format, ...], kinds: tuple[Kind, ...]) -> str:
        """Return an Accept header for some formats, best first, and whatever else can be read here."""
        wanted = [f for f in formats if f in self.writes]
        wanted += [f for f in (*self.writes, Format.JSON, Format.NTRIPLES) if f.kind in kinds and f not in wanted]
        types = [(self.asks or {}).get(f, f.media_type) for f in wanted]
        return ", ".join(f"{t};q={max(1 - n / 10, 0.1):.1f}" for n, t in enumerate(dict.fromkeys(types)))


UNKNOWN: Final = Dialect("an unknown store")
FUSEKI: Final = Dialect(
    "Apache Jena Fuseki",
    writes=(
        Format.JSON, Format.XML, Format.CSV, Format.TSV,
        Format.NTRIPLES, Format.TURTLE, Format.RDFXML, Format.JSONLD,
    ),
    everything=("urn:x-arq:UnionGraph", "urn:x-arq:DefaultGraph"),
    unnamed="urn:x-arq:DefaultGraph",
    timeout="timeout",
)  # fmt: skip
VIRTUOSO: Final = Dialect(
    "Virtuoso",
    writes=(Format.NTRIPLES,),
    asks={Format.NTRIPLES: "text/plain"},
    own_graphs=(
        "http://www.openlinksw.com/", "http://www.w3.org/2002/07/owl#", "http://www.w3.org/ns/ldp#",
        "http://localhost:8890/", "http://localuriqaserver/", "urn:activitystreams-owl:map",
        "urn:core:services:sparql", "virtrdf-label",
    ),
    cut_at="x-sparql-maxrows",
    takes_direct=False,
    blank=b"nodeID://",
    insert=400,
    ask_variable="__ASK_RETVAL",
)  # fmt: skip


def spoken_by(headers: Mapping[str, str]) -> Dialect:
    """Return the dialect of whoever sent these headers (names are small)."""
    server = headers.get("server", "").lower()
    if "virtuoso" in server:
        return VIRTUOSO
    if "fuseki" in server or "fuseki-request-id" in headers:
        return FUSEKI
    return UNKNOWN
