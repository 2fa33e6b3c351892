"""Kills the processes of a server, of a random kind at random moments, while it is written to and loaded into.

    python -m benchmarks.kills [--rounds 50] [--seed 1] [--port 0]

Afterwards each write that was acknowledged has to be there, each that was not whole or absent, the service
has to be back within five seconds each time, and no process may be left. The part of systemd, to start the
listening process again, is played here (`Restart=on-failure`, a tenth of a second later).
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from graph.database import Database

ROLES: Final = ("listener", "answerer", "zygote", "worker", "writer", "load")
#: Seconds within which the service has to be back, and systemd's pause before it starts anything again.
BACK: Final = 5.0
_PAUSE: Final = 0.1
_SIZE: Final = 40
_GRAPH: Final = "http://example.org/kills/"
_TOKEN: Final = "for-this-run-only"


@dataclass
class Outcome:
    """What came of it: kills by role, seconds until it was back, writes, and everything that went wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    back: list[float] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)
    acknowledged: int = 0
    unacknowledged_whole: int = 0
    absent: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        slowest = ", ".join(f"{role} {seconds:.2f}" for role, seconds in self.slowest.items())
        return (
            f"kills: {dict(self.kills)}\nback after {sorted(self.back)[len(self.back) // 2]:.2f} s (median); "
            f"at the latest: {slowest}\nwrites: {self.acknowledged} acknowledged, all there; of the others "
            f"{self.unacknowledged_whole} whole, {self.absent} absent\nwrong: {self.wrong or 'nothing'}"
        )


class Service:
    """``duikou serve`` on a data directory, started again whenever its first process has ended."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port or _free_port()
        self._stopped = threading.Event()
        self.process = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "server.cli", "serve", "--db", str(self.directory), "--port", str(self.port)]
        command += ["--timeout", "10", "--memory", "512"]
        environment = os.environ | {"DUIKOU_WRITE_TOKEN": _TOKEN}
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)

    def _keep(self) -> None:
        while not self._stopped.wait(0.02):
            if self.process.poll() is not None:
                time.sleep(_PAUSE)
                self.process = self._start()

    def is_back(self) -> bool:
        """Return whether it answers a query that no cache knows."""
        query = quote(f"ASK {{ ?s ?p {random.random()} }}")
        try:
            status, _ = self.request("GET", f"/sparql?query={query}", seconds=1)
        except (OSError, http.client.HTTPException):
            return False
        return status == 200

    def request(self, method: str, path: str, body: str = "", kind: str = "", seconds: float = 15) -> tuple[int, bytes]:
        """Return status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with contextlib.closing(connection):
            headers = {"Authorization": f"Bearer {_TOKEN}", "Accept": "application/sparql-results+json"}
            connection.request(method, path, body.encode(), headers | ({"Content-Type": kind} if kind else {}))
            answer = connection.getresponse()
            return answer.status, answer.read()

    def processes(self) -> dict[str, list[int]]:
        """Return the processes there are, by role; forked ones are workers or the writer."""
        tree = _children()
        answerers = tree.get(self.process.pid, [])
        zygotes = [z for a in answerers for z in tree.get(a, []) if b"graph.workers.forking" in _command(z)]
        return {
            "listener": [self.process.pid],
            "answerer": answerers,
            "zygote": zygotes,
            "forked": [w for z in zygotes for w in tree.get(z, [])],
        }

    def stop(self) -> list[int]:
        """Kill the first process; return those that outlive it for more than three seconds."""
        self._stopped.set()
        self._keeper.join()
        everybody = [pid for pids in self.processes().values() for pid in pids]
        self.process.kill()
        self.process.wait()
        return _left(everybody, 3)


class Writing(threading.Thread):
    """Writes one batch after another, and remembers which were acknowledged."""

    def __init__(self, service: Service, name: str, until: threading.Event) -> None:
        super().__init__(daemon=True)
        self.graph, self.begun, self.acknowledged = f"{_GRAPH}{name}", 0, set[int]()
        self._service, self._until = service, until

    def run(self) -> None:
        while not self._until.is_set():
            self.begun += 1
            try:
                if self.write(self.begun):
                    self.acknowledged.add(self.begun)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)

    def write(self, number: int) -> bool:
        """Write a batch by an update to two graphs at once; return whether that was acknowledged."""
        parts = " ".join(f"GRAPH <{self.graph}/{half}> {{ {batch(number)} }}" for half in (0, 1))
        status, _ = self._service.request("POST", "/sparql", f"INSERT DATA {{ {parts} }}", "application/sparql-update")
        return status == 204


class Putting(Writing):
    """Writes by the Graph Store Protocol, each batch a graph of its own."""

    def write(self, number: int) -> bool:
        path = f"/store?graph={quote(f'{self.graph}/{number}', safe='')}"
        status, _ = self._service.request("PUT", path, batch(number), "text/turtle")
        return status == 201


