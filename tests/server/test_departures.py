"""Clients that go away: noticed by listening to those that wait for long, and to no others."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from graph.asking import Asking
from graph.database import Database
from server import departures, process
from server.app import create_app
from server.departures import Departures, Gone, Visit
from server.front import Front

PARTS = ({"type": "http.request", "body": b"query=", "more_body": True}, {"type": "http.request", "body": b"ASK{}"})


class Connection:
    """What the server receives of one client."""

    def __init__(self, *parts: dict[str, Any]) -> None:
        self.left = asyncio.Event()
        self.receiving = 0
        self._parts = iter(parts)

    async def receive(self) -> Any:
        for part in self._parts:
            return part
        self.receiving += 1
        try:
            await self.left.wait()
        finally:
            self.receiving -= 1
        return {"type": "http.disconnect"}


def scope(method: str = "GET", *headers: tuple[bytes, bytes]) -> Any:
    return {"type": "http", "method": method, "headers": headers}


async def until(is_so: Any) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 20
    while time.monotonic() < end and not is_so():
        await asyncio.sleep(0.02)
    assert is_so()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def test_who_waits_for_long_is_listened_to_and_their_question_cancelled_when_they_leave(runner: asyncio.Runner) -> None:
    async def main() -> None:
        looking = Departures(asyncio.get_running_loop())
        leaves, stays = Connection(), Connection()
        first, second = Asking(), Asking()
        visits = [Visit(scope(), connection.receive) for connection in (leaves, stays)]
        for visit in visits:
            looking.begin(visit)
        with visits[0].cancelling(first), visits[1].cancelling(second):
            assert not leaves.receiving
            await until(lambda: leaves.receiving and stays.receiving)
            leaves.left.set()
            await until(lambda: first.is_cancelled)
        assert not second.is_cancelled
        for visit in visits:
            looking.end(visit)
        await until(lambda: not stays.receiving)

    runner.run(main())


def test_a_question_of_who_has_left_is_cancelled_at_once(runner: asyncio.Runner) -> None:
    async def main() -> None:
        looking = Departures(asyncio.get_running_loop())
        connection, asking = Connection(), Asking()
        visit = Visit(scope(), connection.receive)
        looking.begin(visit)
        connection.left.set()
        await asyncio.sleep(0.6)
        # as a thread does that answers the request, in the context of its task
        await asyncio.to_thread(departures.cancelling(asking).__enter__)
        assert asking.is_cancelled
        looking.end(visit)

    runner.run(main())


def test_nobody_listens_before_the_body_is_there(runner: asyncio.Runner) -> None:
    async def main() -> None:
        looking = Departures(asyncio.get_running_loop())
        connection = Connection(*PARTS)
        visit = Visit(scope("POST"), connection.receive)
        looking.begin(visit)
        await asyncio.sleep(0.6)
        assert not connection.receiving
        assert await visit.body(100) == b"query=ASK{}"
        await until(lambda: connection.receiving)
        looking.end(visit)

    runner.run(main())


def test_a_body_that_was_read_can_be_received_again(runner: asyncio.Runner) -> None:
    async def main() -> None:
        for most, told in ((100, b"query=ASK{}"), (7, None)):
            visit = Visit(scope("POST"), Connection(*PARTS).receive)
            assert await visit.body(most) == told
            assert [await visit.receive(), await visit.receive()] == list(PARTS)
            assert (await visit.receive()).get("body") == b""

    runner.run(main())


def test_a_client_that_leaves_amid_its_body_is_gone(runner: asyncio.Runner) -> None:
    async def main() -> None:
        connection, asking = Connection(PARTS[0]), Asking()
        visit = Visit(scope("POST"), connection.receive)
        connection.left.set()
        with visit.cancelling(asking):
            with pytest.raises(Gone):
                await visit.body(100)
            assert asking.is_cancelled

    runner.run(main())


@pytest.mark.parametrize(
    ("method", "path", "header"),
    [("POST", "/sparql", (b"transfer-encoding", b"chunked")), ("POST", "/sparql", (b"content-length", b"99")),
     ("POST", "/en/reconcile", (b"content-length", b"99"))],
)  # fmt: skip
def test_half_a_body_is_no_fault_of_the_server(
    runner: asyncio.Runner, ten_cases: Database, caplog: pytest.LogCaptureFixture, method: str, path: str, header: Any
) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def main() -> None:
        connection = Connection(PARTS[0])
        connection.left.set()
        told = scope(method, (b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded"), header)
        asked = {"path": path, "raw_path": path.encode(), "query_string": b"", "http_version": "1.1"}
        await Front(create_app(ten_cases))(told | asked, connection.receive, send)

    runner.run(main())
    assert [message["status"] for message in sent if "status" in message] in ([], [400])
    assert not caplog.records


def test_questions_come_and_go_in_other_threads_while_their_client_leaves(runner: asyncio.Runner) -> None:
    asked: list[Asking] = []

    async def main() -> None:
        looking = Departures(asyncio.get_running_loop())
        connection = Connection()
        visit = Visit(scope(), connection.receive)
        looking.begin(visit)

        def ask() -> None:
            for _ in range(2000):
                asking = Asking()
                with visit.cancelling(asking):
                    asked.append(asking)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        connection.left.set()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        last = Asking()
        await asyncio.sleep(0.6)
        with visit.cancelling(last):
            assert last.is_cancelled
        looking.end(visit)

    runner.run(main())
    assert len(asked) == 8000


def test_the_answering_process_may_open_as_many_files_as_the_system_allows() -> None:
    program = (
        "import resource as r; from server import process\n"
        "hard = r.getrlimit(r.RLIMIT_NOFILE)[1]; r.setrlimit(r.RLIMIT_NOFILE, (256, hard)); process.prepare()\n"
        "print(*r.getrlimit(r.RLIMIT_NOFILE))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    soft, hard = map(int, told.split())
    assert soft == (process.FILES if hard < 0 else min(process.FILES, hard))
