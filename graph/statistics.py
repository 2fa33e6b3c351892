"""How much of what there is: things by class, quads by graph, triples by property."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from graph.reader import Reader
from ontology.namespaces import BASE, named_graph
from ontology.records import Labels

_CLASSES = """
SELECT ?name (COUNT(DISTINCT ?x) AS ?n) { ?x a ?name . FILTER(STRSTARTS(STR(?name), STR(dk:))) }
GROUP BY ?name ORDER BY DESC(?n) ?name
"""
_PROPERTIES = "SELECT ?name (COUNT(*) AS ?n) { ?s ?name ?o } GROUP BY ?name ORDER BY DESC(?n) ?name"


@dataclass(frozen=True, slots=True)
class Count:
    """So many of one thing: a class, a property or a graph, by IRI, with its name where it has one."""

    iri: str
    label: Labels
    count: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a snapshot, most frequent first; `triples` is the size of the union of all graphs."""

    quads: int
    triples: int
    classes: tuple[Count, ...]
    properties: tuple[Count, ...]
    graphs: tuple[Count, ...]


def statistics(reader: Reader) -> Statistics:
    """Return the counts of a reader's snapshot. Things are counted once, in whatever graphs they stand."""
    counted = {
        key: tuple(
            Count(row["name"].value, _label(reader, row["name"]), int(row["n"].value)) for row in reader.select(text)
        )
        for key, text in (("classes", _CLASSES), ("properties", _PROPERTIES))
    }
    sizes = dict(reader.snapshot.graphs) if reader.snapshot else {}
    graphs = tuple(
        Count(iri, _label(reader, NamedNode(iri)) if iri else Labels(), n)
        for iri, n in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    )
    return Statistics(
        quads=sum(sizes.values()),
        triples=sum(count.count for count in counted["properties"]),
        graphs=graphs,
        **counted,
    )


def short_graph(iri: str) -> str:
    """Return the name of a graph as people know it: ``source/tongji``; "default" for the default graph."""
    return iri.removeprefix(named_graph("")) if iri.startswith(BASE) else iri or "default"


def _label(reader: Reader, node: NamedNode) -> Labels:
    rows = reader.select("SELECT ?thing ?label { ?thing rdfs:label ?label }", thing=node)
    by_language = {row["label"].language: row["label"].value for row in rows if hasattr(row["label"], "language")}
    plain = by_language.get(None)
    return Labels(zh=by_language.get("zh", plain), en=by_language.get("en", plain))
