"""How often each rule for places and bodies is right: ``python -m loaders.article.measure_entities GOLD.json…``.

The same annotations and the same table as those of `measure`; each command keeps the other's rows. A place is right
with its span and its code, a body with its span. What stands inside an annotated name counts neither way.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loaders.article import entities
from loaders.article.case_spans import divide
from loaders.article.facts import Fact, Place
from loaders.article.measure import TABLE
from loaders.article.segments import structure

_LISTS = ("places", "orgs", "names")
Marks = dict[str, list[dict[str, Any]]]


def annotated(gold: Path) -> Iterator[tuple[str, int | None, Marks]]:
    """Yield each text of an annotation with its year and its places, bodies and names."""
    content = json.loads(gold.read_text(encoding="utf-8"))
    folder = gold.parent if "documents" in content else gold.parent.parent / "source"
    texts = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(folder.glob("*.txt"))}
    for document in content.get("documents", [content]):
        parts = [document] if "places" in document else document["cases"]
        marks = {key: [mark for part in parts for mark in part.get(key, [])] for key in _LISTS}
        date = str(document.get("document_date") or "")[:4]
        yield texts[document["sha256"]].read_bytes().decode("utf-8"), int(date) if date.isdigit() else None, marks


def judged(fact: Fact, marks: Marks) -> bool | None:
    """Return whether a place or body is right; None where the annotation does not tell."""
    mine = marks["places" if isinstance(fact, Place) else "orgs"]
    for mark in mine:
        if (mark["start"], mark["end"]) == (fact.start, fact.end):
            code = mark.get("gb2260_2019")
            return not isinstance(fact, Place) or code is None or str(code) == fact.code
    if isinstance(fact, Place) and any(
        mark["start"] <= fact.start and fact.end <= mark["end"] for mark in (*marks["orgs"], *marks["names"])
    ):
        return None
    return False


def measure(golds: list[Path]) -> dict[str, tuple[int, int, int]]:
    """Return for each rule in how many texts it fired, how often it was right, and how often it fired."""
    fired: Counter[str] = Counter()
    good: Counter[str] = Counter()
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for gold in golds:
        for text, year, marks in annotated(gold):
            parts = structure(text)
            places, bodies = entities.find(parts, text, divide(parts, text).cases, year=year)
            for fact in (*places, *(body for body in bodies if body.named)):
                verdict = judged(fact, marks)
                if verdict is not None:
                    fired[fact.rule] += 1
                    good[fact.rule] += verdict
                    texts[fact.rule].add(text)
    return {rule: (len(texts[rule]), good[rule], fired[rule]) for rule in sorted(fired)}


def main(arguments: list[str]) -> int:
    """Write the rows into the table; return the exit code."""
    if not arguments:
        print("usage: python -m loaders.article.measure_entities GOLD.json…", file=sys.stderr)
        return 2
    measured = measure([Path(argument) for argument in arguments])
    old = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.is_file() else ["rule\ttexts\tright\tfound"]
    rows = [line for line in old if not line.startswith(("place.", "body."))]
    rows += [f"{rule}\t{texts}\t{right}\t{found}" for rule, (texts, right, found) in measured.items()]
    TABLE.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found, right = sum(f for *_, f in measured.values()), sum(r for _, r, _ in measured.values())
    print(f"{len(measured)} rules, {right} of {found} places and bodies right")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
