"""Tokens that write to some graphs only: by the Graph Store Protocol, and by updates whose graphs can be told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ontology.errors import StoreError
from server import access, tokens

ONE, TEAM = "one-graph-0123456789", "team-graphs-0123456789"
FILE = f"""
# who                graphs
{ONE} http://example.org/one default
  {TEAM}   http://example.org/team/*
"""


@pytest.fixture
def scoped(writable: FlaskClient, tmp_path: Path) -> FlaskClient:
    """A client of an application with a token for all, ``secret``, and two for some graphs."""
    file = tmp_path / "tokens"
    file.write_text(FILE, encoding="utf-8")
    served = writable.application.extensions["duikou"]
    assert isinstance(served, access.Access)
    access.install(writable.application.extensions, replace(served, tokens=tokens.read(file)))
    return writable


def put(client: FlaskClient, graph: str, token: str, method: str = "PUT") -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    where = "default" if graph == "default" else f"graph=http://example.org/{graph}"
    return client.open(
        f"/store?{where}", method=method, data=b"" if method == "DELETE" else b"<urn:a> <urn:p> 1 .", headers=headers
    ).status_code


def update(client: FlaskClient, text: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sparql-update"}
    return client.post("/sparql", data=text, headers=headers).status_code


def test_a_token_writes_to_its_graphs_and_no_others(scoped: FlaskClient) -> None:
    assert put(scoped, "one", ONE) == 201
    assert put(scoped, "default", ONE) == 204
    assert put(scoped, "team/a", TEAM) == 201
    assert put(scoped, "team/a", "secret", "POST") == 204
    for graph, token in (("two", ONE), ("one/more", ONE), ("team/a", ONE), ("team", TEAM), ("one", TEAM)):
        for method in ("PUT", "POST", "DELETE"):
            assert put(scoped, graph, token, method) == 403, (graph, method)
    assert put(scoped, "default", TEAM) == 403
    assert put(scoped, "one", f"{ONE}x") == 403
    assert put(scoped, "one", ONE, "DELETE") == 204
    answer = scoped.post(
        "/store", data="<urn:a> <urn:p> 1 .", headers={"Authorization": f"Bearer {ONE}", "Content-Type": "text/turtle"}
    )
    assert answer.status_code == 403, "a graph of a new name is none of its own"
    assert ONE not in answer.text


DATA = "{ <urn:a> <urn:p> 1 }"
TEAM_A = "<http://example.org/team/a>"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"INSERT DATA {{ GRAPH {TEAM_A} {DATA} }}", 204),
        (f"PREFIX t: <http://example.org/team/> INSERT DATA {{ GRAPH t:a {DATA} }}", 204),
        (f"INSERT {{ GRAPH {TEAM_A} {{ ?s ?p 2 }} }} WHERE {{ GRAPH ?any {{ ?s ?p ?o }} }}", 204),
        (f"WITH {TEAM_A} DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p 3 }} WHERE {{ ?s ?p ?o }}", 204),
        (f"CREATE SILENT GRAPH {TEAM_A} ; DROP GRAPH {TEAM_A}", 204),
        (f"INSERT DATA {DATA}", 403),
        (f"INSERT DATA {{ GRAPH <http://example.org/one> {DATA} }}", 403),
        (f"INSERT DATA {{ GRAPH {TEAM_A} {DATA} GRAPH <http://example.org/one> {DATA} }}", 403),
        (f"INSERT DATA {{ GRAPH {TEAM_A} {DATA} }} ; INSERT DATA {DATA}", 403),
        (
            f"PREFIX t: <http://example.org/team/> PREFIX t: <http://example.org/> INSERT DATA {{ GRAPH t:a {DATA} }}",
            403,
        ),
        ("INSERT { GRAPH ?g { <urn:a> <urn:p> 9 } } WHERE { GRAPH ?g { ?s ?p ?o } }", 403),
        (f"WITH {TEAM_A} INSERT {{ GRAPH <http://example.org/one> {DATA} }} WHERE {{ }}", 403),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", 403),
        ("CLEAR ALL", 403),
        ("DROP NAMED", 403),
        ("CREATE GRAPH <http://example.org/other>", 403),
        (f"MOVE <http://example.org/one> TO {TEAM_A}", 403),
        (f"COPY {TEAM_A} TO DEFAULT", 403),
        (f"INSERT DATA {{ GR\\u0041PH <http://example.org/one> {DATA} }}", 403),
        ("INSERT DATA { GRAPH <http://example.org/team/../one> { <urn:a> <urn:p> 1 } }", 204),
    ],
)
def test_an_update_is_made_if_it_writes_to_the_token_s_graphs_only(scoped: FlaskClient, text: str, status: int) -> None:
    for graph in ("one", "team/a"):
        assert put(scoped, graph, "secret") == 201
    others = [scoped.get(f"/store?{where}").data for where in ("default", "graph=http://example.org/one")]
    assert update(scoped, text, TEAM) == status
    assert [scoped.get(f"/store?{w}").data for w in ("default", "graph=http://example.org/one")] == others


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("short http://example.org/one", "16 characters"),
        (ONE, "graphs that it may write to"),
        (f"{ONE} not-an-iri", "not the IRI of a graph"),
        (f"{ONE} urn:a\n{ONE} urn:b", "earlier line"),
    ],
)
def test_a_file_that_is_no_list_of_tokens_is_refused_with_the_line(tmp_path: Path, line: str, fault: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# tokens\n{line}\n", encoding="utf-8")
    with pytest.raises(StoreError, match=fault) as caught:
        tokens.read(file)
    assert caught.value.problems[0].where is not None
    assert caught.value.problems[0].where.line in (2, 3)
    with pytest.raises(StoreError, match="cannot be read"):
        tokens.read(tmp_path / "none")
