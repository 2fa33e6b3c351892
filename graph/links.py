"""Links to what is outside as RDF: the link, the identifier as a plain text, and what the link rests on.

A thing is linked by ``schema:sameAs``, which entails nothing, never by ``skos:exactMatch``, which would make a concept
of it, and not by ``owl:sameAs``, which would merge it with what has another extent or time. What a link rests on is
told by a node of its own, ``graph/links#…``, in the words of SSSOM. That node names both ends as texts (xsd:anyURI), so
that it does not point at them: whoever asks what points to a thing is not to find the paperwork.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from ontology.mappings import Mapping
from ontology.namespaces import expand, named_graph

LINKS: Final = named_graph("links")
SSSOM: Final = "https://w3id.org/sssom/"
#: Start of outside IRIs → the property that has what follows as a text, and what to take off its end.
IDENTIFIERS: Final = {
    "http://www.wikidata.org/entity/": "dk:wikidataId",
    "http://sws.geonames.org/": "dk:geonamesId",
    "https://ror.org/": "dk:rorId",
}
_SAME_AS: Final = frozenset(map(expand, ("schema:sameAs", "owl:sameAs")))
_TYPE: Final = NamedNode(expand("rdf:type"))
_URI: Final = NamedNode(expand("xsd:anyURI"))
_DATE: Final = NamedNode(expand("xsd:date"))
_DECIMAL: Final = NamedNode(expand("xsd:decimal"))


def link_quads(link: Mapping, graph: NamedNode) -> Iterator[Quad]:
    """Yield the quads of one link. `ValueError` if an end is no IRI."""
    if link.object is None:
        return
    subject, predicate, object = NamedNode(link.subject), NamedNode(link.predicate), NamedNode(link.object)
    yield Quad(subject, predicate, object, graph)
    if link.predicate in _SAME_AS:
        for start, identifier in IDENTIFIERS.items():
            if link.object.startswith(start):
                local = link.object.removeprefix(start).rstrip("/")
                yield Quad(subject, NamedNode(expand(identifier)), Literal(local), graph)
    node = NamedNode(node_of(link))
    yield Quad(node, _TYPE, NamedNode(f"{SSSOM}Mapping"), graph)
    for slot, iri in (("subject_id", subject), ("predicate_id", predicate), ("object_id", object)):
        yield Quad(node, NamedNode(SSSOM + slot), Literal(iri.value, datatype=_URI), graph)
    yield Quad(node, NamedNode(f"{SSSOM}mapping_justification"), NamedNode(link.justification), graph)
    if link.confidence is not None:
        value = Literal(str(link.confidence), datatype=_DECIMAL)
        yield Quad(node, NamedNode(f"{SSSOM}confidence"), value, graph)
    for slot, date in (("mapping_date", link.date), ("review_date", link.review_date)):
        if date:
            yield Quad(node, NamedNode(SSSOM + slot), Literal(date, datatype=_DATE), graph)
    # No rdfs:label: a search for a name is to find the thing and not what its link rests on.
    for property_, text in (
        (f"{SSSOM}object_label", link.object_label),
        (f"{SSSOM}reviewer_label", link.reviewer),
        (expand("dcterms:source"), link.evidence),
    ):
        if text:
            yield Quad(node, NamedNode(property_), Literal(text), graph)


def node_of(link: Mapping) -> str:
    """Return the IRI of the node that tells what a link rests on."""
    told = "\0".join((link.subject, link.predicate, link.object or ""))
    return f"{LINKS}#{hashlib.sha256(told.encode()).hexdigest()[:16]}"
