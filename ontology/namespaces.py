"""The names of things: prefixes, the base IRI, and how a thing's IRI is spelled.

Every IRI that Duikou coins is made here, so that no other module pastes IRIs together.

    https://w3id.org/duikou/ontology#Measurement        a term            term("Measurement")
    https://w3id.org/duikou/id/area/532300              a thing           thing("area", "532300")
    https://w3id.org/duikou/concept/status/achieved     a concept         concept("status", "achieved")
    https://w3id.org/duikou/graph/source/tongji         a named graph     named_graph("source/tongji")
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

BASE: Final = "https://w3id.org/duikou/"
ONTOLOGY: Final = f"{BASE}ontology"

#: Prefix → namespace, as they stand in our Turtle files and at the head of every example query.
PREFIXES: Final[dict[str, str]] = {
    "dk": f"{ONTOLOGY}#",
    "id": f"{BASE}id/",
    "concept": f"{BASE}concept/",
    "g": f"{BASE}graph/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "sh": "http://www.w3.org/ns/shacl#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "schema": "https://schema.org/",
    "qudt": "http://qudt.org/schema/qudt/",
    "unit": "http://qudt.org/vocab/unit/",
    "foaf": "http://xmlns.com/foaf/0.1/",
}

#: A key of ours: lower-case ASCII words joined by "-" or ".". Keys of outside data (IATI
#: identifiers, say) may hold anything and are percent-escaped by `thing`.
KEY: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


def expand(curie: str) -> str:
    """Return the IRI of a prefixed name such as ``dk:value``. `KeyError` for an unknown prefix."""
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


def term(name: str) -> str:
    """Return the IRI of a class or property of the ontology."""
    return f"{ONTOLOGY}#{name}"


def thing(kind: str, key: str) -> str:
    """Return the IRI of a thing; characters that no IRI segment may hold are percent-escaped."""
    return f"{BASE}id/{kind}/{quote(key, safe='-._~!$*,;=@')}"


def concept(scheme: str, key: str) -> str:
    """Return the IRI of a concept of one of the code lists."""
    return f"{BASE}concept/{scheme}/{quote(key, safe='-._~')}"


def named_graph(name: str) -> str:
    """Return the IRI of a named graph, as ``source/tongji`` or ``inferred``."""
    return f"{BASE}graph/{quote(name, safe='-._~/')}"


def sparql_prologue(*prefixes: str) -> str:
    """Return ``PREFIX`` lines for the named prefixes, or for all of them."""
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in prefixes or PREFIXES)
