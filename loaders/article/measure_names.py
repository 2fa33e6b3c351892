"""How often rules for names, mechanisms and relations are right: ``python -m loaders.article.measure_names GOLD…``.

The same annotations and the same table as those of `measure`; each command keeps the others' rows. A name is right
with its span, and with its kind but for what stands in brackets after it; a relation with its predicate, where its
clause and that of the annotation overlap. Relations are measured only on annotations that give all of them: those of
one text with ``cases``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from loaders.article import names
from loaders.article.case_spans import divide
from loaders.article.facts import Name
from loaders.article.measure import TABLE
from loaders.article.measure_entities import annotated
from loaders.article.reading import read_chinese
from loaders.article.scope import scopes
from loaders.article.segments import structure

_OURS = ("name.", "mechanism.", "relation.")
#: Predicates that an annotation does not tell apart.
_SAME = {"hasTarget": "hasIndicator"}
_HEAD = "rule\ttexts\tright\tfound"


def right(found: Name, marks: list[dict[str, Any]]) -> bool:
    """Whether a name is one of the annotation, and of its kind."""
    return any(
        (mark["start"], mark["end"]) == (found.start, found.end) and _kind(mark["kind"]) == _kind(found.kind)
        for mark in marks
    )


def _kind(word: str) -> str:
    return word.partition(" (")[0].rpartition("/")[2]


def measure(golds: list[Path]) -> dict[str, tuple[int, int, int]]:
    """Return for each rule in how many texts it fired, how often it was right, and how often it fired."""
    fired: Counter[str] = Counter()
    good: Counter[str] = Counter()
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for gold in golds:
        for text, _, marks in annotated(gold):
            parts = structure(text)
            stretches = scopes(text, parts, divide(parts, text).cases)
            memory = names.Memory()
            for scope in stretches:
                names.learn(scope, memory)
            for found in (name for scope in stretches for name in names.find(scope, memory)):
                fired[found.rule] += 1
                good[found.rule] += right(found, marks["names"])
                texts[found.rule].add(text)
    return {rule: (len(texts[rule]), good[rule], fired[rule]) for rule in sorted(fired)}


def measure_relations(golds: list[Path]) -> dict[str, tuple[int, int, int]]:
    """Return the same for relations, of the annotations that have all of a text's."""
    fired: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for gold in golds:
        content = json.loads(gold.read_text(encoding="utf-8"))
        if "cases" not in content:
            continue
        marks = [mark for case in content["cases"] for mark in case["relations"]]
        for text, *_ in annotated(gold):
            for found in read_chinese(text, content["sha256"]).relations:
                fired[found.rule] += 1
                good[found.rule] += any(
                    _SAME.get(mark["predicate"], mark["predicate"]) == _SAME.get(found.predicate, found.predicate)
                    and mark["start"] < found.end
                    and found.start < mark["end"]
                    for mark in marks
                )
    return {rule: (1, good[rule], fired[rule]) for rule in sorted(fired)}


def main(arguments: list[str]) -> int:
    """Write the rows into the table; return the exit code."""
    if not arguments:
        print("usage: python -m loaders.article.measure_names GOLD.json…", file=sys.stderr)
        return 2
    golds = [Path(argument) for argument in arguments]
    measured = measure(golds) | measure_relations(golds)
    old = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.is_file() else [_HEAD]
    rows = [line for line in old if not line.startswith(_OURS)]
    rows += [f"{rule}\t{texts}\t{good}\t{found}" for rule, (texts, good, found) in measured.items()]
    TABLE.write_text("\n".join(rows) + "\n", encoding="utf-8")
    total, correct = sum(f for *_, f in measured.values()), sum(g for _, g, _ in measured.values())
    print(f"{len(measured)} rules, {correct} of {total} names and relations right")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
