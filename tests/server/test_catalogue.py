"""VoID and DCAT: true counts, links that work, and the licence only of what is ours."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.database import Database
from graph.engine import Answer, Exhausted, Limit
from graph.formats import Format
from ontology.errors import Problem
from ontology.namespaces import ONTOLOGY, named_graph
from server import statistics
from server.app import create_app

VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
HERE = ox.NamedNode("http://localhost/void.ttl#dataset")
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def read(client: FlaskClient, path: str, accept: str = "text/turtle") -> ox.Store:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, accept)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    store = ox.Store()
    format = ox.RdfFormat.from_media_type(accept)
    assert format is not None
    store.load(answer.get_data(), format=format)
    return store


def values(store: ox.Store, subject: object, predicate: str) -> list[str]:
    return sorted(
        getattr(q.object, "value", "")
        for q in store.quads_for_pattern(subject, ox.NamedNode(predicate), None)  # type: ignore[arg-type]
    )


def partitions(store: ox.Store, what: str, unit: str) -> dict[str, int]:
    found = {}
    for quad in store.quads_for_pattern(HERE, ox.NamedNode(f"{VOID}{what}Partition"), None):
        (name,), (count,) = (values(store, quad.object, VOID + key) for key in (what, unit))
        found[name] = int(count)
    return found


def test_the_counts_are_those_of_the_union(site: FlaskClient, ten_cases: Database) -> None:
    void = read(site, "/void.ttl")
    triples = {quad.triple for quad in ten_cases.reader().store}
    assert values(void, HERE, f"{VOID}triples") == [str(len(triples))]
    assert values(void, HERE, f"{VOID}distinctSubjects") == [str(len({t.subject for t in triples}))]
    assert values(void, HERE, f"{VOID}distinctObjects") == [str(len({t.object for t in triples}))]
    assert partitions(void, "property", "triples") == Counter(t.predicate.value for t in triples)
    classes = Counter(t.object.value for t in triples if t.predicate == RDF_TYPE and isinstance(t.object, ox.NamedNode))
    assert partitions(void, "class", "entities") == classes
    assert classes[f"{ONTOLOGY}#Programme"] >= 10


def test_every_graph_is_a_subset_with_its_size(site: FlaskClient, ten_cases: Database) -> None:
    void, now = read(site, "/void.ttl"), ten_cases.current
    assert now is not None
    found = {}
    for quad in void.quads_for_pattern(HERE, ox.NamedNode(f"{VOID}subset"), None):
        if f"{VOID}Linkset" in values(void, quad.object, RDF_TYPE.value):
            continue
        (name,) = values(void, quad.object, "http://www.w3.org/ns/sparql-service-description#name")
        found[name] = int(values(void, quad.object, f"{VOID}triples")[0])
    assert found == dict(now.graphs)


@pytest.mark.parametrize("path", ["/void", "/.well-known/void", "/dataset"])
def test_it_comes_in_every_graph_format(site: FlaskClient, path: str) -> None:
    sizes = set()
    for format in (Format.TURTLE, Format.RDFXML, Format.JSONLD, Format.NTRIPLES):
        if path != "/void":
            sizes.add(len(read(site, path, format.media_type)))
        if path != "/.well-known/void":
            sizes.add(len(read(site, f"{path}.{format.extension}", format.media_type)))
    assert len(sizes) == 1
    assert sizes.pop() > 50
    assert site.get(f"{path}.yaml").status_code == 404
    if path != "/void":
        assert site.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_a_browser_is_sent_to_the_site(site: FlaskClient) -> None:
    answer = site.get("/dataset", headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/zh/")


def test_the_service_names_the_same_dataset(site: FlaskClient) -> None:
    service = read(site, "/sparql")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    (default,) = service.quads_for_pattern(None, ox.NamedNode(f"{sd}defaultDataset"), None)
    assert default.object == HERE
    assert values(service, HERE, "http://www.w3.org/2000/01/rdf-schema#seeAlso") == ["http://localhost/void.ttl"]
    assert values(read(site, "/void.ttl"), HERE, f"{VOID}sparqlEndpoint") == ["http://localhost/sparql"]


def test_what_can_be_downloaded_is_the_whole(site: FlaskClient, ten_cases: Database) -> None:
    dcat, now = read(site, "/dataset"), ten_cases.current
    assert now is not None
    whole = len({quad.triple for quad in ten_cases.reader().store})
    urls = [
        urlsplit(values(dcat, quad.object, f"{DCAT}downloadURL")[0])
        for quad in dcat.quads_for_pattern(HERE, ox.NamedNode(f"{DCAT}distribution"), None)
    ]
    assert len(urls) == 4
    for url in urls:
        answer = site.get(f"{url.path}?{url.query}")
        format = ox.RdfFormat.from_media_type(answer.mimetype)
        assert format is not None
        assert len(set(ox.parse(answer.get_data(), format=format))) == whole
    parts = list(dcat.quads_for_pattern(HERE, ox.NamedNode(f"{DCTERMS}hasPart"), None))
    assert len(parts) == len(now.graphs)
    for part in parts[:3]:
        (file,) = dcat.quads_for_pattern(part.object, ox.NamedNode(f"{DCAT}distribution"), None)  # type: ignore[arg-type]
        url = urlsplit(values(dcat, file.object, f"{DCAT}downloadURL")[0])
        body = site.get(f"{url.path}?{url.query}").get_data()
        graph = unquote(url.query.partition("=")[2])
        assert len(list(ox.parse(body, format=ox.RdfFormat.TURTLE))) == now.graphs[graph]


def test_only_our_own_data_bear_our_licence(site: FlaskClient, ten_cases: Database, tmp_path: Path) -> None:
    licence = ["https://creativecommons.org/licenses/by/4.0/"]
    assert values(read(site, "/void.ttl"), HERE, f"{DCTERMS}license") == licence
    assert values(read(site, "/dataset"), HERE, f"{DCTERMS}license") == licence
    shutil.copytree(ten_cases.path, tmp_path / "db")
    database = Database(tmp_path / "db")
    other = named_graph("source/others")
    with database.write("test") as draft:
        node = ox.NamedNode("http://example.org/a")
        draft.replace(other, [ox.Quad(node, node, node, ox.NamedNode(other))])
    client = create_app(database).test_client()
    void = read(client, "/void.ttl")
    assert values(void, HERE, f"{DCTERMS}license") == []
    bearing = {q.subject.value for q in void.quads_for_pattern(None, ox.NamedNode(f"{DCTERMS}license"), None)}
    assert any(unquote(iri).endswith(named_graph("ontology")) for iri in bearing)
    assert not any(unquote(iri).endswith(other) for iri in bearing)


def test_it_is_counted_once_for_each_snapshot(
    ten_cases: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ten_cases.path, tmp_path / "db")
    database = Database(tmp_path / "db")
    counted, count = [], statistics.count
    monkeypatch.setattr(statistics, "count", lambda engine: counted.append(1) or count(engine))
    client = create_app(database).test_client()
    first = client.get("/void.ttl")
    client.get("/dataset")
    client.get("/void.nt")
    assert len(counted) == 1
    assert client.get("/void.ttl", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with database.write("test") as draft:
        node = ox.NamedNode("http://example.org/a")
        draft.replace("http://example.org/g", [ox.Quad(node, node, node, ox.NamedNode("http://example.org/g"))])
    again = client.get("/void.ttl", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert len(counted) == 2


class Hurried:
    """An engine that has no time for anything."""

    def answer(self, *_: object) -> Answer:
        raise Exhausted(Limit.TIME, Problem("no time"))

    def write(self, *_: object) -> Format:
        raise Exhausted(Limit.TIME, Problem("no time"))


def test_what_cannot_be_counted_is_left_out(ten_cases: Database) -> None:
    client = create_app(ten_cases, engine=Hurried()).test_client()
    void = read(client, "/void.ttl")
    assert values(void, HERE, f"{VOID}triples") == []
    assert "ETag" not in client.get("/void.ttl").headers
    assert values(void, HERE, f"{VOID}sparqlEndpoint") == ["http://localhost/sparql"]


def test_an_empty_store_is_described_too(tmp_path: Path) -> None:
    client = create_app(Database(tmp_path / "none")).test_client()
    assert values(read(client, "/void.ttl"), HERE, f"{VOID}triples") == ["0"]
    assert values(read(client, "/dataset"), HERE, f"{DCTERMS}license") == []


def test_linksets_count_the_links_there_are(site: FlaskClient, ten_cases: Database) -> None:
    store = read(site, "/void.ttl")
    told = {}
    for quad in store.quads_for_pattern(None, RDF_TYPE, ox.NamedNode(f"{VOID}Linkset")):
        node = quad.subject
        ((other,), (predicate,), (count,)) = (
            values(store, node, VOID + key) for key in ("objectsTarget", "linkPredicate", "triples")
        )
        (space,) = values(store, ox.NamedNode(other), f"{VOID}uriSpace")
        assert values(store, node, f"{VOID}subjectsTarget") == [HERE.value]
        told[space, predicate] = int(count)
    same = "https://schema.org/sameAs"
    assert {space for space, predicate in told if predicate == same} == {
        "http://www.wikidata.org/entity/", "http://sws.geonames.org/", "https://ror.org/",
    }  # fmt: skip
    reader = ten_cases.reader()
    for (space, predicate), count in told.items():
        rows = reader.select(
            f"SELECT DISTINCT ?s ?o WHERE {{ ?s <{predicate}> ?o FILTER(STRSTARTS(STR(?o), '{space}')) }}"
        )
        assert len(rows) == count
    assert told["http://www.wikidata.org/entity/", same] > 30
