"""Inference that follows a change, instead of being made anew: only what the changed triples reach.

What is said no longer takes along whatever may have followed from it, as far as that reaches; what still
follows in another way is put back; then what is said newly is followed to its end (delete and rederive,
semi-naive). Things that a change touches, and those named after them, are named anew.

The rules are read off their text, so that there is one text of each. Where a rule is not understood, or
axioms, blank nodes or too much are changed, that is `TooMuch`, and everything is inferred anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryTriples, Store, Triple

from graph.rule_texts import TYPE, Clause, Part, Pattern, Unread, read
from ontology.namespaces import ONTOLOGY, expand, named_graph
from ontology.vocabulary import Rule

_GRAPH: Final = NamedNode(named_graph("inferred"))
_LABEL: Final = NamedNode(expand("rdfs:label"))
_PREFERRED: Final = NamedNode(expand("skos:prefLabel"))
#: With more triples or things than this it is not slower to infer everything anew.
_MOST: Final = 20_000
_AT_ONCE: Final = 500

_Node = NamedNode | BlankNode | Literal | Triple


class Work:
    """A store whose inferred graph is brought up to date: which of its quads changed, and what each rule gave newly."""

    def __init__(self, store: Store) -> None:
        self.store: Final = store
        self.changed: Final[set[Quad]] = set()
        self.counts: Final[dict[str, int]] = {}

    def add(self, rule: str, given: Iterable[Triple]) -> set[Triple]:
        """Add to the inferred graph what no graph says yet; return it."""
        new = {triple for triple in given if not any(True for _ in _holding(self.store, triple))}
        quads = [_inferred(triple) for triple in new]
        self.store.extend(quads)
        self.changed.update(quads)
        self.counts[rule] = self.counts.get(rule, 0) + len(new)
        return new

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads of the inferred graph; they need not be there."""
        for quad in quads:
            self.store.remove(quad)
            self.changed.add(quad)


class TooMuch(Exception):  # noqa: N818  # it is no error
    """The change cannot be followed, or not in less time than inferring everything anew takes."""


def follow(
    base: Store,
    work: Work,
    added: Iterable[Quad],
    removed: Iterable[Quad],
    owl: Sequence[Rule],
    labels: Sequence[Rule],
) -> None:
    """Bring ``graph/inferred`` of a store up to date.

    `base` is the store before the change, with all that followed then; `added` and `removed` are the
    quads changed since, outside ``graph/inferred``. `TooMuch` before anything is changed.
    """
    store = work.store
    try:
        clauses = [read(rule) for rule in owl]
        names = _Names(base, work, [read(rule, into_selects=True) for rule in labels])
    except Unread as error:
        raise TooMuch from error
    said = {q.triple for q in added if not _said(base, q.triple)}
    unsaid = {q.triple for q in removed if not _said(store, q.triple)}
    matters = _Matter(clauses, store)
    if any(map(matters.is_axiom, said | unsaid)):
        raise TooMuch
    new, gone = {t for t in said if matters(t)}, {t for t in unsaid if matters(t)}
    if len(new) + len(gone) > _MOST or any(
        isinstance(node, BlankNode) for t in new | gone for node in (t.subject, t.object)
    ):
        raise TooMuch
    lost = _reached(base, clauses, gone)
    work.remove(map(_inferred, lost | said))
    found = _derived(work, clauses, lost | gone)
    found |= _followed(work, clauses, new | found)
    names.renew(new | gone | lost | found, said | unsaid)


class _Matter:
    """Tells which triples a rule may read."""

    def __init__(self, clauses: Sequence[Clause], store: Store) -> None:
        self._axioms: Final = {iri for clause in clauses for iri in clause.axioms}
        self._store: Final = store
        self._known: dict[_Node, bool] = {}

    def is_axiom(self, triple: Triple) -> bool:
        """Return whether it may be an axiom, or part of one."""
        return triple.predicate in self._axioms - {TYPE} or (triple.predicate == TYPE and triple.object in self._axioms)

    def __call__(self, triple: Triple) -> bool:
        term = triple.object if triple.predicate == TYPE else triple.predicate
        if term not in self._known:
            self._known[term] = isinstance(term, NamedNode) and (
                term.value.startswith(ONTOLOGY) or self._in_axioms(term)
            )
        return self._known[term]

    def _in_axioms(self, term: NamedNode) -> bool:
        return any(
            any(True for _ in self._store.quads_for_pattern(s, axiom, o))
            for axiom in self._axioms - {TYPE}
            for s, o in ((term, None), (None, term))
        ) or any(self.is_axiom(quad.triple) for quad in self._store.quads_for_pattern(term, TYPE, None))


