"""Following a change gives what inferring everything anew gives, whatever was changed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from graph import inference
from graph.database import Database
from graph.following import TooMuch, Work, follow
from graph.inference import INFERRED, infer
from graph.publish import build, publish
from loaders.builtin import builtin_sources
from ontology.namespaces import expand, named_graph, term
from ontology.vocabulary import Rule, rules

GRAPH = NamedNode(INFERRED)
LABEL = NamedNode(expand("rdfs:label"))


def copy(store: Store) -> Store:
    made = Store()
    made.bulk_extend(store)
    return made


def inferred(store: Store) -> set[Quad]:
    return set(store.quads_for_pattern(None, None, None, GRAPH))


def changed(store: Store, chance: random.Random, graphs: list[NamedNode]) -> tuple[list[Quad], list[Quad]]:
    """Take some quads away and put others in that mix what there is: other objects, other subjects, other graphs."""
    quads = sorted((q for g in graphs for q in store.quads_for_pattern(None, None, None, g)), key=str)
    removed = chance.sample(quads, chance.choice((0, 1, 3, 12)))
    added = []
    for _ in range(chance.choice((0, 1, 3, 12))):
        one, other = chance.sample(quads, 2)
        same = [q for q in chance.sample(quads, 200) if q.predicate == one.predicate]
        added.append(
            chance.choice(
                (
                    Quad(one.subject, one.predicate, chance.choice(same or [one]).object, chance.choice(graphs)),
                    Quad(other.subject, one.predicate, one.object, other.graph_name),
                    Quad(one.subject, LABEL, Literal(f"new {chance.random()}", language="zh"), one.graph_name),
                    Quad(one.subject, NamedNode("http://example.com/p"), one.object, one.graph_name),
                )
            )
        )
    if chance.random() < 0.3:  # say what had only been inferred, too
        added += [
            Quad(q.subject, q.predicate, q.object, graphs[0])
            for q in chance.sample(sorted(inferred(store), key=str), 5)
        ]
    return added, removed


@pytest.fixture(scope="module")
def three_cases(ten_cases: Database) -> Store:
    store = Store()
    kept = {"ontology", "areas", "source/common", *sorted(s.graph for s in builtin_sources() if "/" in s.graph)[:3]}
    for name in kept:
        store.bulk_extend(ten_cases.reader().store.quads_for_pattern(None, None, None, NamedNode(named_graph(name))))
    infer(store)
    return store


@pytest.mark.parametrize("seed", range(12))
def test_following_equals_inferring_anew(three_cases: Store, seed: int) -> None:
    chance = random.Random(seed)
    base = three_cases
    sources = [g for g in base.named_graphs() if g not in (GRAPH, NamedNode(named_graph("ontology")))]
    graphs = sorted((g for g in sources if isinstance(g, NamedNode)), key=str)
    for _ in range(3):
        added, removed = changed(base, chance, graphs)
        store = copy(base)
        for quad in removed:
            store.remove(quad)
        store.extend(added)
        before, after = set(base), set(store)
        expected = copy(store)
        infer(expected)
        work = Work(store)
        follow(base, work, after - before, before - after, rules("owl"), rules("labels"))
        assert inferred(store) == inferred(expected)
        assert inferred(base) ^ inferred(store) <= work.changed
        base = store


def test_a_change_of_the_axioms_is_not_followed(three_cases: Store) -> None:
    base, store = three_cases, copy(three_cases)
    axiom = Quad(
        NamedNode(term("value")), NamedNode(expand("rdfs:domain")), NamedNode(term("Programme")), NamedNode("urn:g")
    )
    store.add(axiom)
    with pytest.raises(TooMuch):
        follow(base, Work(store), [axiom], [], rules("owl"), rules("labels"))
    assert inferred(store) == inferred(base)


def test_a_rule_in_another_form_is_not_followed() -> None:
    rule = Rule("minus", "CONSTRUCT { ?x a <urn:c> } WHERE { ?x a <urn:d> MINUS { ?x a <urn:e> } }")
    with pytest.raises(TooMuch):
        follow(Store(), Work(Store()), [], [], [rule], [])


def test_publishing_a_case_again_follows_and_changing_the_rules_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(tmp_path / "db")
    sources = builtin_sources()
    assert (report := build(db, sources)).inference
    assert report.inference.rounds > 0
    before = inferred(db.reader().store)
    case = next(s for s in sources if s.graph.startswith("source/") and s.graph != "source/common")
    again = publish(db, [case], command="again")
    assert again.inference
    assert again.inference.rounds == 0
    assert inferred(db.reader().store) == before
    monkeypatch.setattr(inference, "edition", lambda: "another")
    anew = publish(db, [case], command="again")
    assert anew.inference
    assert anew.inference.rounds > 0
    assert inferred(db.reader().store) == before
