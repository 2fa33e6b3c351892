"""Clients that go away: noticed on real connections, at the cost of one descriptor each."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from graph.asking import Asking
from server import process
from server.departures import Departures

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when something came by a connection")

ENVIRON = {"SERVER_SOFTWARE": "Granian", "REMOTE_ADDR": "127.0.0.1"}
CROWD = 25


#: Clients of their own process: connect, send, say so, and close as many as they are told to.
PROGRAM = """
import socket, sys
ends = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]
for end in ends:
    end.send(b"GET")
print("sent", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        ends.pop().close()
"""


class Crowd:
    """Clients that have each sent a request to this process, and are closed on demand."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def leave(self, how_many: int) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write(f"{how_many}\n")
        self._program.stdin.flush()


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = str(listening.getsockname()[1])
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, port, str(CROWD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        stack.enter_context(program)
        stack.callback(program.kill)
        for _ in range(CROWD):
            stack.enter_context(listening.accept()[0])
        assert program.stdout is not None
        assert program.stdout.readline() == "sent\n"
        yield Crowd(program)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def wait_until(asking: list[Asking]) -> None:
    """Wait until all are cancelled."""
    until = time.monotonic() + 20
    while time.monotonic() < until and not all(each.is_cancelled for each in asking):
        time.sleep(0.05)
    assert all(each.is_cancelled for each in asking)


def test_a_crowd_that_waits_takes_one_more_descriptor_for_each_connection(crowd: Crowd) -> None:
    departures, asking, before = Departures(), [Asking() for _ in range(CROWD)], descriptors()
    with ExitStack() as stack:
        for each in asking:
            stack.enter_context(departures.cancelling(each, ENVIRON))
        until = time.monotonic() + 20
        while time.monotonic() < until and descriptors() < before + CROWD:
            time.sleep(0.05)
        time.sleep(0.3)
        assert descriptors() == before + CROWD
        crowd.leave(CROWD)
        wait_until(asking)
    assert descriptors() == before


def test_nobody_is_given_up_while_one_that_may_be_theirs_still_waits(crowd: Crowd) -> None:
    departures, asking = Departures(), [Asking() for _ in range(CROWD)]
    with ExitStack() as stack:
        for each in asking:
            stack.enter_context(departures.cancelling(each, ENVIRON))
        time.sleep(0.6)
        crowd.leave(CROWD - 1)
        time.sleep(0.6)
        assert not any(each.is_cancelled for each in asking)
        crowd.leave(1)
        wait_until(asking)


def test_the_answering_process_may_open_as_many_files_as_the_system_allows() -> None:
    program = (
        "import resource as r; from server import process\n"
        "hard = r.getrlimit(r.RLIMIT_NOFILE)[1]; r.setrlimit(r.RLIMIT_NOFILE, (256, hard)); process.prepare()\n"
        "print(*r.getrlimit(r.RLIMIT_NOFILE))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    soft, hard = map(int, told.split())
    assert soft == (process.FILES if hard < 0 else min(process.FILES, hard))
