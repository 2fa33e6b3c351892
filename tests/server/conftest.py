"""What the tests of the server share: an application over the ten cases, one that is written to, and real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from graph.cache import Cache
from graph.database import Database
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from graph.workers.writer import Writer
from server.app import create_app

#: Starts a server with options and environment; yields the process and the address it told.
Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]


@pytest.fixture
def site(ten_cases: Database) -> Iterator[FlaskClient]:
    """A client of the application over the ten cases; errors nobody foresaw reach the test."""
    app = create_app(ten_cases)
    app.testing = True
    with app.test_client() as client:
        yield client


@pytest.fixture
def writable(tmp_path: Path) -> Iterator[FlaskClient]:
    """A client of an application with worker processes over an empty directory; the token is ``secret``."""
    database, limits = Database(tmp_path / "db"), Limits(seconds=20)
    writer = Writer(database)
    try:
        with Pool(database, limits) as pool:
            app = create_app(
                database,
                union=False,
                engine=Cache(pool, database),
                writer=writer,
                token="secret",
                limits=limits,
            )
            app.testing = True
            with app.test_client() as client:
                yield client
    finally:
        writer.close()


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Start ``duikou serve`` on a free port, wait for its line, yield the process and the address it told."""

    @contextmanager
    def serve(*arguments: str | Path, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | variables
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Duikou is at http://127.0.0.1:"), process.stderr and process.stderr.read()
            yield process, line.split()[-1]
        finally:
            process.terminate()
            process.communicate(timeout=60)

    return serve
