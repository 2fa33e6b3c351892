"""Links to the data sets of others, counted, and as VoID linksets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from graph.engine import Engine, Exhausted
from loaders.links.targets import TARGETS, Target
from ontology.namespaces import BASE, PREFIXES
from server import queries

_VOID: Final = "http://rdfs.org/ns/void#"
_TYPE: Final = ox.NamedNode(f"{PREFIXES['rdf']}type")
_TITLE: Final = ox.NamedNode(f"{PREFIXES['dcterms']}title")
_INTEGER: Final = ox.NamedNode(f"{PREFIXES['xsd']}integer")


def targets() -> list[Target]:
    """Return the schemes of others; what is ours is no link out."""
    return [target for target in TARGETS.values() if not target.namespace.startswith(BASE)]


def count(engine: Engine) -> dict[tuple[str, str], int]:
    """Return the number of links by namespace and predicate; empty where a limit kept them from being counted."""
    namespaces = [ox.Literal(target.namespace) for target in targets()]
    try:
        rows = queries.select(engine, "link-counts", namespaces=namespaces)
    except Exhausted:
        return {}
    return {
        (row["namespace"].value, row["predicate"].value): int(row["count"].value)
        for row in rows
        if "predicate" in row and int(row["count"].value)
    }


def described(counts: Mapping[tuple[str, str], int], root: str, dataset: ox.NamedNode) -> Iterator[ox.Triple]:
    """Yield a linkset for each data set and predicate that there are links by."""
    document = f"{root}void.ttl#"
    for target in targets():
        linked = {predicate: n for (namespace, predicate), n in counts.items() if namespace == target.namespace}
        if not linked:
            continue
        other = ox.NamedNode(f"{document}target-{target.prefix}")
        yield ox.Triple(other, _TYPE, _void("Dataset"))
        yield ox.Triple(other, _TITLE, ox.Literal(target.name))
        yield ox.Triple(other, _void("uriSpace"), ox.Literal(target.namespace))
        for predicate, number in linked.items():
            local = predicate.rpartition("/")[2].rpartition("#")[2]
            node = ox.NamedNode(f"{document}links-{target.prefix}-{local}")
            yield ox.Triple(dataset, _void("subset"), node)
            yield ox.Triple(node, _TYPE, _void("Linkset"))
            yield ox.Triple(node, _void("subjectsTarget"), dataset)
            yield ox.Triple(node, _void("objectsTarget"), other)
            yield ox.Triple(node, _void("linkPredicate"), ox.NamedNode(predicate))
            yield ox.Triple(node, _void("triples"), ox.Literal(str(number), datatype=_INTEGER))


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(_VOID + name)
