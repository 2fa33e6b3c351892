"""``/store``: the Graph Store Protocol, every verb, every refusal."""

from __future__ import annotations

import io
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import graph_store

TOKEN = {"Authorization": "Bearer secret"}
G = "/store?graph=" + quote("http://example.org/g", safe="")
ONE = "<http://example.org/a> <http://example.org/p> 1 ."
TWO = "<http://example.org/b> <http://example.org/p> 2 ."


def send(client: FlaskClient, method: str, path: str, body: str = "", **headers: str) -> TestResponse:
    typed = {"Content-Type": "text/turtle"} if body else {}
    return client.open(path, method=method, data=body.encode(), headers=typed | TOKEN | headers)


def triples(client: FlaskClient, path: str) -> set[str]:
    answer = client.get(path, headers={"Accept": "application/n-triples"})
    assert (answer.status_code, answer.mimetype) == (200, "application/n-triples")
    return {line for line in answer.text.splitlines() if line}


@pytest.mark.parametrize("path", [G, "/store/people/all"])
def test_the_life_of_a_graph(writable: FlaskClient, path: str) -> None:
    assert writable.get(path).status_code == 404
    made = send(writable, "PUT", path, ONE)
    assert made.status_code == 201
    assert made.headers["Location"] == f"http://localhost{path}"
    assert len(triples(writable, path)) == 1
    assert send(writable, "PUT", path, TWO).status_code == 204
    assert {t.split()[0] for t in triples(writable, path)} == {"<http://example.org/b>"}
    assert send(writable, "POST", path, ONE).status_code == 204
    assert len(triples(writable, path)) == 2
    head = writable.head(path)
    assert (head.status_code, head.get_data(), head.mimetype) == (200, b"", "text/turtle")
    assert int(head.headers["Content-Length"]) > 0
    assert send(writable, "DELETE", path).status_code == 204
    assert writable.get(path).status_code == writable.head(path).status_code == 404
    assert send(writable, "DELETE", path).status_code == 404


def test_the_default_graph_is_always_there(writable: FlaskClient) -> None:
    assert triples(writable, "/store?default") == set()
    assert send(writable, "PUT", "/store?default", ONE).status_code == 204
    assert send(writable, "POST", "/store?default", TWO).status_code == 204
    assert len(triples(writable, "/store?default")) == 2
    assert writable.get(G).status_code == 404
    assert send(writable, "DELETE", "/store?default").status_code == 204
    assert triples(writable, "/store?default") == set()


def test_a_graph_may_be_empty(writable: FlaskClient) -> None:
    assert send(writable, "PUT", G).status_code == 201
    assert triples(writable, G) == set()


