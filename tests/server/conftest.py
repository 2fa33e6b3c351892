"""What the tests of the server share: the graph of the ten cases, built once, and an application over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from graph.database import Database
from graph.publish import build
from loaders.builtin import builtin_sources
from server.app import create_app


@pytest.fixture(scope="session")
def ten_cases(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A data directory with the ten cases; tests only read it."""
    database = Database(tmp_path_factory.mktemp("ten-cases") / "db")
    build(database, builtin_sources())
    return database


@pytest.fixture
def site(ten_cases: Database) -> Iterator[FlaskClient]:
    """A client of the application over the ten cases; errors nobody foresaw reach the test."""
    app = create_app(ten_cases)
    app.testing = True
    with app.test_client() as client:
        yield client
