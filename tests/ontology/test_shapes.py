"""The shapes pass a good graph and catch each fault that is planted in it."""

from __future__ import annotations

from collections.abc import Callable

import pyshacl
import pytest
import rdflib
from rdflib import RDF, RDFS, SH, SKOS
from rdflib.term import Node

from ontology import vocabulary
from ontology.namespaces import BASE

Example = Callable[..., rdflib.Graph]


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(vocabulary.SHAPES, format="turtle")


@pytest.fixture(scope="module")
def validate(
    shapes: rdflib.Graph, core: rdflib.Graph, codelists: rdflib.Graph
) -> Callable[[rdflib.Graph], list[tuple[str, str, str]]]:
    """Return (severity, key of the thing, message) for everything the shapes find in a graph."""

    known = rdflib.Graph()  # what the shapes look up beside the data
    for triple in core + codelists:
        if triple[1] in (RDFS.subClassOf, SKOS.inScheme):
            known.add(triple)

    def run(graph: rdflib.Graph) -> list[tuple[str, str, str]]:
        _, report, _ = pyshacl.validate(graph + known, shacl_graph=shapes, advanced=True, inplace=True)
        assert isinstance(report, rdflib.Graph)

        def last(node: Node | None) -> str:
            return str(node).removeprefix(f"{BASE}id/").removeprefix(str(SH))

        found = []
        for result in report.objects(None, SH.result):
            severity = last(report.value(result, SH.resultSeverity))
            message = str(report.value(result, SH.resultMessage))
            found.append((severity, last(report.value(result, SH.focusNode)), message))
        return sorted(found)

    return run


def test_a_good_graph_conforms(validate: Callable[..., list[object]], example: Example) -> None:
    assert validate(example()) == []


