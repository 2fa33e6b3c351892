"""The format that a client gets, against the Accept headers that clients really send."""

from __future__ import annotations

import pytest

from graph.formats import Format
from server import negotiation
from server.negotiation import ANSWERS, GRAPHS

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,*/*;q=0.8"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
SPARQLWRAPPER = "application/sparql-results+xml,application/rdf+xml,*/*"
RDFLIB = "application/rdf+xml,text/html;q=0.3,application/xhtml+xml;q=0.4,text/turtle"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"


@pytest.mark.parametrize(
    ("accept", "first"),
    [
        (None, Format.JSON),
        ("application/trig", Format.TRIG),
        ("application/n-quads, */*;q=0.1", Format.NQUADS),
        ("", Format.JSON),
        ("*/*", Format.JSON),
        ("application/json", Format.JSON),
        ("application/sparql-results+json; charset=utf-8", Format.JSON),
        ("application/xml", Format.XML),
        ("text/csv", Format.CSV),
        ("text/*", Format.CSV),
        ("text/csv;q=0.5, text/tab-separated-values", Format.TSV),
        ("application/sparql-results+json;q=0, text/csv", Format.CSV),
        (SPARQLWRAPPER, Format.XML),
    ],
)
def test_a_table_comes_in_the_format_liked_best(accept: str | None, first: Format) -> None:
    assert negotiation.preferred(accept, ANSWERS)[0] is first


@pytest.mark.parametrize(
    ("accept", "first"),
    [
        (None, Format.TURTLE),
        ("*/*", Format.TURTLE),
        ("text/n3", Format.TURTLE),
        ("text/plain", Format.NTRIPLES),
        ("application/json", Format.JSONLD),
        ("application/xml", Format.RDFXML),
        ("application/ld+json, text/turtle", Format.TURTLE),  # a tie is decided by our order
        ("application/ld+json, text/turtle;q=0.9", Format.JSONLD),
        (RDFLIB, Format.TURTLE),
        (JENA, Format.TURTLE),
    ],
)
def test_a_graph_comes_in_the_format_liked_best(accept: str | None, first: Format) -> None:
    assert negotiation.preferred(accept, GRAPHS)[0] is first


def test_a_format_refused_by_name_does_not_come_by_its_other_name() -> None:
    formats = negotiation.preferred("application/sparql-results+json;q=0, */*", ANSWERS)
    assert Format.JSON not in formats
    assert Format.XML in formats


def test_nothing_comes_where_nothing_fits() -> None:
    assert negotiation.preferred("image/png", ANSWERS) == []


@pytest.mark.parametrize("accept", [FIREFOX, CHROME, "text/html"])
def test_browsers_are_told_from_programs(accept: str) -> None:
    assert negotiation.wants_html(accept, ANSWERS)


@pytest.mark.parametrize("accept", [None, "*/*", SPARQLWRAPPER, RDFLIB, JENA, "text/html;q=0.1, text/turtle"])
def test_programs_never_get_html(accept: str | None) -> None:
    assert not negotiation.wants_html(accept, GRAPHS)


@pytest.mark.parametrize(
    ("name", "formats"),
    [
        ("json", [Format.JSON, Format.JSONLD]),
        ("xml", [Format.XML, Format.RDFXML]),
        ("CSV", [Format.CSV]),
        ("ttl", [Format.TURTLE]),
        ("jsonld", [Format.JSONLD]),
        ("text/turtle", [Format.TURTLE]),
        ("yaml", []),
    ],
)
def test_format_parameters_name_formats(name: str, formats: list[Format]) -> None:
    assert negotiation.by_name(name, ANSWERS) == formats


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-GB,en;q=0.5", "en"),
        ("de,zh;q=0.5,en;q=0.7", "en"),
        ("fr", "en"),
    ],
)
def test_pages_come_in_the_readers_language(accept: str | None, language: str) -> None:
    assert negotiation.language(accept, ("zh", "en")) == language
