"""The threads that answer take turns, and interrupt while a query runs for long."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from graph.database import Database
from graph.engine import Dataset, Exhausted
from graph.formats import Format
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from server import turns
from server.turns import Turns

pytestmark = pytest.mark.skipif(not turns.IS_POSSIBLE, reason="only Linux knows threads that do not interrupt")

Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]


class Others:
    """Some threads of this process that wait, because the tests' own is not to be changed for good."""

    def __init__(self, count: int) -> None:
        self._end = threading.Event()
        self._began = threading.Barrier(count + 1)
        self.threads = [threading.Thread(target=self._run) for _ in range(count)]
        for thread in self.threads:
            thread.start()
        self._began.wait()

    def _run(self) -> None:
        self._began.wait()
        self._end.wait()

    def close(self) -> None:
        self._end.set()
        for thread in self.threads:
            thread.join()

    @property
    def policies(self) -> set[int]:
        return {os.sched_getscheduler(t.native_id or 0) & ~os.SCHED_RESET_ON_FORK for t in self.threads}


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Others]:
    made = Others(3)
    for thread in made.threads:
        (tmp_path / "task" / str(thread.native_id)).mkdir(parents=True)
    monkeypatch.setattr(turns, "_THREADS", tmp_path / "task")
    yield made
    made.close()


def test_threads_take_turns_but_while_something_lasts(others: Others) -> None:
    taking = Turns()
    with taking.lasting():
        assert others.policies == {os.SCHED_OTHER}
    assert others.policies == {os.SCHED_OTHER}, "none have begun"
    taking.begin()
    assert others.policies == {os.SCHED_BATCH}
    with ExitStack() as several:
        for _ in range(3):
            several.enter_context(taking.lasting())
            assert others.policies == {os.SCHED_OTHER}
        with taking.lasting():
            assert others.policies == {os.SCHED_OTHER}
        assert others.policies == {os.SCHED_OTHER}
    assert others.policies == {os.SCHED_BATCH}
    with pytest.raises(ValueError, match="told"), taking.lasting():
        raise ValueError("told")
    assert others.policies == {os.SCHED_BATCH}


def test_what_is_started_from_them_does_not(others: Others) -> None:
    Turns().begin()
    assert all(os.sched_getscheduler(t.native_id or 0) & os.SCHED_RESET_ON_FORK for t in others.threads)


def test_who_has_ended_or_may_not_is_passed_over(others: Others, monkeypatch: pytest.MonkeyPatch) -> None:
    taking = Turns()
    taking.begin()
    others.close()
    with taking.lasting():
        pass

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    Turns().begin()


def test_a_query_in_the_long_lane_lasts(others: Others, tmp_path: Path) -> None:
    taking = Turns()
    taking.begin()
    seen: list[set[int]] = []

    def look() -> None:
        seen.append(others.policies)
        if not done.is_set():
            timer[0] = threading.Timer(0.05, look)
            timer[0].start()

    done = threading.Event()
    timer = [threading.Timer(0, look)]
    with Pool(Database(tmp_path / "db"), Limits(seconds=1.5, megabytes=300), lasting=taking.lasting) as pool:
        pool.answer("ASK {}", Dataset(), (Format.JSON,))
        assert others.policies == {os.SCHED_BATCH}
        timer[0].start()
        numbers = "VALUES ?a { 1 2 3 4 5 6 7 8 } " + " ".join(
            f"VALUES ?{name} {{ 1 2 3 4 5 6 7 8 }}" for name in "bcdefghij"
        )
        with pytest.raises(Exhausted):
            pool.answer(f"SELECT (COUNT(*) AS ?n) {{ {numbers} }}", Dataset(), (Format.JSON,))
        done.set()
        timer[0].join()
    assert {os.SCHED_OTHER} in seen
    assert others.policies == {os.SCHED_BATCH}


def test_the_server_s_threads_take_turns(ten_cases: Database, serving: Serving) -> None:
    with serving("--db", ten_cases.path) as (process, _):  # which has answered
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        threads = [[int(thread.name) for thread in Path(f"/proc/{child}/task").iterdir()] for child in children]
        answering = max(threads, key=len)
        taking = [t for t in answering if os.sched_getscheduler(t) & ~os.SCHED_RESET_ON_FORK == os.SCHED_BATCH]
    assert min(answering) in taking, "the event loop's"
    assert len(taking) >= 3
