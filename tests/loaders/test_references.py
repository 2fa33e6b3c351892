"""References between sources."""

from __future__ import annotations

from graph.sources import Source
from loaders.case_file import parse_case_file
from loaders.references import SUGGESTIONS, references, unresolved
from ontology.records import Ref


def source(key: str, body: str) -> Source:
    return parse_case_file(f"duikou: 1\nsource: {key}\n{body}".encode(), f"{key}.yaml")


AREAS = source("areas", 'areas: {"530000": {name: {zh: 云南省, en: Yunnan}, level: province}}')
PROGRAMME = source("one", "programmes:\n  lanhe:\n    name: {zh: 蓝河, en: Lanhe}\n    part_of: [qingshan]\n")
WIDER = source("two", "programmes: {qingshan: {name: {zh: 青山, en: Qingshan}}}")


def test_what_another_source_has_is_found() -> None:
    assert unresolved([AREAS, PROGRAMME, WIDER]) == []


def test_what_no_source_has_is_told_with_its_place() -> None:
    assert [str(problem) for problem in unresolved([PROGRAMME])] == [
        "one.yaml:6:14 (programmes.lanhe.part_of): there is no programme qingshan. "
        "Add it, or load the file that has it together with this one"
    ]


def test_a_near_key_of_any_source_is_suggested() -> None:
    near = source("three", "programmes: {p: {name: {zh: 某}, part_of: [qinshan]}}")

    assert unresolved([near, WIDER])[0].remedy == "Did you mean qingshan?"


def test_the_right_key_of_another_kind_is_pointed_out() -> None:
    mixed = source("three", "sites: {s: {name: {zh: 某}, area: lanhe}}")

    assert unresolved([mixed, PROGRAMME, WIDER])[0].remedy == "There is programme/lanhe: check the kind"


def test_what_is_published_already_counts_as_known() -> None:
    assert unresolved([PROGRAMME], {Ref("programme/qingshan")}) == []


def test_concepts_are_not_looked_for_among_records() -> None:
    themed = source("three", "programmes: {p: {name: {zh: 某}, themes: [health]}}")

    assert list(references(themed.records[0])) == [("themes", "concept/theme/health")]
    assert unresolved([themed]) == []


def test_very_many_lost_references_are_all_told_but_not_all_searched_for() -> None:
    keys = ", ".join(f"lost-{i}" for i in range(2000))
    lost = source("three", f"programmes: {{p: {{name: {{zh: 某}}, part_of: [{keys}]}}}}")
    problems = unresolved([lost, WIDER])

    assert len(problems) == 2000
    assert sum(problem.remedy is not None for problem in problems) == SUGGESTIONS
