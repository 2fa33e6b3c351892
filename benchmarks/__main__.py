"""Measure what users wait for: questions, start-up, loading. Prints a table; see benchmarks/README.md."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph

from benchmarks.synthetic import programmes
from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from graph.inference import infer
from graph.publish import build, load_rdf, publish
from loaders.builtin import builtin_sources
from ontology.vocabulary import ontology_files, questions


def timed(task: Callable[[], object]) -> float:
    """Return how many seconds a task takes."""
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def median(task: Callable[[], object], times: int = 9) -> float:
    """Return the median of several runs, in seconds, after one that is not counted."""
    task()
    return statistics.median(timed(task) for _ in range(times))


def say(what: str, seconds: float, note: str = "") -> None:
    """Print one line of the table."""
    print(f"{what:44} {seconds * 1000:12.1f} ms  {note}", flush=True)


def ten_cases(folder: Path) -> None:
    """Measure building, start-up and the competency questions on the ten cases."""
    sources = builtin_sources()
    db = Database(folder / "ten")
    say("build the graph of the ten cases", timed(lambda: build(db, sources)))
    say("publish one case again", timed(lambda: publish(db, sources[-1:], command="benchmark")))
    say("open a built store, answer one query", start_up(db))
    reader = db.reader()
    slowest: list[tuple[float, str]] = []
    form = [Format.JSON, Format.NTRIPLES]
    for question in questions():
        slowest.append((median(lambda text=question.text: reader.answer(text, Dataset(), form), 5), question.key))  # type: ignore[misc]
    slowest.sort(reverse=True)
    say(f"{len(slowest)} competency questions, all", sum(seconds for seconds, _ in slowest))
    say("median question", statistics.median(seconds for seconds, _ in slowest))
    for seconds, key in slowest[:3]:
        say(f"slow question: {key}", seconds)


def start_up(db: Database) -> float:
    """Return the seconds from opening a data directory to the first answer, in a fresh process."""
    code = (
        "import time; t = time.perf_counter()\n"
        f"import graph; g = graph.open({str(db.path)!r}); g.query('ASK {{ ?x a dk:Programme }}')\n"
        "print(time.perf_counter() - t)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(run.stdout)


def loading(folder: Path, copies: int) -> None:
    """Measure loading many programmes against the engine's own bulk loader, and inference over them."""
    file = folder / "programmes.nq"
    with file.open("wb") as out:
        for block in programmes(copies):
            out.write(block)

    def bare() -> None:
        store = pyoxigraph.Store(folder / "bare")
        store.bulk_load(path=file)
        store.optimize()
        store.flush()

    limit = timed(bare)
    db = Database(folder / "many")
    # without checks and without the ontology nothing follows: what is left is the loading
    seconds = timed(lambda: load_rdf(db, [file], limit=0))
    snapshot = db.current
    assert snapshot is not None
    say(f"bulk load {snapshot.quads:,} quads, the bare engine", limit, f"{snapshot.quads / limit:,.0f} quads/s")
    say("the same by load_rdf", seconds, f"{seconds / limit:.2f} times the bare engine")
    store = pyoxigraph.Store(folder / "bare")
    for path in ontology_files():
        store.load(path=path, to_graph=pyoxigraph.NamedNode("https://w3id.org/duikou/graph/ontology"))
    result = infer(store, labels=[])
    say(f"infer {result.total:,} triples by the OWL rules", result.seconds, f"{result.rounds} rounds")


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--copies", type=int, default=10, help="copies of the ten cases to load (100: about 0.8 million quads)"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        ten_cases(Path(name))
        loading(Path(name), arguments.copies)


if __name__ == "__main__":
    main()
