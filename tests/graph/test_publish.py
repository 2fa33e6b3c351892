"""Publishing: all or nothing, one graph and no other, and nothing that breaks the shapes."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from graph.database import Database
from graph.publish import Report, build, load_rdf, publish
from graph.sources import Source
from ontology.errors import Origin, SourceError, ValidationError
from ontology.namespaces import expand, named_graph
from ontology.records import (
    Area,
    Indicator,
    Labels,
    Measurement,
    Programme,
    Record,
    Ref,
    Result,
    SourceDocument,
    TextEvidence,
)


def source(graph: str, *records: Record, **more: Any) -> Source:
    origins = {(r.ref, None): Origin(f"{graph}.yaml", line) for line, r in enumerate(records, 1)}
    return Source(
        graph=f"source/{graph}", records=records, loader="test", file=f"/somebody/{graph}.yaml",
        sha256="ab" * 32, size=9, origins=origins, **more,
    )  # fmt: skip


def both(name: str) -> Labels:
    return Labels(zh=f"{name}（中）", en=name)


def area(key: str, level: str, name: str, within: str | None, code: str | None = None) -> Area:
    return Area(
        key=key, subclass=f"{level}LevelArea", label=both(name), within=Ref(f"area/{within}") if within else None,
        gbt2260=code or (key if key.isdigit() else None), code_edition="2019" if code or key.isdigit() else None,
    )  # fmt: skip


def areas() -> list[Area]:
    return [
        area("CN", "Country", "China", None),
        area("530000", "Province", "Yunnan", "CN"),
        area("532300", "Prefecture", "Chuxiong", "530000"),
        area("532900", "Prefecture", "Dali", "530000"),
        area("532301", "County", "Chuxiong City", "532300"),
    ]


def figure(**changes: Any) -> Measurement:
    said: dict[str, Any] = {
        "key": "p.households", "of": Ref("programme/p"), "indicator": Ref("indicator/households"), "value": Decimal(97),
        "qualifier": Ref("concept/qualifier/exact"), "unit": Ref("concept/unit/household"),
        "status": Ref("concept/status/achieved"), "as_written": "97户", "evidence": (Ref("evidence/e"),),
    }  # fmt: skip
    return Measurement(**(said | changes))


def programme(*more: Record, measurement: Measurement | None = None, evidence: dict[str, Any] | None = None) -> Source:
    words: dict[str, Any] = {"begin": 10, "end": 13, "text": "97户"} | (evidence or {})
    return source(
        "p",
        Programme(key="p", label=both("Programme"), evidence=(Ref("evidence/e"),)),
        Indicator(key="households", label=both("households")),
        SourceDocument(key="d", label=both("Document"), characters=100, sha256="cd" * 32),
        TextEvidence(key="e", document=Ref("document/d"), **words),
        measurement or figure(),
        *more,
    )


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "db")


def test_what_keeps_to_the_shapes_is_published(db: Database) -> None:
    report = publish(db, [source("areas-here", *areas()), programme()], command="load p.yaml")
    assert report.snapshot is not None
    assert report.snapshot == db.current
    assert report.checked == 10
    assert {c.graph.rpartition("/")[2]: c.removed for c in report.changes} == {"ontology": 0, "areas-here": 0, "p": 0}
    assert [str(n) for n in report.notes] == ["p.yaml:5: measurement/p.households: No period is known for this figure"]
    assert report.as_json()["snapshot"] == 1


def wrong(**changes: Any) -> Source:
    return programme(measurement=figure(**changes))


def in_two_prefectures() -> Source:
    return source("more", Area(key="532301", subclass="CountyLevelArea", within=Ref("area/532900")))


def of_two_kinds() -> Source:
    both_of_them = (Result(key="p.r", subclass=kind, of=Ref("programme/p")) for kind in ("Output", "Outcome"))
    return programme(*both_of_them)


FAULTS = [
    ("a figure without evidence", lambda: wrong(evidence=()), "p.yaml:5", "must cite"),
    ("an unknown unit", lambda: wrong(unit=Ref("concept/unit/furlong")), "p.yaml:5", "concept/unit/furlong"),
    ("no unit", lambda: wrong(unit=None), "p.yaml:5", "dk:unit"),
    ("an unknown indicator", lambda: wrong(indicator=Ref("indicator/nowhere")), "p.yaml:5", "indicator/nowhere"),
    ("bounds that do not fit", lambda: wrong(upper_bound=Decimal(5)), "p.yaml:5", "bounds do not fit"),
    ("a span off by one", lambda: programme(evidence={"end": 14}), "p.yaml:4", "not as long as the span"),
    ("past the end", lambda: programme(evidence={"begin": 98, "end": 101}), "p.yaml:4", "beyond the last"),
    ("two kinds at once", of_two_kinds, "p.yaml:", "result/p.r"),
    ("a county in two prefectures", in_two_prefectures, "more.yaml:1", "area/532301"),
    ("a code twice", lambda: source("more", area("x", "County", "X", "532300", "532301")), "more.yaml:1", "532301"),
]


@pytest.mark.parametrize(("made", "where", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_planted_fault_is_refused_and_nothing_moves(db: Database, made: Any, where: str, words: str) -> None:
    publish(db, [source("areas-here", *areas())], command="load")
    before = {str(q) for q in db.reader().store}
    with pytest.raises(ValidationError) as caught:
        publish(db, [made()], command="load")
    assert any(str(p).startswith(where) and words in str(p) for p in caught.value.problems), str(caught.value)
    current = db.current
    assert current is not None
    assert current.number == 1
    assert {str(q) for q in db.reader().store} == before


def test_overlapping_words_must_agree_with_those_already_published(db: Database) -> None:
    publish(db, [programme()], command="load")
    other = source("q", TextEvidence(key="f", document=Ref("document/d"), begin=11, end=13, text="8户"),
                   Programme(key="q", label=both("Q"), evidence=(Ref("evidence/f"),)))  # fmt: skip
    with pytest.raises(ValidationError, match="overlap but do not agree"):
        publish(db, [other], command="load")


def test_one_bad_source_keeps_back_the_good_ones(db: Database) -> None:
    with pytest.raises(ValidationError):
        publish(db, [source("areas-here", *areas()), programme(measurement=figure(evidence=()))], command="load")
    assert db.current is None


def test_taking_away_what_others_refer_to_is_refused(db: Database) -> None:
    publish(
        db,
        [source("areas-here", *areas()), programme(measurement=figure(measured_areas=(Ref("area/532301"),)))],
        command="load",
    )
    with pytest.raises(ValidationError, match=r"measurement/p.households"):
        publish(db, [source("areas-here", *areas()[:4])], command="load")


def test_loading_again_replaces_the_graph_and_nothing_else(db: Database) -> None:
    publish(db, [source("areas-here", *areas()), programme()], command="load")
    report = publish(
        db,
        [programme(measurement=figure(value=Decimal(98), as_written="98户", evidence=(Ref("evidence/e"),)))],
        command="load",
    )
    assert [(c.graph, c.added, c.removed) for c in report.changes] == [(named_graph("source/p"), 2, 2)]
    value = NamedNode(expand("dk:value"))
    assert [q.object.value for q in db.reader().store.quads_for_pattern(None, value, None)] == ["98"]


def test_publishing_the_same_again_changes_nothing_but_the_times(db: Database) -> None:
    publish(db, [programme()], command="load")
    report = publish(db, [programme()], command="load")
    assert report.changes == ()
    first, second = db.snapshots()
    assert first.graphs == second.graphs


def test_a_dry_run_checks_and_publishes_nothing(db: Database) -> None:
    report = publish(db, [programme()], command="load", dry_run=True)
    assert report.snapshot is None
    assert report.added > 0
    assert db.current is None
    with pytest.raises(ValidationError):
        publish(db, [programme(measurement=figure(evidence=()))], command="load", dry_run=True)


def test_two_sources_of_one_name_are_refused(db: Database) -> None:
    with pytest.raises(SourceError, match="both call themselves 'p'"):
        publish(db, [programme(), programme()], command="load")


def test_a_figure_follows_to_the_programme_and_its_words_to_the_document(db: Database) -> None:
    result = Result(
        key="p.r", subclass="Output", of=Ref("programme/p"), measurements=(Ref("measurement/p.households"),)
    )
    publish(db, [programme(result, measurement=figure(of=None))], command="load")
    p = NamedNode("https://w3id.org/duikou/id/programme/p")
    found = db.reader().select("SELECT ?p ?m ?d { ?p dk:hasMeasurement ?m ; dk:citedDocument ?d }", p=p)
    assert [(r["m"].value.rpartition("/")[2], r["d"].value.rpartition("/")[2]) for r in found] == [
        ("p.households", "d")
    ]


def test_what_followed_from_a_replaced_source_is_gone(db: Database) -> None:
    publish(db, [programme()], command="load")
    ask = "SELECT ?m { GRAPH g:inferred { ?m rdfs:label ?label FILTER(CONTAINS(?label, '97户')) } }"
    assert db.reader().select(ask)
    publish(
        db,
        [programme(measurement=figure(as_written="98户", value=Decimal(98)), evidence={"text": "98户"})],
        command="load",
    )
    assert not db.reader().select(ask)


def test_where_a_graph_came_from_is_written_without_paths(db: Database) -> None:
    publish(db, [programme()], command="duikou load /home/somebody/p.yaml --db /srv/data")
    graph = NamedNode(named_graph("source/p"))
    (row,) = db.reader().select(
        """SELECT ?g ?file ?sha256 ?size ?format ?command ?version ?loader { GRAPH g:provenance {
             ?g prov:wasGeneratedBy ?load ; prov:wasDerivedFrom ?f .
             ?f rdfs:label ?file ; dk:sha256 ?sha256 ; <http://www.w3.org/ns/dcat#byteSize> ?size ;
               dcterms:format ?format .
             ?load a prov:Activity ; prov:startedAtTime ?start ; prov:endedAtTime ?end ; dcterms:description ?command ;
               schema:instrument ?loader ; prov:wasAssociatedWith/schema:softwareVersion ?version } }""",
        g=graph,
    )
    assert [row[i].value for i in ("file", "sha256", "size", "format", "command", "loader")] == [
        "p.yaml", "ab" * 32, "9", "application/yaml", "duikou load p.yaml --db data", "test",
    ]  # fmt: skip
    assert all("somebody" not in str(q) for q in db.reader().store)


def test_a_changed_file_is_a_revision_of_the_one_before(db: Database) -> None:
    publish(db, [programme()], command="load")
    publish(db, [dataclasses.replace(programme(), sha256="ef" * 32)], command="load")
    (row,) = db.reader().select("SELECT ?new ?old { ?f prov:wasRevisionOf ?o . ?f dk:sha256 ?new . ?o dk:sha256 ?old }")
    assert (row["new"].value[:2], row["old"].value[:2]) == ("ef", "ab")
    now = db.reader().select("SELECT ?g ?f { ?g prov:wasDerivedFrom ?f }", g=NamedNode(named_graph("source/p")))
    assert len(now) == 1


def test_progress_is_told(db: Database) -> None:
    told: list[str] = []
    build(db, [programme()], progress=lambda what, done, total: told.append(what))
    assert told == ["/somebody/p.yaml", "checking", "inferring"]


def test_a_problem_the_loader_could_not_read_is_in_the_report(db: Database) -> None:
    from ontology.errors import Problem  # noqa: PLC0415

    unread = (Problem("no idea", Origin("p.yaml", 3)),)
    report: Report = publish(db, [dataclasses.replace(programme(), unread=unread)], command="load")
    assert report.unread == unread
    assert report.as_json()["unread"] == ["p.yaml:3: no idea"]


# -- the ten cases ---------------------------------------------------------------------------


def test_the_ten_cases_infer_nothing_that_was_said(ten_cases: Database) -> None:
    store = ten_cases.reader().store
    inferred = NamedNode(named_graph("inferred"))
    count = 0
    for quad in store.quads_for_pattern(None, None, None, inferred):
        count += 1
        assert len(list(store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))) == 1, quad
    assert count > 3000


def test_every_thing_of_the_ten_cases_has_a_name_in_both_languages(ten_cases: Database) -> None:
    rows = ten_cases.reader().select(
        """SELECT DISTINCT ?x { GRAPH ?g { ?x a ?class } FILTER(STRSTARTS(STR(?x), STR(id:)))
             FILTER(!EXISTS { ?x rdfs:label ?zh FILTER(LANG(?zh) = "zh") } ||
               !EXISTS { ?x rdfs:label ?en FILTER(LANG(?en) = "en") }) }"""
    )
    assert [r["x"].value for r in rows] == []


def test_the_union_of_the_ten_cases_holds_no_triple_twice(ten_cases: Database) -> None:
    reader = ten_cases.reader()
    triples = {(q.subject, q.predicate, q.object) for q in reader.store}
    (row,) = reader.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert int(row["n"].value) == len(triples)
    assert reader.snapshot is not None
    assert reader.snapshot.quads - reader.snapshot.repeated == len(triples)


def test_validating_rdf_of_our_classes(db: Database, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text(
        "@prefix dk: <https://w3id.org/duikou/ontology#> . <http://example.com/m> a dk:Measurement ; dk:value 3.0 ."
    )
    with pytest.raises(ValidationError, match=r"http://example.com/m: "):
        load_rdf(db, [bad])
    assert db.current is None


def test_things_beyond_the_limit_are_counted_not_checked(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "many.ttl"
    lines = [f'<http://example.com/{i}> a dk:BeneficiaryGroup ; rdfs:label "{i}"@zh, "{i}"@en .' for i in range(20)]
    prefixes = (
        "@prefix dk: <https://w3id.org/duikou/ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    )
    file.write_text("\n".join([prefixes, *lines]))
    report = load_rdf(db, [file], limit=5)
    assert report.checked == 5
    assert "15 more were not" in str(report.notes[0])
    assert Literal("3", language="zh") in {q.object for q in db.reader().store}
