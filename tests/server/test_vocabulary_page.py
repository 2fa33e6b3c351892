"""The vocabulary page: its diagram says what the ontology says, and every term has what a reader needs."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ontology import vocabulary
from ontology.namespaces import expand, term
from server.pages import diagram
from server.vocabulary import store

BROWSER = {"Accept": "text/html"}


def above(name: str) -> set[str]:
    """The classes that a class is a kind of, itself among them."""
    found, left = set(), [term(name)]
    while left:
        iri = left.pop()
        if iri not in found:
            found.add(iri)
            left += [
                q.object.value
                for q in store().quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(expand("rdfs:subClassOf")), None)
                if isinstance(q.object, ox.NamedNode)
            ]
    return found


@pytest.mark.parametrize(("one", "name", "other"), diagram.EDGES)
def test_the_diagram_draws_only_what_the_ontology_allows(one: str, name: str, other: str) -> None:
    property_ = ox.NamedNode(term(name))
    for side, class_ in (("rdfs:domain", one), ("rdfs:range", other)):
        told = [q.object for q in store().quads_for_pattern(property_, ox.NamedNode(expand(side)), None)]
        named = {t.value for t in told if isinstance(t, ox.NamedNode)}
        assert not named or named & above(class_), (name, side)


def test_no_two_boxes_of_the_diagram_meet() -> None:
    boxes, _ = diagram.diagram("en")
    for i, a in enumerate(boxes):
        assert 0 <= a.x <= diagram.WIDTH - a.width
        assert 0 <= a.y <= diagram.HEIGHT - a.height
        for b in boxes[i + 1 :]:
            assert abs(a.x - b.x) >= a.width or abs(a.y - b.y) >= a.height, (a.link.iri, b.link.iri)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_term_has_its_meaning_in_both_languages(site: FlaskClient, lang: str) -> None:
    page = site.get(f"/{lang}/ontology", headers=BROWSER).get_data(as_text=True)
    entries = dict(re.findall(r'<section class="term" id="(\w+)">(.*?)</section>', page, re.S))
    assert set(entries) == set(vocabulary.terms())
    for name, found in vocabulary.terms().items():
        for words in (found.definition.zh, found.definition.en):
            assert words is None or words.split("“")[0].split("&")[0].split("'")[0].split('"')[0] in entries[name]


def test_a_used_term_has_its_count_an_example_and_its_kin(site: FlaskClient) -> None:
    page = site.get("/en/ontology", headers=BROWSER).get_data(as_text=True)
    entries = dict(re.findall(r'<section class="term" id="(\w+)">(.*?)</section>', page, re.S))
    assert "used 25 times" in entries["Programme"]
    assert "Example" in entries["Programme"]
    assert "skos:closeMatch" in entries["Programme"]
    assert "PREFIX+dk" in entries["hasDonor"]  # its uses are a click away
