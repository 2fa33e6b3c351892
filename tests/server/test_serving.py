"""``duikou serve`` for real: a process on a free port, asked over HTTP, stopped by signals."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner

from graph.database import Database
from server.cli import main
from server.cli.private import builtin_digest

PATIENCE = 60
Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]


def get(url: str, **headers: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=PATIENCE) as response:
        body = response.read()
    assert isinstance(body, bytes)
    return body


def test_the_line_comes_when_it_answers_and_ctrl_c_stops_it(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path) as (process, url):
        assert json.loads(get(f"{url}healthz"))["status"] == "ok"
        assert "百县百品" in get(f"{url}zh/").decode()
        assert b"@prefix" in get(f"{url}id/programme/baixian-baipin")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, "", "")


def test_sigterm_stops_it_too(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path) as (process, _):
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, "", "")


def test_escaped_slashes_reach_the_thing(tmp_path: Path, serving: Serving) -> None:
    """An IATI identifier with a slash is one segment of a path, also through the real server."""
    file = tmp_path / "iati.ttl"
    file.write_text(
        "<https://w3id.org/duikou/id/activity/XM-DAC%2F1> a <https://w3id.org/duikou/ontology#Activity> ;"
        ' <http://www.w3.org/2000/01/rdf-schema#label> "用水"@zh, "Water"@en .',
        encoding="utf-8",
    )
    assert CliRunner().invoke(main, ["load", str(file), "--db", str(tmp_path / "db")]).exit_code == 0
    with serving("--db", tmp_path / "db") as (_, url):
        assert "用水" in get(f"{url}zh/activity/XM-DAC%2F1").decode()
        assert "Water" in get(f"{url}id/activity/XM-DAC%2F1").decode()
        assert "/en/activity/XM-DAC%2F1" in get(f"{url}zh/activity/XM-DAC%2F1").decode()


def test_what_is_loaded_meanwhile_is_served(ten_cases: Database, tmp_path: Path, serving: Serving) -> None:
    copy = tmp_path / "db"
    shutil.copytree(ten_cases.path, copy)
    file = tmp_path / "news.ttl"
    file.write_text('<http://example.org/a> <http://example.org/p> "news" .', encoding="utf-8")
    ask = f"sparql?format=csv&query={quote('SELECT ?o { <http://example.org/a> ?p ?o }')}"
    with serving("--db", copy) as (_, url):
        assert get(url + ask) == b"o\r\n"
        assert CliRunner().invoke(main, ["load", str(file), "--db", str(copy)]).exit_code == 0
        assert get(url + ask) == b"o\r\nnews\r\n"


def test_a_query_that_crashes_the_engine_does_not_end_the_service(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path) as (process, url):
        bomb = urlencode({"query": "SELECT * " + "{" * 20_000 + "}" * 20_000}).encode()
        with contextlib.suppress(OSError, http.client.HTTPException):
            urllib.request.urlopen(f"{url}sparql", data=bomb, timeout=PATIENCE).close()
        for _ in range(100):
            with contextlib.suppress(OSError):
                assert json.loads(get(f"{url}healthz"))["status"] == "ok"
                break
            time.sleep(0.1)
        else:
            pytest.fail("the service did not come back")
        assert process.poll() is None


def test_a_new_directory_is_served_empty(tmp_path: Path, serving: Serving) -> None:
    with serving("--db", tmp_path / "new") as (_, url):
        assert json.loads(get(f"{url}healthz"))["snapshot"] is None
        assert b"duikou build" in get(f"{url}en/")


def test_without_a_directory_it_serves_the_ten_cases(tmp_path: Path, serving: Serving) -> None:
    with serving(DUIKOU_HOME=str(tmp_path / "home")) as (_, url):
        assert json.loads(get(f"{url}healthz"))["quads"] > 10_000
    database = Database(tmp_path / "home")
    assert database.current is not None
    assert (database.path / "builtin.sha256").read_text("ascii").strip() == builtin_digest()
    before = database.current.number
    with serving(DUIKOU_HOME=str(database.path)) as (_, url):
        assert json.loads(get(f"{url}healthz"))["snapshot"] == before
    (database.path / "builtin.sha256").write_text("of an earlier version\n", "ascii")
    with serving(DUIKOU_HOME=str(database.path)) as (_, url):
        assert json.loads(get(f"{url}healthz"))["snapshot"] == before + 1


def test_a_port_that_is_taken_is_said_to_be(ten_cases: Database) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--db", str(ten_cases.path), "--port", str(port)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"127.0.0.1:{port} is in use" in result.stderr
    assert "--port 0" in result.stderr


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_refused(ten_cases: Database, host: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--db", str(ten_cases.path), "--host", host])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{host}:8000 ")


def test_the_default_graph_may_be_the_stored_one(ten_cases: Database, serving: Serving) -> None:
    ask = f"sparql?format=csv&query={quote('SELECT (COUNT(*) AS ?n) { ?s ?p ?o }')}"
    with serving("--db", ten_cases.path, "--default-graph", "stored") as (_, url):
        assert get(url + ask) == b"n\r\n0\r\n"
        assert "UnionDefaultGraph" not in get(f"{url}sparql").decode()


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux knows threads that do not interrupt")
def test_the_threads_that_answer_take_turns(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path) as (process, _):  # which has answered
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        threads = [[int(thread.name) for thread in Path(f"/proc/{child}/task").iterdir()] for child in children]
        answering = max(threads, key=len)
        taking = [t for t in answering if os.sched_getscheduler(t) & ~os.SCHED_RESET_ON_FORK == os.SCHED_BATCH]
    assert min(answering) in taking, "the event loop's"
    assert len(taking) >= 3
