"""Relations: by the roles of parties, by verbs inside a clause, and what a case is about."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from loaders.article import names, relations, subjects
from loaders.article.case_spans import divide
from loaders.article.facts import Organisation, Place, Quantity, Relation
from loaders.article.scope import Scope, scopes
from loaders.article.segments import structure
from loaders.article.subjects import title_phrase


def scope_of(text: str) -> Scope:
    parts = structure(text)
    return scopes(text, parts, divide(parts, text).cases)[-1]


def at(text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "surface": words, "case": 1, "rule": "test"}


def related(
    text: str, bodies: dict[str, str | None] | None = None, places: dict[str, str | None] | None = None, **more: Any
) -> list[Relation]:
    """The relations of a text whose bodies and places are told with their roles."""
    scope = scope_of(text)
    organisations = [
        Organisation(**at(text, words), name=words, kind="enterprise", role=role)
        for words, role in (bodies or {}).items()
    ]
    found_places = [
        Place(**at(text, words), name=words, level="county", role=role) for words, role in (places or {}).items()
    ]
    memory = names.Memory()
    names.learn(scope, memory)
    found = names.find(scope, memory)
    facts = relations.Facts(found, organisations, found_places, more.get("quantities", []))
    main = subjects.main_programme(scope, found, organisations)
    facts = replace(facts, quantities=subjects.with_subject(scope, facts.quantities, found, main))
    told = relations.find(scope, facts, main)
    assert all(text[r.start : r.end] == r.surface for r in told)
    return told


def triples(told: list[Relation]) -> set[tuple[str, str, str]]:
    return {(r.subject, r.predicate, r.object) for r in told}


ROLES = [("donor", "donorOf"), ("implementer", "implements"), ("partner", "partnerOf"), ("authority", "guides")]


@pytest.mark.parametrize(("role", "predicate"), ROLES)
def test_a_role_is_a_relation_to_the_programme(role: str, predicate: str) -> None:
    text = "东山集团启动“春芽行动”项目,帮助孩子上学。"

    assert ("东山集团", predicate, "春芽行动") in triples(related(text, {"东山集团": role}))


def test_a_body_that_benefits_is_the_object() -> None:
    text = "东山集团启动“春芽行动”项目,资助西河中学。"

    assert ("春芽行动", "beneficiaryBody", "西河中学") in triples(related(text, {"西河中学": "beneficiary body"}))


@pytest.mark.parametrize(
    ("text", "bodies", "wanted"),
    [
        ("东山集团与西河公司签订协议。", ["东山集团", "西河公司"], ("东山集团", "partnerOf", "西河公司")),
        ("东山集团联合西河公司办厂。", ["东山集团", "西河公司"], ("东山集团", "partnerOf", "西河公司")),
        ("东山集团加入西河联盟。", ["东山集团", "西河联盟"], ("东山集团", "memberOf", "西河联盟")),
        ("东山集团推出“爱心保”产品。", ["东山集团"], ("东山集团", "provides", "爱心保")),
        ("东山集团举办第三届全国茶叶博览会。", ["东山集团"], ("东山集团", "implements", "第三届全国茶叶博览会")),
    ],
)  # fmt: skip
def test_a_verb_joins_two_names(text: str, bodies: list[str], wanted: tuple[str, str, str]) -> None:
    assert wanted in triples(related(text, dict.fromkeys(bodies)))


def test_areas_are_helped_by_areas() -> None:
    text = "东山区与西河县结对,派干部前往西河县。"
    told = triples(related(text, {}, {"东山区": "donor area", "西河县": "recipient area"}))

    assert ("东山区", "supportsArea", "西河县") in told


def test_the_span_is_the_clause_that_says_so() -> None:
    told = related("今天天晴,东山集团联合西河公司办厂,大家高兴。", {"东山集团": None, "西河公司": None})

    assert {r.surface for r in told if r.predicate == "partnerOf"} == {"东山集团联合西河公司办厂"}


def test_a_figure_speaks_of_the_programme_named_last_in_its_sentence() -> None:
    text = "“春芽行动”项目启动。“秋实行动”项目培训20人,其中妇女5人。"
    figures = [
        Quantity(**at(text, words), value=Decimal(value), unit="person", indicator="persons-trained", status=status)
        for words, value, status in (("20人", 20, "achieved"), ("5人", 5, "planned"))
    ]
    told = triples(related(text, quantities=figures))

    assert ("秋实行动", "hasIndicator", "persons-trained = 20 person") in told
    assert ("秋实行动", "hasTarget", "persons-trained = 5 person") in told


def test_a_mechanism_is_used_by_the_programme() -> None:
    text = "开展“山货进城”活动,采用“公司+合作社+农户”的模式。"

    assert ("山货进城", "usesModel", "公司+合作社+农户") in triples(related(text))


def test_nothing_is_said_twice_or_of_itself() -> None:
    text = "东山集团与西河公司签订协议。东山集团与西河公司签订协议。"
    told = related(text, {"东山集团": "donor", "西河公司": "partner"})

    assert len(triples(told)) == len(told)
    assert all(r.subject != r.object for r in told)


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("挂村联户 扶贫扶志 国企结对帮村全覆盖", "国企结对帮村全覆盖"),
        ("案例三：让山里娃上好学", "让山里娃上好学"),
        ("一、茶香飘出大山", "茶香飘出大山"),
        ("山货进城", "山货进城"),
        (" ", "…"),
    ],
)
def test_a_case_without_a_name_is_called_by_a_phrase_of_its_title(title: str, phrase: str) -> None:
    assert title_phrase(title) == phrase
