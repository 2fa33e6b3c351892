"""The union of all graphs as a set, kept beside a store in which graphs repeat triples.

The engine's own union shows a triple once for each graph that holds it, so that sums and counts over
sources that say the same would be too high. The copy beside the store has the union as its default
graph. It is made whole once, and from then on only follows what a write changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, cast

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QuerySolutions, QueryTriples, RdfFormat, Store, Triple

#: From this many quads the engine's bulk writer is faster than a transaction.
_BULK: Final = 100_000
Name = NamedNode | BlankNode | DefaultGraph


def repeated(store: Store, quads: int) -> int:
    """Count the quads that repeat a triple of another graph, of `quads` altogether.

    One predicate at a time, so that what the engine has to remember stays small.
    """
    distinct = 0
    for predicate in _predicates(store):
        text = f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?o {{ ?s {predicate} ?o }} }}"
        distinct += int(next(_solutions(store, text))["n"].value)
    return quads - distinct


def repeated_more(store: Store, added: Collection[Quad], removed: Collection[Quad]) -> int:
    """Return how many more quads of a store repeat a triple of another graph than before it was changed."""
    more: dict[Triple, int] = {}
    for quads, sign in ((added, 1), (removed, -1)):
        for quad in quads:
            more[quad.triple] = more.get(quad.triple, 0) + sign
    change = len(added) - len(removed)
    for triple, difference in more.items():
        after = _held(store, triple)
        change -= (after > 0) - (after > difference)
    return change


def build(store: Store, path: Path, quads: int) -> None:
    """Write the copy of a store of so many quads whose default graph is the union of all graphs."""
    scratch = path.with_name("union-work")
    store.backup(scratch)
    union = Store(scratch)
    if quads < _BULK:
        union.extend(_merged(store, ""))
    else:
        union.extend(_merged(store, "FILTER(ISBLANK(?s) || ISBLANK(?o))"))  # the bulk loader renames blank nodes
        _load_named(store, union, path.with_name("union.nt"))
        union.optimize()
    union.flush()
    union.backup(path)
    del union
    shutil.rmtree(scratch)


def follow(
    store: Store, before: Path, path: Path, added: Collection[Quad], removed: Collection[Quad], graphs: Collection[Name]
) -> None:
    """Write the copy as it was before (`before`), with the difference made good.

    `graphs` are those that may have come or gone, empty or not.
    """
    scratch = path.with_name("union-work")
    Store.read_only(str(before)).backup(scratch)
    union = Store(scratch)
    for quad in removed:
        union.remove(quad)
        if not _held(store, quad.triple):
            union.remove(Quad(quad.subject, quad.predicate, quad.object))
    union.extend(quad for one in added for quad in {one, Quad(one.subject, one.predicate, one.object)})
    for name in graphs:
        if isinstance(name, DefaultGraph):
            continue
        if store.contains_named_graph(name):
            union.add_graph(name)
        else:
            union.remove_graph(name)
    union.flush()
    union.backup(path)
    del union
    shutil.rmtree(scratch)


def _held(store: Store, triple: Triple) -> int:
    """Count the graphs that hold a triple."""
    return sum(1 for _ in store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None))


def _merged(store: Store, condition: str) -> Iterator[Quad]:
    """Yield triples of any graph as quads of the default graph, each once, one predicate at a time."""
    for predicate in _predicates(store):
        text = f"SELECT DISTINCT ?s ?o {{ ?s {predicate} ?o {condition} }}"
        yield from (Quad(pair["s"], predicate, pair["o"]) for pair in _solutions(store, text))


def _load_named(store: Store, union: Store, file: Path) -> None:
    """Bulk-load the triples without blank nodes into a default graph, by way of a file: five times as fast."""
    with file.open("wb") as out:
        for predicate in _predicates(store):
            text = f"CONSTRUCT {{ ?s {predicate} ?o }} {{ ?s {predicate} ?o FILTER(!ISBLANK(?s) && !ISBLANK(?o)) }}"
            triples = cast(QueryTriples, store.query(text, use_default_graph_as_union=True))
            triples.serialize(out, RdfFormat.N_TRIPLES)
    union.bulk_load(path=file, format=RdfFormat.N_TRIPLES, lenient=True)
    file.unlink()


def _predicates(store: Store) -> list[NamedNode]:
    return [row["p"] for row in _solutions(store, "SELECT DISTINCT ?p { ?s ?p ?o }")]


def _solutions(store: Store, text: str) -> QuerySolutions:
    return cast(QuerySolutions, store.query(text, use_default_graph_as_union=True))
