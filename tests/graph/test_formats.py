"""The one table of formats."""

from __future__ import annotations

import pyoxigraph
import pytest

from graph.formats import Format, Kind


@pytest.mark.parametrize("format", Format)
def test_each_format_is_found_by_its_own_names(format: Format) -> None:
    assert Format.named(format.short) is format
    assert Format.named(format.short.upper()) is format
    assert Format.of_media_type(format.media_type) is format
    assert Format.of_media_type(f"{format.media_type}; charset=UTF-8") is format
    assert Format.of_file(f"data.{format.extension}", format.kind) is format


@pytest.mark.parametrize("format", Format)
def test_the_engine_agrees_on_media_type(format: Format) -> None:
    engine = format.rdf if format.is_rdf else format.results
    assert format.media_type in (engine.media_type, engine.media_type.partition(";")[0])
    assert format.iri == engine.iri


def test_short_names_are_those_of_the_command_line() -> None:
    assert [f.short for f in Format] == ["json", "xml", "csv", "tsv", "ttl", "nt", "rdf", "jsonld", "nq", "trig"]


@pytest.mark.parametrize(
    ("media_type", "kind", "expected"),
    [
        ("application/xml", Kind.RESULTS, Format.XML),
        ("application/xml", Kind.GRAPH, Format.RDFXML),
        ("application/json", Kind.RESULTS, Format.JSON),
        ("application/json", Kind.GRAPH, Format.JSONLD),
        ("text/plain", Kind.GRAPH, Format.NTRIPLES),
        ("text/n3", Kind.GRAPH, Format.TURTLE),
        ("application/x-turtle", Kind.GRAPH, Format.TURTLE),
        ("text/html", Kind.GRAPH, None),
    ],
)
def test_what_clients_send_for_a_format(media_type: str, kind: Kind, expected: Format | None) -> None:
    assert Format.of_media_type(media_type, kind) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x.nq.gz", Format.NQUADS),
        ("X.TTL", Format.TURTLE),
        ("a.b.owl", Format.RDFXML),
        ("a.json", Format.JSONLD),
        ("a.yaml", None),
        ("gz", None),
    ],
)
def test_files_to_load_are_known_by_their_endings(name: str, expected: Format | None) -> None:
    assert Format.of_file(name, Kind.GRAPH, Kind.DATASET) is expected


def test_only_text_types_carry_a_charset() -> None:
    assert Format.CSV.content_type == "text/csv; charset=utf-8"
    assert Format.JSON.content_type == "application/sparql-results+json"


def test_asking_a_result_format_for_rdf_is_a_mistake_that_shows() -> None:
    assert isinstance(Format.CSV.results, pyoxigraph.QueryResultsFormat)
    with pytest.raises(KeyError):
        _ = Format.CSV.rdf