class Loading(Writing):
    """Loads with ``duikou load`` in a process of its own, each batch a graph of its own."""

    process: subprocess.Popen[bytes] | None = None

    def write(self, number: int) -> bool:
        file = self._service.directory.parent / f"load-{number}.ttl"
        file.write_text(batch(number), encoding="utf-8")
        command = [sys.executable, "-m", "server.cli", "load", str(file), "--db", str(self._service.directory)]
        self.process = subprocess.Popen(
            [*command, "--graph", f"{self.graph}/{number}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return self.process.wait() == 0


def batch(number: int) -> str:
    """Return the triples of a batch."""
    return " ".join(f"<{_GRAPH}s{number}> <{_GRAPH}p{n}> {number} ." for n in range(_SIZE))


def kill(
    rounds: int, seed: int, directory: Path, port: int = 0, *, roles: tuple[str, ...] = ROLES, back: float = BACK
) -> Outcome:
    """Kill so many processes of a server on a new data directory, one after another, and say what came of it."""
    chance, outcome = random.Random(seed), Outcome()
    service = Service(directory, port)
    until = threading.Event()
    writers = [Writing(service, "update", until), Putting(service, "put", until)]
    loader = Loading(service, "load", until)
    _wait(service, 30)
    for thread in (*writers, loader):
        thread.start()
    for number in range(rounds):
        time.sleep(chance.uniform(0, 0.8))
        role = roles[number % len(roles)] if number < len(roles) else chance.choice(roles)
        if (victim := _victim(service, loader, role, chance)) is None:
            continue
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            outcome.kills[role] += 1
            took = _wait(service, 4 * back)
            outcome.back.append(took)
            outcome.slowest[role] = max(took, outcome.slowest.get(role, 0.0))
            if took > back:
                outcome.wrong.append(f"back only {took:.1f} s after a {role} was killed")
    until.set()
    for thread in (*writers, loader):
        thread.join(60)
    left = service.stop()
    if left:
        outcome.wrong.append(f"processes that outlived the server: {left}")
    _look(directory, (*writers, loader), outcome)
    return outcome


def _victim(service: Service, loader: Loading, role: str, chance: random.Random) -> int | None:
    if role == "load":
        return loader.process.pid if loader.process else None
    until = time.monotonic() + 2
    known = set(service.processes()["forked"])
    while time.monotonic() < until:
        there = service.processes()
        if role == "writer":  # it is forked for each write
            new = [pid for pid in there["forked"] if pid not in known]
            if new:
                time.sleep(chance.uniform(0, 0.06))
                return chance.choice(new)
            continue
        found = there["forked" if role == "worker" else role]
        if found:
            return chance.choice(found)
    return None


def _wait(service: Service, most: float) -> float:
    """Return after how many seconds the service answers."""
    began = time.monotonic()
    time.sleep(0.01)
    while not service.is_back() and time.monotonic() - began < most:
        time.sleep(0.02)
    return time.monotonic() - began


def _look(directory: Path, writers: tuple[Writing, ...], outcome: Outcome) -> None:
    """Look at what is there, by a process of its own, and that the next writer finds no lock and clears the rest."""
    database = Database(directory)
    with database.write("after the kills"):
        pass
    if stray := [p.name for p in directory.iterdir() if p.name.startswith(("work-", "gone-"))]:
        outcome.wrong.append(f"left over: {stray}")
    for writer in writers:
        counts: dict[int, set[int]] = {}
        halves = isinstance(writer, Writing) and type(writer) is Writing
        for number, count in _counts(database, writer.graph, halves):
            counts.setdefault(number, set()).add(count)
        for number in range(1, writer.begun + 1):
            found = counts.get(number, {0})
            if found not in ({0}, {2 * _SIZE if halves else _SIZE}):
                outcome.wrong.append(f"{writer.graph}: batch {number} is there in part: {found}")
            elif number in writer.acknowledged:
                outcome.acknowledged += 1
                if found == {0}:
                    outcome.wrong.append(f"{writer.graph}: batch {number} was acknowledged and is not there")
            elif found == {0}:
                outcome.absent += 1
            else:
                outcome.unacknowledged_whole += 1


def _counts(database: Database, graph: str, halves: bool) -> Iterator[tuple[int, int]]:
    query = f"""SELECT ?n (COUNT(*) AS ?count) {{ GRAPH ?g {{ ?s ?p ?n }}
      FILTER(STRSTARTS(STR(?g), "{graph}/")) }} GROUP BY ?n"""
    for row in database.reader().select(query):
        yield int(row["n"].value), int(row["count"].value)  # type: ignore[union-attr]


def _children() -> dict[int, list[int]]:
    tree: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                tree.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    return tree


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _left(processes: list[int], seconds: float) -> list[int]:
    """Return those processes that are still there after some seconds."""
    until = time.monotonic() + seconds
    while (left := [p for p in processes if _command(p)]) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Kill, and print what came of it; exit 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill(told.rounds, told.seed, Path(folder) / "db", told.port)
    print(json.dumps({"back": outcome.back, "kills": outcome.kills}) if told.json else outcome)
    sys.exit(bool(outcome.wrong))


if __name__ == "__main__":
    main()
