"""Records become RDF, by the field declarations of `ontology.records` and nothing else.

What the value of a field turns into follows from its declared type:

    Ref                 the IRI of a thing or concept      Labels, Names   literals tagged zh and en
    Url                 an IRI                             PartialDate     xsd:gYear, gYearMonth or date
    Decimal, int, bool  xsd:decimal, integer, boolean      Day             xsd:date
    str                 xsd:string

Words taken from a source (``exactText``, ``asWritten``, ``periodText``) are plain strings, without a
language tag: they are to equal a slice of the document, character for character, which a comparison
with a tagged literal never does in SPARQL; their language is that of the document.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad

from graph.links import link_quads
from graph.sources import Source
from ontology.errors import Problem, SourceError
from ontology.namespaces import concept, expand, named_graph, term, thing
from ontology.records import (
    ROLES,
    Day,
    Labels,
    Names,
    PartialDate,
    Participation,
    Record,
    Ref,
    TextEvidence,
    Url,
    properties,
)

Node = NamedNode | Literal
_Convert = Callable[[Any], Iterator[Node]]

_TYPE: Final = NamedNode(expand("rdf:type"))
_DECIMAL: Final = NamedNode(expand("xsd:decimal"))
_DATE: Final = NamedNode(expand("xsd:date"))

#: Evidence in text is a Web Annotation selector too: its classes, and the same values under their names.
_SELECTOR_CLASSES: Final = tuple(NamedNode(expand(f"oa:{c}")) for c in ("TextPositionSelector", "TextQuoteSelector"))
_SELECTOR_PROPERTIES: Final = {
    "begin": NamedNode(expand("oa:start")),
    "end": NamedNode(expand("oa:end")),
    "text": NamedNode(expand("oa:exact")),
}


def quads(source: Source) -> Iterator[Quad]:
    """Yield the quads of a source in the order of its records and their fields.

    `SourceError` with the place in the file for a value that RDF cannot hold, such as an address
    that is no IRI.
    """
    graph = NamedNode(named_graph(source.graph))
    for link in source.mappings:
        yield from link_quads(link, graph)
    for record in source.records:
        name = ""
        try:
            subject = NamedNode(iri(record.ref))
            yield Quad(subject, _TYPE, NamedNode(term(record.owl_class)), graph)
            for name, predicate, inverse, convert in _plan(type(record)):  # type: ignore[arg-type]  # mypy takes the class for an instance
                for node in convert(getattr(record, name)):
                    if not inverse:
                        yield Quad(subject, predicate, node, graph)
                    elif isinstance(node, NamedNode):
                        yield Quad(node, predicate, subject, graph)
            if isinstance(record, Participation):
                name = "of"
                yield Quad(NamedNode(iri(record.of)), NamedNode(expand(ROLES[record.role][1])), subject, graph)
            elif isinstance(record, TextEvidence):
                yield from (Quad(subject, _TYPE, selector, graph) for selector in _SELECTOR_CLASSES)
                for name, predicate in _SELECTOR_PROPERTIES.items():
                    yield Quad(subject, predicate, Literal(getattr(record, name)), graph)
        except ValueError as error:
            problem = Problem(
                f"{record.ref} cannot be written as RDF: {error}", source.origin(record.ref, name or None)
            )
            raise SourceError(problem) from error


def iri(ref: Ref) -> str:
    """Return the IRI that a reference stands for. `ValueError` if it is no ``kind/key``."""
    kind, _, key = ref.partition("/")
    if kind == "concept":
        scheme, _, key = key.partition("/")
        if scheme and key:
            return concept(scheme, key)
    elif kind and key:
        return thing(kind, key)
    raise ValueError(f"{ref!r} is no reference of the form kind/key or concept/scheme/key")


@cache
def _plan(record: type[Record]) -> tuple[tuple[str, NamedNode, bool, _Convert], ...]:
    """Return for each field of a record class its name, property, direction and conversion."""
    hints = typing.get_type_hints(record)
    return tuple(
        (f.name, NamedNode(expand(p.curie)), p.inverse, _conversion(hints[f.name])) for f, p in properties(record)
    )


def _conversion(hint: Any) -> _Convert:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (_conversion(a) for a in arguments if a is not type(None))
        return lambda value: iter(()) if value is None else inner(value)
    if origin is tuple:
        each = _conversion(arguments[0])
        return lambda values: (node for value in values for node in each(value))
    return _CONVERSIONS[hint]


def _labels(value: Labels) -> Iterator[Node]:
    return (Literal(text, language=tag) for tag, text in zip(("zh", "en"), value, strict=True) if text)


def _names(value: Names) -> Iterator[Node]:
    return (Literal(text, language=tag) for tag, texts in zip(("zh", "en"), value, strict=True) for text in texts)


def _decimal(value: Decimal) -> Iterator[Node]:
    """Yield the number in its shortest plain form, which is how the store keeps it."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    yield Literal("0" if text in ("-0", "") else text, datatype=_DECIMAL)


_CONVERSIONS: Final[dict[Any, _Convert]] = {
    Ref: lambda value: iter((NamedNode(iri(value)),)),
    Url: lambda value: iter((NamedNode(value),)),
    Labels: _labels,
    Names: _names,
    PartialDate: lambda value: iter((Literal(str(value), datatype=NamedNode(expand(value.datatype))),)),
    Day: lambda value: iter((Literal(str(value), datatype=_DATE),)),
    Decimal: _decimal,
    bool: lambda value: iter((Literal(value),)),
    int: lambda value: iter((Literal(value),)),
    str: lambda value: iter((Literal(value),)),
}
