"""Figures: what they are worth, what they count, how sure the words are; and what is no figure."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.article.case_spans import divide
from loaders.article.dates import document_date
from loaders.article.facts import Quantity
from loaders.article.quantities import Figures, read_quantities
from loaders.article.segments import structure

TRIALS = [
    line.split("\t")
    for line in Path(__file__).with_name("quantities.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def figures(text: str) -> Figures:
    parts = structure(text)
    division = divide(parts, text)
    today, _ = document_date(parts, division.title)
    return read_quantities(parts, text, division.cases, today=today)


def told(found: Quantity) -> str:
    value = round(found.value, 7).normalize()
    words = f"{found.surface}={value:f} {found.unit.replace(' ', '_')}"
    if (found.qualifier, found.status) != ("exact", "achieved"):
        words += f" {found.qualifier}"
    return words if found.status == "achieved" else f"{words} {found.status}"


@pytest.mark.parametrize(("sentence", "expected"), TRIALS, ids=[sentence for sentence, _ in TRIALS])
def test_a_sentence_gives_its_figures(sentence: str, expected: str) -> None:
    assert ("; ".join(told(q) for q in figures(sentence).quantities) or "-") == expected


def facts(gold: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    return [q for q in gold["quantities"] if q["is_fact"]]


def test_every_figure_of_the_ten_cases_is_found_with_its_value(shared: Path, source_text: str) -> None:
    gold = json.loads((shared / "gold" / "seed.json").read_text(encoding="utf-8"))
    wanted = [fact for case in gold["cases"] for fact in facts(case)]
    found = figures(source_text).quantities

    assert [float(q.value) for q in found] == pytest.approx([fact["value"] for fact in wanted])
    assert [q.qualifier for q in found] == [fact["qualifier"] for fact in wanted]
    assert all(q.start < fact["end"] and fact["start"] < q.end for q, fact in zip(found, wanted, strict=True))
    units = [q.unit == fact["unit"] for q, fact in zip(found, wanted, strict=True)]
    assert sum(units) >= 0.97 * len(wanted)
    assert [q.case for q in found] == [case["case"] or None for case in gold["cases"] for _ in facts(case)]


def test_what_only_looks_like_a_figure_in_the_ten_cases_is_left_out(shared: Path, source_text: str) -> None:
    gold = json.loads((shared / "gold" / "seed.json").read_text(encoding="utf-8"))
    traps = [q for case in gold["cases"] for q in case["quantities"] if not q["is_fact"]] + gold["hard_negatives"]
    found = figures(source_text).quantities

    assert len(traps) > 60
    assert [(q.surface, t["surface"]) for q in found for t in traps if q.start < t["end"] and t["start"] < q.end] == []


@pytest.mark.parametrize(
    ("words", "lower", "upper"),
    [
        ("120余名教师", 120, 130),
        ("220余万元", 2_200_000, 2_300_000),
        ("7000多户", 7000, 8000),
        ("十几名教师", 10, 20),
        ("1.5亿多元", 150_000_000, 160_000_000),
        ("超过300户", 300, None),
        ("300户以上", 300, None),
        ("近300户", None, 300),
        ("不足300户", None, 300),
        ("不超过300户", None, 300),
        ("约300户", None, None),
        ("300户", None, None),
        ("3至5名教师", 3, 5),
        ("两三百户", 200, 300),
    ],
)
def test_bounds_are_given_where_the_words_give_them(words: str, lower: int | None, upper: int | None) -> None:
    [found] = figures(f"当地有{words}。").quantities

    assert (found.lower, found.upper) == (lower, upper)


def test_a_figure_says_what_it_counts_and_when() -> None:
    text = "帮扶简报\n2021年3月5日\n2020年上半年，结对双方举办推介会12场。"
    text += "截至2020年底，已覆盖贫困户800余户。今年计划培训教师60名。"
    events, households, teachers = figures(text).quantities

    assert (events.counted, events.indicator, events.period) == ("推介会", "events-held", "2020-01/2020-06")
    assert (households.indicator, households.period, households.period_surface) == (
        "households-covered",
        "../2020-12",
        "2020年底",
    )
    assert (teachers.status, teachers.period, teachers.period_basis) == ("planned", "2021-01/2021-12", "explicit")
    assert events.rows
    assert text[teachers.counted_start or 0 :].startswith("教师")


def test_what_was_left_out_says_why() -> None:
    unread = figures("几百名群众参加了“双十联百”活动，走出一条新路。").unread

    assert [(u.surface, u.rule) for u in unread] == [
        ("几百", "vague"),
        ("十", "guard-quoted"),
        ("一条", "article"),
    ]
    assert all(u.why for u in unread)


@pytest.mark.parametrize(
    "text",
    [
        "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",
        "两个黄鹂鸣翠柳，一行白鹭上青天。窗含西岭千秋雪，门泊东吴万里船。",
        "第十二条　有下列情形之一的，依照前款规定处理。第十三条　本法自公布之日起施行。",
        "第一条　三人以上的，处五年以上徒刑：\n（一）一百万元以上的；\n第二条　加处百分之三。\n第三条　限六个月。",
        "番茄炖牛腩\n用料：牛腩500克，料酒2勺。\n1. 切成3厘米见方的块，焯5分钟。\n2. 小火炖90分钟，出锅。",
        "100\t200\t300\n12\t45\t78\n9\t8\t7\n",
        "| 东河村 | 45 | 120 |\n| 西河村 | 30 | 80 |",
        "2019-04-16 09:30 会议纪要 0871-63112345",
        "",
    ],
)
def test_texts_without_figures_give_none(text: str) -> None:
    assert figures(text).quantities == []


CLAUSES = [sentence for sentence, expected in TRIALS if expected != "-"]
FULL_WIDTH = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


def values(text: str) -> list[tuple[Decimal, str]]:
    return [(q.value, q.qualifier) for q in figures(text).quantities]


@given(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=4))
def test_full_width_digits_have_the_same_values(sentences: list[str]) -> None:
    text = "".join(sentences)
    wide = re.sub(r"(?<![A-Za-z])\d[\d.]*%?(?![A-Za-z\d])", lambda m: m[0].translate(FULL_WIDTH), text)

    assert values(wide) == values(text)


@given(st.sampled_from(CLAUSES), st.data())
def test_spaces_and_line_breaks_inside_change_no_value(sentence: str, data: st.DataObject) -> None:
    prelude = "长期以来，山区群众的生产生活条件在各方支持之下有了明显改善，道路、饮水、住房、教育、医疗都得到保障，"
    places = [i for i in range(1, len(sentence)) if not (re.match(r"[\dA-Za-z.,%]{2}", sentence[i - 1 : i + 1]))]
    at = data.draw(st.sampled_from(places))
    gap = data.draw(st.sampled_from([" ", "　", "\n", "\r\n", "\n\n"]))
    broken = prelude + sentence[:at] + gap + sentence[at:]

    assert values(broken) == values(prelude + sentence)


@given(
    st.text(
        alphabet="一二两三百千万亿半成%0123456789.,，。、年月日个家户人元余多近超过以上左右第“”《》\n \t县村",
        max_size=120,
    )
)
def test_every_span_is_a_slice_of_the_text(text: str) -> None:
    found = figures(text)

    for fact in (*found.quantities, *found.unread):
        assert 0 <= fact.start < fact.end <= len(text)
        assert fact.surface == text[fact.start : fact.end]
    starts = [(q.start, q.end) for q in found.quantities]
    assert starts == sorted(starts)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(starts))
