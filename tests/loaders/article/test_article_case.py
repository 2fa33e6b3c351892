"""From a reading to a case file: what facts become, what a second extraction keeps, and that any file loads."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.database import Database
from graph.publish import publish
from graph.sources import Source
from loaders.article.case.entries import draft, source_key
from loaders.article.case.keys import slug
from loaders.article.case.previous import keep, read_previous
from loaders.article.case.words import indicator
from loaders.article.case.writing import as_data, as_yaml, sentence
from loaders.article.document import decode
from loaders.article.facts import CaseSpan, Name, Organisation, Place, Quantity, Reading, Relation
from loaders.article.reading import read
from loaders.article.tables import rows
from loaders.builtin import FOLDER, builtin_sources
from loaders.case_file import parse_case_file, read_case_file
from loaders.evidence import check_against_text
from ontology.errors import SourceError
from ontology.records import (
    Case,
    Indicator,
    Measurement,
    Mechanism,
    Participation,
    Programme,
    Record,
    Ref,
    TextEvidence,
)

TEXT = (
    "山货进城活动\n浙江医疗队在洛宁县开展“山货进城”活动,培训120余名村医,采用“公司+农户”模式,销售3.5吨,计划培训200名。\n"
)


def span(words: str, begin: int = 0) -> dict[str, Any]:
    start = TEXT.index(words, begin)
    place = {"start": start, "end": start + len(words), "surface": words}
    return {**place, "case": 1, "rule": "test.rule", "confidence": 0.9}


def reading(**changed: Any) -> Reading:
    """A reading made by hand, as the readers would give it."""
    trained = Quantity(
        **span("120余名"),
        value=Decimal(120),
        qualifier="over",
        lower=Decimal(120),
        unit="person",
        counted="村医",
        counted_start=TEXT.index("村医"),
        indicator="persons-trained",
        period="2019-01/2019-06",
        period_basis="document",
    )
    sold = Quantity(**span("3.5吨"), value=Decimal("3.5"), unit="t", indicator="goods-sold")
    planned = Quantity(
        **span("200名"), value=Decimal(200), unit="person", indicator="persons-trained", status="planned"
    )
    parts = tuple((TEXT.index(word), TEXT.index(word) + 2, word) for word in ("公司", "农户"))
    whole = span("浙江医疗队在洛宁县开展“山货进城”活动")
    title = "山货进城活动"
    facts: dict[str, Any] = {
        "cases": [CaseSpan(number=1, start=0, end=len(TEXT) - 1, title=title, title_start=0, themes=("health",))],
        "quantities": [trained, sold, planned],
        "places": [
            Place(**span("浙江"), name="浙江省", code="330000", level="province", role="donor area"),
            Place(**span("洛宁县"), name="河南省洛阳市洛宁县", code="410328", level="county", role="recipient area"),
        ],
        "organisations": [Organisation(**span("浙江医疗队"), name="浙江医疗队", kind="cadre team", role="implementer")],
        "names": [
            Name(**span("山货进城", 10), name="山货进城", kind="programme"),
            Name(**span("公司+农户"), name="公司+农户", kind="model", parts=parts),
        ],
        "relations": [Relation(**whole, subject="浙江医疗队", predicate="implements", object="山货进城")],
    }
    return Reading("0" * 64, TEXT, title, "zh", "2019-06", "dateline", **(facts | changed))


def written(one: Reading, source: str = "report") -> str:
    return "".join(as_yaml(draft(one, source)))


def parsed(text: str) -> Source:
    return parse_case_file(text.encode(), "report.yaml")


def of_type(source: Source, record: type[Record]) -> dict[str, Any]:
    return {one.key: one for one in source.records if isinstance(one, record)}


@pytest.fixture
def database(tmp_path: Any) -> Database:
    """A data directory with the areas and nothing else of the ten cases."""
    empty = Database(tmp_path / "db")
    publish(empty, [read_case_file(FOLDER / "areas.yaml")], command="test")
    return empty


# -- what facts become --------------------------------------------------------


def test_a_case_file_says_what_was_read() -> None:
    source = parsed(written(reading()))

    (case,) = of_type(source, Case).values()
    (programme,) = of_type(source, Programme).values()
    assert case.label.zh == "山货进城活动"
    assert case.themes == ("concept/theme/health",)
    assert programme.label.zh == "山货进城"
    assert programme.stated_recipient_areas == ("area/410328",)
    assert {(p.role, p.participant) for p in of_type(source, Participation).values()} == {
        ("donor", "organisation/zhejiangsheng"),
        ("implementer", "organisation/zhejiangyiliaodui"),
        ("recipient", "area/410328"),
    }


def test_every_piece_of_evidence_is_a_slice_of_the_text() -> None:
    source = parsed(written(reading()))

    wrong = [p for p in check_against_text(source, TEXT) if "SHA-256" not in p.message]
    assert wrong == []


def test_a_figure_keeps_its_words_bounds_unit_and_period() -> None:
    trained, sold, planned = of_type(parsed(written(reading())), Measurement).values()

    assert (trained.value, trained.qualifier, trained.lower_bound) == (120, "concept/qualifier/over", 120)
    assert trained.as_written == "120余名村医"
    assert (trained.period_start, trained.period_end) == ("2019-01-01", "2019-06-30")
    assert (sold.value, sold.unit) == (Decimal("3.5"), "concept/unit/tonne")
    assert planned.status == "concept/status/planned"
    assert planned.target_for == (f"measurement/{trained.key}",)


def test_facts_are_unreviewed_and_say_which_rule_made_them() -> None:
    source = parsed(written(reading()))

    for record in (*of_type(source, Measurement).values(), *of_type(source, Participation).values()):
        assert record.review_state == "concept/review-state/unreviewed"
        assert record.extraction_rule == "test.rule"
        assert record.confidence == Decimal("0.9")


def test_a_mechanism_has_its_parts() -> None:
    source = parsed(written(reading()))
    (mechanism,) = of_type(source, Mechanism)
    (programme,) = of_type(source, Programme).values()

    parts = [(r.position, r.label.zh, r.component_type) for r in source.records if r.kind == "component"]
    assert parts == [(1, "公司", "concept/component-type/company"), (2, "农户", "concept/component-type/farmer")]
    assert programme.mechanisms == (f"mechanism/{mechanism}",)


def test_a_case_without_a_name_is_called_by_its_title() -> None:
    one = reading(names=[], relations=[])

    (programme,) = of_type(parsed(written(one)), Programme).values()
    assert programme.label.zh == "山货进城活动"
    assert "是一个项目吗" in written(one)


def test_above_each_entry_stands_its_sentence_with_its_words_marked() -> None:
    text = written(reading())

    assert "# 浙江医疗队在洛宁县开展“山货进城”活动,培训【120余名】村医," in text
    assert sentence("甲。乙丙丁。戊", 3, 4) == "乙【丙】丁。"
    assert sentence("一\n二", 0, 3) == "【一 二】"


def test_keys_are_ascii_and_stable() -> None:
    assert slug("百县百品") == "baixianbaipin"
    assert slug("2019年“双一百”") == "2019-nian-shuangyibai"
    assert slug("绿色") == "lvse"
    assert slug("很" * 60) == slug("很" * 60) != slug("很" * 61)
    assert len(slug("很" * 60)) <= 40
    assert re.fullmatch(r"[a-z0-9-]+", slug("※※"))
    assert source_key("/x/简报 2019.docx") == "jianbao-2019"
    assert source_key("...") == "article"


def test_sources_whose_names_begin_alike_have_keys_of_their_own() -> None:
    one, other = (of_type(parsed(written(reading(), f"{'report-' * 14}{n}")), Programme) for n in (1, 2))

    assert not set(one) & set(other)


def test_the_file_is_the_same_every_time() -> None:
    assert written(reading()) == written(reading())


def test_it_loads_and_keeps_the_shapes(database: Database) -> None:
    report = publish(database, [parsed(written(reading()))], command="test", dry_run=True)

    assert report.added > 100


# -- a second extraction ------------------------------------------------------


def again(text: str, one: Reading | None = None) -> dict[str, Any]:
    """What a second extraction makes of a file that a person edited."""
    one = one or reading()
    return keep(as_data(draft(one, "report")), read_previous(text.encode(), "report.yaml"), one.sha256, "report.yaml")


def test_without_an_edit_nothing_changes() -> None:
    assert again(written(reading())) == as_data(draft(reading(), "report"))


KEY = "report.shanhuojincheng.persons-trained"


def figure(text: str, old: str, new: str) -> str:
    """The file with something changed in the first figure."""
    head, mark, rest = text.partition(f"  {KEY}:")
    assert mark
    assert old in rest
    return head + mark + rest.replace(old, new, 1)


@pytest.mark.parametrize("state", ["reviewed", "rejected"])
def test_a_decision_is_kept(state: str) -> None:
    edited = figure(written(reading()), "state: unreviewed", f"state: {state}")

    assert again(edited)["figures"][KEY]["review"]["state"] == state


def test_an_edit_is_kept_though_nobody_said_reviewed() -> None:
    edited = figure(written(reading()), "value: 120", "value: 125")

    assert again(edited)["figures"][KEY]["value"] == 125


def test_a_key_that_was_changed_is_kept_and_named_everywhere() -> None:
    edited = re.sub(rf"  {KEY}:(?=\n    indicator)", "  report.doctors:", written(reading()))

    merged = again(edited.replace(f"target_for: [{KEY}]", "target_for: [report.doctors]"))
    assert "report.doctors" in merged["figures"]
    assert KEY not in merged["figures"]
    assert merged["figures"][f"{KEY}-2"]["target_for"] == ["report.doctors"]


def test_what_was_added_by_hand_is_kept() -> None:
    edited = written(reading()) + "groups:\n  helpers: {name: {zh: 志愿者}}\n"

    assert again(edited)["groups"]["helpers"] == {"name": {"zh": "志愿者"}}


def test_a_part_that_was_rejected_stays_so_and_new_ones_come() -> None:
    text = written(reading(organisations=[]))
    edited = re.sub(r"(zhejiangsheng: ?\n?[^\n]*\n? *review: \{state: )unreviewed", r"\1rejected", text, count=1)
    assert edited != text

    parts = again(edited)["programmes"]["report.shanhuojincheng"]["participants"]
    assert parts["donor"]["zhejiangsheng"]["review"]["state"] == "rejected"
    assert "zhejiangyiliaodui" in parts["implementer"]


def test_what_is_no_longer_read_goes_unless_somebody_touched_it() -> None:
    less = reading(quantities=reading().quantities[1:])
    text = written(reading())

    assert "120" not in str(again(text, less)["figures"].get(KEY, ""))
    assert again(figure(text, "state: unreviewed", "state: reviewed"), less)["figures"][KEY]["value"] == 120


def test_a_file_about_another_text_is_refused() -> None:
    other = written(reading()).replace("0" * 64, "1" * 64)

    with pytest.raises(SourceError, match="about another text"):
        again(other)


def test_a_file_with_decisions_loads_without_what_was_rejected() -> None:
    edited = figure(written(reading()), "state: unreviewed", "state: rejected")

    figures = of_type(parsed(edited), Measurement)
    assert KEY not in figures
    assert figures[f"{KEY}-2"].target_for == ()


# -- any text -----------------------------------------------------------------


def test_words_broken_over_lines_are_cited_as_they_stand_and_called_whole() -> None:
    text = "启动山货进城项目。采用“公司+合\r\n作社”模式,培训村医1\r\n20名。\r\n"
    document = decode(text.encode(), "crlf.txt")
    source = parsed(written(read(document), "crlf"))

    assert check_against_text(source, text) == []
    assert [r.label.zh for r in source.records if r.kind == "component"] == ["公司", "合作社"]
    assert "合\r\n作社" in {r.text for r in source.records if isinstance(r, TextEvidence)}
    assert {r.value for r in of_type(source, Measurement).values()} == {120}


ODD = [
    "。", "百", "“”", "项目", "\u3000\u3000一", "《》", "+", "“+”模式", "1", "一二三四五六七八九十", "第一条 总则",
    "“" * 40 + "模式", "上海" * 200, "2019年" * 50, "投入" + "9" * 60 + "万元。", "共-5户。",
    "\u200b\u200b上海\u200b市",
    "投入1.5亿元,其中0.5亿元用于培训。\x0b下一页\x0c投入3万元。", "# 标题\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "“项目: #1 [x] {y} & *z* !t %v @w `u`”项目启动。", "在“---”项目中,投入1万元。", "null项目。“true”项目覆盖3个县。",
    "培训医\x0c生70余名,投入3万元。培训70余名医\x0c生。",
]  # fmt: skip


def test_odd_texts_give_files_that_load(database: Database) -> None:
    sources = []
    for number, text in enumerate(ODD):
        document = decode(text.encode(), "odd.txt")
        sources.append(parsed(written(read(document), f"odd-{number}")))
        assert check_against_text(sources[-1], document.text) == [], text

    publish(database, sources, command="test", dry_run=True)


_WORDS = (
    "上海 云南省 大理州 投入 3万元 ， 。 “爱心桥”项目 公司+农户模式 培训 200多名 教师 《山歌》 其中 计划 2019年 村 "
    "12个 贫困村 百县百品 第三届 博览会 约 1，200户 ： （ ） 入选"
)
_PIECES = st.sampled_from((*_WORDS.split(" "), " ", "\n\n", "\r\n", "\x0c", "\u2028", "\u200b", "😀"))


@settings(max_examples=60)
@given(st.lists(_PIECES, min_size=1, max_size=40).map("".join))
def test_any_text_gives_a_file_that_reads_back(text: str) -> None:
    if not text.strip():
        return
    document = decode(text.encode(), "any.txt")
    one = read(document)

    for facts in (one.quantities, one.places, one.organisations, one.names, one.relations, one.unread):
        for fact in facts:
            assert 0 <= fact.start < fact.end <= len(document.text)
            assert fact.surface == document.text[fact.start : fact.end]
    assert check_against_text(parsed(written(one, "any")), document.text) == []


# -- shared with the built-in cases -------------------------------------------


def test_indicators_and_groups_that_the_cases_have_too_are_called_as_there() -> None:
    known = {record.ref: record for source in builtin_sources() for record in source.records}
    shared = 0
    for record in known.values():
        if isinstance(record, Indicator):
            shared += 1
            assert record.label == indicator(record.key)
    for row in rows("groups"):
        if f"group/{row['key']}" in known:
            shared += 1
            assert known[Ref(f"group/{row['key']}")].label == (row["zh"], row["en"])
    assert shared > 30
