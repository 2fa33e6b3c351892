"""``/id``, ``/concept``, ``/graph``, ``/ontology`` and ``/data``: what an IRI answers, and the data of one thing."""

from __future__ import annotations

import csv
import io
import json

import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient

from ontology.namespaces import BASE, concept, expand, term, thing
from server import datafile

PROGRAMME = "/id/programme/baixian-baipin"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
RDFLIB = "application/rdf+xml,text/html;q=0.3,application/xhtml+xml;q=0.4,text/turtle,text/n3"
RDF = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}


def parsed(body: bytes, media_type: str) -> set[ox.Triple]:
    format = ox.RdfFormat.from_media_type(media_type)
    assert format is not None
    return {q.triple for q in ox.parse(body, format=format, base_iri="http://localhost/")}


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        ("*/*", "/data/programme/baixian-baipin.ttl"),
        (None, "/data/programme/baixian-baipin.ttl"),
        ("application/ld+json", "/data/programme/baixian-baipin.jsonld"),
        ("application/json", "/data/programme/baixian-baipin.jsonld"),
        ("application/rdf+xml", "/data/programme/baixian-baipin.rdf"),
        ("text/plain", "/data/programme/baixian-baipin.nt"),
        ("text/turtle;q=0.5, application/n-triples", "/data/programme/baixian-baipin.nt"),
        (RDFLIB, "/data/programme/baixian-baipin.ttl"),
        (FIREFOX, "/en/programme/baixian-baipin"),
    ],
)
def test_an_iri_leads_to_what_the_client_reads(site: FlaskClient, accept: str | None, target: str) -> None:
    response = site.get(PROGRAMME, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.headers["Location"]) == (303, target)
    assert "Accept" in response.headers["Vary"]
    assert 'rel="alternate"' in response.headers["Link"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_is_led_to_its_language(site: FlaskClient) -> None:
    response = site.get(PROGRAMME, headers={"Accept": FIREFOX, "Accept-Language": "zh-CN"})
    assert response.headers["Location"] == "/zh/programme/baixian-baipin"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/concept/status/achieved", "/data/concept/status/achieved.ttl"),
        ("/concept/status", "/data/concept/status.ttl"),
        ("/graph/source/baixian-baipin", "/data/graph/source/baixian-baipin.ttl"),
    ],
)
def test_concepts_code_lists_and_graphs_answer_too(site: FlaskClient, path: str, data: str) -> None:
    assert site.get(path).headers["Location"] == data
    assert site.get(data).status_code == 200
    assert site.get(path, headers={"Accept": FIREFOX}, follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/id/programme/none", 404),
        ("/id/unicorn/1", 404),
        ("/concept/status/none", 404),
        ("/data/programme/none.ttl", 404),
        ("/data/programme/baixian-baipin.docx", 404),
        ("/data/programme/baixian-baipin", 404),
    ],
)
def test_what_is_unknown_is_a_problem(site: FlaskClient, path: str, status: int) -> None:
    response = site.get(path)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert response.get_json()["detail"]


def test_what_cannot_be_made_is_a_406_with_the_list(site: FlaskClient) -> None:
    for path in (PROGRAMME, "/ontology"):
        response = site.get(path, headers={"Accept": "image/png"})
        assert response.status_code == 406
        assert "text/turtle" in response.get_json()["available"]


def test_all_rdf_formats_say_the_same(site: FlaskClient) -> None:
    base = "/data/programme/baixian-baipin"
    graphs = {}
    for extension, media_type in RDF.items():
        response = site.get(f"{base}.{extension}")
        assert response.mimetype == media_type
        document = ox.NamedNode(f"http://localhost{base}.{extension}")
        graphs[extension] = {t for t in parsed(response.get_data(), media_type) if t.subject != document}
    assert len(graphs["ttl"]) > 100
    assert graphs["ttl"] == graphs["nt"] == graphs["jsonld"] == graphs["rdf"]


def test_data_holds_parts_evidence_names_and_what_points_here(site: FlaskClient) -> None:
    triples = parsed(site.get("/data/programme/baixian-baipin.nt").get_data(), "application/n-triples")
    predicates = {t.predicate.value for t in triples}
    for local in ("donorParticipation", "participant", "value", "exactText", "beginIndex", "describes"):
        assert term(local) in predicates, local
    programme = ox.NamedNode(thing("programme", "baixian-baipin"))
    case = ox.NamedNode(thing("case", "baixian-baipin"))
    assert ox.Triple(case, ox.NamedNode(term("describes")), programme) in triples
    label = ox.NamedNode(expand("rdfs:label"))
    named = {t.subject.value for t in triples if t.predicate == label and isinstance(t.subject, ox.NamedNode)}
    neighbours = {t.object.value for t in triples if t.subject == programme and isinstance(t.object, ox.NamedNode)}
    ours = {n for n in neighbours if n.startswith(f"{BASE}id/")}
    assert ours - named == set()


def test_long_lists_are_cut_and_the_file_says_so(site: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datafile, "INCOMING", 3)
    body = site.get("/data/document/shanghai-2019.ttl").get_data(as_text=True)
    assert "things that point here by" in body
    assert "3 are listed" in body
    told = site.get("/data/document/shanghai-2019.json").get_json()
    assert told["complete"] is False
    assert all(len(i["subjects"]) <= 3 for i in told["incoming"])


def test_json_and_csv_read_without_rdf(site: FlaskClient) -> None:
    told = json.loads(site.get("/data/programme/baixian-baipin.json").get_data())
    assert told["iri"] == thing("programme", "baixian-baipin")
    assert set(told["labels"]) == {"zh", "en"}
    rows = list(csv.DictReader(io.StringIO(site.get("/data/programme/baixian-baipin.csv").get_data(as_text=True))))
    assert len(rows) == len(told["statements"]) > 50
    theme = next(r for r in rows if r["value"] == concept("theme", "consumption"))
    assert theme["property_en"]
    assert theme["value_zh"]


def test_data_is_tagged_and_describes_the_thing(site: FlaskClient) -> None:
    response = site.get("/data/area/532300.ttl")
    assert f'<{thing("area", "532300")}>; rel="describes"' in response.headers["Link"]
    again = site.get("/data/area/532300.ttl", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("media_type", RDF.values())
def test_the_vocabulary_is_negotiated(site: FlaskClient, media_type: str) -> None:
    response = site.get("/ontology", headers={"Accept": media_type})
    assert (response.status_code, response.mimetype) == (200, media_type)
    triples = parsed(response.get_data(), media_type)
    klass = ox.Triple(
        ox.NamedNode(term("Measurement")), ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("owl:Class"))
    )
    assert klass in triples


def test_a_browser_is_sent_to_the_vocabulary_page(site: FlaskClient) -> None:
    response = site.get("/ontology", headers={"Accept": FIREFOX})
    assert (response.status_code, response.headers["Location"]) == (303, "/en/ontology")
    assert site.get("/ontology.ttl").mimetype == "text/turtle"
    assert site.get("/ontology.docx").status_code == 404


def test_rdf_tools_can_read_an_iri(site: FlaskClient) -> None:
    """What a library does: ask with its own Accept header, follow the redirect, parse what comes."""
    response = site.get(PROGRAMME, headers={"Accept": RDFLIB}, follow_redirects=True)
    graph = rdflib.Graph().parse(data=response.get_data(), format=response.mimetype)
    assert (
        rdflib.URIRef(thing("programme", "baixian-baipin")),
        rdflib.RDF.type,
        rdflib.URIRef(term("Programme")),
    ) in graph
