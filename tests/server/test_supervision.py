"""What runs for whom: a client's address, its budget, its own queries, and what happens when it leaves."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from graph.database import Database
from ontology.errors import StoreError
from server.budget import Budget, OverBudget
from server.clients import Client, Clients, networks

Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PATIENCE = 60


# -- who it is ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "forwarded", "name", "is_certain"),
    [
        ("192.0.2.1", None, "192.0.2.1", True),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1", False),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7", True),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7", True),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7", True),
        ("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9", True),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1", False),
        ("10.0.0.1", "203.0.113.9:4711", "203.0.113.9", True),
        ("10.0.0.1", "[2001:db8:1:2:3::9]:4711", "2001:db8:1:2::/64", True),
        ("10.0.0.1", None, "10.0.0.1", True),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7", True),
        ("2001:db8::1", None, "2001:db8::/64", True),
        ("", None, "unknown", False),
    ],
)
def test_only_a_trusted_proxy_is_believed(peer: str, forwarded: str | None, name: str, is_certain: bool) -> None:
    environ = {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    assert Clients(networks(["10.0.0.0/8"])).of(environ) == Client(name, is_certain)


def test_behind_a_proxy_that_tells_nothing_nobody_is_known() -> None:
    assert not Clients(is_hidden=True).of({"REMOTE_ADDR": "127.0.0.1"}).is_certain
    assert Clients(networks(["127.0.0.1"]), is_hidden=True).of({"REMOTE_ADDR": "127.0.0.1"}).is_certain


@pytest.mark.parametrize(("told", "has"), [("Bearer secret", True), ("Bearer secre", False), ("Bearer 密", False)])
def test_who_has_the_token_is_known_by_it(told: str, has: bool) -> None:
    client = Clients(token="secret").of({"REMOTE_ADDR": "192.0.2.1", "HTTP_AUTHORIZATION": told})
    assert client.has_token == has
    assert client.name == ("token" if has else "192.0.2.1")


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(StoreError, match="no network"):
        networks(["proxy.example.org"])


# -- its budget ---------------------------------------------------------------


def test_a_budget_is_used_up_and_comes_back() -> None:
    now = [0.0]
    budget = Budget(30, clock=lambda: now[0])
    budget.charge("a", 20)
    budget.check("a")
    with pytest.raises(OverBudget) as caught:
        budget.check("a", running=15)
    assert caught.value.wait == 10, "five seconds too many at half a second in each"
    budget.charge("a", 40)
    budget.check("b")
    with pytest.raises(OverBudget) as caught:
        budget.check("a")
    assert caught.value.wait == 60
    now[0] = 59
    with pytest.raises(OverBudget):
        budget.check("a")
    now[0] = 61
    budget.check("a")


def test_clients_without_number_cost_no_memory_without_end() -> None:
    budget = Budget(1)
    for number in range(20_000):
        budget.charge(str(number), 5)
    assert len(budget._used) == 10_000
    with pytest.raises(OverBudget):
        budget.check("19999")


# -- a real server ------------------------------------------------------------


def send(
    url: str, path: str, query: str | None = None, method: str | None = None, **headers: str
) -> tuple[int, Any, Any]:
    """Return status, the parsed body and the headers."""
    data = urlencode({"query": query}).encode() if query is not None else None
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url.rstrip("/") + path, data, told, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            body = response.read()
            return response.status, json.loads(body) if body else None, response.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def in_time(holds: Callable[[], Any]) -> Any:
    """Return what something comes to as soon as it is true; false where it never is."""
    until = time.monotonic() + PATIENCE / 3
    while not (found := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


class Asked:
    """A query that is asked in a thread of its own; `outcome` is what `send` returned."""

    def __init__(self, url: str, query: str, **headers: str) -> None:
        self.outcome: tuple[int, Any, Any] | None = None

        def run() -> None:
            self.outcome = send(url, "/sparql", query, **headers)

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def status(self) -> int:
        self.thread.join(PATIENCE)
        assert self.outcome is not None
        return self.outcome[0]


@pytest.fixture(scope="module")
def url(ten_cases: Database, serving: Serving) -> Iterator[str]:
    options = ("--timeout", "40", "--write-token", "secret", "--trust-proxy", "127.0.0.1")
    with serving("--db", ten_cases.path, *options) as (_, address):
        yield address


def running(url: str, **headers: str) -> list[dict[str, Any]]:
    status, told, sent = send(url, "/sparql/queries", **headers)
    assert status == 200
    assert sent["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in sent
    found: list[dict[str, Any]] = told["queries"]
    return found


def test_a_client_sees_and_cancels_its_own_queries_only(url: str) -> None:
    mine, other = {"X_Forwarded_For": "192.0.2.1"}, {"X_Forwarded_For": "192.0.2.2"}
    asked = Asked(url, f"{LONG} # mine", X_Query_Id="long-one", **mine)
    (told,) = in_time(lambda: running(url, **mine))
    assert (told["id"], told["kind"], told["text"]) == ("long-one", "query", f"{LONG} # mine")
    assert in_time(lambda: running(url, **mine)[0]["state"] == "running")
    assert told["seconds"] < PATIENCE
    assert running(url, **other) == []
    assert running(url) == [], "the proxy itself asks nothing"
    assert running(url, X_Forwarded_For="192.0.2.1, 192.0.2.2") == [], "nobody can say to be somebody else"
    assert [r["id"] for r in running(url, Authorization="Bearer secret")] == ["long-one"]
    assert send(url, "/sparql/queries/long-one", method="DELETE", **other)[0] == 404
    assert send(url, "/sparql/queries/long-one", **mine)[1]["id"] == "long-one"
    assert send(url, "/sparql/queries/long-one", method="DELETE", **mine)[0] == 204
    assert asked.status() == 409
    assert asked.outcome is not None
    assert asked.outcome[1]["title"] == "Cancelled"
    assert running(url, **mine) == []
    assert send(url, "/sparql/queries/long-one", method="DELETE", **mine)[0] == 404


def test_a_query_without_a_name_has_that_of_its_request(url: str) -> None:
    asked = Asked(url, f"{LONG} # unnamed", X_Request_Id="the-request", X_Query_Id="not a name")
    (told,) = in_time(lambda: running(url))
    assert told["id"] == "the-request"
    assert send(url, "/sparql/queries/the-request", method="DELETE", Authorization="Bearer secret")[0] == 204
    assert asked.status() == 409


def begin(url: str, query: str, method: str = "POST") -> http.client.HTTPConnection:
    """Ask a query and do not wait for its answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    if method == "GET":
        connection.request("GET", "/sparql?" + urlencode({"query": query}))
    else:
        connection.request("POST", "/sparql", query, {"Content-Type": "application/sparql-query"})
    return connection


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what connections there are is read from /proc")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_client_that_leaves_stops_costing(url: str, method: str) -> None:
    staying = Asked(url, f"{LONG} # stays {method}", X_Query_Id="stays")
    assert in_time(lambda: len(running(url)) == 1)
    time.sleep(6)  # beyond doubt about which of the two connections is whose
    leaving = begin(url, f"{LONG} # leaves {method}", method)
    assert in_time(lambda: len(running(url)) == 2)
    time.sleep(0.5)
    assert len(running(url)) == 2, "both wait for their answers"
    leaving.close()
    assert in_time(lambda: [r["id"] for r in running(url)] == ["stays"])
    assert send(url, "/sparql/queries/stays", method="DELETE")[0] == 204
    assert staying.status() == 409


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what connections there are is read from /proc")
def test_nothing_of_a_crowd_that_left_goes_on(url: str) -> None:
    crowd = [begin(url, f"{LONG} # of a crowd, {number}") for number in range(12)]
    assert in_time(lambda: len(running(url)) == 12)
    for connection in crowd:
        connection.close()
    assert in_time(lambda: running(url) == [])
    assert send(url, "/sparql", "ASK {}")[0] == 200


