"""Links to other vocabularies: every outside IRI was seen, and none of them brings a contradiction."""

from __future__ import annotations

import csv

import rdflib
from rdflib import OWL, RDF, RDFS, SKOS
from rdflib.namespace import PROV
from rdflib.term import URIRef

from ontology import vocabulary
from ontology.namespaces import BASE, ONTOLOGY

ALIGNMENTS = rdflib.Graph().parse(vocabulary.ALIGNMENTS, format="turtle")
SOURCES = vocabulary.FOLDER / "alignments.sources.tsv"


def sources() -> list[dict[str, str]]:
    with SOURCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_outside_iri_was_seen_somewhere(codelists: rdflib.Graph) -> None:
    used = {str(n) for t in ALIGNMENTS + codelists for n in t if isinstance(n, URIRef) and not n.startswith(BASE)}
    seen = {row["iri"] for row in sources()}
    assert used - seen == set(), "note in alignments.sources.tsv where these were seen"
    assert seen - used == set(), "these are no longer used"


def test_sources_say_where_and_as_what() -> None:
    rows = sources()
    assert len({row["iri"] for row in rows}) == len(rows)
    assert all(row["seen in"].strip() and row["as"].strip() for row in rows)


def test_terms_that_rdflib_knows_are_spelled_right() -> None:
    known = [ns for ns in vars(rdflib.namespace).values() if isinstance(ns, type(PROV))]
    checked = 0
    for row in sources():
        for namespace in known:
            if row["iri"].startswith(str(namespace)) and row["seen in"].startswith("rdflib"):
                assert URIRef(row["iri"]) in namespace, row["iri"]
                checked += 1
    assert checked > 80


def test_only_our_terms_are_aligned() -> None:
    for subject in ALIGNMENTS.subjects():
        assert str(subject).removeprefix(f"{ONTOLOGY}#") in vocabulary.terms()


def test_classes_are_linked_as_classes_and_properties_as_properties() -> None:
    for link, kinds in (
        (RDFS.subClassOf, {"class"}),
        (OWL.equivalentClass, {"class"}),
        (RDFS.subPropertyOf, {"object property", "datatype property"}),
    ):
        for subject in ALIGNMENTS.subjects(link):
            assert vocabulary.terms()[str(subject).removeprefix(f"{ONTOLOGY}#")].kind in kinds


def test_nothing_is_both_an_entity_and_an_activity_of_prov(core: rdflib.Graph) -> None:
    """PROV-O keeps the two apart, so no class of ours may come under both."""
    graph = core + ALIGNMENTS
    graph.add((PROV.Plan, RDFS.subClassOf, PROV.Entity))
    for cls in core.subjects(RDF.type, OWL.Class):
        above = set(graph.transitive_objects(cls, RDFS.subClassOf))
        assert not {PROV.Entity, PROV.Activity} <= above, cls


def test_evidence_of_programmes_is_no_primary_source_of_prov() -> None:
    """The domain of prov:hadPrimarySource is prov:Entity, which no programme is."""
    cited = URIRef(f"{ONTOLOGY}#citedDocument")
    assert (cited, RDFS.subPropertyOf, PROV.hadPrimarySource) not in ALIGNMENTS
    assert (cited, SKOS.closeMatch, PROV.hadPrimarySource) in ALIGNMENTS
