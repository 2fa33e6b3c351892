"""Code lists: whole, bilingual, and with the keys that loaders rely on."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import rdflib
from rdflib import RDF, RDFS, SKOS
from rdflib.term import Literal, URIRef

from ontology import vocabulary
from ontology.namespaces import BASE, KEY

KEYS = {
    "theme": "industry consumption culture health education employment social tourism e-commerce insurance "
    "enterprise-village-pairing asset-income",
    "qualifier": "exact over gt ge nearly le lt about",
    "status": "achieved planned context rule floor ceiling",
    "role": "donor implementer partner recipient authority",
    "level": "country province prefecture county town village region group",
    "period-basis": "explicit document",
    "recurrence": "annual monthly",
    "review-state": "reviewed unreviewed rejected",
    "programme-status": "ongoing completed planned",
    "work-type": "promotional-film dance-drama",
    "flow-type": "input sales output-value dividend transaction budget planned-disbursement commitment disbursement",
    "component-type": "company cooperative embroiderer order production-base central-kitchen restaurant "
    "leading-enterprise poor-household new-farmer new-cooperative e-commerce-platform hospital donor-city",
    "unit": "case product-kind event county cooperative household person person-time enterprise prefecture "
    "village cause medical-case metre year month school-stage head warehouse district store e-commerce-platform "
    "sales-outlet tonne "
    "sales-window industry college project ratio CNY USD EUR mu kilometre times batch greenhouse province",
    "dac-sector": "16061 16020 11320 11330 12181 12191 31163 33210 33110",
}
CLOSED = {"qualifier", "status", "role", "level", "period-basis", "review-state"}

CONCEPTS = [(s, k) for s in sorted(vocabulary.schemes()) for k in sorted(vocabulary.concept_keys(s))]


@pytest.mark.parametrize("scheme", sorted(KEYS))
def test_scheme_has_the_agreed_keys(scheme: str) -> None:
    assert set(KEYS[scheme].split()) <= vocabulary.concept_keys(scheme)
    if scheme in CLOSED:
        assert set(KEYS[scheme].split()) == vocabulary.concept_keys(scheme)


def test_one_file_holds_one_scheme() -> None:
    for file in vocabulary.CODELISTS.glob("*.ttl"):
        graph = rdflib.Graph().parse(file, format="turtle")
        scheme = URIRef(f"{BASE}concept/{file.stem}")
        assert set(graph.subjects(RDF.type, SKOS.ConceptScheme)) == {scheme}
        for link in (RDFS.label, SKOS.prefLabel, SKOS.definition):
            assert {t.language for t in graph.objects(scheme, link) if isinstance(t, Literal)} == {"zh", "en"}
        for concept in graph.subjects(RDF.type, SKOS.Concept):
            assert str(concept).startswith(f"{scheme}/")
        assert set(graph.subjects()) == {scheme, *graph.subjects(RDF.type, SKOS.Concept)}, (
            "only concepts are described here"
        )


def test_every_concept_is_named_and_defined_in_both_languages(codelists: rdflib.Graph) -> None:
    for scheme, key in CONCEPTS:
        concept = URIRef(f"{BASE}concept/{scheme}/{key}")
        assert KEY.fullmatch(key.lower()), key
        assert list(codelists.objects(concept, SKOS.inScheme)) == [URIRef(f"{BASE}concept/{scheme}")]
        for link in (SKOS.prefLabel, RDFS.label, SKOS.definition):
            languages = sorted(str(t.language) for t in codelists.objects(concept, link) if isinstance(t, Literal))
            assert languages == ["en", "zh"], f"{concept} {link}"
        assert set(codelists.objects(concept, SKOS.prefLabel)) == set(codelists.objects(concept, RDFS.label)), concept


def test_labels_of_a_scheme_tell_concepts_apart() -> None:
    for scheme in vocabulary.schemes():
        for language in (0, 1):
            labels = [c.label[language] for c in vocabulary.concepts(scheme).values()]
            twice = {label for label in labels if labels.count(label) > 1}
            assert not twice, f"{scheme}: {twice}"


def test_links_between_concepts_lead_somewhere(codelists: rdflib.Graph) -> None:
    for link in (SKOS.broader, SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch):
        for concept, other in codelists.subject_objects(link):
            if str(other).startswith(BASE):
                assert (other, RDF.type, SKOS.Concept) in codelists, f"{concept} {link} {other}"


def test_narrower_themes_stand_under_the_seven(codelists: rdflib.Graph) -> None:
    seven = {URIRef(f"{BASE}concept/theme/{k}") for k in KEYS["theme"].split()[:7]}
    for key in vocabulary.concept_keys("theme"):
        concept = URIRef(f"{BASE}concept/theme/{key}")
        assert concept in seven or set(codelists.objects(concept, SKOS.broader)) & seven


def test_every_theme_points_to_a_goal_or_a_sector(codelists: rdflib.Graph) -> None:
    links = (SKOS.closeMatch, SKOS.narrowMatch, SKOS.relatedMatch)
    for key in vocabulary.concept_keys("theme"):
        concept = URIRef(f"{BASE}concept/theme/{key}")
        assert any(list(codelists.objects(concept, link)) for link in links), key


def test_units_carry_their_symbols() -> None:
    symbols = {
        key: vocabulary.concepts("unit")[key].notation
        for key in ("metre", "year", "month", "tonne", "kilometre", "CNY", "ratio")
    }
    assert symbols == {
        "metre": "m",
        "year": "a",
        "month": "mo",
        "tonne": "t",
        "kilometre": "km",
        "CNY": "CNY",
        "ratio": "1",
    }
    assert vocabulary.concepts("unit")["household"].notation is None


def test_sector_names_are_those_of_the_official_list(shared: Path) -> None:
    items = ElementTree.parse(shared / "iati/codelists/nonembedded/Sector.xml").getroot().iter("codelist-item")
    official = {item.findtext("code"): str(item.findtext("name/narrative")) for item in items}
    for key, concept in vocabulary.concepts("dac-sector").items():
        assert concept.notation == key
        assert official[key].lower().startswith(str(concept.label.en).lower())


def test_currencies_are_those_of_the_official_list(shared: Path) -> None:
    items = ElementTree.parse(shared / "iati/codelists/nonembedded/Currency.xml").getroot().iter("codelist-item")
    official = {item.findtext("code") for item in items}
    ours = {key for key in vocabulary.concept_keys("unit") if key.isupper()}
    assert ours <= official
    # Units of account and of funds that are no money in anyone's hands are left out.
    assert official - ours <= {"BOV", "CLF", "COU", "MXV", "USN", "USS", "UYI", "VED", "XBT"}
