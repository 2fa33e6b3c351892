"""A reading as JSON: what ``duikou extract --format json`` prints (docs/extraction.md, the contract)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loaders.article.facts import Fact, Organisation, Place, Quantity, Reading


def as_json(reading: Reading) -> dict[str, Any]:
    """Return a reading in types that JSON has; numbers are exact where they are whole."""
    return {
        "document": {
            "sha256": reading.sha256,
            "characters": len(reading.text),
            "title": reading.title,
            "language": reading.language,
            "date": reading.date,
        },
        "cases": [
            {
                "number": case.number,
                "start": case.start,
                "end": case.end,
                "title": case.title,
                "themes": list(case.themes),
            }
            for case in reading.cases
        ],
        "quantities": [_quantity(quantity) for quantity in reading.quantities],
        "places": [_place(place) for place in reading.places],
        "organisations": [_organisation(body) for body in reading.organisations if body.named],
        "groups": [_organisation(body) for body in reading.organisations if not body.named],
        "names": [
            _span(name)
            | {"name": name.name, "kind": name.kind}
            | ({"parts": [_part(*part) for part in name.parts]} if name.parts else {})
            | _made(name)
            for name in reading.names
        ],
        "relations": [
            _span(relation)
            | {"subject": relation.subject, "predicate": relation.predicate, "object": relation.object}
            | _made(relation)
            for relation in reading.relations
        ],
        "unread": [
            {"start": one.start, "end": one.end, "surface": one.surface, "why": one.why, "case": one.case}
            for one in reading.unread
        ],
    }


def number(value: Decimal | None) -> int | float | None:
    """Return a number as JSON has it: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _span(fact: Fact) -> dict[str, Any]:
    return {"start": fact.start, "end": fact.end, "surface": fact.surface}


def _part(start: int, end: int, surface: str) -> dict[str, Any]:
    return {"start": start, "end": end, "surface": surface}


def _made(fact: Fact) -> dict[str, Any]:
    rows: Sequence[str] = fact.rows
    made = {"case": fact.case, "rule": fact.rule, "confidence": round(fact.confidence, 3)}
    return made | ({"rows": list(rows)} if rows else {})


def _quantity(fact: Quantity) -> dict[str, Any]:
    return (
        _span(fact)
        | {
            "value": number(fact.value),
            "qualifier": fact.qualifier,
            "lower": number(fact.lower),
            "upper": number(fact.upper),
            "unit": fact.unit,
            "indicator": fact.indicator,
            "counted": fact.counted,
            "status": fact.status,
            "period": fact.period,
            "period_basis": fact.period_basis,
            "every": fact.every,
            "subject": fact.subject,
        }
        | _made(fact)
    )


def _place(fact: Place) -> dict[str, Any]:
    place = {"name": fact.name, "code": fact.code, "level": fact.level, "role": fact.role}
    return _span(fact) | place | ({"nested": True} if fact.nested else {}) | _made(fact)


def _organisation(fact: Organisation) -> dict[str, Any]:
    return _span(fact) | {"name": fact.name, "kind": fact.kind, "role": fact.role} | _made(fact)
