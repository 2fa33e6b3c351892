"""Every format that Duikou reads and writes: the only table of them.

Content negotiation, download links, ``?format=``, the command line's ``--format``, VoID and the
loader of RDF files all read this enum.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from typing import Final

import pyoxigraph


class Kind(Enum):
    """What a format can hold: the rows of a SELECT or ASK, one graph, or several named ones."""

    RESULTS = "results"
    GRAPH = "graph"
    DATASET = "dataset"


class Format(Enum):
    """A format, by its short name.

    `short` is what people type (``ttl``), `media_type` what we send, `aliases` what clients send for
    it, `extensions` the file endings (the first is ours), `title` the name to show.
    """

    JSON = ("json", Kind.RESULTS, "application/sparql-results+json", ("application/json",), ("srj", "json"), "JSON")
    XML = (
        "xml",
        Kind.RESULTS,
        "application/sparql-results+xml",
        ("application/xml", "text/xml"),
        ("srx", "xml"),
        "XML",
    )
    CSV = ("csv", Kind.RESULTS, "text/csv", (), ("csv",), "CSV")
    TSV = ("tsv", Kind.RESULTS, "text/tab-separated-values", (), ("tsv",), "TSV")
    TURTLE = (
        "ttl",
        Kind.GRAPH,
        "text/turtle",
        ("application/turtle", "application/x-turtle", "text/n3", "text/rdf+n3"),
        ("ttl", "turtle"),
        "Turtle",
    )
    NTRIPLES = ("nt", Kind.GRAPH, "application/n-triples", ("text/plain",), ("nt", "ntriples"), "N-Triples")
    RDFXML = (
        "rdf",
        Kind.GRAPH,
        "application/rdf+xml",
        ("application/xml", "text/xml"),
        ("rdf", "owl", "rdfs", "xml"),
        "RDF/XML",
    )
    JSONLD = ("jsonld", Kind.GRAPH, "application/ld+json", ("application/json",), ("jsonld", "json"), "JSON-LD")
    NQUADS = ("nq", Kind.DATASET, "application/n-quads", ("text/x-nquads", "text/nquads"), ("nq", "nquads"), "N-Quads")
    TRIG = ("trig", Kind.DATASET, "application/trig", ("application/x-trig",), ("trig",), "TriG")

    def __init__(
        self, short: str, kind: Kind, media_type: str, aliases: tuple[str, ...], extensions: tuple[str, ...], title: str
    ) -> None:
        self.short = short
        self.kind = kind
        self.media_type = media_type
        self.aliases = aliases
        self.extensions = extensions
        self.title = title

    #: Members are told apart by identity, and hashed for every query.
    __hash__ = object.__hash__

    @property
    def extension(self) -> str:
        """The ending of the files we write, without the dot."""
        return self.short if self.kind is Kind.RESULTS else self.extensions[0]

    @property
    def content_type(self) -> str:
        """The media type with its charset, where the type has such a parameter (text/* and no other)."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    @property
    def iri(self) -> str:
        """The format's IRI in the W3C registry of file formats, for service descriptions."""
        return self.rdf.iri if self.kind is not Kind.RESULTS else self.results.iri

    @property
    def rdf(self) -> pyoxigraph.RdfFormat:
        """The engine's object for a graph or dataset format. `KeyError` for a result format."""
        return _RDF[self.short]

    @property
    def results(self) -> pyoxigraph.QueryResultsFormat:
        """The engine's object for a result format. `KeyError` for an RDF format."""
        return _RESULTS[self.short]

    @property
    def is_rdf(self) -> bool:
        """Whether the format holds triples or quads."""
        return self.kind is not Kind.RESULTS

    @property
    def holds_datasets(self) -> bool:
        """Whether named graphs survive in it; JSON-LD holds them, though it is chiefly used for one graph."""
        return self.is_rdf and self.rdf.supports_datasets

    @classmethod
    @lru_cache(maxsize=8)
    def of_kind(cls, *kinds: Kind) -> tuple[Format, ...]:
        """Return the formats of the kinds, in the order we prefer them."""
        return tuple(f for f in cls if f.kind in kinds)

    @classmethod
    def named(cls, short: str) -> Format | None:
        """Return the format of a short name (``ttl``), or None."""
        return next((f for f in cls if f.short == short.lower()), None)

    @classmethod
    def of_media_type(cls, media_type: str, *kinds: Kind) -> Format | None:
        """Return the format a media type stands for, or None; parameters are ignored.

        Some types mean one thing for rows and another for triples (``application/xml``), so the
        caller says which kinds it can send; our own names win over aliases.
        """
        wanted = media_type.partition(";")[0].strip().lower()
        among = cls.of_kind(*kinds) if kinds else tuple(cls)
        return next((f for f in among if f.media_type == wanted), next((f for f in among if wanted in f.aliases), None))

    @classmethod
    def of_file(cls, name: str | PurePath, *kinds: Kind) -> Format | None:
        """Return the format a file name speaks of, or None; ``.gz`` is looked through."""
        path = PurePath(name)
        if path.suffix.lower() == ".gz":
            path = path.with_suffix("")
        ending = path.suffix.lower().removeprefix(".")
        among = cls.of_kind(*kinds) if kinds else tuple(cls)
        return next((f for f in among if ending in f.extensions), None)


_RDF: Final = {
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "rdf": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
}
_RESULTS: Final = {
    "json": pyoxigraph.QueryResultsFormat.JSON,
    "xml": pyoxigraph.QueryResultsFormat.XML,
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
}