def test_posting_without_a_name_makes_one(writable: FlaskClient) -> None:
    first, second = (send(writable, "POST", "/store", ONE) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    places = [urlsplit(answer.headers["Location"]).path for answer in (first, second)]
    assert places[0] != places[1]
    assert len(triples(writable, places[0])) == 1


def test_several_files_at_once_are_one_step(writable: FlaskClient) -> None:
    files = [(io.BytesIO(ONE.encode()), "one.ttl", "text/turtle"), (io.BytesIO(TWO.encode()), "two.nt", "text/turtle")]
    answer = writable.post(G, data={"files": files}, content_type="multipart/form-data", headers=TOKEN)
    assert answer.status_code == 201
    assert len(triples(writable, G)) == 2
    files = [(io.BytesIO(b"<http://example.org/c> a 3 ."), "one.ttl", "text/turtle"),
             (io.BytesIO(b"<http://example.org/c>"), "bad.ttl", "text/turtle")]  # fmt: skip
    answer = writable.post(G, data={"files": files}, content_type="multipart/form-data", headers=TOKEN)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert len(triples(writable, G)) == 2


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/turtle", "<#a> <#p> 1 ."),
        ("text/turtle; charset=utf-8", "<#a> <#p> 1 ."),
        ("application/n-triples", ONE.replace("1 .", '"1" .')),
        ("application/ld+json", '{"@id": "http://example.org/a", "http://example.org/p": 1}'),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
            '<rdf:Description rdf:about="http://example.org/a"><e:p>1</e:p></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_graphs_come_and_go_in_every_format(writable: FlaskClient, media_type: str, body: str) -> None:
    sent = writable.put(G, data=body.encode(), headers={"Content-Type": media_type} | TOKEN)
    assert sent.status_code == 201
    wanted = media_type.partition(";")[0]
    back = writable.get(G, headers={"Accept": wanted})
    assert (back.status_code, back.mimetype) == (200, wanted)
    format = ox.RdfFormat.from_media_type(wanted)
    assert format is not None
    assert len(list(ox.parse(back.get_data(), format=format))) == 1


def test_relative_names_are_those_of_the_graph(writable: FlaskClient) -> None:
    assert send(writable, "PUT", G, "<#a> <#p> <b> .").status_code == 201
    assert triples(writable, G) == {"<http://example.org/g#a> <http://example.org/g#p> <http://example.org/b> ."}


def test_blank_nodes_of_two_requests_are_not_the_same(writable: FlaskClient) -> None:
    for _ in range(2):
        send(writable, "POST", G, "_:b <http://example.org/p> 1 .")
    assert len(triples(writable, G)) == 2


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_writing_needs_the_token_and_reading_does_not(writable: FlaskClient, method: str) -> None:
    send(writable, "PUT", G, ONE)
    for authorization, status in (({}, 401), ({"Authorization": "Bearer guess"}, 403)):
        headers = {"Content-Type": "text/turtle", **authorization}
        answer = writable.open(G, method=method, data=TWO.encode(), headers=headers)
        assert answer.status_code == status
    assert len(triples(writable, G)) == 1


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_service_without_a_token_is_read_only(site: FlaskClient, method: str) -> None:
    assert send(site, method, G, ONE).status_code == 403


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/store", "?graph=IRI"),
        (f"{G}&default", "Not both"),
        (f"{G}&graph=http%3A%2F%2Fexample.org%2Fh", "Name one"),
        ("/store?graph=not%20an%20iri", "cannot name a graph"),
        ("/store?graph=", "cannot name a graph"),
        ("/store/own?default", "Name one"),
        ("/store/[", "cannot name a graph"),
    ],
)
def test_a_request_names_one_graph(writable: FlaskClient, path: str, detail: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = send(writable, method, path, ONE if method == "PUT" else "")
        assert answer.status_code == 400
        assert detail in str(answer.json)


def test_what_is_no_graph_is_not_supported(writable: FlaskClient) -> None:
    for media_type in ("text/csv", "application/n-quads", "application/trig", "image/png"):
        answer = writable.put(G, data=ONE.encode(), headers={"Content-Type": media_type} | TOKEN)
        assert answer.status_code == 415
        assert "text/turtle" in answer.headers["Accept-Post"]
    assert writable.put(G, data=ONE.encode(), headers=TOKEN).status_code == 415
    assert writable.get(G).status_code == 404


def test_malformed_rdf_says_line_and_column(writable: FlaskClient) -> None:
    answer = send(writable, "PUT", G, f"{ONE}\n<http://example.org/a> nope:p 1 .")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["line"] == 2
    assert writable.get(G).status_code == 404


def test_what_is_too_large_is_refused(writable: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_store, "MAX_BODY", 1000)
    assert send(writable, "PUT", G, "#" * 1001).status_code == 413
    files = [(io.BytesIO(b"#" * 1001), "one.ttl", "text/turtle")]
    answer = writable.post(G, data={"files": files}, content_type="multipart/form-data", headers=TOKEN)
    assert answer.status_code == 413


def test_a_format_that_cannot_be_made_is_not_acceptable(site: FlaskClient) -> None:
    answer = site.get("/store?default", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.json is not None
    assert "text/turtle" in answer.json["available"]


def test_an_unchanged_graph_is_not_sent_again(writable: FlaskClient) -> None:
    send(writable, "PUT", G, ONE)
    tag = writable.get(G).headers["ETag"]
    assert writable.get(G, headers={"If-None-Match": tag}).status_code == 304
    send(writable, "PUT", G, TWO)
    assert writable.get(G, headers={"If-None-Match": tag}).status_code == 200


def test_methods_are_told(writable: FlaskClient) -> None:
    answer = writable.options(G)
    assert answer.status_code == 204
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"}
    refused = writable.patch(G)
    assert refused.status_code == 405
    assert "PUT" in refused.headers["Allow"]
