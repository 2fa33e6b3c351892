"""Every fact of the hand annotation is among the records of the ten cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from graph.sources import Source
from ontology.records import Measurement, Participation, Programme, Record, Ref, TextEvidence

Gold = list[dict[str, Any]]

#: Roles of the annotation → ours; the others have the same name.
ROLES = {"beneficiary body": "recipient"}
UNITS = {"m": "metre", "a": "year", "mo": "month", "t": "tonne", "1 (ratio)": "ratio"}


@pytest.fixture(scope="module")
def records(sources: list[Source]) -> list[Record]:
    return [record for source in sources for record in source.records]


@pytest.fixture(scope="module")
def spans(records: list[Record]) -> dict[Ref, tuple[int, int]]:
    return {r.ref: (r.begin, r.end) for r in records if isinstance(r, TextEvidence)}


def of_kind(gold: Gold, kind: str) -> Iterator[dict[str, Any]]:
    for case in gold:
        yield from case[kind]


def shown(mention: dict[str, Any]) -> str:
    return f"{mention['id']} {mention['surface']} {mention['start']}–{mention['end']}"


def overlaps(evidence: Iterable[tuple[int, int]], mention: dict[str, Any]) -> bool:
    return any(begin < mention["end"] and mention["start"] < end for begin, end in evidence)


def covers(evidence: Iterable[tuple[int, int]], mention: dict[str, Any]) -> bool:
    """Whether evidence covers a mention; a long one may be in pieces, but for the “and” between them."""
    covered = {place for begin, end in evidence for place in range(begin, end)}
    left = [char for place, char in enumerate(mention["surface"], mention["start"]) if place not in covered]
    return len(left) < len(mention["surface"]) and set(left) <= set("、和及与")


def test_every_figure_is_a_measurement(gold: Gold, records: list[Record], spans: dict[Ref, tuple[int, int]]) -> None:
    figures = [
        ((r.value, r.qualifier, r.status, r.unit), [spans[ref] for ref in r.evidence])
        for r in records
        if isinstance(r, Measurement)
    ]
    facts = [fact for fact in of_kind(gold, "quantities") if fact["is_fact"]]
    missing = []
    for fact in facts:
        unit = UNITS.get(fact["unit"], fact["unit"].replace(" ", "-"))
        said = (
            Decimal(str(fact["value"])),
            f"concept/qualifier/{fact['qualifier']}",
            f"concept/status/{fact['status']}",
            f"concept/unit/{unit}",
        )
        near = [what for what, evidence in figures if overlaps(evidence, fact)]
        if said not in near:
            missing.append(f"{shown(fact)}: {said}, there: {near}")

    assert len(facts) == 62
    assert missing == []


def test_every_body_takes_part_in_its_role(
    gold: Gold, records: list[Record], spans: dict[Ref, tuple[int, int]]
) -> None:
    parts: dict[str, list[list[tuple[int, int]]]] = {}
    for record in records:
        if isinstance(record, Participation) and record.participant.startswith("organisation/"):
            parts.setdefault(record.role, []).append([spans[ref] for ref in record.evidence])
    bodies = list(of_kind(gold, "orgs"))
    missing = [
        f"{shown(body)}: {body['role']}"
        for body in bodies
        if not any(covers(evidence, body) for evidence in parts[ROLES.get(body["role"], body["role"])])
    ]

    assert len(bodies) == 71
    assert missing == []


def test_every_recipient_area_is_stated(gold: Gold, records: list[Record], spans: dict[Ref, tuple[int, int]]) -> None:
    stated = {ref for r in records if isinstance(r, Programme) for ref in r.stated_recipient_areas}
    mentions: dict[Ref, list[tuple[int, int]]] = {}
    for record in records:
        if isinstance(record, Participation) and record.role == "recipient":
            mentions.setdefault(record.participant, []).extend(spans[ref] for ref in record.evidence)
    places = [
        place
        for place in of_kind(gold, "places")
        if place["role"] == "recipient area" and place.get("gb2260_2019") and not place.get("nested_in_name")
    ]
    missing = []
    for place in places:
        area = Ref(f"area/{place['gb2260_2019']}")
        if area not in stated or not covers(mentions.get(area, ()), place):
            missing.append(f"{shown(place)}: {area}")

    assert len(places) > 50
    assert missing == []


def test_every_programme_gives_its_figures_and_parts_from_its_own_case(
    gold: Gold, records: list[Record], spans: dict[Ref, tuple[int, int]]
) -> None:
    """A slip of position would put evidence into another case; what is shared may come from anywhere."""
    inside = {case["case"]: (case["start"], case["end"]) for case in gold}
    for record in records:
        if isinstance(record, Measurement):
            begins = {n for ref in record.evidence for n, (b, e) in inside.items() if b <= spans[ref][0] < e}
            assert len(begins) == 1, record.key
