"""What follows from what is said: the rules of the ontology, run to a fixpoint into ``graph/inferred``.

The rules are SPARQL CONSTRUCT queries (``ontology/rules``) over the union of all graphs. The graph is
made anew each time, because what followed from a source that has since been replaced must go. First
come the OWL rules, round after round until a round gives nothing new; then the label rules, once each.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, cast

from pyoxigraph import NamedNode, Quad, QueryTriples, Store, Triple

from graph.draft import Draft
from graph.following import TooMuch, Work, follow
from ontology.namespaces import named_graph
from ontology.vocabulary import Rule, rules

INFERRED: Final = named_graph("inferred")
#: From this many triples at a time the bulk writer is faster than a transaction.
_BULK: Final = 20_000


@dataclass(frozen=True, slots=True)
class Inference:
    """How many triples each rule gave, by its name; rounds of the OWL rules, and seconds."""

    counts: dict[str, int]
    rounds: int
    seconds: float
    bulk: bool

    @property
    def total(self) -> int:
        """The number of triples inferred."""
        return sum(self.counts.values())


def materialise(store: Store) -> int:
    """Make ``graph/inferred`` anew from all other graphs; return how many triples it has."""
    return infer(store).total


def infer(store: Store, owl: Iterable[Rule] | None = None, labels: Iterable[Rule] | None = None) -> Inference:
    """Make ``graph/inferred`` anew and return what each rule gave.

    By default the rules are those of the ontology. A rule that only reads properties to which nothing
    was added since its last run is still run: rules read the ontology for what they apply to, so their
    text does not tell.
    """
    started = time.perf_counter()
    graph = NamedNode(INFERRED)
    store.remove_graph(graph)
    owl = rules("owl") if owl is None else list(owl)
    labels = rules("labels") if labels is None else list(labels)
    counts: dict[str, int] = {}
    bulk = False
    rounds = 0
    quiet = 0  # rules in a row that gave nothing: a whole round of them is the fixpoint
    while owl and quiet < len(owl):
        rounds += 1
        for rule in owl:
            added = _apply(store, rule, graph)
            counts[rule.name] = counts.get(rule.name, 0) + added
            bulk = bulk or added >= _BULK
            quiet = 0 if added else quiet + 1
            if quiet == len(owl):
                break
    for rule in labels:
        counts[rule.name] = _apply(store, rule, graph)
    return Inference(counts, rounds, time.perf_counter() - started, bulk)


def edition() -> str:
    """Return a short digest of the rules: what followed by other rules must not be built upon."""
    text = "\0".join(rule.text for kind in ("owl", "labels") for rule in rules(kind))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def conclude(draft: Draft) -> Inference:
    """Bring ``graph/inferred`` of a draft up to date, following what changed where that can be done.

    In what is returned, rules then count what they gave newly; 0 rounds tell that the change was followed.
    """
    started = time.perf_counter()
    base, draft.rules = draft.base, edition()
    difference = draft.difference() if base is not None and base.rules == draft.rules else None
    if base is not None and difference is not None:
        added, removed = difference
        work = Work(draft.store)
        with contextlib.suppress(TooMuch):
            follow(Store.read_only(str(base.path / "store")), work, added, removed, rules("owl"), rules("labels"))
            draft.note(work.changed)
            return Inference(work.counts, 0, time.perf_counter() - started, bulk=False)
    draft.touch(INFERRED)
    return infer(draft.store)


def _apply(store: Store, rule: Rule, graph: NamedNode) -> int:
    """Add what a rule gives and no graph says yet; return how many triples that was."""
    added = 0
    found = _new(store, rule)
    while batch := list(islice(found, _BULK)):
        quads = {Quad(t.subject, t.predicate, t.object, graph) for t in batch}
        (store.bulk_extend if len(quads) >= _BULK else store.extend)(quads)
        added += len(quads)
    return added


def _new(store: Store, rule: Rule) -> Iterator[Triple]:
    """Yield what a rule gives that no graph says; most rules see to it themselves with NOT EXISTS."""
    triples = cast(QueryTriples, store.query(rule.text, use_default_graph_as_union=True))
    if "NOT EXISTS" in rule.text:
        yield from triples
        return
    for triple in triples:
        if not any(True for _ in store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)):
            yield triple
