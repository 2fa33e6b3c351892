"""The records of the loaders and the ontology say the same."""

from __future__ import annotations

import types
import typing
from decimal import Decimal

import pytest
import rdflib
from rdflib import OWL, RDF
from rdflib.term import URIRef

from ontology import records, vocabulary
from ontology.namespaces import ONTOLOGY, expand
from ontology.records import RECORDS, Labels, Names, Record, Ref, Url


def value_types(record: type[Record], field_name: str) -> set[object]:
    """The types of a field's values, without None and tuples."""

    def flat(hint: object) -> set[object]:
        origin = typing.get_origin(hint)
        if origin in (typing.Union, types.UnionType, tuple):
            return {t for a in typing.get_args(hint) if a is not Ellipsis for t in flat(a)}
        return {hint} - {types.NoneType}

    return flat(typing.get_type_hints(record)[field_name])


FIELDS = [(record, f.name, p.curie) for record in RECORDS for f, p in records.properties(record)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.__name__)
def test_record_has_its_class(record: type[Record]) -> None:
    assert vocabulary.terms()[record.class_name].kind == "class"


@pytest.mark.parametrize(("record", "field", "curie"), FIELDS, ids=lambda v: v if isinstance(v, str) else v.__name__)
def test_field_has_its_property_of_the_right_kind(
    core: rdflib.Graph, record: type[Record], field: str, curie: str
) -> None:
    if not curie.startswith("dk:"):
        built_in = curie in {"rdfs:label", "rdfs:seeAlso"}
        assert built_in or (URIRef(expand(curie)), RDF.type, OWL.AnnotationProperty) in core
        return
    kind = vocabulary.terms()[curie.removeprefix("dk:")].kind
    refers = value_types(record, field) & {Ref, Url}
    assert kind == ("object property" if refers else "datatype property")


def test_every_property_suits_each_class_that_uses_it(core: rdflib.Graph) -> None:
    """A domain may not put a record into a class that excludes its own."""
    for record, field, curie in FIELDS:
        if not curie.startswith("dk:"):
            continue
        inverse = next(p.inverse for f, p in records.properties(record) if f.name == field)
        link = rdflib.RDFS.range if inverse else rdflib.RDFS.domain
        for cls in core.objects(URIRef(expand(curie)), link):
            name = str(cls).removeprefix(f"{ONTOLOGY}#")
            related = record.class_name in vocabulary.subclasses(name) or name in vocabulary.subclasses(
                record.class_name
            )
            assert related, f"{record.__name__}.{field}: {curie} has {name}"


def test_roles_are_those_of_the_ontology(core: rdflib.Graph) -> None:
    assert records.ROLES.keys() == vocabulary.concept_keys("role")
    classes = {cls for cls, _ in records.ROLES.values()}
    assert classes == vocabulary.subclasses("Participation") - {"Participation"}
    for cls, curie in records.ROLES.values():
        prop = URIRef(expand(curie))
        assert core.value(prop, rdflib.RDFS.range) == URIRef(f"{ONTOLOGY}#{cls}")
        assert (prop, rdflib.RDFS.subPropertyOf, URIRef(expand("dk:participation"))) in core


def test_bounded_qualifiers_are_concepts() -> None:
    assert records.BOUNDS.keys() < vocabulary.concept_keys("qualifier")
    assert vocabulary.concept_keys("qualifier") - records.BOUNDS.keys() == {"exact", "about"}


def test_ranges_fit_the_types_of_fields(core: rdflib.Graph) -> None:
    fits = {
        int: {"integer", "nonNegativeInteger"},
        Decimal: {"decimal"},
        bool: {"boolean"},
        str: {"string"},
    }
    for record, field, curie in FIELDS:
        ranges = {str(r).rsplit("#", 1)[1] for r in core.objects(URIRef(expand(curie)), rdflib.RDFS.range)}
        for t in value_types(record, field):
            if t in fits and curie.startswith("dk:"):
                assert ranges <= fits[t], f"{record.__name__}.{field}"
                assert ranges or t is str
            elif t in (Labels, Names):
                assert not ranges, "texts in two languages have no range"
