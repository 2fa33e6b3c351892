"""Triples are written in reading order, with the prefixes they need; long answers as they come."""

from __future__ import annotations

import io

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from graph.formats import Format, Kind
from graph.triples import ANSWER_SORTED_AT_MOST, write_triples
from ontology.namespaces import PREFIXES

DK, ID, TYPE = PREFIXES["dk"], "https://w3id.org/duikou/id/", PREFIXES["rdf"] + "type"
P = NamedNode("urn:p")


def area(number: int) -> NamedNode:
    return NamedNode(f"{ID}area/{number}")


def written(triples: list[Triple], chosen: Format, **more: int) -> str:
    out = io.BytesIO()
    write_triples(iter(triples), chosen, out, **more)
    return out.getvalue().decode()


def some(count: int) -> list[Triple]:
    """Triples of areas, the last first."""
    return [Triple(area(n), NamedNode(DK + "population"), Literal(n)) for n in range(count, 0, -1)]


def test_types_come_first_then_properties_then_values() -> None:
    triples = [
        Triple(area(2), NamedNode(DK + "name"), Literal("二")),
        Triple(area(1), NamedNode(DK + "within"), area(2)),
        Triple(area(1), NamedNode(TYPE), NamedNode(DK + "Area")),
        Triple(area(1), NamedNode("http://a.example/first"), Literal("b")),
        Triple(area(1), NamedNode("http://a.example/first"), Literal("a")),
    ]
    lines = written(triples, Format.NTRIPLES).splitlines()
    assert [line.split(" ", 1)[1].removesuffix(" .") for line in lines] == [
        f"<{TYPE}> <{DK}Area>",
        '<http://a.example/first> "a"',
        '<http://a.example/first> "b"',
        f"<{DK}within> <{ID}area/2>",
        f'<{DK}name> "二"',
    ]


@pytest.mark.parametrize(
    ("triple", "expected"),
    [
        (Triple(area(1), NamedNode(DK + "within"), area(2)), {"dk", "area"}),
        (Triple(area(1), NamedNode("http://a.example/p"), Literal("<http://www.w3.org/ns/prov#x>")), {"area"}),
        (Triple(BlankNode("b"), NamedNode(DK + "name"), BlankNode("c")), {"dk"}),
        (Triple(BlankNode("b"), NamedNode("http://a.example/p"), Literal("> <", language="en")), set()),
        (Triple(area(1), P, Literal("2019", datatype=NamedNode(PREFIXES["xsd"] + "gYear"))), {"area", "xsd"}),
        (Triple(NamedNode("urn:s"), P, Triple(area(1), P, area(2))), set()),  # RDF 1.2
        # two kinds of things of one name
        (Triple(area(1), P, NamedNode("https://w3id.org/duikou/concept/area/x")), {"area", "id-area"}),
    ],
)
def test_the_prefixes_are_those_that_shorten_something(triple: Triple, expected: set[str]) -> None:
    text = written([triple], Format.TURTLE)
    declared = {line.split()[1].rstrip(":") for line in text.splitlines() if line.startswith("@prefix")}
    assert declared == expected
    assert [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)] == [triple]


@pytest.mark.parametrize("chosen", [f for f in Format if f.kind in {Kind.GRAPH, Kind.DATASET}])
@pytest.mark.parametrize("count", [0, 1, ANSWER_SORTED_AT_MOST, ANSWER_SORTED_AT_MOST + 1, 3 * ANSWER_SORTED_AT_MOST])
def test_nothing_is_lost_whatever_their_number(chosen: Format, count: int) -> None:
    triples = some(count)
    text = written(triples, chosen, sorted_at_most=ANSWER_SORTED_AT_MOST)
    got = [quad.triple for quad in parse(text, format=chosen.rdf)]
    assert sorted(got, key=str) == sorted(triples, key=str)
    if count > ANSWER_SORTED_AT_MOST:
        assert got == triples  # as they came
    elif chosen is Format.NTRIPLES:
        assert got == sorted(triples, key=str)


def test_a_long_answer_has_the_prefixes_of_its_beginning() -> None:
    text = written(some(2 * ANSWER_SORTED_AT_MOST), Format.TURTLE, sorted_at_most=ANSWER_SORTED_AT_MOST)
    assert f"@prefix area: <{ID}area/>" in text
    assert "area:1 dk:population 1" in text
