"""Measure ``/sparql`` over HTTP against the bare engine and rdflib-endpoint, on the same data in the same run.

Prints the table of ``docs/performance.md``; see benchmarks/README.md. Needs `wrk`. The two others are installed
from PyPI into a virtual environment of their own, once; data and stores are kept in a folder, too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.generated import areas_of, generated, programmes_of
from graph.database import Database
from graph.formats import Format, Kind
from graph.publish import load_rdf

PEERS: Final = ("oxigraph==0.5.13", "rdflib-endpoint==0.6.3", "uvicorn")
CLIENTS: Final = (1, 4, 16)
JSON: Final = "application/sparql-results+json"
_ID: Final = "https://w3id.org/duikou/id"
_PREFIX: Final = "PREFIX dk: <https://w3id.org/duikou/ontology#> "
_SCRIPT: Final = Path(__file__).with_name("sparql.lua")
#: Seconds after which all have prepared what they prepare.
_WARM: Final = 15
_UNITS: Final = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True, slots=True)
class Case:
    """A query, in which ``@N`` is a number up to `most`; `rate` and `latency` are what is aimed at when it is cold.

    `rate` is the least part of the bare engine's requests a second, `latency` the most of its median; `cached` the
    least part of its requests when the same query is asked again and again. `accept` is the format asked for.
    """

    name: str
    query: str
    most: int
    rate: float
    latency: float
    cached: float
    accept: str = JSON


@dataclass(frozen=True, slots=True)
class Service:
    """A SPARQL endpoint: its address without the path, that, and its first process."""

    name: str
    address: str
    path: str
    process: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, the median of their times and the processor's time for each in ms, and how many failed."""

    rate: float
    median: float
    processor: float
    failed: int


def cases(quads: int) -> tuple[Case, ...]:
    """Return what is asked of data of about so many quads."""
    programmes, parents = programmes_of(quads) - 1, max(areas_of(quads) // 12 - 1, 1)
    lookup = f"SELECT ?p ?o {{ {{ <{_ID}/programme/p-@N> ?p ?o }} UNION {{ <{_ID}/measurement/p-@N-0> ?p ?o }} }}"
    table = "SELECT ?m ?v ?y { ?m dk:year ?y ; dk:value ?v } LIMIT 400"
    sums = (
        f"SELECT ?y (COUNT(?m) AS ?n) (SUM(?v) AS ?sum) {{ ?a dk:within <{_ID}/area/a-@N> . "
        "?m dk:measuredArea ?a ; dk:year ?y ; dk:value ?v } GROUP BY ?y"
    )
    return (
        Case("lookup", lookup, programmes, 0.4, 2.5, 0.8),
        Case("100 kB", _PREFIX + table, programmes, 0.87, 1.15, 10),
        Case("aggregate", _PREFIX + sums, parents, 0.87, 1.15, 10),
    )


def formats(quads: int) -> tuple[Case, ...]:
    """Return the answer of 100 kB in every format, as a table and as a graph."""
    (table,) = (case for case in cases(quads) if case.name == "100 kB")
    graph = table.query.replace("SELECT ?m ?v ?y", "CONSTRUCT { ?m dk:year ?y ; dk:value ?v } WHERE")
    tables, graphs = Format.of_kind(Kind.RESULTS), Format.of_kind(Kind.GRAPH)
    return tuple(
        replace(table, name=f"{table.name} of {form.title}", query=query, accept=form.media_type)
        for query, forms in ((table.query, tables), (graph, graphs))
        for form in forms
    )


def ask(service: Service, query: str, seconds: float = 60) -> bytes:
    """Return the answer of a service to a query."""
    url = f"{service.address}{service.path}?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": JSON}), timeout=seconds) as answer:
        body: bytes = answer.read()
        return body


def wrk(service: Service, case: Case, clients: int, seconds: int, *, cold: bool) -> Measured:
    """Ask a service as fast as it answers."""
    environment = {"Q": case.query, "P": service.path, "COLD": str(int(cold)), "MOST": str(case.most)}
    environment["ACCEPT"] = case.accept
    before = processor_time(service.process)
    shape = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s", "--latency"]
    told = subprocess.run(
        ["wrk", *shape, "-s", _SCRIPT, service.address],
        env=os.environ | environment, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    spent = processor_time(service.process) - before
    count = re.search(r"(\d+) requests in", told)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", told)
    median = re.search(r"50%\s+([\d.]+)(us|ms|s|m)", told)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    return Measured(
        float(rate[1]) if rate else 0.0,
        float(median[1]) * _UNITS[median[2]] if median else 0.0,
        spent * 1000 / max(int(count[1]), 1) if count else 0.0,
        int(failed[1]) if failed else 0,
    )


def processor_time(process: int) -> float:
    """Return the seconds that a process and all that came of it have run so far."""
    parents, ticks = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))  # its own and that of children that have ended
    total = 0
    for one, spent in ticks.items():
        ancestor: int | None = one
        while ancestor and ancestor != process:
            ancestor = parents.get(ancestor)
        total += spent if ancestor else 0
    return total / os.sysconf("SC_CLK_TCK")


