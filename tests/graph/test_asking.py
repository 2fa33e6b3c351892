"""Questions that nobody wants answered any more: whatever is done for them ends."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.asking import Asking, Cancelled, asked, current
from graph.database import Database
from graph.engine import Dataset, Exhausted, Limit
from graph.formats import Format
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from graph.workers.writer import Writer
from ontology.errors import Problem

WHY = Problem("It is not wanted any more")
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PATIENCE = 30


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    database = Database(tmp_path_factory.mktemp("asking") / "db")
    with database.write("test") as draft:
        draft.store.update(
            "INSERT DATA { GRAPH <urn:g> { " + " ".join(f"<urn:s{i}> <urn:p> {i} ." for i in range(5000)) + " } }"
        )
        draft.touch("urn:g")
    with Pool(database, Limits(seconds=PATIENCE, short=1, long=1)) as made:
        yield made


def in_time(holds: Callable[[], object]) -> bool:
    """Return whether something becomes true while one waits."""
    until = time.monotonic() + PATIENCE / 2
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


class Question:
    """A query that is asked in a thread of its own."""

    def __init__(self, pool: Pool, text: str, asking: Asking) -> None:
        self.outcome: BaseException | bytes | None = None

        def run() -> None:
            try:
                with asked(asking):
                    self.outcome = pool.answer(text, Dataset(), (Format.CSV,)).body
            except BaseException as error:
                self.outcome = error

        self.thread = threading.Thread(target=run)
        self.thread.start()


def workers(pool: Pool) -> set[int]:
    zygote = pool._zygote._process
    if zygote is None:
        return set()
    return {int(pid) for pid in Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children").read_text().split()}


def busy(pool: Pool) -> set[int]:
    return workers(pool) - {worker.pid for worker in pool._idle}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc to see processes in")
def test_a_query_that_is_cancelled_ends_with_its_worker(pool: Pool) -> None:
    asking = Asking()
    question = Question(pool, f"{LONG} # cancelled", asking)
    assert in_time(lambda: asking.began and busy(pool))
    time.sleep(0.5)  # it is in the long lane now
    at_work = busy(pool)
    asking.cancel(WHY)
    question.thread.join(PATIENCE / 3)
    assert isinstance(question.outcome, Cancelled)
    assert str(question.outcome) == str(Cancelled(WHY))
    assert in_time(lambda: not any(alive(pid) for pid in at_work))
    assert pool.answer("ASK {}", Dataset(), (Format.JSON,)).body


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_query_that_waits_gives_its_place_in_the_queue_up(pool: Pool) -> None:
    first, second = Asking(), Asking()
    one = Question(pool, f"{LONG} # holds the lane", first)
    assert in_time(lambda: first.began)
    time.sleep(0.5)
    pool._remember(pool._long_ones, f"{LONG} # waits")
    other = Question(pool, f"{LONG} # waits", second)
    assert in_time(lambda: pool._long.has_queue)
    second.cancel(WHY)
    other.thread.join(PATIENCE / 3)
    assert isinstance(other.outcome, Cancelled)
    assert second.began is None
    assert not pool._long.has_queue
    first.cancel(WHY)
    one.thread.join(PATIENCE / 3)
    assert isinstance(one.outcome, Cancelled)


def test_what_was_cancelled_before_is_not_begun(pool: Pool) -> None:
    asking = Asking()
    asking.cancel(WHY)
    with asked(asking), pytest.raises(Cancelled):
        pool.answer("ASK {}", Dataset(), (Format.JSON,))
    assert asking.began is None
    assert not current().is_cancelled


def test_who_asks_may_give_less_time_than_there_is(pool: Pool) -> None:
    started = time.monotonic()
    with asked(Asking(seconds=0.5)), pytest.raises(Exhausted, match=r"0\.5 seconds") as caught:
        pool.answer(f"{LONG} # hurry", Dataset(), (Format.CSV,))
    assert caught.value.limit is Limit.TIME
    assert time.monotonic() - started < PATIENCE / 2


def test_a_write_that_is_cancelled_changes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    writer, asking = Writer(database), Asking()
    cross = " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(9))
    try:
        writer.update("INSERT DATA { <urn:a> <urn:p> 1 }")
        threading.Timer(0.7, asking.cancel, (WHY,)).start()
        with asked(asking), pytest.raises(Cancelled):
            writer.update(f"INSERT {{ <urn:a> <urn:p> ?v0 }} WHERE {{ {cross} }}")
        assert database.current is not None
        assert database.current.number == 1
        assert writer.update("INSERT DATA { <urn:a> <urn:p> 2 }").quads == 2
    finally:
        writer.close()
