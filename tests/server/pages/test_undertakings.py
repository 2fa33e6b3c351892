"""Undertakings read at once: they say of everything what the search's own questions say."""

from __future__ import annotations

import pytest

from graph.database import Database
from ontology.namespaces import concept, thing
from server import finding, naming, queries, undertakings
from server.finding import Wish, search

WISHES = (
    Wish("云南"),
    Wish("tongji"),
    Wish(kind="measurement"),
    Wish(kind="area", facets={"theme": concept("theme", "health")}),
    Wish(facets={"donor": thing("organisation", "tongji-university"), "year": "2018"}),
    Wish("上海", facets={"area": thing("area", "530000")}, sort="year"),
)


def test_everything_has_the_facets_that_the_engine_finds(ten_cases: Database) -> None:
    engine = ten_cases.reader()
    known = finding.undertakings(engine)
    assert known is not None
    rows = queries.united(engine, ["SELECT DISTINCT ?thing WHERE { ?thing a ?class . FILTER(isIRI(?thing)) }"])
    things = sorted(naming.iris(row["thing"] for row in rows))
    asked = {found.iri: found.facets for found in finding.of(engine, things)}
    assert {iri: dict(known.facets(iri)) for iri in things} == asked
    assert sum(any(facets.values()) for facets in asked.values()) > 200


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_a_search_finds_the_same_with_and_without(ten_cases: Database, wish: Wish) -> None:
    engine = ten_cases.reader()
    known = finding.undertakings(engine)
    with_them, without = search(engine, wish, known), search(engine, wish)
    assert with_them == without
    assert with_them.things


def test_too_many_are_not_kept(ten_cases: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undertakings, "MOST", 10)
    assert finding.undertakings(ten_cases.reader()) is None
