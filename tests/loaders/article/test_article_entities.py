"""Places and bodies in Chinese text: which words, which unit, which role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.article import entities
from loaders.article.facts import Organisation, Place
from loaders.article.segments import structure
from loaders.article.tagger.model import tagger
from loaders.article.tokens import Tokens

ROLES = {"d": "donor area", "r": "recipient area", "v": "venue", "b": "base"}
MARK = re.compile(r"\{([^{}|]+)\|([^{}|]+)\|([^{}|]+)\}|<([^<>|]+)\|([^<>|]+)\|([^<>|]+)>")


def read(text: str, year: int | None = 2019) -> tuple[list[Place], list[Organisation]]:
    return entities.find(structure(text), text, year=year)


def free(text: str, year: int | None = 2019) -> list[tuple[str, str | None]]:
    """Return the places outside names, each with its code."""
    return [(place.surface, place.code) for place in read(text, year)[0] if not place.nested]


def bodies(text: str) -> list[str]:
    return [body.surface for body in read(text)[1] if body.named]


needs_tagger = pytest.mark.skipif(tagger() is None, reason="the tagger's weights were not built")


# Measured on sentences that were annotated before the rules ran on them


@dataclass
class Annotated:
    text: str = ""
    places: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    bodies: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


def annotated() -> Iterator[Annotated]:
    lines = Path(__file__).with_name("trial.txt").read_text(encoding="utf-8").splitlines()
    for marked in (line for line in lines if line and not line.startswith("#")):
        found, at = Annotated(), 0
        for mark in MARK.finditer(marked):
            found.text += marked[at : mark.start()]
            start, words = len(found.text), mark[1] or mark[4]
            found.text += words
            if mark[1]:
                found.places[start, len(found.text)] = (mark[2], ROLES.get(mark[3], ""))
            else:
                found.bodies[start, len(found.text)] = (mark[5], mark[6])
            at = mark.end()
        found.text += marked[at:]
        yield found


def f1(right: int, found: int, expected: int) -> float:
    return 2 * right / (found + expected)


@needs_tagger
def test_places_and_bodies_of_all_provinces_and_kinds() -> None:
    right = {"place": 0, "code": 0, "role": 0, "body": 0}
    found = {"place": 0, "code": 0, "role": 0, "body": 0}
    expected = {"place": 0, "body": 0}
    for text in annotated():
        places, organisations = read(text.text)
        named = {span for span, (kind, _) in text.bodies.items() if kind != "GENERIC"}
        expected["place"] += len(text.places)
        expected["body"] += len(named)
        for place in places:
            if place.nested:
                continue
            found["place"] += 1
            want = text.places.get((place.start, place.end))
            if want is None:
                continue
            right["place"] += 1
            if want[0].isdigit():
                found["code"] += 1
                right["code"] += place.code == want[0]
            if want[1]:
                found["role"] += 1
                right["role"] += place.role == want[1]
        for body in organisations:
            if body.named:
                found["body"] += 1
                right["body"] += (body.start, body.end) in named
    assert expected["place"] > 600
    assert expected["body"] > 330
    assert f1(right["place"], found["place"], expected["place"]) > 0.98
    assert right["code"] / found["code"] > 0.98
    assert right["role"] / found["role"] > 0.95
    assert f1(right["body"], found["body"], expected["body"]) > 0.96


# One rule each


@needs_tagger
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上海市长宁区对口帮扶红河州。", [("上海市", "310000"), ("长宁区", "310105"), ("红河州", "532500")]),
        ("四川宜宾的长宁盛产竹笋。", [("四川", "510000"), ("宜宾", "511500"), ("长宁", "511524")]),
        ("沈阳市铁西区捐了款。", [("沈阳市", "210100"), ("铁西区", "210106")]),
        ("鞍山市铁西区捐了款。", [("鞍山市", "210300"), ("铁西区", "210303")]),
        ("专家来到楚雄州和大理州。", [("楚雄州", "532300"), ("大理州", "532900")]),
        ("专家从日喀则地区回来。", [("日喀则地区", "540200")]),
        ("喀什的西梅熟了。", [("喀什", "653100")]),
        ("甘肃东乡县的土豆", [("甘肃", "620000"), ("东乡县", "622926")]),
        ("离喀什市区十五公里", [("喀什", "653101")]),
    ],
)  # fmt: skip
def test_a_name_is_the_unit_that_its_company_tells(text: str, expected: list[tuple[str, str]]) -> None:
    assert free(text) == expected


@needs_tagger
@pytest.mark.parametrize(
    ("text", "code"),
    [("禄丰市的化石", "532331"), ("万县市的移民", "500101"), ("闸北区的企业", "310106"),
     ("思茅地区的咖啡", "530800"), ("杭州市临平区的企业", None)],
)  # fmt: skip
def test_names_of_other_years_lead_to_the_units_of_2019(text: str, code: str | None) -> None:
    assert free(text, 2021)[-1][1] == code


@needs_tagger
def test_a_name_that_several_units_have_gets_no_code_without_a_reason() -> None:
    (place,) = read("铁西区捐了款。")[0]
    assert place.code is None
    assert {"210106", "210303", "220302"} & set(place.others)


@needs_tagger
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("援疆干部和援藏医生", ["疆", "藏"]),
        ("沪滇协作二十年", ["沪", "滇"]),
        ("粤桂两省区签约", ["粤", "桂"]),
        ("苏陕扶贫协作", ["苏", "陕"]),
        ("让滇品入沪", ["滇", "沪"]),
        ("每年召开闽宁互学互助会", ["闽", "宁"]),
        ("上海与遵义、喀什协作，沪喀情深", ["上海", "遵义", "喀什", "沪", "喀"]),
        ("今年新疆是个丰收年", ["新疆"]),
        ("青年人喜欢晋升和宁静", []),
        ("他们在湘菜馆里吃川菜", []),
    ],
)
def test_one_character_is_a_name_only_in_company(text: str, expected: list[str]) -> None:
    assert [surface for surface, _ in free(text)] == expected


@needs_tagger
@pytest.mark.parametrize(
    "text",
    [
        "双方加强合作，资源共享，打通绿色通道。",
        "会同有关部门，走向光明，东方既白。",
        "大同小异，天下太平，家业兴隆，生活安居。",
        "他站在长安街上，讲红旗渠的故事。",
        "发展合作社，整合资源，把资源变成资产。",
        "深度贫困村和示范镇，全县各乡镇，两市一州。",
    ],
)
def test_common_words_are_no_places(text: str) -> None:
    assert free(text) == []


@needs_tagger
def test_towns_and_villages_have_a_level_and_no_code() -> None:
    places, _ = read("志愿者到隆德县沙塘镇清泉村住了一个月，沙塘镇的花椒熟了。")
    assert [(p.surface, p.level, p.code) for p in places] == [
        ("隆德县", "county", "640423"), ("沙塘镇", "township", None),
        ("清泉村", "village", None), ("沙塘镇", "township", None),
    ]  # fmt: skip


@needs_tagger
@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("推介会在昆明举行。", "venue"),
        ("活动在静安、长宁、徐汇举办。", "venue"),
        ("中心总部设在昆明。", "base"),
        ("山东援疆干部住了三年。", "donor area"),
        ("清远对口帮扶连南。", "donor area"),
        ("贫困群众到杭州务工。", "venue"),
    ],
)
def test_the_words_around_a_place_tell_its_role(text: str, role: str) -> None:
    assert read(text)[0][0].role == role


@needs_tagger
def test_who_gives_within_one_province_is_told_by_the_text_alone() -> None:
    places, _ = read("清远市清城区对口帮扶连南县。连南的茶叶卖得好，清城的企业去收购。")
    assert [(p.surface, p.role) for p in places if p.surface[:2] in ("连南", "清城")] == [
        ("清城区", "donor area"), ("连南县", "recipient area"), ("连南", "recipient area"), ("清城", "donor area"),
    ]  # fmt: skip


@needs_tagger
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市国资委、县扶贫办联合发文。", ["市国资委", "县扶贫办"]),
        ("宝安区国资委牵头引进深圳绿源牧业集团。", ["宝安区国资委", "深圳绿源牧业集团"]),
        ("北京大学人民医院和玉树州人民医院签约。", ["北京大学人民医院", "玉树州人民医院"]),
        ("天津市卫生健康委组织天津医科大学总医院下乡。", ["天津市卫生健康委", "天津医科大学总医院"]),
        ("碧桂园在东乡捐建布楞沟小学。", ["碧桂园", "布楞沟小学"]),
        ("佛山市对口凉山扶贫协作工作组组长说", ["佛山市对口凉山扶贫协作工作组"]),
        ("均胜电子、海天塑机等十几家企业来招人。", ["均胜电子", "海天塑机"]),
        ("龙头企业带动合作社，两地教育局结对，当地政府搭台。", []),
        ("拼多多推出了“多多农园”。", ["拼多多"]),
        ("上海市委书记和市委常委、市政府秘书长到会。", ["上海市委"]),
        ("农工党上海市委发起募捐。", ["农工党上海市委"]),
        ("中国石油大学（北京）定点帮扶。", ["中国石油大学（北京）"]),
        ("怒江州委致信中交集团。", ["怒江州委", "中交集团"]),
        ("教育部门、卫生部门各司其职。", []),
        ("在合肥学会了烘焙。", []),
    ],
)
def test_a_body_is_its_whole_name_and_no_more(text: str, expected: list[str]) -> None:
    assert bodies(text) == expected


@needs_tagger
def test_a_short_form_that_the_text_defines_is_the_body() -> None:
    found = read("广东援疆前方指挥部（下称“前指”）进场。前指引来了企业。")[1]
    assert [(b.surface, b.name) for b in found if b.named] == [
        ("广东援疆前方指挥部", "广东援疆前方指挥部"), ("前指", "广东援疆前方指挥部"), ("前指", "广东援疆前方指挥部"),
    ]  # fmt: skip


@needs_tagger
def test_what_a_place_calls_its_hospital_or_a_group_its_company_is_the_body() -> None:
    found = read("玉树州人民医院来了新医生。州医院的床位增加了。中国华电集团有限公司捐建电站，华电还派来干部。")[1]
    assert [(b.surface, b.name) for b in found if b.named] == [
        ("玉树州人民医院", "玉树州人民医院"), ("州医院", "玉树州人民医院"),
        ("中国华电集团有限公司", "中国华电集团有限公司"), ("华电", "中国华电集团有限公司"),
    ]  # fmt: skip
    assert [b.surface for b in read("州医院的床位增加了。")[1] if b.named] == []


@needs_tagger
def test_places_inside_a_name_are_nested() -> None:
    places, _ = read("云南省教育厅来到昆明。")
    assert [(p.surface, p.nested) for p in places] == [("云南省", True), ("昆明", False)]


def test_without_the_tagger_lists_alone_still_read_places_and_bodies() -> None:
    text = "上海市长宁区与云南省绿春县结对，绿春县教育局和同济大学参加。"
    parts = structure(text)
    places, found = entities.find(parts, text, year=2019, words=Tokens(parts.view.text, []))
    assert [p.code for p in places if not p.nested] == ["310000", "310105", "530000", "532531"]
    assert {b.surface for b in found} >= {"绿春县教育局", "同济大学"}


# Whatever the text


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["上海", "援疆", "合作市", "市教委", "公司", "、", "，", "。", "\n", " ", "“", "”", "（",
             "等5家企业", "委", "镇", "对口帮扶", "２０", "县", "集团", "𠮷",
             "在", "举办", "拼多多", "的", "云南省大理州",
             "沪", "喀", "两地", "村", "总部设在"]
        ),
        max_size=24,
    ).map("".join)
)  # fmt: skip
def test_spans_are_inside_the_text_and_surfaces_are_its_slices(text: str) -> None:
    places, found = read(text)
    for fact in (*places, *found):
        assert 0 <= fact.start < fact.end <= len(text)
        assert fact.surface == text[fact.start : fact.end]
        assert fact.rule
    for facts in (places, found):
        assert all(a.end <= b.start for a, b in pairwise(facts))


@needs_tagger
def test_a_word_broken_over_lines_is_one_mention() -> None:
    text = "二十多年来，上海一直对口支援云南省，干部一批接一批地去，去得最多的地方要数楚雄彝族自\n治州，群众都记得。"
    found = [(p.surface, p.code) for p in read(text)[0]]
    assert ("楚雄彝族自\n治州", "532300") in found
