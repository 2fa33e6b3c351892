"""No work is lost: writes with If-Match or If-None-Match are made only if nobody else wrote in between."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import access

TTL = {"Content-Type": "text/turtle", "Authorization": "Bearer secret"}
RU = {"Content-Type": "application/sparql-update", "Authorization": "Bearer secret"}
G, H = "/store?graph=http%3A%2F%2Fexample.org%2Fg", "/store?graph=http%3A%2F%2Fexample.org%2Fh"


def put(client: FlaskClient, url: str, number: int, **conditions: str) -> int:
    told = {name.replace("_", "-"): value for name, value in conditions.items()}
    return client.put(url, data=f"<urn:a> <urn:p> {number} .", headers=TTL | told).status_code


def update(client: FlaskClient, number: int, **conditions: str) -> TestResponse:
    told = {name.replace("_", "-"): value for name, value in conditions.items()}
    text = f"INSERT DATA {{ GRAPH <http://example.org/h> {{ <urn:b> <urn:p> {number} }} }}"
    return client.post("/sparql", data=text, headers=RU | told)


def tag(client: FlaskClient, url: str, accept: str = "text/turtle", encoding: str = "identity") -> str:
    answer = client.get(url, headers={"Accept": accept, "Accept-Encoding": encoding})
    assert answer.status_code == 200
    return answer.headers["ETag"]


def test_who_comes_second_loses_and_is_told(writable: FlaskClient) -> None:
    assert put(writable, G, 1) == 201
    known = tag(writable, G)
    assert put(writable, G, 2, If_Match=known) == 204
    late = writable.put(G, data="<urn:a> <urn:p> 3 .", headers=TTL | {"If-Match": known})
    assert (late.status_code, late.mimetype) == (412, "application/problem+json")
    assert "anew" in str(late.json)
    assert b" 2 ." in writable.get(G).data
    assert put(writable, G, 3, If_Match=f'"0-0", {tag(writable, G)}') == 204


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/rdf+xml"])
def test_the_tag_of_any_format_and_encoding_counts(writable: FlaskClient, accept: str) -> None:
    lines = "\n".join(f"<urn:a> <urn:p> {n} ." for n in range(200))
    assert writable.put(G, data=lines, headers=TTL).status_code == 201
    plain, packed = tag(writable, G, accept), tag(writable, G, accept, "gzip")
    assert not plain.startswith("W/"), "the same bytes each time"
    assert packed == f"W/{plain}"
    assert put(writable, G, 1, If_Match=packed) == 204


def test_a_graph_keeps_its_tag_while_others_are_written(writable: FlaskClient) -> None:
    put(writable, G, 1)
    put(writable, H, 1)
    known = tag(writable, G)
    assert writable.get(G, headers={"If-None-Match": known, "Accept": "text/turtle"}).status_code == 304
    assert put(writable, H, 2) == 204
    assert tag(writable, G) == known
    assert put(writable, G, 2, If_Match=known) == 204
    assert tag(writable, G) != known
    assert writable.get(G, headers={"If-None-Match": known, "Accept": "text/turtle"}).status_code == 200


def test_one_graph_s_tag_is_not_another_s(writable: FlaskClient) -> None:
    put(writable, G, 1)
    put(writable, H, 1)
    assert put(writable, H, 2, If_Match=tag(writable, G)) == 412


def test_a_graph_is_made_only_if_there_is_none(writable: FlaskClient) -> None:
    assert put(writable, G, 1, If_Match="*") == 412
    assert put(writable, G, 1, If_None_Match="*") == 201
    assert put(writable, G, 2, If_None_Match="*") == 412
    assert put(writable, G, 2, If_Match="*") == 204
    assert put(writable, "/store?default", 2, If_None_Match="*") == 412, "it is always there"
    known = tag(writable, G)
    assert put(writable, G, 3, If_None_Match=known) == 412
    assert put(writable, G, 3, If_None_Match='"0-0"') == 204


def test_deleting_and_adding_have_conditions_too(writable: FlaskClient) -> None:
    put(writable, G, 1)
    old = tag(writable, G)
    more = writable.post(G, data="<urn:a> <urn:p> 2 .", headers=TTL | {"If-Match": old})
    assert more.status_code == 204
    assert writable.post(G, data="<urn:a> <urn:p> 3 .", headers=TTL | {"If-Match": old}).status_code == 412
    assert writable.delete(G, headers=TTL | {"If-Match": old}).status_code == 412
    assert writable.delete(G, headers=TTL | {"If-Match": tag(writable, G)}).status_code == 204
    assert writable.delete(G, headers=TTL | {"If-Match": "*"}).status_code == 412
    assert writable.delete(G, headers=TTL).status_code == 404


def test_an_update_has_the_tag_of_any_answer(writable: FlaskClient) -> None:
    put(writable, G, 1)
    query = "/sparql?" + urlencode({"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }"})
    description = tag(writable, "/sparql")
    for known in (tag(writable, query, "application/sparql-results+json"), description):
        number = len(writable.get(H).data)
        assert update(writable, number, If_Match=known).status_code == (204 if known != description else 412)
    late = update(writable, 9, If_Match=description)
    assert (late.status_code, late.mimetype) == (412, "application/problem+json")
    assert b"9" not in writable.get(H).data
    assert update(writable, 9, If_Match=tag(writable, "/sparql")).status_code == 204
    assert update(writable, 9, If_Match="*").status_code == 204
    assert update(writable, 9, If_None_Match="*").status_code == 412


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
def test_a_condition_that_is_none_is_no_condition_to_write_on(writable: FlaskClient, header: str) -> None:
    answer = writable.put(G, data="<urn:a> <urn:p> 1 .", headers=TTL | {header: ""})
    assert answer.status_code == 400
    assert writable.get(G).status_code == 404


def test_a_service_may_want_a_condition_of_every_write(writable: FlaskClient) -> None:
    served = writable.application.extensions["duikou"]
    assert isinstance(served, access.Access)
    careful = access.Access(
        served.database, served.version, False, served.engine, served.writer, "secret", served.limits, must_match=True
    )
    access.install(writable.application.extensions, careful)
    refused = writable.put(G, data="<urn:a> <urn:p> 1 .", headers=TTL)
    assert (refused.status_code, refused.mimetype) == (428, "application/problem+json")
    assert "If-None-Match: *" in str(refused.json)
    assert update(writable, 1).status_code == 428
    assert writable.delete("/store?default", headers=TTL).status_code == 428
    assert writable.post("/store", data="<urn:a> <urn:p> 1 .", headers=TTL).status_code == 201, "it is new in any case"
    assert put(writable, G, 1, If_None_Match="*") == 201
    assert put(writable, G, 2, If_Match=tag(writable, G)) == 204
    assert update(writable, 1, If_Match=tag(writable, "/sparql")).status_code == 204
    assert writable.put(G, data="x", headers={"Content-Type": "text/turtle"}).status_code == 401, (
        "the token comes first"
    )
