"""The keys of the code lists, until `ontology.vocabulary` offers them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox

import ontology
from ontology.namespaces import concept, expand


@cache
def concept_keys(scheme: str) -> frozenset[str]:
    """Return the keys of the concepts of a scheme."""
    path = Path(ontology.__file__).parent / "codelists" / f"{scheme}.ttl"
    wanted = ox.NamedNode(concept("", "").removesuffix("//") + f"/{scheme}")
    return frozenset(
        quad.subject.value.rpartition("/")[2]
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == expand("skos:inScheme") and quad.object == wanted
    )
