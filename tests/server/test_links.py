"""IRIs and paths: what one names, the other reaches."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ontology.namespaces import concept, named_graph, term, thing
from server import links

IRIS = [
    (thing("programme", "tongji"), "/en/programme/tongji"),
    (thing("area", "532300"), "/en/area/532300"),
    (thing("activity", "XM-DAC-46002/P 1"), "/en/activity/XM-DAC-46002%2FP%201"),
    (concept("status", "achieved"), "/en/concept/status/achieved"),
    (named_graph("source/tongji"), "/en/graph/source/tongji"),
    (term("Programme"), "/en/ontology#Programme"),
    ("http://example.org/x", "http://example.org/x"),
    ("https://w3id.org/duikou/nonsense", "https://w3id.org/duikou/nonsense"),
]


@pytest.mark.parametrize(("iri", "path"), IRIS)
def test_an_iri_of_ours_leads_to_its_page(iri: str, path: str) -> None:
    assert links.href("en", iri) == path


@pytest.mark.parametrize(("kind", "key"), [("activity", "XM-DAC-46002/P 1"), ("activity", "50%"), ("programme", "a")])
def test_a_path_leads_back_to_the_iri(kind: str, key: str) -> None:
    name = links.name_of(kind, key)
    assert name is not None
    assert name.iri == thing(kind, key)


def test_concepts_code_lists_and_graphs_have_paths_too() -> None:
    for kind, key in (("concept", "status/achieved"), ("concept", "status"), ("graph", "source/tongji")):
        name = links.name_of(kind, key)
        assert name is not None
        assert links.identifier(name) == f"/{kind}/{key}"
        assert links.parse(name.iri) == name


def test_an_unknown_kind_names_nothing() -> None:
    assert links.name_of("unicorn", "1") is None


def test_the_language_switch_keeps_path_and_query() -> None:
    assert links.switched("/zh/activity/a%2Fb", "page=2", "en") == "/en/activity/a%2Fb?page=2"
    assert links.switched("/zh/", "", "en") == "/en/"


def test_a_name_is_an_iri_whatever_a_path_holds() -> None:
    for key in ("a b/c", "<x>/y", "<x>", "百/县", "a/b c"):
        for kind in ("concept", "graph", "programme"):
            name = links.name_of(kind, key)
            assert name is not None
            assert ox.NamedNode(name.iri).value == name.iri


def test_pages_say_what_a_link_rests_on(site: FlaskClient) -> None:
    for lang, words in (("zh", "核对的依据"), ("en", "what it rests on")):
        page = site.get(f"/{lang}/organisation/tongji-university").get_data(as_text=True)
        assert "https://ror.org/03rc6as71" in page
        assert "ror-community/ror-records@d93fc66" in page
        assert words in page
    data = site.get("/data/area/532300.ttl").get_data(as_text=True)
    assert "<http://www.wikidata.org/entity/Q999163>" in data
    assert 'dk:wikidataId "Q999163"' in data
