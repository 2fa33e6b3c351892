"""A million quads that look like ours, made from a seed: the same bytes on every run."""

from __future__ import annotations

import random
from collections.abc import Iterator

from ontology.namespaces import term

_ID = "https://w3id.org/duikou/id"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
_SYLLABLES = ("楚", "雄", "沪", "滇", "遵", "义", "果", "洛", "喀", "什", "万", "州", "夷", "陵")
_WORDS = ("Chuxiong", "Zunyi", "Golog", "Kashgar", "Wanzhou", "Yiling", "orchard", "school", "clinic", "market")
#: Quads of one programme with its figures, on average.
_EACH = 57


def generated(quads: int, seed: int = 1) -> Iterator[bytes]:
    """Yield N-Quads of about so many quads, one block for each programme."""
    chance = random.Random(seed)
    count, areas = programmes_of(quads), areas_of(quads)
    for n in range(areas):
        yield _area(chance, n).encode()
    for n in range(count):
        yield _programme(chance, n, areas).encode()


def programmes_of(quads: int) -> int:
    """Return how many programmes there are: ``programme/p-0`` and so on, each with ``measurement/p-0-0`` and more."""
    return max(quads // _EACH, 1)


def areas_of(quads: int) -> int:
    """Return how many areas there are: ``area/a-0`` and so on, twelve of them within each of the first."""
    return max(programmes_of(quads) // 10, 5)


def _name(chance: random.Random) -> tuple[str, str]:
    zh = "".join(chance.choices(_SYLLABLES, k=4))
    return zh, " ".join(chance.choices(_WORDS, k=3))


def _quad(subject: str, predicate: str, value: str, graph: str) -> str:
    verb = predicate if predicate.startswith("<") else f"<{term(predicate)}>"
    return f"<{_ID}/{subject}> {verb} {value} <https://w3id.org/duikou/graph/source/{graph}> .\n"


def _named(chance: random.Random, subject: str, kind: str, graph: str) -> str:
    zh, en = _name(chance)
    return (
        _quad(subject, _TYPE, f"<{term(kind)}>", graph)
        + _quad(subject, _LABEL, f'"{zh}{subject.rpartition("-")[2]}"@zh', graph)
        + _quad(subject, _LABEL, f'"{en} {subject.rpartition("-")[2]}"@en', graph)
    )


def _area(chance: random.Random, n: int) -> str:
    text = _named(chance, f"area/a-{n}", "Area", "areas")
    return text + (_quad(f"area/a-{n}", "within", f"<{_ID}/area/a-{n // 12}>", "areas") if n else "")


def _programme(chance: random.Random, n: int, areas: int) -> str:
    key, graph = f"programme/p-{n}", f"g-{n}"
    lines = [_named(chance, key, "Programme", graph)]
    for area in chance.sample(range(areas), 3):
        lines.append(_quad(key, "recipientArea", f"<{_ID}/area/a-{area}>", graph))
    for m in range(chance.randint(4, 8)):
        figure = f"measurement/p-{n}-{m}"
        lines.append(_quad(key, "hasMeasurement", f"<{_ID}/{figure}>", graph))
        lines.append(_named(chance, figure, "Measurement", graph))
        lines.append(_quad(figure, "value", f'"{chance.randint(1, 100_000)}"^^<{_INTEGER}>', graph))
        lines.append(_quad(figure, "year", f'"{chance.randint(2010, 2024)}"^^<{_INTEGER}>', graph))
        lines.append(_quad(figure, "asWritten", f'"{chance.randint(1, 100_000)} {chance.choice(_WORDS)}"', graph))
        lines.append(_quad(figure, "measuredArea", f"<{_ID}/area/a-{chance.randrange(areas)}>", graph))
    return "".join(lines)
