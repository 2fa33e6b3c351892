"""How often each English rule is right: ``python -m loaders.article.english.measure GOLD.json…``.

Rewrites the rows of ``measured.tsv`` whose rules begin with ``en.``. A gold file is a hand annotation with `documents`,
each with the sha256 of a .txt file beside it; only texts on which rules were written belong here. A figure is right
with its value, qualifier and unit, a place with its code, a body or a programme with its exact words.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loaders.article.english.reader import read_english
from loaders.article.facts import Fact, Quantity, Reading
from loaders.article.tables import LEXICONS

TABLE = LEXICONS.parent / "measured.tsv"
Gold = dict[str, Any]


def judged(reading: Reading, gold: Gold) -> Iterator[tuple[str, bool]]:
    """Yield the rule of each fact that an annotation can judge, and whether the fact is right."""
    facts = [q for q in gold["quantities"] if q["is_fact"]]
    for figure in reading.quantities:
        fact = _over(figure, facts)
        if fact or not _over(figure, gold["dates"]):
            yield figure.rule, fact is not None and _same(figure, fact)
    for place in reading.places:
        if not place.nested:
            spot = _over(place, gold["places"])
            code = (spot.get("iso3166") or spot["gb2260_2019"]) if spot else None
            yield place.rule, spot is not None and str(code or "") == (place.code or "")
    spans = {(o["start"], o["end"]) for o in gold["orgs"] if o["named"]}
    generic = [o for o in gold["orgs"] if not o["named"]]
    for body in reading.organisations:
        if not _over(body, generic):
            yield body.rule, (body.start, body.end) in spans
    names = {(n["start"], n["end"]) for n in gold["names"]}
    for name in reading.names:
        yield name.rule, (name.start, name.end) in names


def _over(found: Fact, annotated: list[Gold]) -> Gold | None:
    return next((a for a in annotated if a["start"] < found.end and found.start < a["end"]), None)


def _same(figure: Quantity, fact: Gold) -> bool:
    wanted = float(fact["value"])
    close = abs(float(figure.value) - wanted) <= 1e-6 * max(1.0, abs(wanted))
    return close and figure.qualifier == fact["qualifier"] and figure.unit == fact["unit"]


def measure(golds: list[Path]) -> dict[str, tuple[int, int, int]]:
    """Return for each rule in how many texts it fired, how often it was right, and how often it fired."""
    fired: Counter[str] = Counter()
    good: Counter[str] = Counter()
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for path in golds:
        files = {hashlib.sha256(f.read_bytes()).hexdigest(): f for f in sorted(path.parent.glob("*.txt"))}
        for gold in json.loads(path.read_text(encoding="utf-8"))["documents"]:
            text = files[gold["sha256"]].read_bytes().decode("utf-8")
            for rule, right in judged(read_english(text, gold["sha256"]), gold):
                fired[rule] += 1
                good[rule] += right
                texts[rule].add(gold["sha256"])
    return {rule: (len(texts[rule]), good[rule], fired[rule]) for rule in sorted(fired)}


def main(arguments: list[str]) -> int:
    """Write the rows; return the exit code."""
    if not arguments:
        print("usage: python -m loaders.article.english.measure GOLD.json…", file=sys.stderr)
        return 2
    head, *kept = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.is_file() else ["rule\ttexts\tright\tfound"]
    rows = [
        f"{rule}\t{texts}\t{right}\t{found}" for rule, (texts, right, found) in measure([*map(Path, arguments)]).items()
    ]
    others = [line for line in kept if not line.startswith("en.")]
    TABLE.write_text("\n".join([head, *others, *rows]) + "\n", encoding="utf-8")
    print("\n".join(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