def _reached(base: Store, clauses: Sequence[Clause], gone: set[Triple]) -> set[Triple]:
    """Return what had been inferred, directly or further on, by help of triples that have gone."""
    lost: set[Triple] = set()
    fresh = gone
    while fresh:
        given = {
            triple
            for clause in clauses
            for pattern in clause.patterns
            for triple in _given(base, clause, pattern, fresh, denying=False)
        }
        fresh = {t for t in given - lost if _inferred(t) in base}
        lost |= fresh
        if len(lost) > _MOST:
            raise TooMuch
    return lost


def _derived(work: Work, clauses: Sequence[Clause], wanted: set[Triple]) -> set[Triple]:
    """Add those of the wanted triples that follow from what there is in one step; return them."""
    found: set[Triple] = set()
    for clause in clauses:
        for pattern in clause.head:
            found |= work.add(clause.name, set(_given(work.store, clause, pattern, wanted)) & wanted)
    return found


def _followed(work: Work, clauses: Sequence[Clause], fresh: set[Triple]) -> set[Triple]:
    """Add all that follows by help of fresh triples, directly or further on; return it."""
    found: set[Triple] = set()
    while fresh:
        following: set[Triple] = set()
        for clause in clauses:
            for pattern in clause.patterns:
                following |= work.add(clause.name, set(_given(work.store, clause, pattern, fresh)))
        found |= following
        fresh = following
    return found


def _inferred(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, _GRAPH)


def _holding(store: Store, triple: Triple) -> Iterator[Quad]:
    return store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)


def _given(
    store: Store, clause: Clause, pattern: Pattern, triples: Iterable[Triple], *, denying: bool = True
) -> Iterator[Triple]:
    """Yield what a rule gives where one of its patterns is one of the triples."""
    variables = list(dict.fromkeys(part for part in pattern if isinstance(part, str)))
    rows: dict[str, None] = {}
    for triple in triples:
        bound: dict[Part, _Node] = {}
        if all(
            (bound.setdefault(part, node) if isinstance(part, str) else part) == node
            for part, node in zip(pattern, triple, strict=True)
        ):
            rows["(" + " ".join(str(bound[v]) for v in variables) + ")"] = None
    remaining = iter(rows)
    while batch := list(islice(remaining, _AT_ONCE)):
        values = f"VALUES ({' '.join(variables)}) {{ {' '.join(batch)} }}"
        yield from _construct(store, clause.with_values(values, denying=denying))


def _construct(store: Store, text: str) -> Iterator[Triple]:
    return cast(QueryTriples, store.query(text, use_default_graph_as_union=True))


def _said(store: Store, triple: Triple) -> bool:
    """Return whether a graph other than the inferred one holds a triple."""
    return any(quad.graph_name != _GRAPH for quad in _holding(store, triple))


