"""Rules run to a fixpoint into a graph of their own."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad, Store

from graph.inference import INFERRED, infer, materialise
from ontology.vocabulary import Rule

P, G, H = (NamedNode(f"http://example.com/{x}") for x in "pgh")
CLOSURE = Rule(
    "closure", "CONSTRUCT { ?a <http://example.com/p> ?c } { ?a <http://example.com/p>/<http://example.com/p> ?c }"
)


def node(i: int) -> NamedNode:
    return NamedNode(f"http://example.com/{i}")


def chain(store: Store, length: int) -> None:
    store.extend(Quad(node(i), P, node(i + 1), G if i % 2 else H) for i in range(length))


@pytest.mark.parametrize("length", [1, 2, 9, 17])
def test_a_closure_is_complete_and_repeats_nothing_said(length: int) -> None:
    store = Store()
    chain(store, length)
    result = infer(store, [CLOSURE], [])
    inferred = set(store.quads_for_pattern(None, None, None, NamedNode(INFERRED)))
    assert len(inferred) == result.total == length * (length - 1) // 2
    assert len(store) == length * (length + 1) // 2


def test_rules_feed_each_other_whatever_their_order() -> None:
    first = Rule("1", "CONSTRUCT { ?x a <http://e/B> } { ?x a <http://e/A> }")
    second = Rule("2", "CONSTRUCT { ?x a <http://e/C> } { ?x a <http://e/B> }")
    third = Rule("3", "CONSTRUCT { ?x a <http://e/A> } { ?x a <http://e/C> }")
    for rules in ([first, second, third], [third, second, first]):
        store = Store()
        store.update("INSERT DATA { GRAPH <http://e/g> { <http://e/x> a <http://e/A> } }")
        assert infer(store, rules, []).total == 2


def test_what_was_inferred_before_is_made_anew() -> None:
    store = Store()
    chain(store, 3)
    infer(store, [CLOSURE], [])
    store.remove(Quad(node(1), P, node(2), G))
    assert infer(store, [CLOSURE], []).total == 0
    assert not list(store.quads_for_pattern(None, None, None, NamedNode(INFERRED)))


def test_labels_come_last_and_once() -> None:
    counting = "SELECT ?x (COUNT(*) AS ?n) { ?x <http://example.com/p> ?y } GROUP BY ?x"
    label = Rule("label", f"CONSTRUCT {{ ?x <http://example.com/n> ?n }} {{ {counting} }}")
    store = Store()
    chain(store, 3)
    result = infer(store, [CLOSURE], [label])
    assert result.counts == {"closure": 3, "label": 3}
    counts = {q.object.value for q in store.quads_for_pattern(node(0), NamedNode("http://example.com/n"), None)}
    assert counts == {"3"}


def test_nothing_follows_from_nothing() -> None:
    assert materialise(Store()) == 0
