"""Reviews of entries: what a person rejected is kept in the file and does not load."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from graph.sources import Source
from loaders.case_file import parse_case_file
from loaders.references import unresolved
from ontology.errors import SourceError
from ontology.records import Measurement, Organisation, Participation, Programme, Ref, Result, SourceDocument

FILE = """\
duikou: 1
source: lanhe
document: lanhe-2022
documents:
  lanhe-2022: {name: {zh: 蓝河简报}, characters: 36}
areas:
  lanhe: {name: {zh: 蓝河镇}, level: town}
  huhe: {name: {zh: 湖河镇}, level: town}
organisations:
  donghai: {name: {zh: 东海大学}, review: {state: unreviewed, rule: organisation.tagged, span: [0, 4], confidence: 0.8}}
  nanhai: {name: {zh: 南海大学}}
programmes:
  school:
    name: {zh: 蓝河夜校, en: Lanhe evening school}
    participants:
      donor:
        donghai: {evidence: [[0, 4, 东海大学]], review: {state: unreviewed, rule: role.helps, confidence: 0.75}}
        nanhai: [[5, 6, 从]]
    recipient_areas:
      lanhe: [[12, 15, 蓝河镇]]
      huhe: [[13, 14, 河]]
    venues:
      lanhe: {evidence: [[12, 14, 蓝河]], review: unreviewed}
    mechanisms: [evening]
mechanisms:
  evening: {name: {zh: 夜校}}
indicators:
  taught: {name: {zh: 培训村医}}
results:
  teaching: {of: programme/school, kind: output, name: {zh: 授课}}
figures:
  doctors:
    result: teaching
    indicator: taught
    value: 45
    unit: person
    status: achieved
    written: 45名
    evidence: [[32, 35, 45名]]
    review: {state: unreviewed, rule: quantity.count, rows: ["units:名"], confidence: 0.9,
      question: 都来自蓝河镇吗？}
  evenings:
    of: programme/school
    indicator: taught
    value: 120
    unit: event
    status: achieved
    written: 120余场
    evidence: [[22, 27, 120余场]]
"""


def parse(text: str) -> Source:
    return parse_case_file(text.encode(), "lanhe.yaml")


def rejecting(words: str) -> Source:
    """The file with an entry rejected: `words` is the line after which its review is put, or the review itself."""
    assert words in FILE
    if "unreviewed" in words:
        return parse(FILE.replace(words, words.replace("unreviewed", "rejected")))
    return parse(FILE.replace(words, f"{words}, review: rejected"))


def by_type(source: Source, record: type[Any]) -> dict[str, Any]:
    return {r.key: r for r in source.records if isinstance(r, record)}


def test_a_review_says_how_the_entry_came_about() -> None:
    source = parse(FILE)
    doctors = by_type(source, Measurement)["doctors"]
    donor = by_type(source, Participation)["school.donor.donghai"]

    assert doctors.review_state == "concept/review-state/unreviewed"
    assert doctors.extraction_rule == "quantity.count"
    assert doctors.confidence == Decimal("0.9")
    assert donor.extraction_rule == "role.helps"
    assert by_type(source, Organisation)["donghai"].confidence == Decimal("0.8")
    assert str(source.origin(Ref("measurement/doctors"), "confidence")).startswith("lanhe.yaml:40:")


def test_a_rejected_figure_does_not_load_and_its_result_stays() -> None:
    source = rejecting("state: unreviewed, rule: quantity.count")

    assert set(by_type(source, Measurement)) == {"evenings"}
    assert by_type(source, Result)["teaching"].measurements == ()
    assert unresolved([source]) == []


def test_a_rejected_body_takes_its_part_with_it() -> None:
    source = rejecting("state: unreviewed, rule: organisation.tagged")

    assert set(by_type(source, Organisation)) == {"nanhai"}
    assert "school.donor.donghai" not in by_type(source, Participation)
    assert unresolved([source]) == []


def test_a_rejected_part_leaves_the_body() -> None:
    source = rejecting("state: unreviewed, rule: role.helps")

    assert set(by_type(source, Organisation)) == {"donghai", "nanhai"}
    assert "school.donor.donghai" not in by_type(source, Participation)
    assert "school.donor.nanhai" in by_type(source, Participation)


def test_a_rejected_venue_is_none() -> None:
    assert by_type(parse(FILE), Programme)["school"].venues == ("area/lanhe",)
    assert by_type(rejecting("review: unreviewed"), Programme)["school"].venues == ()


def test_with_a_rejected_area_go_its_mentions_as_recipient() -> None:
    source = rejecting("huhe: {name: {zh: 湖河镇}, level: town")
    programme = by_type(source, Programme)["school"]

    assert programme.stated_recipient_areas == ("area/lanhe",)
    assert unresolved([source]) == []


def test_a_list_loses_what_is_rejected() -> None:
    source = rejecting("evening: {name: {zh: 夜校}")

    assert by_type(source, Programme)["school"].mechanisms == ()
    assert unresolved([source]) == []


def test_with_a_rejected_programme_goes_all_that_hangs_from_it() -> None:
    source = parse(FILE.replace("    mechanisms: [evening]\n", "    mechanisms: [evening]\n    review: rejected\n"))

    assert by_type(source, Programme) == {}
    assert by_type(source, Measurement) == {}
    assert by_type(source, Result) == {}
    assert by_type(source, Participation) == {}
    assert set(by_type(source, SourceDocument)) == {"lanhe-2022"}
    assert unresolved([source]) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("confidence: 0.9", "confidence: 1.5", "the number 1.5 is more than 1"),
        ("state: unreviewed, rule: role", "state: fine, rule: role", "unknown review-state “fine”"),
        ("span: [0, 4]", "span: [4, 0]", "its end, 0, is not after its begin, 4"),
        ("state: unreviewed, rule: quantity.count", "rule: quantity.count", "the field state is missing"),
    ],
)
def test_mistakes_in_a_review_are_told(old: str, new: str, message: str) -> None:
    assert old in FILE
    with pytest.raises(SourceError) as caught:
        parse(FILE.replace(old, new))

    assert message in str(caught.value)
