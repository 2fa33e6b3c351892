"""What the links of a thing rest on: when they were reviewed, and where the other's identifier stands."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from graph.engine import Engine
from ontology.namespaces import expand
from server import queries


@dataclass(frozen=True, slots=True)
class Ground:
    """What one link rests on. `date` is that of its review; any of these may be missing."""

    date: str = ""
    confidence: str = ""
    evidence: str = ""


def grounds(engine: Engine, iri: str) -> dict[str, Ground]:
    """Return for each IRI that a thing is linked to what the link rests on, where that is known."""
    thing = ox.Literal(iri, datatype=ox.NamedNode(expand("xsd:anyURI")))
    return {
        row["other"].value: Ground(*(row[k].value if k in row else "" for k in ("date", "confidence", "evidence")))
        for row in queries.select(engine, "link-evidence", thing=thing)
    }