#: What is planted: (replacements, Turtle to add, the thing at fault, words of the message).
FAULTS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    # figures
    "two indicators": (
        (),
        "fig:output dk:ofIndicator id:indicator\\/households .",
        "measurement/output",
        "dk:ofIndicator",
    ),
    "indicator of another kind": (
        ("dk:ofIndicator id:indicator\\/output", "dk:ofIndicator org:fudan"),
        "",
        "measurement/output",
        "dk:ofIndicator must name an indicator",
    ),
    "no unit": ((" ; dk:unit unit:CNY", ""), "", "measurement/output", "dk:unit must be exactly one concept"),
    "unit of another list": (("dk:unit unit:CNY", "dk:unit theme:culture"), "", "measurement/output", "concept/unit"),
    "unit nobody defined": (
        ("dk:unit unit:CNY", "dk:unit unit:furlong"),
        "",
        "measurement/output",
        "codelists/unit.ttl",
    ),
    "two statuses": (
        (),
        "fig:output dk:status status:planned .",
        "measurement/output",
        "dk:status must be exactly one",
    ),
    "no status": (
        ("dk:unit unit:CNY ; dk:status status:achieved", "dk:unit unit:CNY"),
        "",
        "measurement/output",
        "dk:status",
    ),
    "two values": ((), "fig:plan dk:value 501.0 .", "measurement/plan", "dk:value must be one decimal"),
    "value no decimal": (("dk:value 500.0", "dk:value 500"), "", "measurement/plan", "dk:value must be one decimal"),
    "unknown qualifier": (("qualifier:exact", "qualifier:roughly"), "", "measurement/plan", "concept/qualifier"),
    "no evidence": ((" ; dk:evidence ev:output", ""), "", "measurement/output", "must cite the words"),
    "no words of its own": ((' ;\n  dk:asWritten "突破1.5亿元"', ""), "", "measurement/output", "dk:asWritten"),
    "over without a bound": ((" dk:lowerBound 400.0 ;", ""), "", "measurement/households", "bounds do not fit"),
    "over with another bound": (
        ("dk:lowerBound 400.0", "dk:lowerBound 399.0"),
        "",
        "measurement/households",
        "bounds do not fit",
    ),
    "over that includes": (
        ("dk:lowerBound 400.0 ; dk:lowerInclusive false", "dk:lowerBound 400.0 ; dk:lowerInclusive true"),
        "",
        "measurement/households",
        "bounds do not fit",
    ),
    "nearly with a lower bound": (
        ("dk:qualifier qualifier:over", "dk:qualifier qualifier:nearly"),
        "",
        "measurement/households",
        "bounds do not fit",
    ),
    "exact with a bound": (
        ("dk:qualifier qualifier:exact", "dk:qualifier qualifier:exact ; dk:lowerBound 500.0 ; dk:lowerInclusive true"),
        "",
        "measurement/plan",
        "bounds do not fit",
    ),
    "lower above upper": (
        (),
        "fig:output dk:upperBound 1.0 ; dk:upperInclusive true .",
        "measurement/output",
        "not above dk:upperBound",
    ),
    "bound without its flag": (
        (" ; dk:lowerInclusive false ; dk:unit unit:CNY", " ; dk:unit unit:CNY"),
        "",
        "measurement/output",
        "give both",
    ),
    "flag without its bound": ((), "fig:plan dk:upperInclusive true .", "measurement/plan", "give both or neither"),
    "period ends before it starts": (
        ('"2019-10-17"', '"2018-10-17"'),
        "",
        "measurement/households",
        "not after dk:periodEnd",
    ),
    "period start no date": (
        ('"2019-01-01"^^xsd:date', '"2019"^^xsd:gYear'),
        "",
        "measurement/households",
        "dk:periodStart",
    ),
    "target that is achieved": (
        ("dk:unit unit:household ; dk:status status:planned", "dk:unit unit:household ; dk:status status:context"),
        "",
        "measurement/plan",
        "Only a planned figure",
    ),
    "target against a plan": (
        (),
        "fig:plan dk:targetFor fig:plan .",
        "measurement/plan",
        "set against an achieved figure",
    ),
    "target of another unit": ((), "fig:plan dk:targetFor fig:output .", "measurement/plan", "figure of its own unit"),
    "persons include person-times": (
        ("dk:unit unit:household ; dk:status status:achieved", "dk:unit unit:person ; dk:status status:achieved"),
        "fig:output dk:mayInclude fig:households .",
        "measurement/output",
        "only include a figure of its own unit",
    ),
    "counts a thing of another kind": (
        ("dk:counts id:group\\/embroiderers", "dk:counts area:310000"),
        "",
        "measurement/households",
        "dk:counts",
    ),
    # documents and evidence
    "hash too short": (('"2fad98', '"2fad'), "", "document/report", "sixty-four"),
    "begins after its end": (("dk:beginIndex 1640", "dk:beginIndex 1645"), "", "evidence/fudan", "before its end"),
    "words longer than their span": (
        ("dk:endIndex 1644", "dk:endIndex 1643"),
        "",
        "evidence/fudan",
        "not as long as the span",
    ),
    "ends beyond the document": (
        ("dk:characters 5154", "dk:characters 1600"),
        "",
        "evidence/fudan",
        "beyond the last character",
    ),
    "long quotation for a figure": (
        (
            'dk:beginIndex 1525 ; dk:endIndex 1528 ; dk:exactText "57个"',
            'dk:beginIndex 1529 ; dk:endIndex 1553 ; dk:exactText "经营户400余户，此句过长不应摘录，此句过长！"',
        ),
        "",
        "evidence/coops",
        "More than 17 characters",
    ),
    "overlapping words disagree": (
        (),
        "ev:other a dk:TextEvidence ; dk:inDocument doc:report ; dk:beginIndex 1642 ; dk:endIndex 1644 ;\n"
        '  dk:exactText "学院" .',
        "evidence/fudan",
        "do not agree on the characters",
    ),
    "evidence in two documents": (
        (),
        "ev:fudan dk:inDocument id:document\\/other .",
        "evidence/fudan",
        "dk:inDocument",
    ),
    "evidence without words": ((' ; dk:exactText "复旦大学"', ""), "", "evidence/fudan", "dk:exactText"),
    "record evidence without a place": (
        (),
        "ev:row a dk:RecordEvidence ; dk:inDocument doc:report .",
        "evidence/row",
        "where the record stands",
    ),
    # undertakings and parties
    "programme without a Chinese name": (
        ('“彝绣云裳”"@zh , "Yi embroidery programme"', '"@en , "Yi embroidery programme"'),
        "",
        "case/embroidery",
        "a Chinese name",
    ),
    "programme without a name": (
        (' ; rdfs:label "对口帮扶"@zh , "Paired assistance"@en', ""),
        "",
        "programme/all",
        "needs a name",
    ),
    "start no date": (('"2018"^^xsd:gYear', '"2018"'), "", "programme/embroidery", "dk:startDate"),
    "theme of another list": (
        ("dk:hasTheme theme:culture ; dk:partOf", "dk:hasTheme unit:head ; dk:partOf"),
        "",
        "programme/embroidery",
        "concept/theme",
    ),
    "stated area without evidence": (
        (" ; dk:participant area:532300 ; dk:evidence ev:chuxiong", " ; dk:participant area:532300"),
        "",
        "programme/embroidery",
        "without a recipient participation",
    ),
    "recipient area that is not stated": (
        (" ; dk:statedRecipientArea area:532300", ""),
        "",
        "programme/embroidery",
        "not a stated recipient area",
    ),
    "area that is an organisation": (
        ("dk:statedRecipientArea area:532300", "dk:statedRecipientArea org:fudan"),
        "",
        "programme/embroidery",
        "dk:statedRecipientArea must name an area",
    ),
    "participation of nobody": ((" ; dk:participant org:fudan", ""), "", "participation/fudan", "dk:participant"),
    "participation of two": ((), "part:fudan dk:participant org:shanghai .", "participation/fudan", "dk:participant"),
    "participation without evidence": (
        (" ; dk:evidence ev:fudan", ""),
        "",
        "participation/fudan",
        "must cite the words",
    ),
    "participation in two programmes": (
        (),
        "prog:all dk:partnerParticipation part:fudan .",
        "participation/fudan",
        "exactly one programme",
    ),
    "share above one": ((), "part:fudan dk:share 30.0 .", "participation/fudan", "30 per cent is 0.3"),
    "area as a donor": (
        ("dk:participant org:shanghai", "dk:participant area:310000"),
        "",
        "participation/donor",
        "Only a recipient may be an area",
    ),
    "both state-owned and private": (
        (),
        'org:x a dk:StateOwnedEnterprise , dk:PrivateEnterprise ; rdfs:label "甲"@zh , "X"@en .',
        "organisation/x",
        "both state-owned and private",
    ),
    # areas
    "county in two prefectures": (
        (),
        "area:532301 dk:directlyWithin area:530000 .",
        "area/532301",
        "directly within one",
    ),
    "county in a country": (
        (
            'rdfs:label "楚雄市"@zh , "Chuxiong City"@en ; dk:directlyWithin area:532300',
            'rdfs:label "楚雄市"@zh , "Chuxiong City"@en ; dk:directlyWithin area:100000',
        ),
        "",
        "area/532301",
        "prefecture- or province-level",
    ),
    "province in nothing": (
        (' ; dk:directlyWithin area:100000 ; dk:gbt2260Code "530000"', ' ; dk:gbt2260Code "530000"'),
        "",
        "area/530000",
        "within one country",
    ),
    "code of five digits": (('"532301"', '"53230"'), "", "area/532301", "six digits"),
    "code without its year": (
        (' ; dk:gbt2260Code "532301" ; dk:codeEdition "2019"', ' ; dk:gbt2260Code "532301"'),
        "",
        "area/532301",
        "year of its list",
    ),
    "one code for two areas": (('"532301"', '"532300"'), "", "area/532301", "belongs to"),
    "area of two levels": ((), "area:532301 a dk:PrefectureLevelArea .", "area/532301", "one level"),
    "latitude of a hundred degrees": ((), "area:532301 dk:latitude 100.0 .", "area/532301", "from -90 to 90"),
    # the rest
    "two results in one": ((), "id:result\\/jobs a dk:Output .", "result/jobs", "never two of these"),
    "thing of two kinds": ((), "org:fudan a dk:Area .", "organisation/fudan", "two kinds"),
    "component twice in one place": (
        ("dk:position 2 .\n\nid:result", "dk:position 1 .\n\nid:result"),
        "",
        "mechanism/order",
        "the position 1",
    ),
    "component of no mechanism": (("comp:1 , comp:2", "comp:1"), "", "component/2", "exactly one mechanism"),
    "case about nothing known": (
        ("dk:describes prog:embroidery", "dk:describes prog:unknown"),
        "",
        "case/embroidery",
        "dk:describes must name a programme",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_caught(
    validate: Callable[[rdflib.Graph], list[tuple[str, str, str]]], example: Example, fault: str
) -> None:
    changes, add, at, words = FAULTS[fault]
    found = validate(example(*changes, add=add))
    assert any(s == "Violation" and thing == at and words in message for s, thing, message in found), found


def test_a_figure_without_a_period_is_only_noted(validate: Callable[..., list[object]], example: Example) -> None:
    found = validate(example(" ; dk:recurrence every:annual", ""))
    assert found == [("Info", "measurement/output", "No period is known for this figure.")]


def test_a_name_in_one_language_is_a_warning(validate: Callable[..., list[object]], example: Example) -> None:
    found = validate(example('rdfs:label "复旦大学"@zh , "Fudan University"@en', 'rdfs:label "Fudan University"@en'))
    assert found == [("Warning", "organisation/fudan", "There is no Chinese name; give one with the language tag zh.")]


def test_bounds_that_fit_each_qualifier_pass(validate: Callable[..., list[object]], example: Example) -> None:
    old = "dk:qualifier qualifier:over ; dk:lowerBound 400.0 ; dk:lowerInclusive false"
    for qualifier, bounds in {
        "ge": "dk:lowerBound 400.0 ; dk:lowerInclusive true ;",
        "gt": "dk:lowerBound 400.0 ; dk:lowerInclusive false ;",
        "nearly": "dk:upperBound 400.0 ; dk:upperInclusive false ;",
        "lt": "dk:upperBound 400.0 ; dk:upperInclusive false ;",
        "le": "dk:upperBound 400.0 ; dk:upperInclusive true ;",
        "about": "",
    }.items():
        graph = example(old, f"dk:qualifier qualifier:{qualifier} ; {bounds}".removesuffix(" ;").removesuffix(" ; "))
        assert validate(graph) == [], qualifier


def test_a_message_says_what_to_do(shapes: rdflib.Graph) -> None:
    for message in shapes.objects(None, SH.message):
        assert str(message).endswith(".")
        assert len(str(message)) > 30


def test_every_shape_of_a_class_names_a_class_of_the_ontology(shapes: rdflib.Graph) -> None:
    targets = {str(c).rsplit("#", 1)[1] for c in shapes.objects(None, SH.targetClass)}
    assert targets <= {n for n, t in vocabulary.terms().items() if t.kind == "class"}
    assert len(list(shapes.subjects(RDF.type, SH.NodeShape))) > len(targets)
