"""Every competency question has one exact answer on the ten cases, checked by hand against the document.

``answers/{key}.csv`` holds it as the endpoint sends it, with the IRIs of things and concepts written
without their base. To see what a question answers now:

    duikou query ontology/questions/{key}.rq
"""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from ontology.namespaces import BASE
from ontology.vocabulary import Question, questions

ANSWERS = Path(__file__).parent / "answers"
QUESTIONS = {question.key: question for question in questions()}


def answer(database: Database, question: Question) -> str:
    """Return the CSV that a question is answered with, IRIs shortened."""
    sent = database.reader().answer(question.text, Dataset(), [Format.CSV]).body.decode("utf-8")
    return sent.replace("\r\n", "\n").replace(f"{BASE}id/", "").replace(BASE, "")


@pytest.mark.parametrize("key", sorted(QUESTIONS))
def test_the_answer_is_exactly_this(ten_cases: Database, key: str) -> None:
    expected = (ANSWERS / f"{key}.csv").read_text("utf-8")
    assert answer(ten_cases, QUESTIONS[key]) == expected


def test_every_question_has_an_answer_and_every_answer_a_question() -> None:
    assert {path.stem for path in ANSWERS.glob("*.csv")} == set(QUESTIONS)
    assert len(QUESTIONS) >= 40


@pytest.mark.parametrize("key", sorted(QUESTIONS))
def test_a_question_is_asked_in_both_languages_and_its_rows_are_ordered(key: str) -> None:
    question = QUESTIONS[key]
    assert "？" in question.zh
    assert "?" in question.en
    rows = len((ANSWERS / f"{key}.csv").read_text("utf-8").splitlines()) - 1
    assert rows >= 1, "a question without an answer shows nobody anything"
    assert rows == 1 or "ORDER BY" in question.text
