"""Measure pages over HTTP, as people wait for them: each for the first time in a snapshot, and again.

python -m benchmarks.pages [--db DIR] [--after S]   the ten cases, or what is in a data directory

A server works out what pages count over the whole graph as soon as it serves a snapshot: `--after` gives it
some seconds for that before anybody visits.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from graph.database import Database
from graph.publish import build
from loaders.builtin import builtin_sources

#: Pages of a kind that are asked for, and how often each is asked for again.
OF_A_KIND, AGAIN = 12, 9
#: Pages that are one of a kind.
SINGLE = ("/zh/", "/en/ontology", "/zh/data", "/en/sparql", "/zh/search?q=%E4%BA%91%E5%8D%97")
KINDS = ("programme", "organisation", "area", "measurement", "case", "evidence", "document")


def fetched(url: str) -> tuple[float, str]:
    """Return how many milliseconds a page takes to arrive, and the page."""
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    started = time.perf_counter()
    with urllib.request.urlopen(request) as answer:
        body: bytes = answer.read()
    return (time.perf_counter() - started) * 1000, body.decode()


def measure(address: str) -> None:
    """Print the medians of each kind of page: of first visits, and of later ones."""
    print(f"{'page':24} {'pages':>6} {'first, ms':>10} {'again, ms':>10} {'kB':>7}")
    fetched(f"{address}/zh/concept/theme/industry")  # templates are compiled, workers are up
    for path in (*SINGLE, *(f"/zh/{kind}/" for kind in KINDS)):
        row(path, [address + path])
    for kind in KINDS:
        _, listed = fetched(f"{address}/en/{kind}/")
        paths = list(dict.fromkeys(re.findall(rf'href="(/en/{kind}/[^"/?#]+)"', listed)))[:OF_A_KIND]
        row(kind, [address + path for path in paths])


def row(name: str, urls: list[str]) -> None:
    """Print one line of the table."""
    if not urls:
        return
    first = [fetched(url) for url in urls]
    again = [fetched(url)[0] for url in urls for _ in range(AGAIN)]
    size = statistics.median(len(body.encode()) for _, body in first) / 1000
    once = statistics.median(ms for ms, _ in first)
    print(f"{name:24} {len(urls):6} {once:10.1f} {statistics.median(again):10.1f} {size:7.0f}", flush=True)


def main() -> None:
    """Serve a data directory and measure its pages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--db", type=Path, help="a data directory; without it the ten cases are built")
    parser.add_argument("--after", type=float, default=0.0, help="seconds from the start to the first visit")
    arguments = parser.parse_args()
    given = arguments.db
    with tempfile.TemporaryDirectory() as name:
        folder = given or Path(name) / "db"
        if given is None:
            build(Database(folder), builtin_sources())
        command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--db", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
            try:
                assert served.stdout is not None
                address = served.stdout.readline().split()[-1].rstrip("/")
                time.sleep(arguments.after)
                measure(address)
            finally:
                served.terminate()


if __name__ == "__main__":
    main()
