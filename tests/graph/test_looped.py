"""Queries of an event loop, which share workers: whatever becomes of one, each gets its own answer or error."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.asking import Asking, Cancelled, asked
from graph.database import Database
from graph.engine import Answer, Dataset, Exhausted, Limit
from graph.formats import Format
from graph.workers import looped
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from ontology.errors import Problem, QueryError

pytestmark = pytest.mark.skipif(not looped.IS_POSSIBLE, reason="elsewhere such queries wait in threads")

COUNT = 8_000  # as many rows come in a file
ENOUGH = Problem("Enough")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(tmp_path_factory.mktemp("looped") / "db")
    with made.write("test") as draft:
        draft.store.bulk_extend(
            Quad(NamedNode(f"urn:s{i}"), NamedNode("urn:p"), Literal(f"value {i}"), NamedNode("urn:g"))
            for i in range(COUNT)
        )
        draft.touch("urn:g")
    return made


@pytest.fixture
def one(database: Database) -> Iterator[Pool]:
    """A pool with one place, in which both forms of query used here are known to be quick."""
    with Pool(database, Limits(seconds=20, megabytes=300, short=1, long=1)) as pool:
        pool.answer(value(1), Dataset(), (Format.CSV,))
        pool.answer(rows(1), Dataset(), (Format.CSV,))
        yield pool


def run(main: Coroutine[Any, Any, None]) -> None:
    async def within() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
        await asyncio.wait_for(main, 60)

    asyncio.run(within())


def value(number: int) -> str:
    return f"SELECT ?o {{ <urn:s{number}> <urn:p> ?o }}"


def rows(count: int) -> str:
    """Return a query of one form that takes as long as there are rows to count: millions take seconds."""
    return f"SELECT (COUNT(*) AS ?n) {{ SELECT ?a {{ ?a <urn:p> ?b . ?c <urn:p> ?d }} LIMIT {count} }}"


async def ask(pool: Pool, text: str, asking: Asking | None = None) -> str:
    with asked(asking or Asking()):
        answer: Answer = await pool.answering(text, Dataset(), (Format.CSV,))
    return answer.body.decode()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0)


async def paired(pool: Pool, first: int, asking: Asking | None = None) -> tuple[asyncio.Task[str], asyncio.Task[str]]:
    """Have a query at work that counts so many rows, and one for a value sit behind it."""
    tasks = (
        asyncio.ensure_future(ask(pool, rows(first))),
        asyncio.ensure_future(ask(pool, value(7), asking)),
    )
    await until(lambda: any(at.behind for at in at_work(pool)))
    assert not pool.short.has_queue
    return tasks


def at_work(pool: Pool) -> list[looped._AtWork]:
    return list(pool._looped._at_work.values()) if pool._looped else []


async def is_as_before(pool: Pool) -> None:
    """Assert that the one place is free and that nobody gets what was asked by others."""
    for number in (3, 4, 5):
        assert await ask(pool, value(number)) == f"o\r\nvalue {number}\r\n"
    assert not at_work(pool)
    assert pool._looped is not None
    assert not pool._looped._open
    await until(lambda: pool.short._free == 1)


def test_two_share_a_worker_and_each_gets_its_own_answer(one: Pool) -> None:
    async def main() -> None:
        before = {worker.pid for worker in one._idle}
        first, behind = await paired(one, 2_000)
        (at,) = at_work(one)
        assert await first == "n\r\n2000\r\n"
        assert await behind == "o\r\nvalue 7\r\n"
        assert at.worker.pid in before
        assert at.worker in one._idle, "it answers others afterwards"
        await is_as_before(one)

    run(main())


def test_who_sits_behind_what_takes_longer_is_answered_by_another_worker(one: Pool) -> None:
    async def main() -> None:
        first, behind = await paired(one, 12_000_000)
        (at,) = at_work(one)
        assert await behind == "o\r\nvalue 7\r\n"
        assert not first.done()
        assert await first == "n\r\n12000000\r\n"
        assert at.worker not in one._idle, "it has been asked more than is known"
        await is_as_before(one)

    run(main())


def test_whoever_kills_the_worker_of_two_costs_neither_its_answer(one: Pool) -> None:
    async def main() -> None:
        tasks = await paired(one, 30_000)
        os.kill(at_work(one)[0].worker.pid, signal.SIGKILL)
        assert [await task for task in tasks] == ["n\r\n30000\r\n", "o\r\nvalue 7\r\n"]
        await is_as_before(one)

    run(main())


def test_an_error_of_the_first_is_not_that_of_the_second(one: Pool) -> None:
    async def main() -> None:
        for wrong in ("SELECT ?o { <urn:s1> <urn:p> ?o", "SELECT (?o AS ?o) { <urn:s1> <urn:p> ?o }"):
            one._remember(one._quick_ones, one.form_of(wrong))
            pairs = [ask(one, text) for n in range(20) for text in (wrong, value(n))]
            for n, outcome in enumerate(await asyncio.gather(*pairs, return_exceptions=True)):
                if n % 2:
                    assert outcome == f"o\r\nvalue {n // 2}\r\n"
                else:
                    assert isinstance(outcome, QueryError)
        await is_as_before(one)

    run(main())


@pytest.mark.parametrize("how", ["question", "task"])
@pytest.mark.parametrize("which", ["first", "behind"])
def test_either_can_be_cancelled(one: Pool, which: str, how: str) -> None:
    async def main() -> None:
        askings = {"first": Asking(), "behind": Asking()}
        tasks = {
            "first": asyncio.ensure_future(ask(one, rows(12_000_000), askings["first"])),
            "behind": asyncio.ensure_future(ask(one, value(7), askings["behind"])),
        }
        await until(lambda: any(at.behind for at in at_work(one)))
        if how == "question":
            askings[which].cancel(ENOUGH)
        else:
            tasks[which].cancel()
        with pytest.raises(Cancelled if how == "question" else asyncio.CancelledError):
            await tasks.pop(which)
        ((other, task),) = tasks.items()
        assert await task == ("n\r\n12000000\r\n" if other == "first" else "o\r\nvalue 7\r\n")
        await is_as_before(one)

    run(main())


def test_who_was_cancelled_behind_another_is_passed_over(one: Pool) -> None:
    async def main() -> None:
        asking = Asking()
        first, behind = await paired(one, 50_000, asking)
        asking.cancel(ENOUGH)
        with pytest.raises(Cancelled):
            await behind
        assert await first == "n\r\n50000\r\n"
        await is_as_before(one)

    run(main())


def test_answers_in_files_are_not_mixed_up(one: Pool) -> None:
    async def main() -> None:
        def large(first: int) -> str:
            return f"SELECT ?s ?o {{ ?s <urn:p> ?o FILTER(?s != <urn:s{first}>) }} ORDER BY ?s"

        lone = await ask(one, large(1))
        assert len(lone) > 128 << 10
        assert one.is_quick(one.form_of(large(1)))
        askings = [ask(one, text) for n in range(6) for text in (large(n), value(n))]
        for n, body in enumerate(await asyncio.gather(*askings)):
            if n % 2:
                assert body == f"o\r\nvalue {n // 2}\r\n"
            else:
                assert body.count("\r\n") == COUNT
                assert f"urn:s{n // 2}," not in body
        await is_as_before(one)

    run(main())


def test_who_waits_is_sent_away_in_time_and_can_be_cancelled(database: Database) -> None:
    async def main(pool: Pool) -> None:
        assert pool.short.try_enter()  # the only place
        cancelled, late = Asking(30), Asking(1)
        tasks = [asyncio.ensure_future(ask(pool, value(n), a)) for n, a in enumerate((cancelled, late))]
        await asyncio.sleep(0.05)
        with pytest.raises(Exhausted) as full:
            await ask(pool, value(2), Asking(30))
        assert full.value.limit is Limit.LOAD
        cancelled.cancel(ENOUGH)
        with pytest.raises(Cancelled):
            await tasks[0]
        started = time.monotonic()
        with pytest.raises(Exhausted) as sent:
            await tasks[1]
        assert sent.value.limit is Limit.LOAD
        assert time.monotonic() - started < 10
        left, next_one = (asyncio.ensure_future(ask(pool, value(n), Asking(30))) for n in range(2))
        await asyncio.sleep(0.05)
        left.cancel()
        pool.short.leave()
        assert await next_one == "o\r\nvalue 1\r\n"
        with pytest.raises(asyncio.CancelledError):
            await left
        assert pool.short.try_enter()
        assert not pool.short.try_enter()
        pool.short.leave()

    with Pool(database, Limits(seconds=30, megabytes=300, short=1, waiting=2)) as pool:
        run(main(pool))


def test_in_a_crowd_of_all_kinds_each_gets_what_is_its_own(database: Database) -> None:
    chance = random.Random(7)

    async def one_of(pool: Pool, number: int) -> None:
        kind = chance.randrange(20)
        if kind == 0:
            with pytest.raises(QueryError):
                await ask(pool, f"SELECT ?o {{ <urn:s{number}> ?p ")
        elif kind == 1:
            asking = Asking()
            asyncio.get_running_loop().call_later(chance.random() / 50, asking.cancel, ENOUGH)
            with contextlib.suppress(Cancelled):
                assert await ask(pool, rows(3_000_000 + number), asking) == f"n\r\n{3_000_000 + number}\r\n"
        elif kind == 2:
            task = asyncio.ensure_future(ask(pool, value(number)))
            asyncio.get_running_loop().call_later(chance.random() / 50, task.cancel)
            with contextlib.suppress(asyncio.CancelledError):
                assert await task == f"o\r\nvalue {number}\r\n"
        elif kind == 3:
            for worker in list(pool._idle):
                os.kill(worker.pid, signal.SIGKILL)
            for at in at_work(pool):
                os.kill(at.worker.pid, signal.SIGKILL)
            assert await ask(pool, value(number)) == f"o\r\nvalue {number}\r\n"
        elif kind == 4:
            assert (await ask(pool, "SELECT ?s ?o { ?s <urn:p> ?o }")).count("\r\n") == COUNT + 1
        elif kind == 5:
            assert await ask(pool, rows(200_000 + number)) == f"n\r\n{200_000 + number}\r\n"
        else:
            assert await ask(pool, value(number)) == f"o\r\nvalue {number}\r\n"

    async def client(pool: Pool, numbers: Iterator[int]) -> None:
        for number in numbers:
            await one_of(pool, number)

    async def main(pool: Pool) -> None:
        numbers = iter(range(600))
        clients: list[Awaitable[None]] = [client(pool, numbers) for _ in range(24)]
        await asyncio.gather(*clients)
        assert await ask(pool, value(1)) == "o\r\nvalue 1\r\n"
        await until(lambda: pool.short._free == 2 and pool._long._free == 2)

    with Pool(database, Limits(seconds=20, megabytes=300)) as pool:
        run(main(pool))
    left = [str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    assert not any("memfd:answer" in file for file in left), "no file of an answer is kept open"
