"""Pages about errors: in the reader's language, saying what to do; programs get the same problem document as ever."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from server.problems import HttpError, told
from server.texts import table

BROWSER = {"Accept": "text/html"}
HAN = re.compile(r"[\u4e00-\u9fff]")
#: Addresses where something is wrong, and with which status.
WRONG = (
    ("area/999999", 404),
    ("no-such/", 404),
    ("no/such/place", 404),
    ("programme/?page=99", 404),
    ("programme/baixian-baipin?out=dk:no-such", 404),
    ("search?type=nothing", 400),
    ("search?sort=nothing", 400),
    ("search?year=x", 400),
    ("map?theme=%3C%3E", 400),
    ("compare?with=product/x", 400),
    ("graph?focus=%3C%3E", 400),
)


def notice(site: FlaskClient, path: str, status: int) -> str:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == status, path
    found = re.search(r'<p class="notice">(.*?)</p>', response.get_data(as_text=True), re.DOTALL)
    assert found, path
    return found[1]


@pytest.mark.parametrize(("path", "status"), WRONG)
def test_details_are_in_the_language_of_the_page(site: FlaskClient, path: str, status: int) -> None:
    assert HAN.search(notice(site, f"/zh/{path}", status))
    assert 'lang="en"' not in notice(site, f"/zh/{path}", status)
    assert not HAN.search(notice(site, f"/en/{path}", status))


@pytest.mark.parametrize(("path", "status"), WRONG)
def test_programs_are_told_the_same_in_english(site: FlaskClient, path: str, status: int) -> None:
    document = site.get(f"/zh/{path}", headers={"Accept": "application/json"}).get_json()
    assert document["status"] == status
    # but for the way to a list, which each language has of its own
    assert html.unescape(notice(site, f"/en/{path}", status)) == document["detail"].replace("/zh/", "/en/")


def test_what_only_the_engine_knows_to_say_is_marked_as_english() -> None:
    problem = HttpError(503, "A limit stopped the query", "It took more than 20 seconds.")
    assert told(problem, "zh") == (table()["status.503"]["zh"], problem.detail, False)
    assert told(problem, "en") == (problem.title, problem.detail, True)


def test_a_status_without_a_title_of_its_own_has_one() -> None:
    assert told(HttpError(418, "A teapot", "…"), "zh")[0] == table()["status.other"]["zh"]
