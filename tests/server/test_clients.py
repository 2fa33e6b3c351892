"""The clients that people use, unchanged, against a real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, JSONLD, POST, RDFXML, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, Unauthorized

from graph.database import Database

Serving = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]
DK = Namespace("https://w3id.org/duikou/ontology#")
PROGRAMMES = "SELECT DISTINCT ?p WHERE { ?p a <https://w3id.org/duikou/ontology#Programme> } ORDER BY ?p"
#: Its fifth edition needs a newer Node.js than many have.
COMUNICA = "@comunica/query-sparql@4"
LABEL = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?n { <https://w3id.org/duikou/id/programme/baixian-baipin> rdfs:label ?n FILTER(LANG(?n) = 'zh') }"""


@pytest.fixture(scope="module")
def url(ten_cases: Database, tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[str]:
    copy = tmp_path_factory.mktemp("clients") / "db"
    shutil.copytree(ten_cases.path, copy)
    with serving("--db", copy, "--write-token", "secret") as (_, address):
        yield f"{address}sparql"


@pytest.fixture(scope="module")
def programmes(ten_cases: Database) -> list[str]:
    return [row["p"].value for row in ten_cases.reader().select(PROGRAMMES)]


def wrapper(url: str, query: str, form: str = JSON, method: str = "GET") -> SPARQLWrapper:
    asked = SPARQLWrapper(url)
    asked.setQuery(query)
    asked.setReturnFormat(form)
    asked.setMethod(method)
    return asked


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_reads_tables(url: str, programmes: list[str], method: str) -> None:
    answer = wrapper(url, PROGRAMMES, JSON, method).queryAndConvert()
    assert [row["p"]["value"] for row in answer["results"]["bindings"]] == programmes
    assert len(wrapper(url, PROGRAMMES, XML, method).queryAndConvert().getElementsByTagName("result")) == len(
        programmes
    )
    assert wrapper(url, PROGRAMMES, CSV, method).queryAndConvert().decode().split()[1:] == programmes
    assert (
        wrapper(url, LABEL, JSON, method).queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "“百县百品”活动"
    )


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper makes one
@pytest.mark.parametrize("form", [TURTLE, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(url: str, programmes: list[str], form: str) -> None:
    query = "CONSTRUCT WHERE { ?p a <https://w3id.org/duikou/ontology#Programme> }"
    answer = wrapper(url, query, form).queryAndConvert()
    graph = answer if isinstance(answer, Graph) else Graph().parse(data=answer, format="turtle")
    assert sorted(map(str, graph.subjects(RDF.type, DK.Programme))) == programmes


def test_sparqlwrapper_sees_what_is_wrong(url: str) -> None:
    with pytest.raises(QueryBadFormed, match="column"):
        wrapper(url, "SELECT ?p WHERE { ?p a }").queryAndConvert()


def test_sparqlwrapper_writes_with_the_token(url: str) -> None:
    text = "INSERT DATA { GRAPH <http://example.org/w> { <http://example.org/a> <http://example.org/p> 1 } }"
    asked = wrapper(url, text, method=POST)
    with pytest.raises(Unauthorized):
        asked.query()
    asked.addCustomHttpHeader("Authorization", "Bearer secret")
    assert asked.query().response.status == 204
    assert wrapper(url, "ASK { <http://example.org/a> ?p 1 }").queryAndConvert()["boolean"] is True


def test_rdflib_reads_through_its_store(url: str, programmes: list[str]) -> None:
    graph = Graph(SPARQLStore(url))
    assert sorted(map(str, graph.subjects(RDF.type, DK.Programme))) == programmes
    first = URIRef(programmes[0])
    assert {label.language for label in graph.objects(first, RDFS.label) if isinstance(label, Literal)} == {"zh", "en"}
    assert (first, RDF.type, DK.Programme) in graph
    assert [str(row[0]) for row in graph.query(PROGRAMMES)] == programmes
    assert len(graph.query("CONSTRUCT WHERE { ?p a <https://w3id.org/duikou/ontology#Case> }").graph or ()) == 10


def test_rdflib_writes_through_its_store(url: str) -> None:
    store = SPARQLUpdateStore(url, url, headers={"Authorization": "Bearer secret"}, autocommit=True)
    graph = Graph(store, identifier=URIRef("http://example.org/r"))
    triple = (URIRef("http://example.org/r1"), RDFS.label, Literal("江“川”\n\\", lang="zh"))
    graph.add(triple)
    assert triple in graph
    assert len(graph) == 1
    graph.remove(triple)
    assert triple not in graph


def test_pandas_reads_a_url(url: str, programmes: list[str]) -> None:
    frame = pd.read_csv(f"{url}?" + urlencode({"query": PROGRAMMES, "format": "csv"}))
    assert list(frame.p) == programmes
    table = pd.read_csv(f"{url}?" + urlencode({"query": LABEL, "format": "tsv"}), sep="\t")
    assert table.shape == (1, 1)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl_asks_and_writes(url: str, programmes: list[str], tmp_path: Path) -> None:
    def curl(*options: str) -> str:
        return subprocess.run(["curl", "-sS", *options], capture_output=True, text=True, check=True, timeout=60).stdout

    file = tmp_path / "question.rq"
    file.write_text(PROGRAMMES, encoding="utf-8")
    table = curl(url, "--data-urlencode", "format=csv", "--data-urlencode", f"query@{file}")
    assert table.split()[1:] == programmes
    packed = curl("-G", "--compressed", url, "-H", "Accept: application/sparql-results+json",
                  "--data-urlencode", f"query={PROGRAMMES}")  # fmt: skip
    assert len(json.loads(packed)["results"]["bindings"]) == len(programmes)
    store = url.replace("/sparql", "/store?graph=http://example.org/curl")
    data = tmp_path / "data.ttl"
    data.write_text("<#a> <#p> 'curl' .", encoding="utf-8")
    code = ["-o", "/dev/null", "-w", "%{http_code}"]
    assert curl(*code, "-T", str(data), "-H", "Content-Type: text/turtle", store) == "401"
    token = ["-H", "Authorization: Bearer secret"]
    assert curl(*code, "-T", str(data), "-H", "Content-Type: text/turtle", *token, store) == "201"
    assert "curl" in curl(store)
    assert curl(*code, "-X", "DELETE", *token, store) == "204"


@pytest.fixture(scope="session")
def comunica(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command ``comunica-sparql``: that of DUIKOU_TEST_COMUNICA, or fetched by npm."""
    if told := os.environ.get("DUIKOU_TEST_COMUNICA"):
        return Path(told)
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("there is no npm and Node.js to run Comunica with")
    folder = tmp_path_factory.mktemp("comunica")
    fetch = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", COMUNICA]
    try:
        done = subprocess.run(fetch, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not fetch Comunica in four minutes")
    if done.returncode:
        pytest.skip(f"npm could not fetch Comunica: {done.stderr[-200:]}")
    return folder / "node_modules" / ".bin" / "comunica-sparql"


def test_comunica_asks_as_of_any_endpoint(url: str, programmes: list[str], comunica: Path) -> None:
    """What it is told is the address only; that it is an endpoint it finds out by the service description."""

    def ask(query: str, *options: str) -> str:
        command = [str(comunica), url, "-q", query, *options]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout

    table = json.loads(ask(PROGRAMMES, "-t", "application/sparql-results+json"))
    assert [row["p"]["value"] for row in table["results"]["bindings"]] == programmes
    (row,) = json.loads(ask(LABEL, "-t", "application/sparql-results+json"))["results"]["bindings"]
    assert row["n"]["value"] == "“百县百品”活动"  # its own tables leave out languages
    triples = Graph().parse(
        data=ask(f"CONSTRUCT WHERE {{ ?p a <{DK.Programme}> ; <{RDFS.label}> ?n }}", "-t", "application/n-triples"),
        format="nt",
    )
    assert sorted(map(str, triples.subjects(RDF.type, DK.Programme))) == programmes
    assert Literal("“百县百品”活动", lang="zh") in set(triples.objects(None, RDFS.label))


def test_our_own_command_asks_an_endpoint(url: str, programmes: list[str]) -> None:
    command = [sys.executable, "-m", "server.cli", "query", "--endpoint", url, "--format", "csv", "-q", PROGRAMMES]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split()[1:] == programmes