def test_a_client_may_give_its_query_less_time(url: str) -> None:
    started = time.monotonic()
    status, told, _ = send(url, "/sparql?timeout=0.7", f"{LONG} # in a hurry")
    assert (status, told["limit"]) == (503, "time")
    assert "0.7 seconds" in told["detail"]
    assert time.monotonic() - started < 20
    assert send(url, "/sparql?timeout=soon", "ASK {}")[0] == 200


def test_who_has_used_its_time_is_told_when_to_come_back(ten_cases: Database, serving: Serving) -> None:
    options = ("--timeout", "2", "--budget", "1.5", "--trust-proxy", "127.0.0.0/8")
    with serving("--db", ten_cases.path, *options) as (_, url):
        mine, other = {"X_Forwarded_For": "192.0.2.1"}, {"X_Forwarded_For": "192.0.2.2"}
        assert send(url, "/sparql", "ASK { ?s ?p 1 }", **mine)[0] == 200
        assert send(url, "/sparql", f"{LONG} # costs", **mine)[0] == 503
        status, told, headers = send(url, "/sparql", f"{LONG} # more", **mine)
        assert (status, told["limit"]) == (429, "budget")
        assert 0 < int(headers["Retry-After"]) <= 60
        assert send(url, "/sparql", "ASK { ?s ?p 1 }", **mine)[0] == 200, "what is known already costs nothing"
        assert send(url, "/readyz", **mine)[0] == 200
        assert send(url, "/sparql", "ASK { ?s ?p 2 }", **other)[0] == 200
        assert send(url, "/sparql", "ASK { ?s ?p 3 }", X_Forwarded_For="192.0.2.2, 192.0.2.1")[0] == 429
        metrics = urllib.request.urlopen(f"{url}metrics", timeout=PATIENCE).read().decode()
        assert 'duikou_queries_stopped_total{limit="budget"} 2.0' in metrics
