"""Running the shapes over a small store in memory.

Core constraints are pyshacl's work. Shapes that find their targets by a SPARQL query are run by the
store's engine, which takes milliseconds where pyshacl's own takes seconds. pyshacl's ``focus_nodes``
option is not used: it also skips the nodes that nested shapes look at, which then always conform.
Importing this module imports rdflib and pyshacl, half a second's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

import pyshacl
import rdflib
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, parse, serialize
from rdflib.namespace import RDF, RDFS, SH

from ontology.namespaces import BASE, PREFIXES
from ontology.vocabulary import SHAPES

_SH: Final = PREFIXES["sh"]


@dataclass(frozen=True, slots=True)
class Result:
    """One entry of a validation report: IRIs of the node and of the first property of the path, and why."""

    node: str
    path: str | None
    value: str | None
    message: str
    violation: bool


def run(data: Store, focus: set[str], settled: set[str]) -> Iterator[Result]:
    """Yield what the shapes say of `focus` in `data`; SPARQL shapes speak of all that is `settled` in it."""
    yield from _core(data, focus)
    yield from (result for result in _queries(data) if result.node in settled)


@cache
def _shape_queries() -> tuple[tuple[str, str, bool], ...]:
    """Return the query, message and severity of each shape that finds its targets by SPARQL."""
    store = Store()
    store.load(path=SHAPES, format=RdfFormat.TURTLE)
    text = f"""PREFIX sh: <{_SH}> SELECT ?select ?message ?severity {{
        ?shape sh:target/sh:select ?targets ; sh:sparql ?constraint . ?constraint sh:select ?select
        OPTIONAL {{ ?constraint sh:message ?own }} OPTIONAL {{ ?shape sh:message ?general }}
        OPTIONAL {{ ?shape sh:severity ?severity }}
        BIND(COALESCE(?own, ?general, "breaks a rule of the shapes") AS ?message) }}"""
    return tuple(
        (
            row["select"].value,
            row["message"].value,
            row["severity"] is None or row["severity"].value == f"{_SH}Violation",
        )
        for row in cast(QuerySolutions, store.query(text))
    )


def _queries(data: Store) -> Iterator[Result]:
    for select, message, violation in _shape_queries():
        solutions = cast(QuerySolutions, data.query(select.replace("$this", "?this"), prefixes=PREFIXES))
        names = [variable.value for variable in solutions.variables]
        for row in solutions:
            values = {name: shorten(row[name].value) for name in names if row[name] is not None}
            yield Result(row["this"].value, None, None, _filled(message, values), violation)


def _filled(message: str, values: dict[str, str]) -> str:
    return re.sub(r"\{[?$](\w+)\}", lambda found: values.get(found[1], found[0]), message)


def _core(store: Store, focus: set[str]) -> Iterator[Result]:

    data = rdflib.Graph()
    data.parse(data=serialize((q.triple for q in store), format=RdfFormat.N_TRIPLES), format="nt")
    _, report, _ = pyshacl.validate(
        data,
        shacl_graph=_aimed(data, focus),
        inplace=True,
        allow_infos=True,
        allow_warnings=True,
        inference="none",
    )
    for result in report.subjects(SH.resultSeverity):
        path = report.value(result, SH.resultPath)
        messages = sorted(str(m) for m in report.objects(result, SH.resultMessage))
        value = report.value(result, SH.value)
        yield Result(
            str(report.value(result, SH.focusNode)),
            _first_property(report, path),
            None if value is None or isinstance(value, rdflib.BNode) else str(value),
            messages[0] if messages else "breaks a rule of the shapes",
            report.value(result, SH.resultSeverity) == SH.Violation,
        )


def _aimed(data: rdflib.Graph, focus: set[str]) -> rdflib.Graph:
    """Return the core shapes with their targets spelled out as those of the focus."""

    shapes = rdflib.Graph()
    shapes.parse(SHAPES, format="turtle")
    for shape in set(shapes.subjects(SH.target, None)):
        shapes.remove((shape, SH.target, None))
        shapes.remove((shape, SH.sparql, None))
    for shape, kind in list(shapes.subject_objects(SH.targetClass)):
        shapes.remove((shape, SH.targetClass, kind))
        for narrower in data.transitive_subjects(RDFS.subClassOf, kind):
            _aim(shapes, shape, data.subjects(RDF.type, narrower), focus)
    for shape, predicate in list(shapes.subject_objects(SH.targetSubjectsOf)):
        shapes.remove((shape, SH.targetSubjectsOf, predicate))
        _aim(shapes, shape, data.subjects(predicate, None), focus)
    for shape, predicate in list(shapes.subject_objects(SH.targetObjectsOf)):
        shapes.remove((shape, SH.targetObjectsOf, predicate))
        _aim(shapes, shape, data.objects(None, predicate), focus)
    return shapes


def _aim(shapes: rdflib.Graph, shape: Any, nodes: Iterable[Any], focus: set[str]) -> None:

    for node in nodes:
        if str(node) in focus:
            shapes.add((shape, SH.targetNode, node))


def _first_property(report: rdflib.Graph, path: Any) -> str | None:
    """Return the first property of a path, simple or not."""
    if path is None or isinstance(path, rdflib.URIRef):
        return str(path) if path is not None else None
    left = [path]
    while left:
        node = left.pop()
        for _, predicate, value in sorted(report.triples((node, None, None)), reverse=True):
            if isinstance(value, rdflib.BNode):
                left.append(value)
            elif isinstance(value, rdflib.URIRef) and predicate != rdflib.RDF.rest and value != rdflib.RDF.nil:
                return str(value)
    return None


def inverse_paths() -> list[NamedNode]:
    """Return the properties that shapes follow backwards."""
    inverse = NamedNode(f"{_SH}inversePath")
    quads = parse(path=SHAPES, format=RdfFormat.TURTLE)
    return sorted({q.object for q in quads if q.predicate == inverse and isinstance(q.object, NamedNode)}, key=str)


def shorten(name: str) -> str:
    """Return an IRI as people know it: a reference for a thing of ours, else a prefixed name, else as it is."""
    if name.startswith(f"{BASE}id/"):
        return name.removeprefix(f"{BASE}id/")
    if name.startswith(f"{BASE}concept/"):
        return name.removeprefix(BASE)
    for prefix, namespace in PREFIXES.items():
        if name.startswith(namespace):
            return f"{prefix}:{name.removeprefix(namespace)}"
    return name
