"""The core is OWL 2 DL: HermiT reads it without a network, and the rules that HermiT does not check are kept."""

from __future__ import annotations

import io
import socket

import owlready2
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS
from rdflib.collection import Collection
from rdflib.term import Node

from ontology import reasoner, vocabulary
from ontology.namespaces import ONTOLOGY


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was looked up on the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_owlready2_loads_the_core_offline() -> None:
    world = owlready2.World()
    triples = rdflib.Graph().parse(vocabulary.CORE, format="turtle").serialize(format="nt").encode()
    loaded = world.get_ontology(f"{ONTOLOGY}#").load(fileobj=io.BytesIO(triples), only_local=True)
    kinds = [t.kind for t in vocabulary.terms().values()]
    assert len(list(loaded.classes())) == kinds.count("class") + 2  # skos:Concept and skos:ConceptScheme
    assert len(list(loaded.object_properties())) == kinds.count("object property")
    assert len(list(loaded.data_properties())) == kinds.count("datatype property")
    world.close()


@pytest.mark.usefixtures("java", "no_network")
def test_hermit_finds_no_contradiction_and_no_empty_class() -> None:
    assert reasoner.inconsistencies(rdflib.Graph()) == []


@pytest.mark.usefixtures("java")
def test_hermit_finds_no_contradiction_in_alignments_and_code_lists(codelists: rdflib.Graph) -> None:
    assert reasoner.inconsistencies(codelists + rdflib.Graph().parse(vocabulary.ALIGNMENTS, format="turtle")) == []


def non_simple(core: rdflib.Graph) -> set[Node]:
    """Properties that a transitive property or a chain makes true, with inverses and superproperties."""
    found = set(core.subjects(RDF.type, OWL.TransitiveProperty)) | set(core.subjects(OWL.propertyChainAxiom))
    while True:
        more = {p for n in found for p in core.objects(n, RDFS.subPropertyOf)}
        more |= {p for n in found for p in (*core.objects(n, OWL.inverseOf), *core.subjects(OWL.inverseOf, n))}
        if more <= found:
            return found
        found |= more


def test_only_simple_properties_are_functional_asymmetric_or_irreflexive(core: rdflib.Graph) -> None:
    restricted = {
        p
        for kind in (
            OWL.FunctionalProperty,
            OWL.InverseFunctionalProperty,
            OWL.AsymmetricProperty,
            OWL.IrreflexiveProperty,
        )
        for p in core.subjects(RDF.type, kind)
    }
    assert restricted
    assert not restricted & non_simple(core)


def test_property_chains_are_regular(core: rdflib.Graph) -> None:
    """No chain may lead back to the property it makes, but for a first step that is the property itself."""
    needs: dict[Node, set[Node]] = {}
    for p, head in core.subject_objects(OWL.propertyChainAxiom):
        steps = list(Collection(core, head))
        assert len(steps) == 2
        assert steps[1] != p
        needs.setdefault(p, set()).update(s for s in steps if s != p)
    for narrower, wider in core.subject_objects(RDFS.subPropertyOf):
        needs.setdefault(wider, set()).add(narrower)
    for p, inverse in core.subject_objects(OWL.inverseOf):
        # A property and its inverse are one node of the order.
        needs.setdefault(inverse, set()).update(needs.get(p, set()))
        needs.setdefault(p, set()).update(needs.get(inverse, set()))
    for start, first in needs.items():
        left, seen = list(first), set[Node]()
        while left:
            here = left.pop()
            assert here != start, f"{start} needs itself"
            if here not in seen:
                seen.add(here)
                left.extend(needs.get(here, ()))


def test_directly_within_has_one_value_and_no_circle(core: rdflib.Graph) -> None:
    directly = rdflib.URIRef(f"{ONTOLOGY}#directlyWithin")
    types = set(core.objects(directly, RDF.type))
    assert {OWL.FunctionalProperty, OWL.AsymmetricProperty, OWL.IrreflexiveProperty} <= types
    assert OWL.TransitiveProperty not in types
    assert (directly, RDFS.subPropertyOf, rdflib.URIRef(f"{ONTOLOGY}#within")) in core


def test_no_key_axiom_in_the_core(core: rdflib.Graph) -> None:
    """OWL 2 RL implementations merge all members of a class with a key; shapes.ttl checks codes instead."""
    assert (None, OWL.hasKey, None) not in core
