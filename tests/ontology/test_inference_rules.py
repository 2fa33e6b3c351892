"""The SPARQL rules give what OWL 2 RL gives, neither more nor less; owlrl is the oracle."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.term import BNode, Literal, URIRef

from graph.inference import materialise
from graph.quads import quads
from loaders.builtin import builtin_sources
from ontology import vocabulary
from ontology.namespaces import ONTOLOGY, PREFIXES, named_graph, term, thing

Example = Callable[..., rdflib.Graph]
Fact = tuple[str, str, str]

#: Annotations: OWL draws nothing from them, and owlrl would take minutes over them.
ANNOTATIONS = (PREFIXES["skos"], PREFIXES["dcterms"], f"{PREFIXES['rdfs']}label", f"{PREFIXES['rdfs']}isDefinedBy")


def store_of(data: rdflib.Graph | None) -> ox.Store:
    """A store with the ontology and a graph, or the ontology and the built-in sources."""
    store = ox.Store()
    for file in vocabulary.ontology_files():
        if file != vocabulary.SHAPES:
            store.load(path=file, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(named_graph("ontology")))
    if data is None:
        for source in builtin_sources():
            store.extend(quads(source))
    else:
        store.load(data.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def in_our_terms(subject: str, predicate: str, obj: str) -> bool:
    if predicate == f"{PREFIXES['rdf']}type":
        return obj.startswith(f"{ONTOLOGY}#")
    return predicate.startswith(f"{ONTOLOGY}#")


def by_rules(store: ox.Store) -> set[Fact]:
    """What the graph says in our terms, labels apart, once the rules have run."""
    materialise(store)
    facts = set()
    for q in store:
        if isinstance(q.subject, ox.NamedNode) and not isinstance(q.object, ox.BlankNode | ox.Triple):
            facts.add((q.subject.value, q.predicate.value, q.object.value))
    return {f for f in facts if in_our_terms(*f)}


def by_oracle(store: ox.Store) -> set[Fact]:
    """What the same graph says once owlrl has expanded it under the OWL 2 RL rules."""
    lines = (f"{q.subject} {q.predicate} {q.object} ." for q in store if not q.predicate.value.startswith(ANNOTATIONS))
    graph = rdflib.Graph().parse(data="\n".join(lines), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    errors = list(graph.objects(None, URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")))
    assert not errors, "owlrl finds a contradiction"
    facts = {(str(s), str(p), str(o)) for s, p, o in graph if isinstance(s, URIRef) and isinstance(o, URIRef | Literal)}
    return {f for f in facts if in_our_terms(*f)}


def compare(data: rdflib.Graph | None) -> tuple[set[Fact], set[Fact]]:
    expected = by_oracle(store_of(data))
    given = by_rules(store_of(data))
    assert given - expected == set(), "the rules give more than OWL 2 RL"
    assert expected - given == set(), "the rules give less than OWL 2 RL"
    stated = {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in store_of(data)
        if isinstance(q.subject, ox.NamedNode)
    }  # type: ignore[union-attr]
    return given, stated


def test_rules_agree_with_owl_2_rl_on_the_example(example: Example) -> None:
    given, stated = compare(example())
    assert len(given - stated) > 100


def test_rules_agree_with_owl_2_rl_on_the_ten_cases() -> None:
    given, stated = compare(None)
    assert len(given - stated) > 2000


def test_rules_agree_on_data_in_other_vocabularies(example: Example) -> None:
    """Whoever types a body as org:Organization has an organisation of ours."""
    graph = example(add="org:other a <http://www.w3.org/ns/org#Organization> .")
    given, _ = compare(graph)
    assert (thing("organisation", "other"), f"{PREFIXES['rdf']}type", term("Organisation")) in given


#: What must follow from the example: subject, property, object.
FOLLOWS = [
    ("area/532301", "within", "area/530000"),
    ("area/100000", "contains", "area/532301"),
    ("area/hills", "overlapsArea", "area/532300"),
    ("programme/embroidery", "hasDonor", "organisation/shanghai"),
    ("programme/embroidery", "hasPartner", "organisation/fudan"),
    ("programme/embroidery", "hasRecipient", "area/532300"),
    ("programme/embroidery", "involves", "organisation/fudan"),
    ("organisation/fudan", "partnerOf", "programme/embroidery"),
    ("organisation/fudan", "involvedIn", "programme/embroidery"),
    ("programme/embroidery", "recipientArea", "area/530000"),
    ("programme/embroidery", "donorArea", "area/310000"),
    ("programme/embroidery", "donorArea", "area/100000"),
    ("area/530000", "receives", "programme/embroidery"),
    ("area/530000", "assistedBy", "organisation/shanghai"),
    ("programme/embroidery", "hasMeasurement", "measurement/households"),
    ("measurement/households", "measurementOf", "programme/embroidery"),
    ("measurement/households", "citedDocument", "document/report"),
    ("activity/show", "partOf", "programme/all"),
    ("programme/all", "hasPart", "programme/embroidery"),
    ("programme/embroidery", "describedIn", "case/embroidery"),
    ("case/embroidery", "hasRecognition", "recognition/ten"),
    ("group/embroiderers", "broaderGroup", "group/people"),
]
BELONGS = [
    ("programme/embroidery", "PairedAidProgramme"),
    ("programme/embroidery", "Undertaking"),
    ("mechanism/order", "CooperativeBasedMechanism"),
    ("measurement/households", "AchievedMeasurement"),
    ("measurement/households", "BoundedMeasurement"),
    ("measurement/households", "EvidencedThing"),
    ("measurement/plan", "TargetMeasurement"),
    ("organisation/fudan", "Party"),
    ("area/532301", "AdministrativeArea"),
]
NEVER = [
    ("programme/embroidery", "statedRecipientArea", "area/530000"),  # never inferred
    ("programme/all", "recipientArea", "area/532300"),
    ("area/532301", "assistedBy", "organisation/shanghai"),  # the programme may not reach each part of the prefecture
    ("area/532301", "directlyWithin", "area/530000"),
]


@pytest.fixture(scope="module")
def inferred() -> set[Fact]:
    file = Path(__file__).with_name("example.ttl")
    return by_rules(store_of(rdflib.Graph().parse(file, format="turtle")))


def iri(path: str) -> str:
    return thing(*path.split("/", 1))


@pytest.mark.parametrize(("subject", "name", "obj"), FOLLOWS)
def test_follows(inferred: set[Fact], subject: str, name: str, obj: str) -> None:
    assert (iri(subject), term(name), iri(obj)) in inferred


@pytest.mark.parametrize(("subject", "name"), BELONGS)
def test_belongs(inferred: set[Fact], subject: str, name: str) -> None:
    assert (iri(subject), f"{PREFIXES['rdf']}type", term(name)) in inferred


@pytest.mark.parametrize(("subject", "name", "obj"), NEVER)
def test_does_not_follow(inferred: set[Fact], subject: str, name: str, obj: str) -> None:
    assert (iri(subject), term(name), iri(obj)) not in inferred


def test_a_second_run_gives_nothing_new(example: Example) -> None:
    store = store_of(example())
    first = materialise(store)
    assert first > 0
    assert materialise(store) == first


@pytest.mark.parametrize("rule", vocabulary.rules("owl"), ids=lambda r: r.name)
def test_rule_names_the_axioms_it_stands_for(rule: vocabulary.Rule) -> None:
    comment = "\n".join(re.findall(r"^# (.+)$", rule.text, re.MULTILINE))
    assert re.search(r"OWL 2 RL: (?:prp|cls|cax)-\w+", comment)
    assert rule.text.count("CONSTRUCT") == 1


def test_no_blank_node_is_inferred(example: Example) -> None:
    store = store_of(example())
    materialise(store)
    inferred = list(store.quads_for_pattern(None, None, None, ox.NamedNode(named_graph("inferred"))))
    assert inferred
    assert not [q for q in inferred if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
    assert not [q for q in inferred if isinstance(q.subject, BNode)]
