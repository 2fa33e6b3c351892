"""``/openapi.json`` says the truth: every route of ours is in it, and every answer it names can be had."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from graph.asking import Cancelled
from graph.engine import Answer, Exhausted, Limit
from graph.formats import Format
from ontology.errors import Problem
from server.app import create_app
from server.budget import OverBudget
from server.supervision import Supervision

TOKEN = {"Authorization": "Bearer secret"}
WRONG = {"Authorization": "Bearer wrong"}
TTL = {"Content-Type": "text/turtle"}
QUERY = {"Content-Type": "application/sparql-query"}
UPDATE = {"Content-Type": "application/sparql-update"}
BROWSER = {"Accept": "text/html"}
PICTURE = {"Accept": "image/png"}
OLD = {"If-Match": '"0-0"'}
G = "/store?graph=http%3A%2F%2Fexample.org%2Fg"
THING = "/id/programme/baixian-baipin"
ONE = b"<http://example.org/a> <http://example.org/p> 1 ."
OURS = "/store?graph=https%3A%2F%2Fw3id.org%2Fduikou%2Fgraph%2Fsource%2Fg"
FAULTY = b"<http://example.org/m> a <https://w3id.org/duikou/ontology#Measurement> ."
FAULTY_UPDATE = b"INSERT DATA { GRAPH <https://w3id.org/duikou/graph/source/g> { " + FAULTY + b" } }"
LARGE = {"CONTENT_LENGTH": str(1 << 40)}
NOTHING = '{"ids": [], "properties": []}'
MANY = json.dumps({str(n): {"query": "a"} for n in range(101)}, separators=(",", ":"))
WIDE = json.dumps({"ids": ["a"] * 501, "properties": []}, separators=(",", ":"))

#: How each answer that the description names comes about: method, path of the description, status → request.
TRIED: Mapping[tuple[str, str, int], dict[str, Any]] = {
    ("get", "/sparql", 200): {"path": "/sparql?query=ASK%7B%7D"},
    ("get", "/sparql", 303): {"path": "/sparql", "headers": BROWSER},
    ("get", "/sparql", 400): {"path": "/sparql?query=ASK"},
    ("get", "/sparql", 403): {"path": "/sparql?query=ASK%7BSERVICE%3Chttp://example.org/%3E%7B%7D%7D"},
    ("get", "/sparql", 406): {"path": "/sparql", "headers": PICTURE},
    ("get", "/sparql", 414): {"path": "/sparql?query=" + "x" * 70_000},
    ("get", "/sparql", 503): {"path": "/sparql?query=ASK%7B%7D", "site": "stopped"},
    ("post", "/sparql", 200): {"path": "/sparql", "headers": QUERY, "data": b"ASK {}"},
    ("post", "/sparql", 204): {"path": "/sparql", "headers": UPDATE | TOKEN, "data": b"", "site": "writable"},
    ("post", "/sparql", 400): {"path": "/sparql", "headers": QUERY, "data": b"ASK"},
    ("post", "/sparql", 401): {"path": "/sparql", "headers": UPDATE, "data": b"", "site": "writable"},
    ("post", "/sparql", 403): {"path": "/sparql", "headers": UPDATE | WRONG, "data": b"", "site": "writable"},
    ("post", "/sparql", 406): {"path": "/sparql", "headers": QUERY | PICTURE, "data": b"ASK {}"},
    ("post", "/sparql", 413): {"path": "/sparql", "headers": QUERY, "data": b"x", "environ_overrides": LARGE},
    ("post", "/sparql", 415): {"path": "/sparql", "headers": TTL, "data": b"x"},
    ("post", "/sparql", 503): {"path": "/sparql", "headers": QUERY, "data": b"ASK {}", "site": "stopped"},
    ("get", "/sparql", 409): {"path": "/sparql?query=ASK%7B%7D", "site": "cancelled"},
    ("get", "/sparql", 429): {"path": "/sparql?query=ASK%7B%7D", "site": "spent"},
    ("post", "/sparql", 409): {"path": "/sparql", "headers": QUERY, "data": b"ASK {}", "site": "cancelled"},
    ("post", "/sparql", 429): {"path": "/sparql", "headers": QUERY, "data": b"ASK {}", "site": "spent"},
    ("post", "/sparql", 412): {"path": "/sparql", "headers": UPDATE | TOKEN | OLD, "data": b"", "site": "writable"},
    ("post", "/sparql", 422): {"path": "/sparql", "headers": UPDATE | TOKEN, "data": FAULTY_UPDATE, "site": "writable"},
    ("post", "/sparql", 428): {"path": "/sparql", "headers": UPDATE | TOKEN, "data": b"", "site": "careful"},
    ("get", "/sparql/queries/{id}", 200): {"path": "/sparql/queries/mine", "site": "running"},
    ("get", "/sparql/queries/{id}", 404): {"path": "/sparql/queries/none"},
    ("delete", "/sparql/queries/{id}", 204): {"path": "/sparql/queries/mine", "site": "running"},
    ("delete", "/sparql/queries/{id}", 404): {"path": "/sparql/queries/none"},
    ("delete", "/store", 412): {"path": f"{G}/none", "headers": TOKEN | OLD, "site": "writable"},
    ("delete", "/store", 428): {"path": G, "headers": TOKEN, "site": "careful"},
    ("get", "/store", 200): {"path": "/store?default"},
    ("get", "/store", 400): {"path": "/store"},
    ("get", "/store", 404): {"path": G},
    ("get", "/store", 406): {"path": "/store?default", "headers": PICTURE},
    ("delete", "/store", 204): {"path": "/store?default", "headers": TOKEN, "site": "writable"},
    ("delete", "/store", 400): {"path": "/store", "headers": TOKEN, "site": "writable"},
    ("delete", "/store", 401): {"path": G, "site": "writable"},
    ("delete", "/store", 403): {"path": G},
    ("delete", "/store", 404): {"path": f"{G}/none", "headers": TOKEN, "site": "writable"},
    ("get", "/id/{kind}/{key}", 303): {"path": THING},
    ("get", "/id/{kind}/{key}", 404): {"path": "/id/programme/none"},
    ("get", "/id/{kind}/{key}", 406): {"path": THING, "headers": PICTURE},
    ("get", "/data/{kind}/{key}.{format}", 200): {"path": "/data/programme/baixian-baipin.ttl"},
    ("get", "/data/{kind}/{key}.{format}", 404): {"path": "/data/programme/baixian-baipin.doc"},
    ("get", "/dump/{file}", 303): {"path": "/dump/duikou.nq.gz"},
    ("get", "/dump/{file}", 404): {"path": "/dump/none"},
    ("get", "/dump/{snapshot}/{file}", 200): {"path": "/dump/000001/duikou.nq.gz"},
    ("get", "/dump/{snapshot}/{file}", 404): {"path": "/dump/000099/duikou.nq.gz"},
    ("get", "/sitemap-{name}-{number}.xml", 200): {"path": "/sitemap-programme-1.xml"},
    ("get", "/sitemap-{name}-{number}.xml", 404): {"path": "/sitemap-none-1.xml"},
    ("get", "/autocomplete", 400): {"path": "/autocomplete?q=a&lang=xx"},
    ("get", "/autocomplete", 503): {"path": "/autocomplete?q=a", "site": "stopped"},
    ("get", "/reconcile", 200): {"path": "/reconcile"},
    ("get", "/reconcile", 400): {"path": "/reconcile?queries=x"},
    ("get", "/reconcile", 413): {"path": f"/reconcile?queries={MANY}"},
    ("post", "/reconcile", 200): {"path": "/reconcile", "data": {"queries": "{}"}},
    ("post", "/reconcile", 400): {"path": "/reconcile", "data": {}},
    ("post", "/reconcile", 413): {"path": "/reconcile", "data": {"queries": MANY}},
    ("get", "/reconcile/extend", 200): {"path": f"/reconcile/extend?extend={NOTHING}"},
    ("get", "/reconcile/extend", 400): {"path": "/reconcile/extend"},
    ("get", "/reconcile/extend", 413): {"path": f"/reconcile/extend?extend={WIDE}"},
    ("post", "/reconcile/extend", 200): {"path": "/reconcile/extend", "data": {"extend": NOTHING}},
    ("post", "/reconcile/extend", 400): {"path": "/reconcile/extend", "data": {}},
    ("post", "/reconcile/extend", 413): {"path": "/reconcile/extend", "data": {"extend": WIDE}},
    ("get", "/reconcile/properties", 200): {"path": "/reconcile/properties"},
    ("get", "/reconcile/properties", 400): {"path": "/reconcile/properties?limit=x"},
    ("get", "/reconcile/suggest/{what}", 200): {"path": "/reconcile/suggest/entity?prefix=a"},
    ("get", "/reconcile/suggest/{what}", 400): {"path": "/reconcile/suggest/entity?cursor=x"},
    ("get", "/reconcile/suggest/{what}", 404): {"path": "/reconcile/suggest/other"},
    ("get", "/reconcile/flyout/{what}", 200): {"path": "/reconcile/flyout/type?id=University"},
    ("get", "/reconcile/flyout/{what}", 404): {"path": "/reconcile/flyout/type?id=none"},
    ("get", "/reconcile/preview", 200): {"path": "/reconcile/preview?id=id/area/532300"},
    ("get", "/reconcile/preview", 404): {"path": "/reconcile/preview?id=none"},
    ("get", "/reconcile/view", 303): {"path": "/reconcile/view?id=id/area/532300"},
    ("get", "/reconcile/view", 404): {"path": "/reconcile/view?id=none"},
    ("get", "/readyz", 200): {"path": "/readyz"},
    ("get", "/readyz", 503): {"path": "/readyz", "site": "stopped"},
}  # fmt: skip
for _method in ("put", "post"):
    TRIED = TRIED | {
        (_method, "/store", 201): {"path": f"{G}/{_method}", "headers": TTL | TOKEN, "data": ONE, "site": "writable"},
        (_method, "/store", 204): {"path": "/store?default", "headers": TTL | TOKEN, "data": ONE, "site": "writable"},
        (_method, "/store", 400): {"path": G, "headers": TTL | TOKEN, "data": b"<", "site": "writable"},
        (_method, "/store", 401): {"path": G, "headers": TTL, "data": ONE, "site": "writable"},
        (_method, "/store", 403): {"path": G, "headers": TTL | WRONG, "data": ONE, "site": "writable"},
        (_method, "/store", 412): {"path": G, "headers": TTL | TOKEN | OLD, "data": ONE, "site": "writable"},
        (_method, "/store", 422): {"path": OURS, "headers": TTL | TOKEN, "data": FAULTY, "site": "writable"},
        (_method, "/store", 428): {"path": G, "headers": TTL | TOKEN, "data": ONE, "site": "careful"},
        (_method, "/store", 413): {
            "path": G, "headers": TTL | TOKEN, "data": ONE, "site": "writable", "environ_overrides": LARGE
        },
        (_method, "/store", 415): {"path": G, "headers": TOKEN, "data": ONE, "site": "writable"},
    }  # fmt: skip
#: A store that is being written to by another process for ever, or whose disk is full, is tried elsewhere, and so
#: is a graph that others need.
ELSEWHERE = {(method, "/store", 503) for method in ("get", "put", "post", "delete")} | {("delete", "/store", 422)}


class Stopped:
    """An engine that something stops: a limit, as a rule."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error or Exhausted(Limit.LOAD, Problem("too much to do"))

    def answer(self, *_: object) -> Answer:
        raise self.error

    def write(self, *_: object) -> Format:
        raise self.error


