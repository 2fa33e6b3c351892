"""The SPARQL service description: what the endpoint can do and which graphs it holds, truthfully."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from graph.formats import Format
from graph.workers.limits import Limits
from ontology.namespaces import PREFIXES
from server import negotiation

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_VOID: Final = "http://rdfs.org/ns/void#"
_DK: Final = PREFIXES["dk"]
_SEE_ALSO: Final = "http://www.w3.org/2000/01/rdf-schema#seeAlso"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_INTEGER: Final = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_PREFIXES: Final = {"dk": _DK, "sd": _SD, "void": _VOID, "formats": "http://www.w3.org/ns/formats/"}


def document(
    endpoint: str,
    named: Mapping[str, int],
    dataset: str,
    format: Format,
    *,
    union: bool,
    writable: bool = False,
    federates: bool = False,
    limits: Limits | None = None,
) -> bytes:
    """Return the description of a service at `endpoint` over some named graphs of a `dataset` (its IRI)."""
    features = [name for name, has in (("UnionDefaultGraph", union), ("BasicFederatedQuery", federates)) if has]
    triples = _triples(endpoint, named, dataset, features, writable, limits)
    return ox.serialize(triples, format=format.rdf, prefixes=_PREFIXES) or b""


def _limits(limits: Limits | None) -> dict[str, ox.Literal]:
    """Return what one query may cost, by the properties that say so."""
    if limits is None:
        return {}
    return {
        "timeLimit": ox.Literal(limits.seconds),
        **({"memoryLimit": ox.Literal(limits.megabytes << 20)} if limits.megabytes else {}),
        "answerLimit": ox.Literal(limits.answer),
    }


def _triples(
    endpoint: str,
    named: Mapping[str, int],
    described: str,
    features: Sequence[str],
    writable: bool,
    limits: Limits | None,
) -> list[ox.Triple]:
    service, default = (ox.BlankNode(name) for name in ("service", "default"))
    dataset = ox.NamedNode(described)
    a = ox.NamedNode(f"{_RDF}type")

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(_SD + name)

    triples = [
        ox.Triple(service, a, sd("Service")),
        ox.Triple(service, sd("endpoint"), ox.NamedNode(endpoint)),
        ox.Triple(service, sd("supportedLanguage"), sd("SPARQL10Query")),
        ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        *([ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Update"))] if writable else []),
        *(ox.Triple(service, sd("feature"), sd(name)) for name in features),
        *(ox.Triple(service, ox.NamedNode(_DK + name), value) for name, value in _limits(limits).items()),
        ox.Triple(service, sd("defaultDataset"), dataset),
        ox.Triple(dataset, a, sd("Dataset")),
        ox.Triple(dataset, a, ox.NamedNode(f"{_VOID}Dataset")),
        ox.Triple(dataset, ox.NamedNode(f"{_VOID}sparqlEndpoint"), ox.NamedNode(endpoint)),
        ox.Triple(dataset, ox.NamedNode(_SEE_ALSO), ox.NamedNode(described.partition("#")[0])),
        ox.Triple(dataset, sd("defaultGraph"), default),
        ox.Triple(default, a, sd("Graph")),
        *(ox.Triple(service, sd("resultFormat"), ox.NamedNode(f.iri)) for f in negotiation.ANSWERS),
    ]
    for number, (name, count) in enumerate(named.items()):
        node, graph = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        triples += [
            ox.Triple(dataset, sd("namedGraph"), node),
            ox.Triple(node, a, sd("NamedGraph")),
            ox.Triple(node, sd("name"), ox.NamedNode(name)),
            ox.Triple(node, sd("graph"), graph),
            ox.Triple(graph, a, sd("Graph")),
            ox.Triple(graph, ox.NamedNode(f"{_VOID}triples"), ox.Literal(str(count), datatype=_INTEGER)),
        ]
    return triples
