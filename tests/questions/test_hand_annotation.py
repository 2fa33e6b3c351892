"""The published graph against the hand annotation of the document, asked in SPARQL as a stranger would."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from ontology.namespaces import BASE

ROLES = {
    "donor": "donor",
    "implementer": "implementer",
    "partner": "partner",
    "beneficiary body": "recipient",
    "authority": "authority",
}


@pytest.fixture(scope="module")
def gold(shared: Path) -> dict[str, Any]:
    file = shared / "gold" / "seed.json"
    if not file.is_file():
        pytest.skip("the hand annotation is not in ../shared/gold")
    loaded: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return loaded


def rows(database: Database, text: str) -> list[dict[str, str]]:
    prologue = "PREFIX dk: <https://w3id.org/duikou/ontology#>\n"
    sent = json.loads(database.reader().answer(prologue + text, Dataset(), [Format.JSON]).body)
    return [{k: v["value"] for k, v in row.items()} for row in sent["results"]["bindings"]]


def overlap(span: dict[str, Any], row: dict[str, str]) -> bool:
    return int(row["begin"]) < span["end"] and span["start"] < int(row["end"])


SPAN = "?e a dk:TextEvidence ; dk:inDocument ?d ; dk:beginIndex ?begin ; dk:endIndex ?end ."


def test_every_fact_is_a_measurement_with_its_value_qualifier_and_status(
    ten_cases: Database, gold: dict[str, Any]
) -> None:
    figures = rows(
        ten_cases,
        f"""SELECT ?value ?qualifier ?status ?begin ?end {{
            ?m a dk:Measurement ; dk:value ?value ; dk:qualifier ?qualifier ; dk:status ?status ; dk:evidence ?e .
            {SPAN} }}""",
    )
    facts = [q for case in gold["cases"] for q in case["quantities"] if q["is_fact"]]
    assert len(facts) == 62
    for fact in facts:
        assert any(
            overlap(fact, row)
            and Decimal(row["value"]) == Decimal(str(fact["value"]))
            and row["qualifier"] == f"{BASE}concept/qualifier/{fact['qualifier']}"
            and row["status"] == f"{BASE}concept/status/{fact['status']}"
            for row in figures
        ), fact["surface"]


@pytest.mark.parametrize("role", ROLES)
def test_every_body_takes_part_in_its_role(ten_cases: Database, gold: dict[str, Any], role: str) -> None:
    parts = rows(
        ten_cases,
        f"""SELECT ?begin ?end {{
            ?p dk:{ROLES[role]}Participation ?x . ?x dk:participant ?o ; dk:evidence ?e . {SPAN} }}""",
    )
    bodies = [o for case in gold["cases"] for o in case["orgs"] if o.get("role") == role]
    assert bodies
    assert [o["surface"] for o in bodies if not any(overlap(o, row) for row in parts)] == []


def test_every_recipient_area_is_stated_with_evidence(ten_cases: Database, gold: dict[str, Any]) -> None:
    stated = rows(
        ten_cases,
        f"""SELECT ?code ?begin ?end {{
            ?p dk:statedRecipientArea ?a ; dk:recipientParticipation ?x .
            ?a dk:gbt2260Code ?code . ?x dk:participant ?a ; dk:evidence ?e . {SPAN} }}""",
    )
    places = [
        p
        for case in gold["cases"]
        for p in case["places"]
        if p.get("role") == "recipient area" and p.get("gb2260_2019") and not p.get("nested_in_name")
    ]
    assert len(places) > 30
    missing = [
        p["surface"]
        for p in places
        if not any(overlap(p, row) and row["code"] == str(p["gb2260_2019"]) for row in stated)
    ]
    assert missing == []


def test_every_piece_of_evidence_is_a_slice_of_the_document(ten_cases: Database, source_text: str) -> None:
    pieces = rows(ten_cases, f"SELECT ?begin ?end ?text {{ {SPAN} ?e dk:exactText ?text }}")
    assert len(pieces) > 400
    assert [p["text"] for p in pieces if source_text[int(p["begin"]) : int(p["end"])] != p["text"]] == []
