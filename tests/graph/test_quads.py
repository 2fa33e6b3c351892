"""Records become RDF by their declarations, typed as the ontology says."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Dataset, Literal, NamedNode, Quad, RdfFormat, Store, parse

from graph.database import Database
from graph.export import export
from graph.formats import Format
from graph.quads import iri, quads
from graph.sources import Source
from ontology.errors import Origin, SourceError
from ontology.namespaces import expand, named_graph
from ontology.records import (
    Area,
    Day,
    Labels,
    Measurement,
    MechanismComponent,
    Names,
    Organisation,
    PartialDate,
    Participation,
    Programme,
    Record,
    Ref,
    SourceDocument,
    TextEvidence,
    Url,
)


def source(*records: Record, **origins: Origin) -> Source:
    places = {(Ref(ref), None): origin for ref, origin in origins.items()}
    return Source(graph="source/t", records=records, loader="t", file="t.yaml", sha256="0" * 64, size=1, origins=places)


def said(record: Record) -> set[tuple[str, str, str]]:
    """The triples of one record, IRIs shortened to their last part."""

    def short(term: object) -> str:
        return term.value.rpartition("ontology#")[2].rpartition("/id/")[2] if isinstance(term, NamedNode) else str(term)

    found = list(quads(source(record)))
    assert {q.graph_name for q in found} == {NamedNode(named_graph("source/t"))}
    return {(short(q.subject), short(q.predicate), short(q.object)) for q in found}


INDICATOR = Ref("indicator/i")
RDFS, SKOS, FOAF = (expand(f"{prefix}:") for prefix in ("rdfs", "skos", "foaf"))
CONCEPT = "https://w3id.org/duikou/concept/"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Programme(key="p", started=PartialDate("2018")), ("programme/p", "startDate", f'"2018"^^<{XSD}gYear>')),
        (Programme(key="p", ended=PartialDate("2018-02")), ("programme/p", "endDate", f'"2018-02"^^<{XSD}gYearMonth>')),
        (
            Programme(key="p", started=PartialDate("2018-02-03")),
            ("programme/p", "startDate", f'"2018-02-03"^^<{XSD}date>'),
        ),
        (
            Measurement(key="m", indicator=INDICATOR, period_end=Day("2019-10-17")),
            ("measurement/m", "periodEnd", f'"2019-10-17"^^<{XSD}date>'),
        ),
        (
            Measurement(key="m", indicator=INDICATOR, value=Decimal("2.2E6")),
            ("measurement/m", "value", f'"2200000"^^<{XSD}decimal>'),
        ),
        (
            Measurement(key="m", indicator=INDICATOR, value=Decimal("0.15")),
            ("measurement/m", "value", f'"0.15"^^<{XSD}decimal>'),
        ),
        (
            Measurement(key="m", indicator=INDICATOR, lower_inclusive=False),
            ("measurement/m", "lowerInclusive", f'"false"^^<{XSD}boolean>'),
        ),
        (Measurement(key="m", indicator=INDICATOR, as_written="97种"), ("measurement/m", "asWritten", '"97种"')),
        (
            Measurement(key="m", of=Ref("programme/p"), indicator=INDICATOR),
            ("programme/p", "hasMeasurement", "measurement/m"),
        ),
        (
            Measurement(key="m", indicator=INDICATOR, status=Ref("concept/status/achieved")),
            ("measurement/m", "status", f"{CONCEPT}status/achieved"),
        ),
        (
            MechanismComponent(
                key="m.1", of=Ref("mechanism/m"), component_type=Ref("concept/component-type/company"), position=1
            ),
            ("mechanism/m", "hasComponent", "component/m.1"),
        ),
        (
            Organisation(key="o", subclass="University", label=Labels(zh="同济大学")),
            ("organisation/o", f"{RDFS}label", '"同济大学"@zh'),
        ),
        (Organisation(key="o", alt_label=Names(en=("A", "B"))), ("organisation/o", f"{SKOS}altLabel", '"B"@en')),
        (
            SourceDocument(key="d", address=Url("https://example.com/a?b=c")),
            ("document/d", f"{FOAF}page", "https://example.com/a?b=c"),
        ),
    ],
)
def test_a_value_is_typed_by_its_declaration(record: Record, expected: tuple[str, str, str]) -> None:
    assert expected in said(record)


def test_what_is_unknown_says_nothing() -> None:
    assert said(Programme(key="p")) == {("programme/p", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "Programme")}


def test_the_most_specific_class_is_asserted() -> None:
    assert ("area/a", expand("rdf:type"), "CountyLevelArea") in said(Area(key="a", subclass="CountyLevelArea"))


def test_a_participation_hangs_from_its_programme_by_its_role() -> None:
    found = said(Participation(key="p.x", role="donor", of=Ref("programme/p"), participant=Ref("organisation/o")))
    assert ("programme/p", "donorParticipation", "participation/p.x") in found
    assert ("participation/p.x", "participant", "organisation/o") in found
    assert ("participation/p.x", expand("rdf:type"), "DonorParticipation") in found


def test_text_evidence_is_a_web_annotation_selector_too() -> None:
    evidence = TextEvidence(key="e", document=Ref("document/d"), begin=3, end=5, text="中文")
    found = said(evidence)
    integer = f"^^<{XSD}integer>"
    for prefix, names in (("", ("beginIndex", "endIndex", "exactText")), (expand("oa:"), ("start", "end", "exact"))):
        values = (f'"3"{integer}', f'"5"{integer}', '"中文"')
        assert {("evidence/e", prefix + name, value) for name, value in zip(names, values, strict=True)} <= found
    for kind in ("TextPositionSelector", "TextQuoteSelector"):
        assert ("evidence/e", expand("rdf:type"), expand(f"oa:{kind}")) in found


def test_keys_of_outside_data_are_escaped_and_stay_apart() -> None:
    assert iri(Ref("programme/XM-DAC-7/1 2")).endswith("/id/programme/XM-DAC-7%2F1%202")


@pytest.mark.parametrize("ref", ["", "programme", "programme/", "concept/status", "concept/status/"])
def test_a_reference_without_kind_or_key_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="is no reference"):
        iri(Ref(ref))


def test_a_value_that_rdf_cannot_hold_is_told_with_its_place() -> None:
    record = SourceDocument(key="d", address=Url("not an address"))
    with pytest.raises(SourceError) as caught:
        list(quads(source(record, **{"document/d": Origin("t.yaml", 7, 3)})))
    (problem,) = caught.value.problems
    assert str(problem).startswith("t.yaml:7:3: document/d cannot be written as RDF")


def test_the_order_is_that_of_the_records() -> None:
    both = source(Programme(key="b"), Programme(key="a", label=Labels(zh="甲", en="A")))
    assert list(quads(both)) == list(quads(both))
    assert [q.subject.value[-1] for q in quads(both)] == ["b", "a", "a", "a"]


# -- whatever a text says, it survives ------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
KEYS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)


@st.composite
def records(draw: st.DrawFn) -> Record:
    key = draw(KEYS)
    if draw(st.booleans()):
        return Measurement(
            key=key, indicator=Ref(f"indicator/{draw(KEYS)}"), value=draw(DECIMALS), as_written=draw(TEXT),
            label=Labels(draw(TEXT), draw(TEXT)), lower_inclusive=draw(st.none() | st.booleans()),
        )  # fmt: skip
    begin = draw(st.integers(0, 10**6))
    return TextEvidence(key=key, document=Ref("document/d"), begin=begin, end=begin + 1, text=draw(TEXT))


@given(st.lists(records(), max_size=5))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_records_come_back_from_the_store_as_they_went_in(made: list[Record]) -> None:
    wanted = set(quads(source(*made)))
    store = Store()
    store.extend(wanted)
    for format in (RdfFormat.N_QUADS, RdfFormat.TRIG):
        assert set(parse(store.dump(format=format) or b"", format)) == wanted


def test_a_built_database_exports_what_was_put_in(tmp_path: Path) -> None:
    made = source(Programme(key="p", label=Labels(zh="“项目”\n\t\\", en="a 'b' \"c\" 𠀀")))
    db = Database(tmp_path / "db")
    with db.write("test") as draft:
        draft.replace(named_graph(made.graph), quads(made))
    out = io.BytesIO()
    export(db.reader(), Format.NQUADS, out)
    assert Dataset(parse(out.getvalue(), RdfFormat.N_QUADS)) == Dataset(quads(made))
    assert Literal("a 'b' \"c\" 𠀀", language="en") in {q.object for q in quads(made) if isinstance(q, Quad)}
