"""A thing as data: the same neighbourhood that its page shows, in one of six formats.

Besides the thing's own statements a file has those of its parts, the names of its neighbours, the
evidence, where the statements come from, and what points to it. Long lists of the latter are cut;
every file says how many there are.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

import pyoxigraph as ox

from graph.engine import Engine
from graph.formats import Format
from graph.triples import write_triples
from ontology.namespaces import expand
from server import neighbourhood
from server.naming import iris
from server.neighbourhood import Neighbourhood
from server.queries import Term


class Extension(Enum):
    """The endings of data files: four that are RDF, and two for those who do not read RDF."""

    TURTLE = "ttl"
    NTRIPLES = "nt"
    JSONLD = "jsonld"
    RDFXML = "rdf"
    JSON = "json"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """The media type of such a file."""
        return _MEDIA_TYPES[self]


_RDF: Final = {
    Extension.TURTLE: Format.TURTLE, Extension.NTRIPLES: Format.NTRIPLES,
    Extension.JSONLD: Format.JSONLD, Extension.RDFXML: Format.RDFXML,
}  # fmt: skip
_MEDIA_TYPES: Final = {
    **{extension: format.media_type for extension, format in _RDF.items()},
    Extension.JSON: "application/json",
    Extension.CSV: "text/csv",
}
#: What points to a thing is listed up to so many by property.
INCOMING: Final = 500


def extension_of(format: Format) -> Extension:
    """Return the ending under which a graph format is served."""
    return next(extension for extension, f in _RDF.items() if f is format)


def render(engine: Engine, around: Neighbourhood, document: str, extension: Extension) -> bytes:
    """Return the file. `document` is its own address, of which the file says what it is about."""
    if extension is Extension.JSON:
        return (json.dumps(_json(around), ensure_ascii=False, indent=2) + "\n").encode()
    if extension is Extension.CSV:
        return _csv(around)
    triples = list(dict.fromkeys(_triples(engine, around, document)))
    out = io.BytesIO()
    write_triples(triples, _RDF[extension], out)
    return out.getvalue()


def _triples(engine: Engine, around: Neighbourhood, document: str) -> Iterator[ox.Triple]:
    thing, here = ox.NamedNode(around.iri), ox.NamedNode(document)
    for statement in around.all():
        yield statement.triple
    for incoming in around.incoming:
        for subject in incoming.subjects:
            yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(incoming.predicate), thing)
    yield from _labels(around)
    for properties in neighbourhood.facts(engine, around.sources()).values():
        for statements in properties.values():
            for statement in statements:
                yield statement.triple
    yield ox.Triple(here, ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("foaf:Document")))
    yield ox.Triple(here, ox.NamedNode(expand("foaf:primaryTopic")), thing)
    for graph in around.sources():
        yield ox.Triple(here, ox.NamedNode(expand("dcterms:source")), ox.NamedNode(graph))
    for incoming in around.incoming:
        if incoming.count > len(incoming.subjects):
            listed = len(incoming.subjects)
            said = f"Of {incoming.count} things that point here by <{incoming.predicate}>, {listed} are listed."
            yield ox.Triple(here, ox.NamedNode(expand("rdfs:comment")), ox.Literal(said, language="en"))
    if around.truncated:
        said = f"There are more statements; the first {neighbourhood.STATEMENTS} are listed."
        yield ox.Triple(here, ox.NamedNode(expand("rdfs:comment")), ox.Literal(said, language="en"))


def _labels(around: Neighbourhood) -> Iterator[ox.Triple]:
    label = ox.NamedNode(expand("rdfs:label"))
    neighbours = {s.value.value for s in around.all() if isinstance(s.value, ox.NamedNode)}
    neighbours |= {subject for incoming in around.incoming for subject in incoming.subjects}
    for iri in sorted(neighbours):
        for lang, words in around.labels.of(iri).items():
            yield ox.Triple(ox.NamedNode(iri), label, ox.Literal(words, language=lang or None))


def _json(around: Neighbourhood) -> dict[str, Any]:
    return {
        "iri": around.iri,
        "labels": around.labels.of(around.iri),
        "statements": [_row(around, s.subject, s.predicate, s.value, s.graphs) for s in around.all()],
        "incoming": [
            {
                "property": incoming.predicate,
                "count": incoming.count,
                "subjects": [{"iri": s, "labels": around.labels.of(s)} for s in incoming.subjects],
            }
            for incoming in around.incoming
        ],
        "complete": not around.truncated and all(i.count == len(i.subjects) for i in around.incoming),
    }


def _row(around: Neighbourhood, subject: str, property_: str, value: Term, graphs: frozenset[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"subject": subject, "property": property_, "property_labels": around.labels.of(property_)}
    if isinstance(value, ox.Literal):
        row |= {"value": value.value, "datatype": value.datatype.value}
        row |= {"language": value.language} if value.language else {}
    else:
        row["value"] = str(value) if not isinstance(value, ox.NamedNode) else value.value
        row["value_labels"] = {} if not iris([value]) else around.labels.of(value.value)
    return row | {"graphs": sorted(graphs)}


def _csv(around: Neighbourhood) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["subject", "property", "property_zh", "property_en", "value", "value_zh", "value_en", "language", "graphs"]
    )
    for s in around.all():
        named = around.labels.of(s.predicate)
        values = around.labels.of(s.value.value) if isinstance(s.value, ox.NamedNode) else {}
        plain = s.value.value if isinstance(s.value, (ox.NamedNode, ox.Literal)) else str(s.value)
        language = s.value.language if isinstance(s.value, ox.Literal) else None
        writer.writerow(
            [s.subject, s.predicate, named.get("zh", ""), named.get("en", ""), plain, values.get("zh", ""),
             values.get("en", ""), language or "", " ".join(sorted(s.graphs))]
        )  # fmt: skip
    return out.getvalue().encode()