@contextmanager
def running(client: FlaskClient) -> Iterator[FlaskClient]:
    """A client one of whose queries runs until the end of the block; it is called ``mine``."""
    supervision = client.application.extensions["duikou.supervision"]
    assert isinstance(supervision, Supervision)
    begun, over = threading.Event(), threading.Event()
    told = {"HTTP_X_QUERY_ID": "mine", "REMOTE_ADDR": "127.0.0.1"}

    def run() -> None:
        context = client.application.test_request_context("/sparql", environ_overrides=told)
        with context, supervision.asking("query", "ASK"):
            begun.set()
            over.wait()

    thread = threading.Thread(target=run)
    thread.start()
    begun.wait()
    yield client
    over.set()
    thread.join()


def described(client: FlaskClient) -> dict[str, Any]:
    document = client.get("/openapi.json").json
    assert isinstance(document, dict)
    return document


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]


def test_it_names_this_server_and_version(site: FlaskClient) -> None:
    document = described(site)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "http://localhost"}]
    assert document["info"]["version"] == (site.get("/healthz").json or {})["version"]


def test_every_route_for_programs_is_described(site: FlaskClient) -> None:
    paths = {re.sub(r"{\w+}", "*", path) for path in described(site)["paths"]}
    pages, same = ("/static", "/<any", "/store/", "/concept/", "/graph/"), {"/", "/void.*", "/dataset.*", "/ontology.*"}
    rules = {rule.rule for rule in site.application.url_map.iter_rules() if not rule.rule.startswith(pages)}
    names = {re.sub(r"<[^>]*>", "*", rule).replace("/data/*/*", "/data/*/*.*") for rule in rules}
    assert names - same == paths - {"/void.ttl"}


