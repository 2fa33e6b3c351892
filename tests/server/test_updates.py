"""Updates over HTTP: who may, what is answered, and that the next query sees all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from graph.workers.writer import Writer
from server import access

TOKEN = {"Authorization": "Bearer secret"}
UPDATE = "application/sparql-update"
INSERT = "INSERT DATA { <http://example.org/a> <http://example.org/p> 1 }"


def update(client: FlaskClient, text: str, query: str = "", **headers: str) -> TestResponse:
    return client.post(f"/sparql{query}", data=text.encode(), headers={"Content-Type": UPDATE} | TOKEN | headers)


def count(client: FlaskClient, pattern: str = "?s ?p ?o") -> int:
    answer = client.get("/sparql?" + urlencode({"query": f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", "format": "csv"}))
    assert answer.status_code == 200
    return int(answer.text.split()[1])


def test_the_very_next_query_sees_it(writable: FlaskClient) -> None:
    for n in range(3):
        assert count(writable) == n
        answer = update(writable, f"INSERT DATA {{ <http://example.org/{n}> <http://example.org/p> {n} }}")
        assert (answer.status_code, answer.get_data()) == (204, b"")
        assert count(writable) == n + 1


def test_it_may_be_a_form(writable: FlaskClient) -> None:
    assert writable.post("/sparql", data={"update": INSERT}, headers=TOKEN).status_code == 204
    assert count(writable) == 1


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Basic c2VjcmV0", 401),
        ("Bearer secre", 403),
        ("Bearer secret2", 403),
        ("Bearer SECRET", 403),
        ("bearer secret", 204),
    ],
)
def test_only_who_has_the_token_may(writable: FlaskClient, authorization: str | None, status: int) -> None:
    headers = {"Content-Type": UPDATE} | ({"Authorization": authorization} if authorization is not None else {})
    answer = writable.post("/sparql", data=INSERT, headers=headers)
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert "secret" not in answer.text
    assert count(writable) == (status == 204)


def test_a_service_without_a_token_is_read_only(site: FlaskClient) -> None:
    answer = update(site, INSERT)
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert "--write-token" in str(answer.json)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"{INSERT} ; INSERT DATA {{", 400),
        (f"{INSERT} ; LOAD <http://127.0.0.1:1/data.ttl>", 403),
        (f"{INSERT} ; INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <http://127.0.0.1:1/> {{ ?s ?p ?o }} }}", 403),
        (f"{INSERT} ; CREATE GRAPH <http://example.org/g> ; CREATE GRAPH <http://example.org/g>", 400),
        ("SELECT * { ?s ?p ?o }", 400),
    ],
)
def test_a_failed_update_changes_nothing(writable: FlaskClient, text: str, status: int) -> None:
    answer = update(writable, text)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert count(writable) == 0


def test_a_malformed_update_says_line_and_column(writable: FlaskClient) -> None:
    answer = update(writable, "INSERT DATA {\n  <http://example.org/a> nope:p 1\n}")
    assert answer.json is not None
    assert answer.json["line"] == 2
    assert answer.json["column"] > 1


def test_the_protocol_names_the_dataset(writable: FlaskClient) -> None:
    assert update(writable, f"INSERT DATA {{ GRAPH <http://example.org/g> {{ {INSERT[14:-2]} }} }}").status_code == 204
    copy = "INSERT { ?s <http://example.org/copied> ?o } WHERE { ?s <http://example.org/p> ?o }"
    assert update(writable, copy).status_code == 204
    assert count(writable, "?s <http://example.org/copied> ?o") == 0
    using = "?" + urlencode({"using-graph-uri": "http://example.org/g"})
    assert update(writable, copy, using).status_code == 204
    assert count(writable, "?s <http://example.org/copied> ?o") == 1
    conflict = update(writable, copy.replace("WHERE", "USING <http://example.org/h> WHERE"), using)
    assert conflict.status_code == 400


def test_a_token_must_not_travel_in_an_update_by_get(writable: FlaskClient) -> None:
    answer = writable.get("/sparql?" + urlencode({"update": INSERT}), headers=TOKEN)
    assert answer.status_code == 400
    assert count(writable) == 0


def test_a_bomb_of_nesting_is_refused_and_the_next_update_works(writable: FlaskClient) -> None:
    bomb = "INSERT { } WHERE " + "{" * 60_000 + "}" * 60_000
    answer = update(writable, bomb)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert update(writable, INSERT).status_code == 204


@pytest.fixture
def hasty(writable: FlaskClient) -> Iterator[FlaskClient]:
    """The same, with a tenth of a second for one write."""
    served = writable.application.extensions["duikou"]
    assert isinstance(served, access.Access)
    writer = Writer(served.database, seconds=0.1)
    fresh = access.Access(
        served.database, served.version, False, served.engine, writer=writer, token="secret", limits=served.limits
    )
    access.install(writable.application.extensions, fresh)
    yield writable
    writer.close()


def test_a_write_that_takes_too_long_is_given_up_whole(hasty: FlaskClient) -> None:
    cross = "INSERT { ?a <http://example.org/q> ?c } WHERE { " + "VALUES ?a { 1 2 3 4 5 6 7 8 9 } " * 1
    cross += (
        " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(9)) + " BIND(<http://example.org/x> AS ?c) }"
    )
    answer = update(hasty, cross)
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["limit"] == "time"
    assert answer.headers["Retry-After"]
    assert count(hasty) == 0
