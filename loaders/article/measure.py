"""How often each rule is right: ``python -m loaders.article.measure GOLD.json…`` writes ``measured.tsv``.

A gold file is a hand annotation as `score.py` reads it: one text (`cases`, with `source` beside it in
``../source``) or several (`documents`, each with the sha256 of a .txt file in the gold file's folder).
Only texts on which rules were written belong here; those that are held out say how well the rules carry over.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loaders.article.case_spans import divide
from loaders.article.dates import document_date
from loaders.article.facts import Quantity
from loaders.article.quantities import read_quantities
from loaders.article.segments import structure
from loaders.article.tables import LEXICONS

TABLE = LEXICONS.parent / "measured.tsv"


def right(found: Quantity, facts: list[dict[str, Any]]) -> bool:
    """Whether a figure is a fact of the annotation, with its value, qualifier and unit."""
    for fact in facts:
        if fact["start"] < found.end and found.start < fact["end"]:
            wanted = float(fact["value"])
            same = abs(float(found.value) - wanted) <= 1e-6 * max(1.0, abs(wanted))
            return same and found.qualifier == fact["qualifier"] and found.unit == fact["unit"]
    return False


def annotated(gold: Path) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Yield each text of an annotation with its facts and its dates."""
    content = json.loads(gold.read_text(encoding="utf-8"))
    folder = gold.parent if "documents" in content else gold.parent.parent / "source"
    texts = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(folder.glob("*.txt"))}
    for document in content.get("documents", [content]):
        parts = document.get("cases") if "quantities" not in document else [document]
        quantities = [q for part in parts for q in part["quantities"] if q["is_fact"]]
        dates = [d for part in parts for d in part["dates"]]
        yield texts[document["sha256"]].read_bytes().decode("utf-8"), quantities, dates


def measure(golds: list[Path]) -> dict[str, tuple[int, int, int]]:
    """Return for each rule in how many texts it fired, how often it was right, and how often it fired."""
    fired: Counter[str] = Counter()
    good: Counter[str] = Counter()
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for gold in golds:
        for text, facts, dates in annotated(gold):
            parts = structure(text)
            division = divide(parts, text)
            today, _ = document_date(parts, division.title)
            for found in read_quantities(parts, text, division.cases, today=today).quantities:
                is_date = any(d["start"] < found.end and found.start < d["end"] for d in dates)
                if is_date and not right(found, facts):
                    continue  # a period that the annotation has among its dates
                fired[found.rule] += 1
                good[found.rule] += right(found, facts)
                texts[found.rule].add(text[:200])
    return {rule: (len(texts[rule]), good[rule], fired[rule]) for rule in sorted(fired)}


def main(arguments: list[str]) -> int:
    """Write the table; return the exit code."""
    if not arguments:
        print("usage: python -m loaders.article.measure GOLD.json…", file=sys.stderr)
        return 2
    measured = measure([Path(a) for a in arguments])
    lines = ["rule\ttexts\tright\tfound"]
    lines += [f"{rule}\t{texts}\t{good}\t{fired}" for rule, (texts, good, fired) in measured.items()]
    kept = [line for line in _others() if line.partition("\t")[0] not in measured]
    TABLE.write_text("\n".join([*lines, *kept]) + "\n", encoding="utf-8")
    total, correct = sum(f for *_, f in measured.values()), sum(g for _, g, _ in measured.values())
    print(f"{len(measured)} rules, {correct} of {total} figures right in value, qualifier and unit")
    return 0


def _others() -> list[str]:
    """Rows of rules for other facts, written by other commands."""
    if not TABLE.is_file():
        return []
    return [line for line in TABLE.read_text(encoding="utf-8").splitlines()[1:] if not line.startswith(_OURS)]


_OURS = ("arabic-", "chinese-", "fraction-", "half-", "range-")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
