"""Every term says what it means, in both languages, and the file is whole."""

from __future__ import annotations

import re

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS
from rdflib.term import BNode, Literal, URIRef

from ontology import vocabulary
from ontology.namespaces import ONTOLOGY

CONTRACT = """
Programme Activity Case Organisation GovernmentBody Enterprise StateOwnedEnterprise
PrivateEnterprise University ResearchBody School MedicalBody Cooperative OrganisationGroup
Participation DonorParticipation ImplementerParticipation PartnerParticipation
RecipientParticipation Area AdministrativeArea ProvinceLevelArea PrefectureLevelArea CountyLevelArea
TownLevelArea VillageLevelArea AreaGroup Mechanism MechanismComponent Result Output Outcome Impact
Indicator Measurement BeneficiaryGroup FundingFlow BenefitSharingRule Product Recognition
SourceDocument TextEvidence describes hasTheme partOf hasPart underFramework selectedIn
participation donorParticipation implementerParticipation partnerParticipation
recipientParticipation participant involves hasDonor hasImplementer hasPartner statedRecipientArea
recipientArea receives donorArea assistedBy within directlyWithin seatIn usedMechanism hasComponent
componentType position hasResult resultMeasurement hasMeasurement ofIndicator value lowerBound
upperBound lowerInclusive upperInclusive qualifier unit status periodStart periodEnd periodText
asWritten counts measuredArea targetFor mayInclude benefits funding sharingRule concernsProduct
evidence inDocument beginIndex endIndex exactText citedDocument gbt2260Code startDate endDate
"""


def own(graph: rdflib.Graph) -> set[str]:
    """Local names of our own IRIs anywhere in the graph."""
    prefix = f"{ONTOLOGY}#"
    return {str(n).removeprefix(prefix) for triple in graph for n in triple if str(n).startswith(prefix)}


def test_contract_terms_exist() -> None:
    assert set(CONTRACT.split()) <= vocabulary.terms().keys()


def test_every_term_used_is_declared(core: rdflib.Graph) -> None:
    namespace_itself = {""}
    assert own(core) - namespace_itself == vocabulary.terms().keys()


@pytest.mark.parametrize("name", sorted(vocabulary.terms()))
def test_term_has_one_label_and_definition_in_each_language(core: rdflib.Graph, name: str) -> None:
    term = URIRef(f"{ONTOLOGY}#{name}")
    for link in (RDFS.label, SKOS.definition):
        texts = [t for t in core.objects(term, link) if isinstance(t, Literal)]
        assert sorted(str(t.language) for t in texts) == ["en", "zh"], link
        chinese = next(str(t) for t in texts if t.language == "zh")
        english = next(str(t) for t in texts if t.language == "en")
        assert re.search(r"[\u4e00-\u9fff]", chinese) or name == "sha256"
        assert not re.search(r"[\u4e00-\u9fff]", english)
    assert list(core.objects(term, RDFS.isDefinedBy)) == [URIRef(ONTOLOGY)]


def test_labels_of_one_kind_tell_terms_apart() -> None:
    for language in (0, 1):
        for kind in ("class", "property"):
            labels = [t.label[language] for t in vocabulary.terms().values() if kind in t.kind]
            assert sorted(labels, key=str) == sorted(set(labels), key=str)


def test_ontology_says_what_it_is_and_imports_nothing(core: rdflib.Graph) -> None:
    (header,) = core.subjects(RDF.type, OWL.Ontology)
    assert header == URIRef(ONTOLOGY)
    assert core.value(header, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{core.value(header, OWL.versionInfo)}")
    assert core.value(header, rdflib.DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert {t.language for t in core.objects(header, rdflib.DCTERMS.title) if isinstance(t, Literal)} == {"zh", "en"}
    for file in vocabulary.ontology_files():
        assert (None, OWL.imports, None) not in rdflib.Graph().parse(file, format="turtle")


def test_a_class_is_never_a_property_too(core: rdflib.Graph) -> None:
    for name, term in vocabulary.terms().items():
        types = set(core.objects(URIRef(f"{ONTOLOGY}#{name}"), RDF.type))
        assert len(types & {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}) == 1, term


def test_blank_nodes_belong_to_axioms(core: rdflib.Graph) -> None:
    """A stray blank node would be a forgotten axiom."""
    axioms = {OWL.AllDisjointClasses, OWL.AllDifferent, OWL.Class, OWL.Restriction}
    for node in {s for s in core.subjects() if isinstance(s, BNode)}:
        assert (node, RDF.first, None) in core or core.value(node, RDF.type) in axioms
