"""The competency questions asked of what is read from the article itself, instead of the ten case files.

Where a question names a thing by our own key, the thing of the same name is asked for: an extraction makes keys of
its own. What the answers must hold is what the document says, told by code, name or number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from graph.publish import build
from loaders.article.document import decode
from loaders.article.source import article_source
from loaders.builtin import FOLDER
from loaders.case_file import read_case_file
from ontology.namespaces import thing
from ontology.vocabulary import questions

Rows = list[dict[str, str]]
QUESTIONS = {question.key: question for question in questions()}
#: Things that questions name by our keys → the name by which the extraction has them.
NAMED = {
    thing("document", "shanghai-2019"): "上海实践",
    thing("organisation", "tongji-university"): "同济大学",
    thing("programme", "kashgar-shuangxian-jiujin"): "双线九进",
}


LABEL = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"


@pytest.fixture(scope="module")
def read(source_text: str, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A data directory with the areas and what is read from the document, nothing else."""
    document = decode(source_text.encode(), "report.txt")
    database = Database(tmp_path_factory.mktemp("article") / "db")
    build(database, [read_case_file(FOLDER / "areas.yaml"), article_source(document, size=len(source_text.encode()))])
    return database


def ask(database: Database, text: str) -> Rows:
    sent = database.reader().answer(text, Dataset(), [Format.CSV]).body.decode("utf-8")
    return list(csv.DictReader(io.StringIO(sent)))


def answer(database: Database, key: str) -> Rows:
    """Return the rows that answer a question, with its named things found by their names."""
    text = QUESTIONS[key].text
    for iri, name in NAMED.items():
        if iri in text:
            found = ask(
                database, f'{LABEL} SELECT ?x {{ ?x rdfs:label ?n FILTER(CONTAINS(?n, "{name}")) }} ORDER BY ?x'
            )
            kind = iri.rsplit("/", 2)[1]
            same = [row["x"] for row in found if f"/{kind}/" in row["x"]]
            assert same, f"nothing is called {name}"
            text = text.replace(iri, same[0])
    return ask(database, text)


def column(rows: Rows, name: str) -> set[str]:
    return {row[name] for row in rows}


def has(name: str, *wanted: str) -> Callable[[Rows], bool]:
    """That a column holds these values, among others."""
    return lambda rows: column(rows, name) >= set(wanted)


def codes(name: str, *wanted: str) -> Callable[[Rows], bool]:
    """That a column holds the areas with these codes, among others."""
    return lambda rows: {iri.rsplit("/", 1)[1] for iri in column(rows, name)} >= set(wanted)


def row(**wanted: str) -> Callable[[Rows], bool]:
    """That one row has these values."""
    return lambda rows: any(all(one[name] == value for name, value in wanted.items()) for one in rows)


def most(name: str, count: int) -> Callable[[Rows], bool]:
    """That a column has so many different values at least."""
    return lambda rows: len(column(rows, name)) >= count


#: What the answer of each question must hold for it to be one that the document gives.
ANSWERS: dict[str, Callable[[Rows], bool]] = {
    "areas-in-yunnan": codes("area", "530500", "532300", "532929"),
    "authorities": has("name", "市国资委"),
    "autonomous-prefectures": codes("area", "532300", "632600"),
    "bodies-in-several-programmes": has("name", "上海市"),
    "bounds": most("figure", 12),
    "cases": has("number", *map(str, range(1, 11))),
    "cases-by-sdg": most("goal", 3),
    "cases-by-theme": has("name", "消费扶贫", "教育扶贫", "健康扶贫", "产业扶贫"),
    "cases-health-education": has("place", "日喀则市", "果洛藏族自治州", "云南省"),
    "cited-spans-by-case": most("case", 10),
    "counties": has("name", "云龙县", "习水县"),
    "dac-sectors": most("code", 8),
    "documents-behind-programmes": most("programme", 9),
    "donor-recipient-pairs": codes("area", "530000", "520000", "650000", "540000", "630000"),
    "donors-by-kind": has("kind", "enterprise", "university"),
    "donors-in-yunnan": has("name", "拼多多", "同济大学", "百联集团有限公司"),
    "enterprises": has("name", "拼多多", "京东物流"),
    "events": has("name", "上海时装周", "纽约时装周"),
    "everything-chuxiong": most("written", 4),
    "figure-at-position": row(begin="3759", end="3764"),
    "figures-by-qualifier": has("qualifier", "exact", "rather more than", "more than", "at least", "nearly"),
    "find-by-short-name": has("name", "楚雄彝族自治州", "云南省"),
    "inferred-areas": codes("area", "520300"),
    "joining-codes": has("code", "532300", "540200", "500101"),
    "kashgar-price": row(tonnes="51.6", yuan="4594500"),
    "mechanism-parts": has("words", "公司", "合作社", "绣娘", "订单", "中央厨房"),
    "mechanisms-with-cooperative": most("mechanism", 3),
    "money": has("yuan", "150000000", "4594500", "17829900", "2200000", "500000"),
    "outputs-and-outcomes": has("kind", "output", "outcome"),
    "overlaps": most("wider", 1),
    "partners-and-donors": most("partner", 5),
    "people": has("value", "70000", "3015", "533", "396"),
    "poor-households-minimum": row(atLeast="8577", openUpwards="true"),
    "programmes-for-poor-households": has("group", "registered poor households", "poor households"),
    "promises": most("figure", 4),
    "provinces-by-donors": codes("area", "530000", "520000", "540000", "650000"),
    "recipient-bodies": has("name", "日喀则市人民医院"),
    "recognised-products": most("recognition", 1),
    "sales-and-inputs": has("yuan", "4594500", "17829900", "2200000"),
    "several-provinces": most("programme", 2),
    "shanghai-bodies": has("name", "复旦大学"),
    "sharing-rule": row(value="0.15", status="rule"),
    "started-in-2019": has("started", "2019-08"),
    "sub-programmes": lambda rows: any("保山" in name for name in column(rows, "name")),
    "target-against-achievement": row(target="100", achieved="97"),
    "training": most("unit", 1),
    "universities-and-research": has("name", "同济大学", "复旦大学", "上海社会科学院"),
    "village-pairing": row(enterprises="45", villages="112"),
    "what-was-loaded": row(loader="article"),
    "why-a-donor": has("words", "同济大学"),
    "words-behind-figures": has("value", "10", "18", "2702", "210", "51.6"),
    "works": has("name", "彝乡之恋", "云绣彝裳"),
    "yearly-figures": most("figure", 2),
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(ANSWERS))
def test_a_question_is_answered_from_the_article(read: Database, key: str) -> None:
    rows = answer(read, key)

    assert ANSWERS[key](rows), rows[:20]


def test_a_question_that_is_not_answered_is_told_of_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "extraction.md").read_text(encoding="utf-8")

    assert len(ANSWERS) >= 30
    for key in set(QUESTIONS) - set(ANSWERS):
        assert f"`{key}`" in page
