"""What operators see: names of requests, lines of the log, numbers, readiness."""

from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from graph.cache import Cache
from graph.database import Database
from graph.engine import Answer, Dataset, Exhausted, Limit
from graph.formats import Format
from graph.workers.writer import Writer
from ontology.errors import Problem, StoreError
from server import observation, written
from server.app import create_app

Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/duikou/ontology#Programme> }"


class Engine:
    """Answers yes after some time, or fails."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.error: Exception | None = None

    def answer(self, text: str, dataset: Dataset, formats: object) -> Answer:
        time.sleep(self.seconds)
        if self.error:
            raise self.error
        return Answer(Format.JSON.media_type, b'{"head":{},"boolean":true}', Format.JSON)

    def write(self, *_: object) -> Format:
        raise NotImplementedError


class Watched:
    """An application over such an engine, with a client of it."""

    def __init__(self, database: Database) -> None:
        self.engine = Engine()
        self.metrics = observation.Metrics()
        watched = observation.Watched(
            self.engine, self.metrics, cached=lambda behind: Cache(behind, database), slow=0.05
        )
        self.client = create_app(database, engine=watched, metrics=self.metrics).test_client()

    def ask(self, query: str) -> int:
        return self.client.get(
            "/sparql?" + urlencode({"query": query}), headers={"Authorization": "Bearer hush"}
        ).status_code

    def number(self, name: str, **labels: str) -> float:
        return numbers(self.client.get("/metrics").text).get((name, tuple(sorted(labels.items()))), 0.0)


def numbers(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def watched(ten_cases: Database) -> Watched:
    return Watched(ten_cases)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[str], list[dict[str, object]]]]:
    """Return the lines of the log about an event, read back from their JSON."""
    logger, formatter = logging.getLogger("duikou"), observation._Lines(as_json=True)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield lambda event: [told for r in caplog.records if (told := json.loads(formatter.format(r)))["event"] == event]
    logger.setLevel(level)


@pytest.mark.parametrize("sane", ["a", "4bf92f3577b34da6a3ce929d0e0e4736", "Root=1-67891233-abcdef012345678912345678"])
def test_a_request_keeps_the_name_it_came_with(site: FlaskClient, sane: str) -> None:
    assert site.get("/healthz", headers={"X-Request-Id": sane}).headers["X-Request-Id"] == sane


@pytest.mark.parametrize("odd", [None, "", "a b", "<script>", "名", "x" * 129, 'a"b'])
def test_other_requests_get_one(site: FlaskClient, odd: str | None) -> None:
    headers = {"X-Request-Id": odd.encode().decode("latin-1")} if odd is not None else {}
    names = {site.get("/healthz", headers=headers).headers["X-Request-Id"] for _ in range(2)}
    assert len(names) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in names)


def test_a_problem_says_which_request_it_was(site: FlaskClient) -> None:
    answer = site.get("/nowhere", headers={"X-Request-Id": "mine"})
    assert answer.json is not None
    assert answer.json["request_id"] == answer.headers["X-Request-Id"] == "mine"


def test_every_request_is_a_line_without_what_is_private(
    watched: Watched, lines: Callable[[str], list[dict[str, object]]]
) -> None:
    watched.ask("ASK { } # private")
    (line,) = lines("request")
    assert (line["method"], line["path"], line["route"], line["status"]) == ("GET", "/sparql", "/sparql", 200)
    assert line["bytes"] == 26
    assert isinstance(line["ms"], float)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["time"]))
    assert "private" not in json.dumps(line)
    assert "hush" not in json.dumps(line)


def test_a_slow_query_is_written_down_and_cut(
    watched: Watched, lines: Callable[[str], list[dict[str, object]]]
) -> None:
    watched.ask("ASK { }")
    assert lines("slow query") == []
    watched.engine.seconds = 0.06
    long = "ASK { } # " + "慢" * 5000
    watched.client.post("/sparql", data={"query": long}, headers={"X-Request-Id": "it", "Authorization": "Bearer hush"})
    (line,) = lines("slow query")
    assert (line["id"], line["outcome"], line["level"]) == ("it", "answered", "warning")
    assert float(str(line["ms"])) >= 50
    told = str(line["query"])
    assert told.startswith("ASK { } # 慢")
    assert told.endswith("慢…")
    assert len(told.encode()) <= observation.CUT + 3
    assert "hush" not in json.dumps(line)
    watched.engine.error = Exhausted(Limit.TIME, Problem("too long"))
    watched.ask("ASK { ?s ?p ?o }")
    assert lines("slow query")[1]["outcome"] == "time"


def test_text_lines_hold_the_same() -> None:
    record = logging.LogRecord("duikou.requests", logging.INFO, "", 0, "request", None, None)
    record.fields = {"id": "a\nb", "status": 200}
    line = observation._Lines(as_json=False).format(record)
    assert line.endswith(r'Z info request id="a\nb" status=200')
    assert "\n" not in line


def test_requests_and_queries_are_counted(watched: Watched) -> None:
    for query, status in (("ASK { }", 200), ("ASK { }", 200), ("ASK { ?s ?p 1 }", 200)):
        assert watched.ask(query) == status
    watched.engine.error = Exhausted(Limit.MEMORY, Problem("too much"))
    assert watched.ask("ASK { ?s ?p 2 }") == 503
    assert watched.number("duikou_queries_total", cache="miss") == 2
    assert watched.number("duikou_queries_total", cache="hit") == 1
    assert watched.number("duikou_queries_stopped_total", limit="memory") == 1
    assert watched.number("duikou_requests_total", method="GET", route="/sparql", status="200") == 3
    assert watched.number("duikou_requests_total", method="GET", route="/sparql", status="503") == 1
    assert watched.number("duikou_request_seconds_count", route="/sparql") == 4
    assert watched.number("duikou_queries_running") == 0
    watched.client.open("/nowhere/at/all", method="BREW")
    watched.client.get("/nowhere/else")
    assert watched.number("duikou_requests_total", method="other", route="none", status="404") == 1
    assert watched.number("duikou_requests_total", method="GET", route="none", status="404") == 1


def test_writes_are_counted_and_slow_ones_written_down(
    tmp_path: Path, lines: Callable[[str], list[dict[str, object]]]
) -> None:
    database, metrics = Database(tmp_path / "db"), observation.Metrics()
    writer = Writer(database)
    try:
        watched = written.Watched(writer, metrics, slow=0.0)
        client = create_app(database, writer=watched, token="hush", metrics=metrics).test_client()
        told = {"Authorization": "Bearer hush", "X-Request-Id": "it"}
        text = "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1, 2 } }"
        for body, status in ((text, 204), ("INSERT DATA {", 400), ("CLEAR ALL", 204)):
            headers = told | {"Content-Type": "application/sparql-update"}
            assert client.post("/sparql", data=body, headers=headers).status_code == status
        ttl = told | {"Content-Type": "text/turtle"}
        assert client.put("/store?graph=urn:g", data="<urn:a> <urn:p> 1 .", headers=ttl).status_code == 201
        assert client.delete("/store?graph=urn:g", headers=ttl | {"If-Match": '"0-0"'}).status_code == 412
        assert client.delete("/store?graph=urn:g", headers=ttl).status_code == 204
    finally:
        writer.close()
    found = numbers(client.get("/metrics").text)
    counted = {labels: n for (name, labels), n in found.items() if name == "duikou_writes_total"}
    assert {tuple(value for _, value in labels): n for labels, n in counted.items()} == {
        ("update", "done"): 2, ("update", "refused"): 1, ("put", "done"): 1, ("drop", "done"): 1,
    }  # fmt: skip
    assert found["duikou_write_seconds_count", (("kind", "update"),)] == 3
    slow = lines("slow write")
    assert [(s["kind"], s.get("quads"), s.get("more")) for s in slow] == [
        ("update", 2, 2), ("update", None, None), ("update", 0, -2), ("put", 1, 1), ("drop", 0, -1),
    ]  # fmt: skip
    assert slow[0]["update"] == text
    assert (slow[3]["graph"], slow[3]["bytes"]) == ("urn:g", 19)
    assert {s["id"] for s in slow} == {"it"}
    assert "hush" not in json.dumps(slow)


def test_the_snapshot_is_among_the_numbers(ten_cases: Database) -> None:
    client = create_app(ten_cases).test_client()
    answer = client.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    found, now = numbers(answer.text), ten_cases.current
    assert now is not None
    assert found["duikou_snapshot", ()] == now.number
    assert found["duikou_quads", ()] == now.quads
    assert any(name == "process_resident_memory_bytes" for name, _ in found)


def test_it_is_ready_when_queries_are_answered(watched: Watched) -> None:
    answer = watched.client.get("/readyz")
    assert (answer.status_code, answer.json and answer.json["status"]) == (200, "ready")
    watched.engine.error = StoreError("no worker can be started")
    answer = watched.client.get("/readyz")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    assert "no worker can be started" in answer.text
    assert watched.client.get("/healthz").status_code == 200


def test_the_log_of_a_server_is_json_on_stderr(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path, "--log", "json", "--write-token", "hush-hush") as (process, url):
        ask(f"{url}sparql", COUNT, "one")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(f"{url}nowhere", headers={"Authorization": "Bearer x"}))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    told = [json.loads(line) for line in err.splitlines()]
    assert [(t["path"], t["status"]) for t in told if t["path"] != "/healthz"] == [("/sparql", 200), ("/nowhere", 404)]
    assert [t["id"] for t in told if t["path"] == "/sparql"] == ["one"]
    assert out == ""
    assert "hush" not in err


def ask(url: str, query: str, name: str = "test") -> int:
    request = urllib.request.Request(url, urlencode({"query": query}).encode(), {"X-Request-Id": name})
    with urllib.request.urlopen(request, timeout=60) as response:
        response.read()
        return int(response.status)
