"""The W3C test suite for SPARQL 1.1 and the kit's own tests, run against our ``/sparql`` over HTTP.

The suites that write run against a real server with a token. Those of queries load new data for every test,
and each write of the server makes a snapshot, so there a bare route of the test writes into a store in
memory, and everything that is asked goes through the application.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest
from flask import Response, request
from werkzeug.serving import make_server

from graph.database import Database
from graph.reader import Reader
from graph.snapshot import Snapshot
from server.app import create_app

#: Tests of SPARQL Update's own protocol, which the route of this test does not speak.
UPDATE_PROTOCOL = tuple(f"sparql11/protocol/{name}" for name in ("update_", "bad_update", "bad_multiple_updates"))
#: What the engine does otherwise, by suite: how many tests may fail. The endpoint itself is to fail none.
ENGINE = {"query": 23, "formats": 2, "protocol": 0, "sd": 0}
#: How many tests the suites that write have; none may fail.
WRITING = {"update": 157, "protocol": 52, "gsp": 32}
Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]


class Memory:
    """A store in memory where an application expects a database."""

    def __init__(self) -> None:
        self.store = ox.Store()
        self.number = 1

    def reader(self) -> Reader:
        graphs = {}
        for name in self.store.named_graphs():
            quads = self.store.quads_for_pattern(None, None, None, name)
            graphs[str(getattr(name, "value", name))] = sum(1 for _ in quads)
        snapshot = Snapshot(
            number=self.number, parent=None, created="", command="", quads=len(self.store), graphs=graphs, repeated=0,
            software="",
        )  # fmt: skip
        return Reader(self.store, snapshot)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    memory = Memory()
    app = create_app(cast(Database, memory), union=False)

    @app.post("/update")
    def update() -> Response:
        form = request.mimetype == "application/x-www-form-urlencoded"
        text = request.form["update"] if form else request.get_data(as_text=True)
        try:
            memory.store.update(text)
        except SyntaxError as error:
            return Response(str(error), 400)
        memory.number += 1
        return Response(status=204)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("suite", list(ENGINE))
@pytest.mark.parametrize("method", ["get", "post-form", "post-direct"])
def test_the_standard_is_kept(shared: Path, endpoint: str, tmp_path: Path, suite: str, method: str) -> None:
    failed, run = conformance(
        shared, tmp_path, f"{endpoint}/sparql", "--update-url", f"{endpoint}/update", "--suite", suite,
        "--method", method,
    )  # fmt: skip
    ours = [name for name in failed if not name.startswith(UPDATE_PROTOCOL)]
    assert run > 5
    assert len(ours) <= ENGINE[suite], ours


def test_the_standards_of_writing_are_kept(shared: Path, tmp_path: Path, serving: Serving) -> None:
    options = ("--default-graph", "stored", "--write-token", "secret")
    with serving("--db", tmp_path / "db", *options) as (_, url):
        failed, run = conformance(
            shared, tmp_path, f"{url}sparql", "--update-url", f"{url}sparql", "--gsp-url", f"{url}store",
            "--bearer", "secret", "--suite", ",".join(WRITING),
        )  # fmt: skip
    assert failed == []
    assert run >= sum(WRITING.values())


def test_the_standard_of_federation_is_kept_with_endpoints_that_are_allowed(
    shared: Path, tmp_path: Path, serving: Serving
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = (f"http://127.0.0.1:{port}/{path}" for path in ("service/s0", "service/s1", "nowhere"))
    options = ("--default-graph", "stored", "--write-token", "secret")
    allowed = (word for place in places for word in ("--allow-service", place))
    with serving("--db", tmp_path / "db", *options, *allowed) as (_, url):
        failed, run = conformance(
            shared, tmp_path, f"{url}sparql", "--update-url", f"{url}sparql", "--gsp-url", f"{url}store",
            "--bearer", "secret", "--suite", "federation", mock=port,
        )  # fmt: skip
    assert run == 7
    assert failed == ["sparql11/service/service5"], "an endpoint that a variable names"


#: Runs the kit with its own endpoints at a port that is known beforehand.
_AT_PORT = """import runpy
from sparqlkit import mock
mock.Mock.__init__.__defaults__ = ({},)
runpy.run_path({!r}, run_name="__main__")
"""


def conformance(shared: Path, folder: Path, query_url: str, *options: str, mock: int = 0) -> tuple[list[str], int]:
    """Run the kit; return which tests fail, and how many there are."""
    kit = shared / "conformance"
    if not (kit / "run.py").is_file():
        pytest.skip("the conformance kit is not in ../shared/conformance")
    data, report = folder / "data", folder / "report.json"
    shutil.copytree(kit / "data", data)
    subprocess.run(
        [sys.executable, "-B", "-c", _AT_PORT.format(mock, str(kit / "run.py")), "--query-url", query_url, *options,
         "--data", str(data), "--json", str(report), "--force", "--quiet"],
        capture_output=True, timeout=600, check=False, env=os.environ | {"PYTHONPATH": str(kit)},
    )  # fmt: skip
    tests = json.loads(report.read_text("utf-8"))["tests"]
    return [t["id"] for t in tests if t["status"] not in ("pass", "skip")], len(tests)
