"""RDF that breaks the shapes is refused with file, line and field, and the published graph stays as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graph.database import Database
from graph.publish import load_rdf
from ontology.errors import ValidationError

PREFIXES = """@prefix dk: <https://w3id.org/duikou/ontology#> .
@prefix area: <https://w3id.org/duikou/id/area/> .
@prefix m: <https://w3id.org/duikou/id/measurement/> .
"""
FAULTS = {
    "an output that is an outcome": (
        "<https://w3id.org/duikou/id/result/planted> a dk:Output , dk:Outcome .",
        4,
        "rdf:type",
        "never two of these",
    ),
    "a county in two prefectures": (
        "area:532929 a dk:CountyLevelArea ; dk:directlyWithin area:530500 .",
        4,
        "dk:directlyWithin",
        "at most one",
    ),
    "a figure without evidence": (
        "\nm:planted a dk:Measurement ; dk:value 3.0 .",
        5,
        "dk:evidence",
        "must cite",
    ),
    "a figure in an unknown unit": (
        "m:planted a dk:Measurement ; dk:unit dk:housholds .",
        4,
        "dk:unit",
        "concept/unit",
    ),
    "a role without an IRI": ("\n\n<urn:p> dk:donorParticipation [ a dk:DonorParticipation ] .", 6, None, "no IRI"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told_with_its_place(ten_cases: Database, tmp_path: Path, fault: str) -> None:
    turtle, line, field, words = FAULTS[fault]
    shutil.copytree(ten_cases.path, tmp_path / "db")
    database = Database(tmp_path / "db")
    before = database.current
    file = tmp_path / "planted.ttl"
    file.write_text(PREFIXES + turtle, "utf-8")
    with pytest.raises(ValidationError) as caught:
        load_rdf(database, [file])
    told = [p for p in caught.value.problems if words in p.message and p.where and p.where.field == field]
    assert told, str(caught.value)
    assert told[0].where is not None
    assert (told[0].where.file, told[0].where.line) == (str(file), line)
    assert database.current == before


def test_every_one_of_many_faults_has_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "many.ttl"
    many = [f"m:many-{n} a dk:Measurement ; dk:value 1.0 ." for n in range(150)]
    file.write_text(PREFIXES + "\n".join(many), "utf-8")
    with pytest.raises(ValidationError) as caught:
        load_rdf(Database(tmp_path / "db"), [file])
    first = PREFIXES.count("\n") + 1
    lines = {p.where.line for p in caught.value.problems if p.where and "must cite" in p.message}
    assert lines == set(range(first, first + 150))
