"""Lists from kept members: the same things in the same order as the list's own query, and no more than are kept."""

from __future__ import annotations

import pytest
from flask import Flask

from graph.database import Database
from server import access, naming, queries
from server.app import create_app
from server.links import KINDS
from server.pages import members


@pytest.fixture(scope="module")
def app(ten_cases: Database) -> Flask:
    return create_app(ten_cases)


def listed(kind: str) -> list[str]:
    """The things of a kind as the query of the list has them: the ten cases are numbered, all else is not."""
    rows = queries.select(access.engine(), "list", type=members.class_of(kind), limit=10_000, offset=0)
    return naming.iris(row["thing"] for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_those_of_the_lists_query(app: Flask, kind: str) -> None:
    with app.app_context():
        assert members.page_of(kind, 10_000) == listed(kind)
        assert members.count(kind) == len(listed(kind))


def test_pages_follow_each_other(app: Flask) -> None:
    with app.app_context():
        whole = members.page_of("evidence", 10_000)
        parts = [iri for number in range(1, 12) for iri in members.page_of("evidence", 50, number)]
        assert parts == whole
        assert members.page_of("evidence", 50, 99) == []


def test_a_larger_class_is_left_to_the_engine(ten_cases: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST", 10)
    with create_app(ten_cases).app_context():
        assert members.count("programme") == len(listed("programme")) > 10
        assert members.page_of("programme", 10, 2) == listed("programme")[10:20]
