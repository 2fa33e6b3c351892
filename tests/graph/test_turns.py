"""The threads that answer take turns, and interrupt while a query runs for long."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph.database import Database
from graph.engine import Dataset, Exhausted
from graph.formats import Format
from graph.workers import turns
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from graph.workers.turns import Turns

pytestmark = pytest.mark.skipif(not turns.IS_POSSIBLE, reason="only Linux knows threads that do not interrupt")


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
        return {policy(thread.native_id or 0) for thread in self.threads}


def policy(thread: int) -> int:
    return os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK


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


def test_workers_take_turns_with_them(others: Others) -> None:
    taking, more = Turns(), Others(2)
    numbers = [thread.native_id or 0 for thread in more.threads]
    taking.join(numbers[0])
    assert more.policies == {os.SCHED_OTHER}, "none have begun"
    taking.begin()
    taking.join(numbers[1])
    assert more.policies == {os.SCHED_BATCH}
    with taking.lasting():
        assert more.policies == {os.SCHED_OTHER}
        taking.leave(numbers[0])
    assert [policy(number) for number in numbers] == [os.SCHED_OTHER, os.SCHED_BATCH]
    more.close()


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
    with Pool(Database(tmp_path / "db"), Limits(seconds=1.5, megabytes=300), turns=taking) as pool:
        pool.answer("ASK {}", Dataset(), (Format.JSON,))
        assert others.policies == {os.SCHED_BATCH}
        assert {policy(worker.pid) for worker in pool._idle} == {os.SCHED_BATCH}
        timer[0].start()
        numbers = "VALUES ?a { 1 2 3 4 5 6 7 8 } " + " ".join(
            f"VALUES ?{name} {{ 1 2 3 4 5 6 7 8 }}" for name in "bcdefghij"
        )
        with pytest.raises(Exhausted):
            pool.answer(f"SELECT (COUNT(*) AS ?n) {{ {numbers} }}", Dataset(), (Format.JSON,))
        done.set()
        timer[0].join()
        assert {policy(worker.pid) for worker in pool._idle} == {os.SCHED_BATCH}
    assert {os.SCHED_OTHER} in seen
    assert others.policies == {os.SCHED_BATCH}
    assert not taking._workers, "all have left"
