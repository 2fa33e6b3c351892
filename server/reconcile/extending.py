"""Values of properties for many things: columns for the table that was matched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from loaders.gazetteer import unit
from ontology.namespaces import BASE, PREFIXES
from server import access, neighbourhood, outlying
from server.naming import Labels
from server.queries import Term
from server.reconcile import entities
from server.reconcile.types import Property, properties_of, property_of, type_of

_AREA: Final = f"{BASE}id/area/"
_XSD: Final = PREFIXES["xsd"]
_INTEGERS: Final = frozenset(f"{_XSD}{t}" for t in ("integer", "int", "long", "nonNegativeInteger", "positiveInteger"))
_NUMBERS: Final = frozenset(f"{_XSD}{t}" for t in ("decimal", "double", "float"))
#: Dates are answered with time and zone, as the report asks.
_DATES: Final = {
    f"{_XSD}date": "{}T00:00:00Z",
    f"{_XSD}gYearMonth": "{}-01T00:00:00Z",
    f"{_XSD}gYear": "{}-01-01T00:00:00Z",
}


def extended(ids: list[str], wanted: list[tuple[str, int]], lang: str) -> dict[str, Any]:
    """Return what properties have of things: ``meta`` for the columns, ``rows`` by identifier and property.

    A thing that is nowhere, and a property that there is not, have no values.
    """
    known = [(name, limit, property_of(name)) for name, limit in wanted]
    iris = {told: iri for told in ids if (iri := entities.iri_of(told)) is not None}
    facts = _facts(set(iris.values()))
    labels = Labels(access.engine())
    values = (value for of_thing in facts.values() for each in of_thing.values() for value in each)
    labels.load(value.value for value in values if isinstance(value, ox.NamedNode))
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for told in ids:
        of_thing = facts.get(iris.get(told, ""), {})
        rows[told] = {
            name: _cells(of_thing.get(asked.iri, []), lang, labels)[:limit] if asked else []
            for name, limit, asked in known
        }
    meta = [{"id": name, "name": asked.name(lang) if asked else name} for name, _, asked in known]
    return {"meta": meta, "rows": rows}


def proposals(kind: str | None, limit: int | None, lang: str) -> dict[str, Any]:
    """Return the properties that things of a type may have."""
    found = properties_of(type_of(kind) if kind else None)
    shown: list[Property] = found if limit is None else found[:limit]
    answer: dict[str, Any] = {"properties": [{"id": p.id, "name": p.name(lang)} for p in shown]}
    if kind:
        answer["type"] = kind
    if limit is not None:
        answer["limit"] = limit
    return answer


def _facts(iris: set[str]) -> dict[str, dict[str, list[Term]]]:
    """Return thing → property → values: from the graph, and for areas that it does not have from the gazetteer."""
    found: dict[str, dict[str, list[Term]]] = {}
    for iri, statements in neighbourhood.facts(access.engine(), sorted(iris)).items():
        for property_, stated in statements.items():
            found.setdefault(iri, {})[property_] = [s.value for s in stated]
    for iri in iris:
        if not found.get(iri) and (u := entities.unit_of(iri)) is not None:
            for quad in outlying.statements(u.code):
                if quad.subject == ox.NamedNode(iri) and not isinstance(quad.object, ox.Triple):
                    found.setdefault(iri, {}).setdefault(quad.predicate.value, []).append(quad.object)
    return found


def _cells(values: Iterable[Term], lang: str, labels: Labels) -> list[dict[str, Any]]:
    """Return values as cells; texts in the language of the service where there are any in it."""
    listed = [v for v in values if not isinstance(v, ox.BlankNode)]
    spoken = [v for v in listed if isinstance(v, ox.Literal) and v.language]
    if any(v.language == lang for v in spoken):
        listed = [v for v in listed if not (isinstance(v, ox.Literal) and v.language) or v.language == lang]
    cells = [cell for value in listed if (cell := _cell(value, lang, labels)) is not None]
    return sorted(cells, key=str)


def _cell(value: Term, lang: str, labels: Labels) -> dict[str, Any] | None:
    if isinstance(value, ox.NamedNode):
        return _thing(value.value, lang, labels)
    if not isinstance(value, ox.Literal):
        return None
    datatype = value.datatype.value
    try:
        if datatype in _INTEGERS:
            return {"int": int(value.value)}
        if datatype in _NUMBERS:
            return {"float": float(value.value)}
    except ValueError:
        return {"str": value.value}
    if datatype in _DATES:
        return {"date": _DATES[datatype].format(value.value)}
    if datatype == f"{_XSD}boolean":
        return {"bool": value.value in ("true", "1")}
    return {"str": value.value}


def _thing(iri: str, lang: str, labels: Labels) -> dict[str, Any]:
    if iri.startswith(_AREA):
        key = iri.removeprefix(_AREA)
        u = unit(key)
        past = None if u else entities.of_past(key, lang)
        if u is not None:
            return {"id": entities.identifier(iri), "name": u.name if lang == "zh" else u.english}
        if past is not None:
            return {"id": past.id, "name": past.name}
    if iri.startswith(BASE) and entities.iri_of(iri):
        return {"id": entities.identifier(iri), "name": labels.name(iri, lang).text}
    name = labels.of(iri)
    return {"str": name[lang]} if lang in name else {"str": iri}
