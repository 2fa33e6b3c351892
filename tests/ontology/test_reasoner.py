"""HermiT finds planted contradictions, and we say which things clash."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import RDF

from graph.inference import materialise
from graph.quads import quads
from loaders.builtin import builtin_sources
from ontology import reasoner, vocabulary
from ontology.errors import ReasonerError
from ontology.namespaces import ONTOLOGY, named_graph

Example = Callable[..., rdflib.Graph]

#: (replacements, Turtle to add, words that the report must have)
CONTRADICTIONS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "an outcome that is an output": ((), "id:result\\/jobs a dk:Output .", ("result/jobs", "dk:Outcome", "dk:Output")),
    "a county in two prefectures": (
        (),
        "area:532301 dk:directlyWithin area:310000 .",
        ("area/532301", "area/310000 and area/532300", "dk:directlyWithin"),
    ),
    "a figure of two units": (
        (),
        "fig:output dk:unit unit:person .",
        ("measurement/output", "unit/CNY and unit/person"),
    ),
    "a figure of two values": ((), "fig:plan dk:value 501.0 .", ("measurement/plan", "dk:value")),
    "an area that works as a mechanism": (
        (),
        "prog:embroidery dk:usedMechanism area:310000 .",
        ("area/310000", "dk:Mechanism", "dk:usedMechanism ends there"),
    ),
    "a programme that is an activity": (
        (),
        "prog:all a dk:Activity .",
        ("programme/all", "dk:Activity", "dk:Programme"),
    ),
    "a target that is reached": (
        (),
        "fig:output dk:targetFor fig:households .",
        ("measurement/output", "dk:AchievedMeasurement", "dk:TargetMeasurement"),
    ),
    "a donor in the role of a partner": (
        (),
        "part:donor dk:role <https://w3id.org/duikou/concept/role/partner> .",
        ("participation/donor", "role/donor", "role/partner"),
    ),
    "an area within itself": ((), "area:hills dk:directlyWithin area:hills .", ("area/hills", "itself")),
    "two areas within each other": (
        (),
        "area:hills dk:directlyWithin area:532300 . area:530000 dk:directlyWithin area:532300 .",
        ("area/530000 and area/532300", "dk:directlyWithin"),
    ),
    "a number that is a word": (("dk:value 500.0", 'dk:value "五百"'), "", ("measurement/plan", "xsd:decimal")),
}


@pytest.mark.usefixtures("java")
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradiction_is_found_and_named(example: Example, name: str) -> None:
    changes, add, words = CONTRADICTIONS[name]
    found = [str(p) for p in reasoner.inconsistencies(example(*changes, add=add))]
    assert any(all(word in line for word in words) for line in found), found


@pytest.mark.usefixtures("java")
def test_hermit_itself_sees_what_our_checks_name(example: Example) -> None:
    """The checks that name culprits are no substitute: without them the verdict is the same."""
    changes, add, _ = CONTRADICTIONS["an outcome that is an output"]
    for graph, verdict in ((example(), True), (example(*changes, add=add), False)):
        assert reasoner._hermit(reasoner._axioms(graph, ())).consistent is verdict


@pytest.mark.usefixtures("java")
def test_a_contradiction_beyond_two_statements_is_still_reported(example: Example) -> None:
    """An area as a donor: only the chain from the programme to the participant makes it an organisation."""
    graph = example("dk:participant org:shanghai", "dk:participant area:310000")
    (problem,) = reasoner.inconsistencies(graph)
    assert "no single pair of statements" in problem.message
    assert problem.remedy


@pytest.mark.usefixtures("java")
def test_the_example_has_no_contradiction_and_stays_as_it_is(example: Example) -> None:
    graph = example()
    before = set(graph)
    assert reasoner.inconsistencies(graph) == []
    assert set(graph) == before


@pytest.mark.usefixtures("java")
def test_the_rules_and_hermit_put_the_things_of_the_ten_cases_into_the_same_classes() -> None:
    """That HermiT answers at all says that the ten cases hold no contradiction. It takes half a minute."""
    store = ox.Store()
    for source in builtin_sources():
        store.extend(quads(source))
    lines = "\n".join(f"{q.subject} {q.predicate} {q.object} ." for q in store)
    by_hermit = reasoner.classes(rdflib.Graph().parse(data=lines, format="nt"))

    store.load(path=vocabulary.CORE, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(named_graph("ontology")))
    materialise(store)
    by_rules: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(str(RDF.type)), None):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            prefix, _, name = quad.object.value.rpartition("#")
            if prefix == ONTOLOGY:
                by_rules.setdefault(quad.subject.value, set()).add(name)

    assert len(by_rules) > 500
    assert {iri: names for iri, names in by_hermit.items() if names} == by_rules
    assert sum("PairedAidProgramme" in names for names in by_rules.values()) >= 10


@pytest.mark.usefixtures("java")
def test_classes_of_a_contradictory_graph_are_refused(example: Example) -> None:
    with pytest.raises(ReasonerError, match="contradicts the ontology"):
        reasoner.classes(example(add="id:result\\/jobs a dk:Output ."))


@pytest.mark.usefixtures("java")
def test_things_called_the_same_may_be_two_values(example: Example) -> None:
    same = "<http://www.w3.org/2002/07/owl#sameAs>"
    graph = example(add=f"area:532301 dk:directlyWithin area:cx . area:cx {same} area:532300 .")
    assert reasoner.inconsistencies(graph) == []


@pytest.mark.usefixtures("java")
def test_dates_and_tagged_text_do_not_disturb_hermit(example: Example) -> None:
    graph = example(add='prog:all dk:endDate "2020"^^xsd:gYear , "2020-01-01"^^xsd:date , "2020-01"^^xsd:gYearMonth .')
    assert reasoner.inconsistencies(graph) == []


def test_without_java_the_error_says_so(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ReasonerError, match="Install Java"):
        reasoner.inconsistencies(example())


@pytest.mark.usefixtures("java")
def test_when_java_fails_the_error_says_so(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owlready2.reasoning.JAVA_MEMORY", 0)
    with pytest.raises(ReasonerError, match="HermiT stopped"):
        reasoner.inconsistencies(example())
