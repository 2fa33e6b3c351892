"""A thing with what surrounds it: its statements, those of its parts, and what points to it.

Pages and data files are two views of the same neighbourhood, so that they never disagree. Parts are
the nodes that only make sense with their owner: participations, results, figures, components, and
the evidence of each. Everything is bounded, and what was left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from graph.engine import Engine
from ontology.namespaces import BASE, expand, named_graph
from server import links, queries
from server.naming import Labels
from server.queries import Term

INFERRED: Final = named_graph("inferred")
#: Kinds whose things are shown as part of another.
PARTS: Final = frozenset({"participation", "result", "measurement", "component", "funding", "sharing-rule", "evidence"})
#: What a figure or an evidence needs to be readable: its unit, its document.
_READABLE: Final = (f"{BASE}concept/unit/",)
_DEPTH: Final = 3
#: At most so many statements and parts are read for one thing, and so many subjects listed by property.
STATEMENTS: Final = 5000
LISTED: Final = 50
#: Statements of a thing from which on a page reads some of each property only, and counts the rest.
ENOUGH: Final = 1000
#: Of a thing with more statements than that, so many are read of each property.
CROWDED: Final = 100
#: Of more things that point to one by a property any are listed, not the first: the engine is slow at sorting.
_SORTED: Final = 500


@dataclass(frozen=True, slots=True)
class Statement:
    """One triple and the graphs that state it."""

    subject: str
    predicate: str
    value: Term
    graphs: frozenset[str]

    @property
    def is_inferred(self) -> bool:
        """Whether only the rules say so."""
        return self.graphs == {INFERRED}

    @property
    def triple(self) -> ox.Triple:
        """The triple itself."""
        return ox.Triple(ox.NamedNode(self.subject), ox.NamedNode(self.predicate), self.value)


@dataclass(frozen=True, slots=True)
class Incoming:
    """What points to a thing by one property: how many, how many of them not by rule only, and the first of them."""

    predicate: str
    count: int
    stated: int
    subjects: tuple[str, ...]


@dataclass(slots=True)
class Neighbourhood:
    """Everything that is known around one thing, as read from one snapshot."""

    iri: str
    labels: Labels
    statements: dict[str, dict[str, list[Statement]]] = field(default_factory=dict)
    incoming: list[Incoming] = field(default_factory=list)
    truncated: bool = False
    #: How many values each property of the thing has, where not all of them were read.
    counts: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.statements.get(self.iri) or self.incoming)

    def of(self, iri: str, curie: str, *, inferred: bool = True) -> list[Term]:
        """Return the values of one property of a thing that was read."""
        return [s.value for s in self.statements.get(iri, {}).get(expand(curie), ()) if inferred or not s.is_inferred]

    def one(self, iri: str, curie: str) -> Term | None:
        """Return one value of a property, the smallest where there are several."""
        return min(self.of(iri, curie), key=str, default=None)

    def all(self) -> Iterator[Statement]:
        """Yield every statement that was read."""
        for properties in self.statements.values():
            for statements in properties.values():
                yield from statements

    def sources(self) -> list[str]:
        """Return the named graphs that say something of the thing itself."""
        graphs = {g for statements in self.statements.get(self.iri, {}).values() for s in statements for g in s.graphs}
        return sorted(graphs)


def read(engine: Engine, iri: str, *, listed: int = LISTED, most: int = STATEMENTS) -> Neighbourhood:
    """Return the neighbourhood of a thing; it is false where nothing is known of it.

    Of a thing with `most` statements or more some are read of each property, and all are counted.
    """
    around = Neighbourhood(iri, Labels(engine))
    wanted = [iri]
    for _ in range(_DEPTH + 1):
        wanted = [w for w in wanted if w not in around.statements]
        if not wanted:
            break
        _read_facts(engine, around, wanted[: STATEMENTS // 10], most if wanted == [iri] else STATEMENTS)
        around.truncated |= len(wanted) > STATEMENTS // 10
        if around.truncated and wanted == [iri]:
            _read_crowded(engine, around)
        wanted = list(_parts(around, wanted))
    around.incoming = list(_incoming(engine, iri, listed))
    around.labels.load(_named(around))
    return around


def of_several(engine: Engine, iris: Iterable[str]) -> Neighbourhood:
    """Return some things with their parts as one neighbourhood, without what points to them."""
    around = Neighbourhood("", Labels(engine))
    wanted = list(dict.fromkeys(iris))
    for _ in range(_DEPTH + 1):
        wanted = [w for w in dict.fromkeys(wanted) if w not in around.statements][: STATEMENTS // 10]
        if wanted:
            _read_facts(engine, around, wanted)
            wanted = list(_parts(around, wanted))
    around.labels.load(_named(around))
    return around


def facts(
    engine: Engine, iris: Iterable[str], properties: Iterable[str] | None = None
) -> dict[str, dict[str, list[Statement]]]:
    """Return the statements about some things, those of some properties (IRIs) only where any are told.

    The result is thing → property → statements. Of things with thousands of statements a few properties cost little.
    """
    around = Neighbourhood("", Labels(engine))
    wanted = list(dict.fromkeys(iris))
    asked = None if properties is None else list(map(ox.NamedNode, properties))
    for start in range(0, len(wanted), queries.BATCH):
        batch = wanted[start : start + queries.BATCH]
        if asked is None:
            _read_facts(engine, around, batch, limit=20 * STATEMENTS)
        else:
            nodes = list(map(ox.NamedNode, batch))
            parts = [queries.text("facts-of", things=nodes, property=one) for one in asked]
            _keep(around, batch, queries.united(engine, parts, union=False) if parts else [])
    return around.statements


def _read_facts(engine: Engine, around: Neighbourhood, iris: list[str], limit: int = STATEMENTS) -> None:
    found = queries.select(engine, "facts", things=map(ox.NamedNode, iris), limit=limit)
    around.truncated |= len(found) == limit
    _keep(around, iris, found)


def _read_crowded(engine: Engine, around: Neighbourhood) -> None:
    """Read some values of every property of a thing that has too many of one, and count them."""
    thing = ox.NamedNode(around.iri)
    for row in queries.select(engine, "outgoing-counts", thing=thing):
        around.counts[row["property"].value] = int(row["count"].value)
    parts = [
        queries.text("facts-of-property", thing=thing, property=ox.NamedNode(property_), limit=CROWDED)
        for property_ in around.counts
    ]
    around.statements.clear()
    _keep(around, [around.iri], queries.united(engine, parts, union=False))


def _keep(around: Neighbourhood, iris: list[str], found: list[dict[str, Term]]) -> None:
    graphs: dict[tuple[str, str, Term], set[str]] = {}
    for row in found:
        key = (row["thing"].value, row["property"].value, row["value"])
        graphs.setdefault(key, set()).update([row["graph"].value] if "graph" in row else [])
    for iri in iris:
        around.statements.setdefault(iri, {})
    for (subject, property_, value), stated in sorted(graphs.items(), key=lambda item: tuple(map(str, item[0]))):
        statement = Statement(subject, property_, value, frozenset(stated))
        around.statements[subject].setdefault(property_, []).append(statement)


def _parts(around: Neighbourhood, iris: Iterable[str]) -> Iterator[str]:
    for iri in iris:
        for statements in around.statements.get(iri, {}).values():
            for statement in statements:
                value = statement.value
                if isinstance(value, ox.NamedNode) and _is_part(value.value):
                    yield value.value


def _is_part(iri: str) -> bool:
    name = links.parse(iri)
    return (name is not None and name.kind in PARTS) or iri.startswith(_READABLE)


def _incoming(engine: Engine, iri: str, listed: int) -> Iterator[Incoming]:
    thing = ox.NamedNode(iri)
    counted = queries.select(engine, "incoming-counts", thing=thing)
    if not counted:
        return
    # one question for all properties: each is a subselect with a limit of its own
    parts = [
        queries.text(
            "incoming" if int(row["count"].value) <= _SORTED else "incoming-some",
            thing=thing,
            property=ox.NamedNode(row["property"].value),
            limit=listed,
        )
        for row in counted
    ]
    found: dict[str, list[str]] = {}
    for row in queries.united(engine, parts):
        if isinstance(row["subject"], ox.NamedNode):
            found.setdefault(row["property"].value, []).append(row["subject"].value)
    for row in counted:
        subjects = tuple(found.get(row["property"].value, ()))
        yield Incoming(row["property"].value, int(row["count"].value), int(row["stated"].value), subjects)


def _named(around: Neighbourhood) -> Iterator[str]:
    for statement in around.all():
        yield statement.subject
        yield statement.predicate
        yield from statement.graphs
        if isinstance(statement.value, ox.NamedNode):
            yield statement.value.value
    for incoming in around.incoming:
        yield incoming.predicate
        yield from incoming.subjects
