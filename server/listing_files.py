"""A list or a search as a file: JSON, CSV, Turtle, GeoJSON, from the same address with another ending.

Each row is one thing: IRI, kind, names in both languages, and what its undertakings say (themes,
recipient areas, donors, first year). In GeoJSON a place stands where it is and anything else where
the places are that it helps; what has no known place has a null geometry, as RFC 7946 provides.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import pyoxigraph as ox

from graph.engine import Engine
from graph.formats import Format
from graph.triples import write_triples
from ontology.namespaces import expand
from server import naming, places
from server.finding import FACETS, Found


class Ending(Enum):
    """The endings of lists as files."""

    JSON = "json"
    CSV = "csv"
    TURTLE = "ttl"
    GEOJSON = "geojson"

    @property
    def media_type(self) -> str:
        """The media type of such a file."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES: Final = {
    Ending.JSON: "application/json",
    Ending.CSV: "text/csv; charset=utf-8",
    Ending.TURTLE: "text/turtle; charset=utf-8",
    Ending.GEOJSON: "application/geo+json",
}
_LISTED: Final = ("theme", "area", "donor")
_LABEL: Final = ox.NamedNode(expand("rdfs:label"))
_PROPERTY: Final = {facet: ox.NamedNode(iri) for facet, iri in FACETS.items()}


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself: its own address, its title, how many things there are in all, the next file."""

    address: str
    title: str
    total: int
    following: str | None


def render(engine: Engine, found: Sequence[Found], about: About, ending: Ending) -> bytes:
    """Return a file with one entry for each thing, in their order."""
    labels = naming.Labels(engine)
    labels.load(iri for thing in found for iri in (thing.iri, *(v for f in _LISTED for v in thing.facets[f])))
    if ending is Ending.CSV:
        return _csv(found, labels)
    if ending is Ending.TURTLE:
        return _turtle(found, labels)
    if ending is Ending.GEOJSON:
        return _json(_geojson(engine, found, labels, about))
    return _json(
        {
            "title": about.title,
            "address": about.address,
            "total": about.total,
            "next": about.following,
            "results": [_entry(thing, labels) for thing in found],
        }
    )


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _entry(thing: Found, labels: naming.Labels) -> dict[str, Any]:
    listed = {
        f"{facet}s": [{"id": iri, "name": labels.of(iri)} for iri in sorted(thing.facets[facet])] for facet in _LISTED
    }
    return {"id": thing.iri, "type": thing.kind, "name": labels.of(thing.iri), **listed, "year": thing.year or None}


def _csv(found: Sequence[Found], labels: naming.Labels) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("iri", "type", "name_zh", "name_en", "themes", "areas", "donors", "year"))
    for thing in found:
        name = labels.of(thing.iri)
        listed = ("; ".join(labels.name(iri, "en").text for iri in sorted(thing.facets[f])) for f in _LISTED)
        rows.writerow((thing.iri, thing.kind, name.get("zh", ""), name.get("en", ""), *listed, thing.year))
    return out.getvalue().encode()


def _turtle(found: Sequence[Found], labels: naming.Labels) -> bytes:
    triples = []
    for thing in found:
        subject = ox.NamedNode(thing.iri)
        for language, text in labels.of(thing.iri).items():
            triples.append(ox.Triple(subject, _LABEL, ox.Literal(text, language=language or None)))
        if thing.kind in ("programme", "activity"):
            for facet in _LISTED:
                for iri in sorted(thing.facets[facet]):
                    triples.append(ox.Triple(subject, _PROPERTY[facet], ox.NamedNode(iri)))
    out = io.BytesIO()
    write_triples(triples, Format.TURTLE, out)
    return out.getvalue()


def _geojson(engine: Engine, found: Sequence[Found], labels: naming.Labels, about: About) -> dict[str, Any]:
    where = places.located(engine, (iri for thing in found for iri in (thing.iri, *thing.facets["area"])))
    features = []
    for thing in found:
        own = where.get(thing.iri) if thing.kind == "area" else None
        points = [own.point] if own else places.distinct(where[a].point for a in thing.facets["area"] if a in where)
        geometry = None
        if len(points) == 1:
            geometry = {"type": "Point", "coordinates": points[0]}
        elif points:
            geometry = {"type": "MultiPoint", "coordinates": points}
        properties = {k: v for k, v in _entry(thing, labels).items() if k != "id"}
        features.append({"type": "Feature", "id": thing.iri, "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "title": about.title, "features": features}
