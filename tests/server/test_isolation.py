"""What a query may cost: limits as clean errors, nothing reached outside, and no process that the service needs."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from graph.database import Database
from graph.engine import Answer, Dataset, Exhausted, Limit, NotOffered
from graph.formats import Format
from ontology.errors import Problem
from server.app import create_app

Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]
PATIENCE = 60
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/duikou/ontology#Programme> }"
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


_numbers = itertools.count()


def fresh() -> str:
    """Return the same question in words that no cache knows."""
    return f"{COUNT} # {next(_numbers)}"


class Failing:
    """An engine whose every query ends in the same error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        raise self.error

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        raise self.error


@pytest.mark.parametrize(
    ("limit", "status", "retry"),
    [
        (Limit.TIME, 503, True),
        (Limit.MEMORY, 503, True),
        (Limit.LOAD, 503, True),
        (Limit.SIZE, 503, False),
        (Limit.DEPTH, 400, False),
    ],
)
def test_a_limit_is_told_to_programs_and_people(ten_cases: Database, limit: Limit, status: int, retry: bool) -> None:
    error = Exhausted(limit, Problem("It was <too> much", remedy="Ask for less"))
    client = create_app(ten_cases, engine=Failing(error)).test_client()
    answer = client.get("/sparql?" + urlencode({"query": COUNT}))
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json is not None
    assert answer.json["detail"] == "It was <too> much. Ask for less"
    assert answer.json.get("limit") == (limit.value if status == 503 else None)
    assert ("Retry-After" in answer.headers) == retry
    assert answer.headers["Cache-Control"] == "no-store"
    for lang in ("zh", "en"):
        page = client.get(f"/{lang}/sparql?" + urlencode({"query": COUNT}))
        assert (page.status_code, page.mimetype) == (status, "text/html")
        assert ("Retry-After" in page.headers) == retry
        assert "It was &lt;too&gt; much. Ask for less" in page.text
        assert "<textarea" in page.text
        assert "malformed" not in page.text
        assert "查询有误" not in page.text
        assert COUNT.partition("{")[0] in page.text


def test_what_is_not_offered_is_told_on_the_page(ten_cases: Database) -> None:
    client = create_app(ten_cases, engine=Failing(NotOffered(Problem("SERVICE reaches nothing")))).test_client()
    page = client.get("/en/sparql?" + urlencode({"query": COUNT}))
    assert (page.status_code, page.mimetype) == (403, "text/html")
    assert "SERVICE reaches nothing" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "ASK { FILTER NOT EXISTS { SERVICE ?where { ?s ?p ?o } } }",
    ],
)
def test_other_servers_are_not_reached(writable: FlaskClient, query: str) -> None:
    answer = writable.get("/sparql?" + urlencode({"query": query}))
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert "SERVICE" in str(answer.json)


@pytest.fixture(scope="module")
def served(ten_cases: Database, serving: Serving) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with serving("--db", ten_cases.path, "--timeout", "6", "--memory", "128") as (process, url):
        yield process, url


def ask(url: str, query: str) -> tuple[int, Any, Any]:
    """Return status, the parsed body and the headers."""
    data = urlencode({"query": query}).encode()
    request = urllib.request.Request(f"{url}sparql", data, {"Accept": "application/sparql-results+json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, json.load(response), response.headers
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), error.headers


@pytest.mark.parametrize("bomb", ["SELECT * " + "{" * 60_000 + "}" * 60_000, "SELECT (" + "(" * 60_000 + " AS ?x) {}"])
def test_a_bomb_of_nesting_costs_one_error(served: tuple[subprocess.Popen[str], str], bomb: str) -> None:
    process, url = served
    status, problem, _ = ask(url, bomb)
    assert status == 400
    assert "deep" in problem["detail"]
    assert ask(url, fresh())[0] == 200
    assert process.poll() is None


def test_a_query_that_never_ends_is_ended(served: tuple[subprocess.Popen[str], str]) -> None:
    _, url = served
    started = time.monotonic()
    status, problem, headers = ask(url, LONG)
    assert (status, problem["limit"]) == (503, "time")
    assert int(headers["Retry-After"]) > 0
    assert time.monotonic() - started < 20
    assert ask(url, fresh())[0] == 200


def test_a_query_that_eats_memory_is_ended(served: tuple[subprocess.Popen[str], str]) -> None:
    _, url = served
    status, problem, _ = ask(url, "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY DESC(CONCAT(STR(?c), STR(?f)))")
    assert status == 503
    assert problem["limit"] in ("memory", "time")
    assert ask(url, fresh())[0] == 200


def children(pid: int) -> list[int]:
    """Return the processes that descend from one."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, todo = [], [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return found


def zygotes(pid: int) -> list[int]:
    """Return the descendants that workers are forked from."""
    named = []
    for child in children(pid):
        with suppress(OSError):
            if b"graph.workers.forking" in Path(f"/proc/{child}/cmdline").read_bytes():
                named.append(child)
    forked = {below for child in named for below in children(child)}
    return [child for child in named if child not in forked]


def ended(processes: Sequence[int]) -> bool:
    """Return whether all of them are gone within ten seconds."""
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() for pid in processes):
            return True
        time.sleep(0.1)
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to see processes in")


@needs_proc
def test_killed_workers_are_not_noticed(served: tuple[subprocess.Popen[str], str]) -> None:
    process, url = served
    assert ask(url, fresh())[0] == 200
    workers = [worker for zygote in zygotes(process.pid) for worker in children(zygote)]
    assert workers
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    status, answer, _ = ask(url, fresh())
    assert status == 200
    assert int(answer["results"]["bindings"][0]["n"]["value"]) >= 10


@needs_proc
def test_a_killed_zygote_is_not_noticed(served: tuple[subprocess.Popen[str], str]) -> None:
    process, url = served
    assert ask(url, fresh())[0] == 200
    parents = zygotes(process.pid)
    assert parents
    for zygote in parents:
        for pid in (zygote, *children(zygote)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for _ in range(3):
        status, answer, _ = ask(url, fresh())
        assert status == 200, answer


@needs_proc
def test_stopping_leaves_no_process(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path) as (process, url):
        assert ask(url, fresh())[0] == 200
        below = children(process.pid)
        assert len(below) >= 3
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
        assert ended(below)


def test_a_stop_lets_a_running_query_finish(ten_cases: Database, serving: Serving) -> None:
    """Half a million rows made distinct take seconds; they are answered although the server was told to stop."""
    long = """SELECT (COUNT(DISTINCT ?x) AS ?n) {
        SELECT ?x { ?a a ?t . ?b a ?u . BIND(CONCAT(STR(?a), STR(?b)) AS ?x) } LIMIT 500000 }"""
    answers: list[int] = []
    with serving("--db", ten_cases.path, "--memory", "2048") as (process, url):
        below = children(process.pid)
        asking = threading.Thread(target=lambda: answers.append(ask(url, long)[0]))
        asking.start()
        time.sleep(0.5)
        assert not answers, "the query is to outlast the signal"
        process.send_signal(signal.SIGTERM)
        asking.join(PATIENCE)
        assert answers == [200]
        assert process.wait(timeout=PATIENCE) == 0
        assert ended(below)


def test_an_idle_connection_does_not_keep_the_server(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path) as (process, url):
        connection = http.client.HTTPConnection(url.split("/")[2])
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
        assert time.monotonic() - started < 4
        connection.close()
