"""Two hundred query bombs at once, and a second client that asks something simple all the while.

They are asked of the lanes of workers, or with ``--http`` of `duikou serve`. Prints how long the simple query
takes before, during and after, what became of the bombs, and the memory of all processes; see benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.synthetic import programmes
from graph.database import Database
from graph.engine import Dataset, Exhausted
from graph.formats import Format
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from ontology.errors import DuikouError

_CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
BOMBS = (
    f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }} # %d",
    f"SELECT * {{ {_CROSS} }} ORDER BY ?c ?f # %d",
    f"SELECT (GROUP_CONCAT(?c) AS ?all) {{ {_CROSS} }} # %d",
    "SELECT (COUNT(*) AS ?n) { ?a (<urn:p>|!<urn:p>)* ?b . ?c (<urn:p>|!<urn:p>)* ?d } # %d",
    "SELECT * " + "{" * 25_000 + "}" * 25_000 + " # %d",
    "SELECT * { ?a ?b ?c " + "".join(f"OPTIONAL {{ ?a{i} ?b{i} ?c{i} }} " for i in range(200)) + "} # %d",
)
SIMPLE = "SELECT ?p ?o { <https://w3id.org/duikou/id/programme/x0-baixian-baipin> ?p ?o } # %d"


#: Asks a query; raises `Refused` where there is no answer.
Ask = Callable[[str], None]


class Refused(Exception):  # noqa: N818  # what a bomb is meant to be
    """There was no answer: why, in a word."""


class Client(threading.Thread):
    """Asks something simple until it is told to stop."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self.milliseconds: list[float] = []
        self.failed: list[str] = []
        self._ask = ask
        self._stop_asking = threading.Event()

    def run(self) -> None:
        """Ask, one query after another with a short pause between them."""
        number = 0
        while not self._stop_asking.is_set():
            number += 1
            started = time.perf_counter()
            try:
                self._ask(SIMPLE % number)
            except Refused as error:
                self.failed.append(str(error))
            self.milliseconds.append((time.perf_counter() - started) * 1000)
            self._stop_asking.wait(0.01)

    def finish(self, what: str) -> float:
        """Stop, print what was measured and return the median."""
        self._stop_asking.set()
        self.join()
        spent = sorted(self.milliseconds)
        median = statistics.median(spent)
        p95 = spent[int(len(spent) * 0.95)]
        print(f"{what:8} {len(spent):5} asked, {len(self.failed)} failed, median {median:6.2f} ms, "
              f"p95 {p95:6.1f} ms, worst {spent[-1]:6.1f} ms; memory {megabytes():,.0f} MB", flush=True)  # fmt: skip
        for reason, times in Counter(self.failed).items():
            print(f"         {times} × {reason}")
        return median


def megabytes() -> float:
    """Return the memory, shared parts shared out, of this process and all that came of it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    total = 0
    for process in parents:
        ancestor: int | None = process
        while ancestor and ancestor != os.getpid():
            ancestor = parents.get(ancestor)
        if ancestor:
            try:
                lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


def explode(ask: Ask, text: str, ended: Counter[str], late: list[float]) -> None:
    """Ask a bomb, and count how it ended."""
    started = time.monotonic()
    try:
        ask(text)
        ended["answered"] += 1
    except Refused as error:
        ended[str(error)] += 1
    late.append(time.monotonic() - started)


@contextmanager
def lanes(database: Database, limits: Limits) -> Iterator[Ask]:
    """Ask the lanes of workers themselves."""

    def ask(text: str) -> None:
        try:
            pool.answer(text, Dataset(), (Format.JSON,))
        except Exhausted as error:
            raise Refused(error.limit.value) from None
        except DuikouError as error:
            raise Refused(str(error)) from None

    with Pool(database, limits) as pool:
        yield ask


@contextmanager
def service(database: Database, limits: Limits) -> Iterator[Ask]:
    """Ask `duikou serve`, each time by a new connection, as a crowd of strangers does."""

    def ask(text: str) -> None:
        form = urllib.parse.urlencode({"query": text}).encode()
        try:
            with urllib.request.urlopen(f"{address}sparql", form, timeout=limits.seconds + 60) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            told = json.loads(error.read())
            raise Refused(f"{error.code} {told.get('limit', told['title'])}") from None
        except OSError as error:
            raise Refused(repr(error)) from None

    command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--db", str(database.path)]
    command += ["--timeout", f"{limits.seconds:g}", "--memory", str(limits.megabytes)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        yield ask
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bombs", description=__doc__)
    parser.add_argument("--bombs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0, help="the time of one query")
    parser.add_argument("--megabytes", type=int, default=500, help="the memory of one query")
    parser.add_argument("--copies", type=int, default=12, help="copies of the ten cases in the graph")
    parser.add_argument("--http", action="store_true", help="ask a server, not the lanes themselves")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        database = Database(Path(name) / "db")
        with database.write("benchmark") as draft:
            for block in programmes(arguments.copies):
                draft.store.bulk_load(block, format=Format.NQUADS.rdf)
            draft.touch_everything()
            draft.bulk = True
        asked = service if arguments.http else lanes
        with asked(database, Limits(seconds=arguments.seconds, megabytes=arguments.megabytes)) as ask:
            time.sleep(3)
            quiet = _ask_for(ask, 3).finish("before")
            client = Client(ask)
            client.start()
            ended: Counter[str] = Counter()
            late: list[float] = []
            bombs = [
                threading.Thread(target=explode, args=(ask, BOMBS[n % len(BOMBS)] % n, ended, late))
                for n in range(arguments.bombs)
            ]
            for bomb in bombs:
                bomb.start()
            for bomb in bombs:
                bomb.join()
            during = client.finish("during")
            print(f"         bombs: {dict(ended)}, the last after {max(late):.1f} s; "
                  f"median {during / quiet:.1f} times the quiet one")  # fmt: skip
            time.sleep(1)
            _ask_for(ask, 2).finish("after")


def _ask_for(ask: Ask, seconds: float) -> Client:
    client = Client(ask)
    client.start()
    time.sleep(seconds)
    return client


if __name__ == "__main__":
    main()
