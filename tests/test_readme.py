"""What the READMEs show is what a newcomer gets: their queries give their answers, their links lead somewhere."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from ontology.namespaces import BASE

REPOSITORY = Path(__file__).parents[1]
READMES = ("README.md", "README.zh.md")
SHOWN = re.compile(r"```sparql\n((?:(?!```).)*)```\n\n((?:\|[^\n]*\n)+)", re.DOTALL)


def queries(name: str) -> list[tuple[str, list[list[str]]]]:
    """Return each query of a README, with the prefixes it says to put before, and the table under it."""
    text = (REPOSITORY / name).read_text("utf-8")
    prologue = re.search(r"```sparql\n(PREFIX.*?)```", text, re.DOTALL)
    assert prologue is not None
    shown = []
    for query, table in SHOWN.findall(text):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
        shown.append((prologue[1] + query, [rows[0], *rows[2:]]))
    return shown


@pytest.mark.parametrize("name", READMES)
def test_the_queries_give_the_answers_shown(ten_cases: Database, name: str) -> None:
    shown = queries(name)
    assert len(shown) == 5
    for query, table in shown:
        sent = ten_cases.reader().answer(query, Dataset(), [Format.CSV]).body.decode("utf-8")
        assert list(csv.reader(io.StringIO(sent.replace(f"{BASE}id/", "")))) == table


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_links_to_files_lead_to_files(name: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", (REPOSITORY / name).read_text("utf-8")):
        assert (REPOSITORY / target).exists(), target


def test_both_languages_show_the_same_five_questions() -> None:
    def bare(name: str) -> list[str]:
        return [re.sub(r'"(?:zh|en)"', '"…"', query) for query, _ in queries(name)]

    assert bare("README.md") == bare("README.zh.md")
