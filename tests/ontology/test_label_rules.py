"""Things without a name of their own get one in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import RDF, RDFS
from rdflib.term import Literal, URIRef

from graph.inference import materialise
from graph.quads import quads
from loaders.builtin import builtin_sources
from ontology import vocabulary
from ontology.namespaces import BASE, PREFIXES, named_graph, term, thing

Example = Callable[..., rdflib.Graph]

NAMELESS = {
    "participation/fudan": {
        "zh": "复旦大学：“彝绣云裳”的合作方",
        "en": "Fudan University: partner of Yi embroidery programme",
    },
    "participation/recipient": {
        "zh": "楚雄彝族自治州：“彝绣云裳”的受援方",
        "en": "Chuxiong: recipient of Yi embroidery programme",
    },
    "measurement/households": {"zh": "经营户：400余户", "en": "business households: 400余户"},
    "evidence/fudan": {"zh": "“复旦大学”（1640–1644）", "en": "“复旦大学” (1640–1644)"},
    "evidence/row": {"zh": "/activities/3", "en": "/activities/3"},
    "component/2": {"zh": "合作社", "en": "cooperative"},
    "result/jobs": {"zh": "“彝绣云裳”：成果", "en": "Yi embroidery programme: outcome"},
    "funding/output": {"zh": "“彝绣云裳”：产值", "en": "Yi embroidery programme: output value"},
    "group/people": {"zh": "受益群体 people", "en": "beneficiary group people"},
}


@pytest.fixture
def nameless(example: Example) -> rdflib.Graph:
    graph = example(add='ev:row a dk:RecordEvidence ; dk:inDocument doc:report ; dk:locator "/activities/3" .')
    for path in NAMELESS:
        graph.remove((URIRef(thing(*path.split("/", 1))), RDFS.label, None))
    return graph


def labelled(data: rdflib.Graph | None) -> ox.Store:
    store = ox.Store()
    for file in vocabulary.ontology_files():
        store.load(path=file, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(named_graph("ontology")))
    if data is None:
        for source in builtin_sources():
            store.extend(quads(source))
    else:
        store.load(data.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    materialise(store)
    return store


def labels(store: ox.Store, iri: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for quad in store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(str(RDFS.label)), None):
        assert isinstance(quad.object, ox.Literal)
        language = str(quad.object.language)
        assert language not in found or found[language] == quad.object.value, f"{iri} has two names"
        found[language] = quad.object.value
    return found


def test_what_has_no_name_is_named_in_both_languages(nameless: rdflib.Graph) -> None:
    store = labelled(nameless)
    for path, expected in NAMELESS.items():
        assert labels(store, thing(*path.split("/", 1))) == expected


def test_a_name_of_its_own_is_kept(example: Example) -> None:
    before = example()
    store = labelled(before)
    for iri, label in before.subject_objects(RDFS.label):
        assert isinstance(label, Literal)
        assert labels(store, str(iri))[str(label.language)] == str(label)


def test_a_name_in_one_language_stands_in_for_the_other(nameless: rdflib.Graph) -> None:
    fudan = URIRef(thing("organisation", "fudan"))
    nameless.remove((fudan, RDFS.label, Literal("复旦大学", "zh")))
    assert labels(labelled(nameless), thing("participation", "fudan"))["zh"] == "Fudan University：“彝绣云裳”的合作方"


def test_a_party_with_several_names_gives_one_label(nameless: rdflib.Graph) -> None:
    fudan = URIRef(thing("organisation", "fudan"))
    nameless.remove((fudan, RDFS.label, None))
    nameless.add((fudan, RDFS.label, Literal("Université Fudan", "fr")))
    nameless.add((fudan, RDFS.label, Literal("Universidad Fudan", "es")))
    assert labels(labelled(nameless), thing("participation", "fudan"))["en"].startswith("Universi")


def test_a_figure_without_words_is_named_by_value_and_unit(nameless: rdflib.Graph) -> None:
    figure = URIRef(thing("measurement", "households"))
    nameless.remove((figure, URIRef(term("asWritten")), None))
    assert labels(labelled(nameless), str(figure)) == {
        "zh": "经营户：400 户",
        "en": "business households: 400 household",
    }


def test_everything_in_the_ten_cases_has_a_name_in_both_languages() -> None:
    store = labelled(None)
    things = {
        q.subject.value
        for q in store.quads_for_pattern(None, ox.NamedNode(str(RDF.type)), None)
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(f"{BASE}id/")
    }
    assert len(things) > 500
    for iri in sorted(things):
        found = labels(store, iri)
        assert found.keys() == {"zh", "en"}, iri
        assert re.search(r"\S", found["zh"]), iri


def test_label_rules_construct_labels_only() -> None:
    for rule in vocabulary.rules("labels"):
        template = re.search(r"CONSTRUCT \{(.+?)\}", rule.text)
        assert template
        assert re.fullmatch(r" \?x rdfs:label \?\w+( , \?\w+)? ", template[1])
        assert PREFIXES["rdfs"] in rule.text