# -- data and servers ---------------------------------------------------------


def peers(folder: Path) -> Path:
    """Return where the programs of the others are, installed at the first time."""
    programs = folder / "peers" / "bin"
    if not (programs / "rdflib-endpoint").exists():
        venv.create(folder / "peers", with_pip=True)
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return programs


def load(folder: Path, programs: Path, quads: int) -> list[str]:
    """Make the data, load them into both stores unless that was done before, and return what it took."""
    file = folder / f"{quads}.nq"
    if not file.exists():
        with (partial := file.with_suffix(".part")).open("wb") as out:
            out.writelines(generated(quads))
        partial.replace(file)
    ours, bare, told = folder / f"{quads}.db", folder / f"{quads}.engine", folder / f"{quads}.json"
    if not told.exists():
        for stale in (ours, bare):
            shutil.rmtree(stale, ignore_errors=True)
        began = time.perf_counter()
        load_rdf(database := Database(ours), [file], limit=0)  # no checks and no inference: those have no counterpart
        loaded = time.perf_counter()
        database.reader().search("x")  # makes the index of names, which the server would do meanwhile
        indexed = time.perf_counter() - loaded
        for command in (["load", "--file", file], ["optimize"]):
            subprocess.run(
                [programs / "oxigraph", command[0], "--location", bare, *command[1:]],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        told.write_text(json.dumps([loaded - began, indexed, time.perf_counter() - loaded - indexed]))
    loading, indexing, bare_loading = json.loads(told.read_text())
    return [
        f"Load of {quads:,} quads, optimised and published: {loading:.1f} s, index of names {indexing:.1f} s; "
        f"`oxigraph load` and `optimize`: {bare_loading:.1f} s; {(loading + indexing) / bare_loading:.2f} times that."
    ]


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(service: Service, command: Sequence[str | Path], patience: float) -> Iterator[Service]:
    """Run a server until it is not needed any more; yield it once it answers, with its process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + patience
        while True:
            try:
                ask(service, "ASK {}")
                break
            except (urllib.error.URLError, OSError):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{service.name} does not answer at {service.address}") from None
                time.sleep(0.2)
        yield replace(service, process=process.pid)
    finally:
        process.terminate()
        process.wait()


def services(folder: Path, programs: Path, quads: int, *, rdflib: bool, stack: ExitStack) -> list[Service]:
    """Start ours, the bare engine and, if wanted, rdflib-endpoint, each with the same data."""
    ports = [str(free_port()) for _ in range(3)]
    ours, bare, other = (f"http://127.0.0.1:{port}" for port in ports)
    duikou = [sys.executable, "-m", "server.cli", "serve", "--db", folder / f"{quads}.db", "--port", ports[0]]
    engine = [
        programs / "oxigraph", "serve-read-only", "--location", folder / f"{quads}.engine",
        "--bind", f"127.0.0.1:{ports[1]}", "--union-default-graph",
    ]  # fmt: skip
    found = [
        stack.enter_context(running(Service("ours", ours, "/sparql"), duikou, 60)),
        stack.enter_context(running(Service("engine", bare, "/query"), engine, 60)),
    ]
    if rdflib:
        command = [
            programs / "rdflib-endpoint", "serve", "--host", "127.0.0.1", "--port", ports[2], folder / f"{quads}.nq"
        ]  # fmt: skip
        found.append(stack.enter_context(running(Service("rdflib-endpoint", other, "/"), command, 1800)))
    time.sleep(_WARM)  # what a service prepares after its start is no part of an answer
    return found


# -- the table ----------------------------------------------------------------


Key = tuple[Case, bool, int]


def measure(
    found: Sequence[Service],
    asked: Sequence[Case],
    rounds: int,
    seconds: int,
    *,
    numbers: Sequence[int] = CLIENTS,
    ways: Sequence[bool] = (True, False),
) -> dict[Key, dict[str, list[Measured]]]:
    """Ask all services in turn, again and again, so that what else the machine does meets all of them.

    `numbers` are those of clients, `ways` whether each query is another one.
    """
    measured: dict[Key, dict[str, list[Measured]]] = {}
    for n in range(rounds):
        for case in asked:
            for cold in ways:
                for clients in numbers:
                    row = measured.setdefault((case, cold, clients), {s.name: [] for s in found})
                    for service in found:
                        if service.name == "rdflib-endpoint" and n:
                            continue  # once is enough for two digits
                        row[service.name].append(wrk(service, case, clients, seconds, cold=cold))
    return measured


def rows(measured: dict[Key, dict[str, list[Measured]]]) -> Iterator[str]:
    """Yield the table, in Markdown."""
    heads = ("query", "clients", "ours, requests/s (median)", "bare engine", "ratio (aim)", "latency ratio (aim)")
    yield f"| {' | '.join(heads)} | processor time a request, ms | rdflib-endpoint | ratio |"
    yield "|---" * 9 + "|"
    for (case, cold, clients), row in measured.items():
        middle = {name: _middle(runs) for name, runs in row.items()}
        ours, bare, other = middle["ours"], middle["engine"], middle.get("rdflib-endpoint")
        # each round's own ratio, because what disturbs one service in a round disturbs the other, too
        pairs = list(zip(row["ours"], row["engine"], strict=True))
        rate = statistics.median(a.rate / b.rate for a, b in pairs if b.rate)
        latency = statistics.median(a.median / b.median for a, b in pairs if b.median)
        failed = sum(run.failed for run in row["ours"])
        cells = [
            f"{case.name}, {'cold' if cold else 'cached'}", str(clients), _cell(ours), _cell(bare),
            f"{rate:.2f} ({case.rate if cold else case.cached:g})",
            f"{latency:.2f} ({case.latency:g})" if cold else f"{latency:.2f}",
            f"{ours.processor:.2f} / {bare.processor:.2f}",
            *((_cell(other), f"{ours.rate / other.rate:.0f}") if other and other.rate else ("–", "–")),
        ]  # fmt: skip
        yield f"| {' | '.join(cells)} |" + (f" {failed} FAILED" if failed else "")


def _middle(runs: Sequence[Measured]) -> Measured:
    return Measured(
        statistics.median(r.rate for r in runs),
        statistics.median(r.median for r in runs),
        statistics.median(r.processor for r in runs),
        sum(r.failed for r in runs),
    )


def _cell(measured: Measured) -> str:
    rate = f"{measured.rate:.0f}" if measured.rate >= 10 else f"{measured.rate:.1f}"
    return f"{rate} ({measured.median:.2g} ms)" if measured.median < 100 else f"{rate} ({measured.median:.0f} ms)"


def sizes(found: Sequence[Service], asked: Sequence[Case]) -> Iterator[str]:
    """Yield how large the answers are; all services have to answer each query with as many rows."""
    for case in asked:
        query = case.query.replace("@N", str(min(7, case.most)))
        bodies = {service.name: ask(service, query, 600) for service in found}
        counts = {name: len(json.loads(body)["results"]["bindings"]) for name, body in bodies.items()}
        if len(set(counts.values())) != 1:
            raise SystemExit(f"{case.name}: the services do not agree: {counts}")
        yield f"{case.name}: {counts['ours']} rows, {len(bodies['ours']):,} bytes"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where data and programs are kept")
    parser.add_argument("--without-rdflib", action="store_true", help="it takes minutes to load its data")
    parser.add_argument("--formats", action="store_true", help="measure only 100 kB in every format, with four clients")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not here: apt-get install wrk")
    folder: Path = arguments.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    programs = peers(folder)
    for line in load(folder, programs, arguments.quads):
        print(line, flush=True)
    asked, all_of_it = cases(arguments.quads), not arguments.formats
    rdflib = all_of_it and not arguments.without_rdflib
    with ExitStack() as stack:
        found = services(folder, programs, arguments.quads, rdflib=rdflib, stack=stack)
        print("; ".join(sizes(found, asked)) + f"; load average {os.getloadavg()[0]:.1f}\n", flush=True)
        if all_of_it:
            measured = measure(found, asked, arguments.rounds, arguments.seconds)
        else:
            asked = formats(arguments.quads)
            measured = measure(found, asked, arguments.rounds, arguments.seconds, numbers=(4,), ways=(True,))
        for line in rows(measured):
            print(line)


if __name__ == "__main__":
    main()
