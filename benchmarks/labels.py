"""Find things by a part of their names: ``dk:search`` against the bare engine's CONTAINS, over the same quads.

    python -m benchmarks.labels [--quads 10000000] [--names 30]

Each text searched for is new, so no cache helps. Data, stores and the engine's own server are those of
`benchmarks.http`, kept in the same folder; ten million quads take some minutes to load at the first time.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.generated import programmes_of
from benchmarks.http import Service, ask, load, peers, services

_PREFIXES: Final = (
    "PREFIX dk: <https://w3id.org/duikou/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
_ID: Final = "https://w3id.org/duikou/id/programme/p-"
#: As many names as the engine reads through label by label.
_FEW: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """How long one kind of search takes, in milliseconds, and whether each found the thing that has the name."""

    language: str
    ours: list[float]
    bare: list[float]
    found: bool


def _bindings(service: Service, query: str) -> list[dict[str, dict[str, str]]]:
    rows: list[dict[str, dict[str, str]]] = json.loads(ask(service, _PREFIXES + query))["results"]["bindings"]
    return rows


def _timed(service: Service, query: str) -> tuple[float, set[str]]:
    began = time.perf_counter()
    found = {row["x"]["value"] for row in _bindings(service, query)}
    return (time.perf_counter() - began) * 1000, found


def _searched(ours: Service, bare: Service, language: str, numbers: list[int]) -> Row:
    mine, theirs, found = [], [], True
    for n, number in enumerate(numbers):
        asked = f'SELECT ?l {{ <{_ID}{number}> rdfs:label ?l FILTER(LANG(?l) = "{language}") }}'
        name = _bindings(ours, asked)[0]["l"]["value"]
        spent, hits = _timed(ours, f'SELECT ?x {{ ?x dk:search "{name}" }} LIMIT 20')
        mine.append(spent)
        found &= f"{_ID}{number}" in hits
        if n < _FEW:
            spent, hits = _timed(
                bare, f'SELECT DISTINCT ?x {{ ?x rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), LCASE("{name}"))) }}'
            )
            theirs.append(spent)
            found &= f"{_ID}{number}" in hits
    return Row(language, mine, theirs, found)


def main() -> None:
    """Load, search, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quads", type=int, default=10_000_000)
    parser.add_argument("--names", type=int, default=30, help="searched for in each language")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where data and programs are kept")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    programs = peers(arguments.folder)
    print("\n".join(load(arguments.folder, programs, arguments.quads)), "", sep="\n")
    chance = random.Random(1)
    with ExitStack() as stack:
        ours, bare = services(arguments.folder, programs, arguments.quads, rdflib=False, stack=stack)
        _timed(ours, 'SELECT ?x { ?x dk:search "warm" }')
        print("| names in | found by both | dk:search, median / slowest, ms | CONTAINS, median, ms | ratio |")
        print("|---|---|---|---|---|")
        for language in ("zh", "en"):
            numbers = chance.sample(range(programmes_of(arguments.quads)), arguments.names)
            row = _searched(ours, bare, language, numbers)
            mine, theirs = statistics.median(row.ours), statistics.median(row.bare)
            told = "yes" if row.found else "NO"
            print(f"| {language} | {told} | {mine:.1f} / {max(row.ours):.1f} | {theirs:,.0f} | {theirs / mine:,.0f} |")


if __name__ == "__main__":
    main()
