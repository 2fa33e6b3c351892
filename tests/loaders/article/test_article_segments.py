"""Paragraphs, headings and cases are found as people see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.article.case_spans import divide
from loaders.article.segments import structure

BODY = (
    "清水镇地处山区，交通不便。几年来，对口协作资金投入车间和道路建设，"
    "村民在家门口有了工作，孩子们有了新教室，收入逐年提高。"
)
TITLES = ["小车间办在家门口 山里人端上新饭碗", "“云上课堂”连两地", "一条路 一个村"]


def spans(text: str) -> list[tuple[int, int, str]]:
    return [(case.start, case.end, case.title) for case in divide(structure(text), text).cases]


def test_the_ten_cases_begin_and_end_where_a_reader_says(shared: Path, source_text: str) -> None:
    gold = json.loads((shared / "gold" / "seed.json").read_text(encoding="utf-8"))["cases"][1:]

    assert spans(source_text) == [(case["start"], case["end"], case["title"]) for case in gold]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n", "\n　　", " \n\n\n"])
@pytest.mark.parametrize("marks", ["", "案例{}：", "案例{}\n", "【案例{}】", "{}、", "{}. "])
def test_cases_are_told_by_their_titles(between: str, marks: str) -> None:
    lines = ["东西部协作典型案例"]
    numbers = "123" if marks == "{}. " else "一二三"
    for number, title in zip(numbers, TITLES, strict=True):
        lines += [*(marks.format(number) + title).split("\n"), BODY, BODY]
    text = between.join(lines)
    cases = spans(text)

    assert [title for _, _, title in cases] == TITLES
    assert all(text[start:end].endswith("逐年提高。") for start, end, _ in cases)
    assert [text[start : start + 2] for start, _, _ in cases] == [
        (marks.format(n) + t)[:2] for n, t in zip(numbers, TITLES, strict=True)
    ]


def test_a_report_with_sections_is_one_case() -> None:
    text = f"青河县车间建设情况\n一、基本情况\n{BODY}\n二、主要做法\n{BODY}\n三、下一步打算\n{BODY}"

    assert [title for *_, title in spans(text)] == ["青河县车间建设情况"]


def test_a_text_without_any_mark_is_one_case_from_end_to_end() -> None:
    assert [(s, e) for s, e, _ in spans("\n\n  " + BODY + "\n")] == [(4, 4 + len(BODY))]


def test_nothing_has_no_case() -> None:
    assert spans("") == spans(" \n\t\n") == []


@pytest.mark.parametrize("joint", ["\n", "\n\n", "\r\n", " ", "\n　　", "\u200b"])
def test_a_word_cut_in_two_is_read_as_one(joint: str) -> None:
    before = "近年来两地政府部门持续推动对口协作，当地群众的生活面貌发生了十分明显的变化，"
    before += "道路和饮水都有保障，脱贫攻坚"
    text = f"{before}{joint}战取得胜利。"
    view = structure(text).view

    assert "脱贫攻坚战取得" in view.text
    at = view.text.index("攻坚战")
    start, end = view.span(at, at + 3)
    assert text[start:end] == f"攻坚{joint}战"


def test_cells_of_a_table_are_not_joined() -> None:
    assert "村\t45" in structure("东河村\t45\t120\n西河村\t30\t80\n").view.text


@given(st.text(alphabet="山村户人12３，。、“” \n\r\t　案例一：*|—#", max_size=200))
def test_every_character_of_the_view_stands_in_the_document(text: str) -> None:
    found = structure(text)
    view = found.view
    origins = [view.origin(i) for i in range(len(view.text))]

    assert origins == sorted(set(origins))
    assert all(0 <= o < len(text) for o in origins)
    assert [view.position(o) for o in origins] == list(range(len(origins)))
    covered = [i for p in found.paragraphs for i in range(p.begin, p.end)]
    assert len(covered) == len(set(covered))
    for case in divide(found, text).cases:
        assert 0 <= case.start < case.end <= len(text)


def test_titles_over_one_long_paragraph_each_are_cases() -> None:
    portrait = BODY * 3
    lines = ["两地协作这五年", "（2016—2020）", "山与海的故事，写在群众的账本里。"]
    lines += [part for title in ("草原上的新产业", "一根网线连起的学校", "搬出大山之后") for part in (title, portrait)]
    text = "\n\n".join(lines)

    assert [title for *_, title in spans(text)] == ["草原上的新产业", "一根网线连起的学校", "搬出大山之后"]
    assert divide(structure(text), text).title == "两地协作这五年(2016—2020)"
    short = text.replace(portrait, BODY)
    assert len(spans(short)) == 1


def test_a_title_is_not_cut_in_the_middle_of_a_number() -> None:
    view = structure("——东西部协作十\n大典型案例\n" + BODY).view

    assert "十大典型案例" in view.text
