"""Queries in worker processes: real ones, on a real snapshot, with real bombs."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.database import Database
from graph.engine import Answer, Dataset, Exhausted, Limit, NotAcceptable
from graph.formats import Format
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from ontology.errors import QueryError

ALL = tuple(Format)
CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
BOMBS = {
    "count": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "sort": f"SELECT * {{ {CROSS} }} ORDER BY ?c ?f",
    "concat": f"SELECT (GROUP_CONCAT(?c) AS ?all) {{ {CROSS} }}",
    "rows": f"SELECT * {{ {CROSS} }}",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (<urn:p1>|!<urn:p1>)* ?b . ?c (<urn:p1>|!<urn:p1>)* ?d }",
    "braces": "SELECT * " + "{" * 25_000 + "}" * 25_000,
    "or": "SELECT * { FILTER(" + "||".join(["1"] * 25_000) + ") }",
    "optionals": "SELECT * { ?a ?b ?c " + "".join(f"OPTIONAL {{ ?a{i} ?b{i} ?c{i} }} " for i in range(200)) + "}",
}


def put(database: Database, count: int) -> None:
    with database.write("test") as draft:
        draft.store.bulk_extend(
            Quad(NamedNode(f"urn:s{i}"), NamedNode(f"urn:p{i % 10}"), Literal(f"value {i % 500}"), NamedNode("urn:g"))
            for i in range(count)
        )
        draft.touch("urn:g")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(tmp_path_factory.mktemp("pool") / "db")
    put(made, 20_000)
    return made


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    with ThreadPoolExecutor(192) as threads, closing(made):
        made.set_default_executor(threads)
        thread = threading.Thread(target=made.run_forever)
        thread.start()
        yield made
        made.call_soon_threadsafe(made.stop)
        thread.join()


#: The event loop in which a pool is asked, where it is asked in one.
looped: dict[Pool, asyncio.AbstractEventLoop] = {}


@pytest.fixture(scope="module", params=["threads", "event loop"])
def pool(request: pytest.FixtureRequest, database: Database, loop: asyncio.AbstractEventLoop) -> Iterator[Pool]:
    with Pool(database, Limits(seconds=2, megabytes=300, answer=4 << 20)) as made:
        if request.param == "event loop":
            looped[made] = loop
        yield made
        looped.pop(made, None)


def answer(pool: Pool, text: str, formats: Sequence[Format]) -> Answer:
    if pool not in looped:
        return pool.answer(text, Dataset(), formats)
    return asyncio.run_coroutine_threadsafe(pool.answering(text, Dataset(), formats), looped[pool]).result()


def ask(pool: Pool, text: str, *formats: Format) -> str:
    return answer(pool, text, formats or (Format.CSV, Format.TURTLE, Format.JSON)).body.decode()


def test_answers_as_the_engine_in_process_does(database: Database, pool: Pool) -> None:
    for text in (
        "SELECT ?p ?o { <urn:s7> ?p ?o }",
        "ASK { <urn:s7> ?p ?o }",
        "CONSTRUCT { ?s <urn:q> ?o } WHERE { ?s <urn:p3> ?o } ORDER BY ?s",
        "SELECT ?s ?o { ?s <urn:p3> ?o } ORDER BY ?s",  # long enough to come by file
        "SELECT ?s ?o { ?s <urn:p3> ?o } ORDER BY ?s LIMIT 1000",  # long enough to come bit by bit
        "ASK { <urn:s7> ?p ?o } #" + "x" * 100_000,
    ):
        assert answer(pool, text, ALL) == database.reader().answer(text, Dataset(), ALL)


def test_the_clients_mistakes_are_told_with_their_place(pool: Pool) -> None:
    with pytest.raises(QueryError) as caught:
        ask(pool, "SELECT ?x\nWHERE { ?x ?y }")
    assert caught.value.problems[0].where is not None
    assert caught.value.problems[0].where.line == 2
    with pytest.raises(NotAcceptable):
        ask(pool, "SELECT * { ?s ?p ?o } LIMIT 1", Format.TURTLE)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_its_own_client_an_error_and_nobody_else_anything(pool: Pool, bomb: str) -> None:
    started = time.monotonic()
    with pytest.raises(Exhausted) as caught:
        ask(pool, BOMBS[bomb])
    assert time.monotonic() - started < 2 + 2, "the limit holds"
    assert caught.value.limit in {Limit.TIME, Limit.MEMORY, Limit.SIZE, Limit.DEPTH}
    assert ask(pool, "SELECT ?o { <urn:s7> ?p ?o }") == "o\r\nvalue 7\r\n"


def test_simple_queries_are_answered_while_bombs_go_off(pool: Pool) -> None:
    failed: list[BaseException] = []
    stop = threading.Event()

    def small() -> None:
        while not stop.is_set():
            try:
                assert ask(pool, "SELECT ?o { <urn:s7> ?p ?o }") == "o\r\nvalue 7\r\n"
            except BaseException as error:
                failed.append(error)

    def explode(text: str) -> None:
        with pytest.raises(Exhausted):
            ask(pool, text)

    threads = [threading.Thread(target=explode, args=(text,)) for text in BOMBS.values()]
    client = threading.Thread(target=small)
    for thread in (client, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    client.join()
    assert not failed


def test_a_crowd_of_unknown_queries_keeps_no_quick_one_out(pool: Pool) -> None:
    def explode(number: int) -> None:
        with pytest.raises(Exhausted):
            ask(pool, f"{list(BOMBS.values())[number % 4]} # {number}")

    simple = "SELECT ?o {{ <urn:s{}> ?p ?o }}"
    ask(pool, simple.format(1))
    threads = [threading.Thread(target=explode, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    slow = 0
    for number in range(30):
        started = time.monotonic()
        assert ask(pool, simple.format(number)) == f"o\r\nvalue {number}\r\n"
        slow += time.monotonic() - started > 1
    for thread in threads:
        thread.join()
    assert slow < 3


def test_the_next_query_sees_what_was_just_published(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    with Pool(database) as pool:
        assert ask(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == "n\r\n0\r\n"
        for count in (10, 20, 30):
            put(database, count)
            assert ask(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == f"n\r\n{count}\r\n"


def test_a_worker_that_was_killed_is_replaced(pool: Pool) -> None:
    ask(pool, "ASK {}", Format.JSON)
    for worker in list(pool._idle):
        os.kill(worker.pid, signal.SIGKILL)
    assert ask(pool, "SELECT ?o { <urn:s7> ?p ?o }") == "o\r\nvalue 7\r\n"


def test_a_killed_zygote_is_replaced(pool: Pool) -> None:
    assert pool._zygote._process is not None
    pool._zygote._process.kill()
    for worker in list(pool._idle):
        os.kill(worker.pid, signal.SIGKILL)
    assert ask(pool, "SELECT ?o { <urn:s7> ?p ?o }") == "o\r\nvalue 7\r\n"


def test_no_process_is_left_behind(database: Database) -> None:
    pool = Pool(database)
    ask(pool, "ASK {}", Format.JSON)
    zygote = pool._zygote._process
    assert zygote is not None
    workers = [worker.pid for worker in pool._idle]
    assert workers
    pool.close()
    assert zygote.poll() is not None
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


@pytest.mark.parametrize(
    "call",
    ["SERVICE", "service", "\\u0053ERVICE", "SERVICE SILENT", "SER\\u0056ICE"],
)
def test_no_worker_reaches_the_network(pool: Pool, call: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0.3)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for text in (f"SELECT * {{ {call} <{address}> {{ ?s ?p ?o }} }}", f"SELECT * FROM <{address}> {{ ?s ?p ?o }}"):
            with suppress(QueryError, Exhausted):
                ask(pool, text)
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's; elsewhere only the parser refuses SERVICE")
def test_a_worker_cannot_make_a_socket() -> None:
    code = """
import socket
from graph.workers import confine
assert confine.close_network()
try:
    socket.socket()
except PermissionError:
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