class _Names:
    """Makes names anew where they may have changed.

    The rules of names run in order, once each, and read names: a name given by a later rule must not
    be seen by an earlier one. So things are renewed together with those that they are named after,
    except where these have their names from outside the rules, or from the first of them.
    """

    def __init__(self, base: Store, work: Work, clauses: Sequence[Clause]) -> None:
        self._base: Final = base
        self._work: Final = work
        self._store: Final = work.store
        self._clauses: Final = clauses
        #: Properties from a thing to what it is named after, and those that lead the other way.
        self._to: Final[set[NamedNode]] = set()
        self._from: Final[set[NamedNode]] = set()
        self._first_kinds: Final = clauses[0].values if clauses else set()
        for clause in clauses:
            if [(p[0], p[1]) for p in clause.head] not in ([("?x", _LABEL)], [("?x", _LABEL)] * 2):
                raise Unread(clause.name)
            named = {s for s, p, _ in clause.patterns if p in (_LABEL, _PREFERRED)} - {"?x"}
            for s, p, o in clause.patterns:
                links = clause.values if isinstance(p, str) else {p}
                if p == TYPE:
                    continue
                if s == "?x" and o in named:
                    self._to.update(links)
                elif o == "?x" and s in named:
                    self._from.update(links)
        if clauses and {p for s, p, o in clauses[0].patterns if s == "?x"} != {TYPE}:
            raise Unread(clauses[0].name)

    def renew(self, changed: set[Triple], said: set[Triple]) -> None:
        """Name anew what `changed` triples speak of, and what is named after things whose names were `said` or not."""
        named: set[_Node] = {t.subject for t in said if t.predicate == _LABEL}
        if any(t.predicate == _PREFERRED for t in said) or any(map(self._is_class, named)):
            return self._renew_all()
        things: set[_Node] = {t.subject for t in changed}
        things |= {t.object for t in changed if t.predicate != TYPE and not isinstance(t.object, Literal)}
        things |= {node for node in named if self._matters(node)}
        try:
            things |= self._named_after(named)
            self._renew(things)
        except TooMuch:
            self._renew_all()
        return None

    def _renew(self, things: set[_Node]) -> None:
        before: dict[_Node, set[_Node]] = {}
        while True:
            self._close(things)
            for thing in things:
                labels = list(self._given_to(thing))
                before.setdefault(thing, {quad.object for quad in labels})
                self._work.remove(labels)
            for clause in self._clauses:
                self._name(clause, things)
            renamed = {t for t in things if {quad.object for quad in self._given_to(t)} != before[t]}
            more = self._named_after(renamed) - things
            if not more:
                return
            things |= more

    def _renew_all(self) -> None:
        self._work.remove(list(self._store.quads_for_pattern(None, _LABEL, None, _GRAPH)))
        for clause in self._clauses:
            self._work.add(clause.name, set(_construct(self._store, clause.text)))

    def _name(self, clause: Clause, things: Iterable[_Node]) -> None:
        given: set[Triple] = set()
        remaining = iter(things)
        while batch := list(islice(remaining, _AT_ONCE)):
            given.update(_construct(self._store, clause.with_values(f"VALUES ?x {{ {' '.join(map(str, batch))} }}")))
        self._work.add(clause.name, given)

    def _close(self, things: set[_Node]) -> None:
        """Add what the things are named after where that was named by another rule than the first."""
        waiting = list(things)
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, BlankNode | Triple) or len(things) > _MOST:
                raise TooMuch
            for other in self._neighbours(thing, self._to, self._from):
                if other not in things and self._is_late(other):
                    things.add(other)
                    waiting.append(other)

    def _named_after(self, things: Collection[_Node]) -> set[_Node]:
        return {other for thing in things for other in self._neighbours(thing, self._from, self._to)}

    def _neighbours(self, thing: _Node, out: set[NamedNode], into: set[NamedNode]) -> Iterator[_Node]:
        if isinstance(thing, Literal | Triple):
            return
        for link in out:
            for quad in self._store.quads_for_pattern(thing, link, None, None):
                if not isinstance(quad.object, Literal):
                    yield quad.object
        for link in into:
            for quad in self._store.quads_for_pattern(None, link, thing, None):
                yield quad.subject

    def _given_to(self, thing: _Node) -> Iterator[Quad]:
        return self._store.quads_for_pattern(cast(NamedNode, thing), _LABEL, None, _GRAPH)

    def _is_late(self, thing: _Node) -> bool:
        if not any(True for _ in self._given_to(thing)):
            return False
        node = cast(NamedNode, thing)
        kinds = {quad.object for quad in self._store.quads_for_pattern(node, TYPE, None, None)}
        labels = self._store.quads_for_pattern(node, _LABEL, None, None)
        return kinds.isdisjoint(self._first_kinds) or any(quad.graph_name != _GRAPH for quad in labels)

    def _is_class(self, thing: _Node) -> bool:
        pairs = ((store, thing) for store in (self._store, self._base))
        return any(
            True for store, node in pairs for _ in store.quads_for_pattern(None, TYPE, cast(NamedNode, node), None)
        )

    def _matters(self, thing: _Node) -> bool:
        """Return whether the thing is one of those that rules give names."""
        node = cast(NamedNode, thing)
        return any(True for _ in self._given_to(thing)) or any(
            quad.predicate.value.startswith(ONTOLOGY)
            or (quad.predicate == TYPE and cast(NamedNode, quad.object).value.startswith(ONTOLOGY))
            for quad in self._store.quads_for_pattern(node, None, None, None)
        )