def test_every_answer_it_names_can_be_had(site: FlaskClient, writable: FlaskClient) -> None:
    site, writable = site.application.test_client(), writable.application.test_client()
    document = described(site)
    access = site.application.extensions["duikou"]
    stopped = create_app(access.database, engine=Stopped()).test_client()
    spent = create_app(access.database, engine=Stopped(OverBudget(60, 3))).test_client()
    cancelled = create_app(access.database, engine=Stopped(Cancelled("not wanted"))).test_client()
    served = writable.application.extensions["duikou"]
    careful = create_app(served.database, writer=served.writer, token="secret", must_match=True).test_client()
    busy = create_app(access.database).test_client()
    sites = {
        "site": site, "writable": writable, "stopped": stopped, "spent": spent, "cancelled": cancelled,
        "careful": careful, "running": busy,
    }  # fmt: skip
    with running(busy):
        missing = untrue(document, sites)
    assert missing == []


def untrue(document: dict[str, Any], sites: Mapping[str, FlaskClient]) -> list[tuple[tuple[str, str, int], int]]:
    """Return the answers that are named and cannot be had, and what came instead."""
    site, missing = sites["site"], []
    for method, path, operation in operations(document):
        for told, said in operation["responses"].items():
            status, response = int(told), resolved(document, said)
            key = (method, path, status)
            if key in ELSEWHERE:
                continue
            request = dict(TRIED.get(key) or {"path": path})
            if status == 303 and key not in TRIED:
                request["headers"] = BROWSER
            if status == 406 and key not in TRIED:
                request["headers"] = PICTURE
            if status == 304:
                request = dict(TRIED.get((method, path, 200)) or {"path": path})
                request["headers"] = {"If-None-Match": site.get(request["path"]).headers["ETag"]}
            client = sites[request.pop("site", "site")]
            answer = client.open(request.pop("path"), method=method.upper(), buffered=True, **request)
            if answer.status_code != status:
                missing.append((key, answer.status_code))
                continue
            check(document, response, answer)
    return missing


def check(document: dict[str, Any], response: dict[str, Any], answer: TestResponse) -> None:
    """Hold the body against what is said of it."""
    content = response.get("content")
    if content is None:
        assert answer.status_code in (201, 204, 303, 304)
        return
    assert answer.mimetype in content
    schema = content[answer.mimetype].get("schema")
    if schema is not None:
        jsonschema.validate(answer.json, resolved(document, schema))


@pytest.mark.parametrize("name", ["time", "memory", "size", "load", "budget"])
def test_its_limits_are_those_there_are(site: FlaskClient, name: str) -> None:
    problem = described(site)["components"]["schemas"]["Problem"]
    assert name in problem["properties"]["limit"]["enum"]
    assert {limit.value for limit in Limit} - {"depth"} == set(problem["properties"]["limit"]["enum"])
