"""The competency questions asked of what is read from two long articles of our own, which are always here."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from graph.publish import build
from loaders.article.document import read_document
from loaders.article.source import article_source
from loaders.builtin import FOLDER
from loaders.case_file import read_case_file
from ontology.vocabulary import questions

TEXTS = Path(__file__).parents[1] / "loaders" / "article" / "texts" / "dev"
ARTICLES = ("13-long-liupanshui.txt", "14-long-jingmeng.txt")
QUESTIONS = {question.key: question for question in questions()}
#: Questions about things that only the document of the ten cases tells of.
OF_THE_TEN_CASES = {
    "everything-chuxiong", "figure-at-position", "kashgar-price", "why-a-donor", "words-behind-figures",
}  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A data directory with the areas and what is read from the articles."""
    database = Database(tmp_path_factory.mktemp("articles") / "db")
    articles = [article_source(read_document(TEXTS / name), size=(TEXTS / name).stat().st_size) for name in ARTICLES]
    build(database, [read_case_file(FOLDER / "areas.yaml"), *articles])
    return database


def answer(database: Database, key: str) -> list[dict[str, str]]:
    sent = database.reader().answer(QUESTIONS[key].text, Dataset(), [Format.CSV]).body.decode("utf-8")
    return list(csv.DictReader(io.StringIO(sent)))


def test_at_least_thirty_questions_are_answered(read: Database) -> None:
    answered = [key for key in QUESTIONS if key not in OF_THE_TEN_CASES and answer(read, key)]

    assert len(answered) >= 30, sorted(set(QUESTIONS) - set(answered))


@pytest.mark.parametrize(
    ("key", "column", "value"),
    [
        ("cases", "number", "4"),
        ("what-was-loaded", "loader", "article"),
        ("counties", "province", "贵州省"),
        ("joining-codes", "code", "150429"),
        ("figures-by-qualifier", "qualifier", "rather more than"),
    ],
)
def test_the_answers_are_what_the_articles_say(read: Database, key: str, column: str, value: str) -> None:
    assert value in {row[column] for row in answer(read, key)}


def test_every_citation_is_a_slice_of_its_article(read: Database) -> None:
    prologue = "PREFIX dk: <https://w3id.org/duikou/ontology#>"
    query = (
        f"{prologue} SELECT ?sha ?begin ?end ?words {{ ?e a dk:TextEvidence ; dk:inDocument/dk:sha256 ?sha ; "
        "dk:beginIndex ?begin ; dk:endIndex ?end ; dk:exactText ?words }"
    )
    sent = read.reader().answer(query, Dataset(), [Format.CSV]).body.decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(sent, newline="")))
    texts = {document.sha256: document.text for document in (read_document(TEXTS / name) for name in ARTICLES)}

    assert len(rows) > 200
    assert [r for r in rows if texts[r["sha"]][int(r["begin"]) : int(r["end"])] != r["words"]] == []
