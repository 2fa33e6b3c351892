"""The gate: what is new must keep to the SHACL shapes before it is published.

Only what a command brings in is checked, but together with what is already there: for the new things
and their neighbours, everything any graph says of them is gathered into a small store of its own, and
the shapes are run over that. So a county that a second source puts into another prefecture is found,
without reading the whole graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from graph.quads import iri
from graph.sources import Source
from ontology.errors import Origin, Problem
from ontology.namespaces import expand, named_graph
from ontology.records import Record, Ref, properties
from ontology.vocabulary import ontology_files

if TYPE_CHECKING:
    from graph.shacl import Result

#: Things checked in one RDF load; pyshacl needs about 3 ms for each.
LIMIT: Final = 5_000

_TYPE: Final = NamedNode(expand("rdf:type"))
_OURS: Final = expand("dk:")
#: Where things (IRIs) stand in the files that were read; those not found are left out.
Locate = Callable[[Iterable[str]], Mapping[str, Origin]]
#: What other things share with a new one so that the two must be seen together.
_SHARED: Final = tuple(NamedNode(expand(p)) for p in ("dk:inDocument", "dk:gbt2260Code"))
#: Statements of the ontology that shapes look things up by.
_LOOKED_UP: Final = tuple(NamedNode(expand(p)) for p in ("rdfs:subClassOf", "skos:inScheme", "skos:broader"))
_APART: Final = frozenset(named_graph(g) for g in ("ontology", "inferred", "provenance"))
#: Neighbours of one kind looked at for one thing: enough for any shape, and a hub does not drag in the world.
_NEIGHBOURS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the shapes say: `problems` forbid publishing, `notes` do not; how many things were checked."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    checked: int = 0
    unchecked: int = 0


def check(store: Store, sources: Sequence[Source]) -> list[Problem]:
    """Return what forbids publishing the sources, whose quads are in the store; empty if nothing does."""
    return list(validate(store, sources).problems)


def validate(
    store: Store,
    sources: Sequence[Source] = (),
    *,
    things: Iterable[str] = (),
    gone: Iterable[str] = (),
    limit: int | None = None,
    locate: Locate | None = None,
) -> Findings:
    """Hold the records of sources, and other things by IRI, against the shapes; both are in the store.

    `gone` names things that a command no longer describes: whoever still refers to them is checked
    too. Of more than `limit` things the rest is left unchecked, and counted. `locate` tells where
    things stand that no record describes.
    """
    written = {iri(record.ref): (source, record) for source in sources for record in source.records}
    focus = list(dict.fromkeys([*written, *things, *_referring(store, gone)]))
    unchecked = max(0, len(focus) - limit) if limit is not None else 0
    focus = focus[:limit]
    if not focus:
        return Findings(unchecked=unchecked)
    from graph import shacl  # noqa: PLC0415  # slow to import, and most commands check nothing

    nearby, settled = _gather(store, focus, shacl.inverse_paths())
    citing = _citing(sources)
    problems: dict[str, Problem] = {}
    notes: dict[str, Problem] = {}
    results = list(shacl.run(nearby, set(focus), settled))
    places = locate(r.node for r in results if r.node not in written) if locate else {}
    for result in results:
        problem = _problem(result, written, citing, shacl.shorten, places)
        (problems if result.violation else notes)[str(problem)] = problem
    return Findings(
        problems=tuple(sorted(problems.values(), key=_place)),
        notes=tuple(sorted(notes.values(), key=_place)),
        checked=len(focus),
        unchecked=unchecked,
    )


def nameless(store: Store, graphs: Iterable[str], locate: Locate) -> list[Problem]:
    """Return a problem for each of our classes that graphs say of a blank node.

    What has no IRI can neither be cited nor found again, and would slip past the shapes.
    """
    kinds: dict[str, int] = {}
    for graph in graphs:
        for quad in store.quads_for_pattern(None, _TYPE, None, NamedNode(graph)):
            kind = quad.object
            if isinstance(quad.subject, BlankNode) and isinstance(kind, NamedNode) and kind.value.startswith(_OURS):
                kinds[kind.value] = kinds.get(kind.value, 0) + 1
    places = locate(kinds)
    return [
        Problem(
            f"{number} of the class dk:{kind.removeprefix(_OURS)} {'has' if number == 1 else 'have'} no IRI",
            places.get(kind),
            "Give each an IRI instead of a blank node, so that it can be cited and checked",
        )
        for kind, number in sorted(kinds.items())
    ]


def things_of(store: Store, graphs: Iterable[str]) -> Iterator[str]:
    """Yield the IRIs of what graphs type as one of our classes: what the shapes are about."""
    seen = set()
    for graph in graphs:
        for quad in store.quads_for_pattern(None, _TYPE, None, NamedNode(graph)):
            kind, subject = quad.object, quad.subject
            if not isinstance(kind, NamedNode) or not isinstance(subject, NamedNode):
                continue
            if kind.value.startswith(_OURS) and subject.value not in seen:
                seen.add(subject.value)
                yield subject.value


def things_among(store: Store, iris: Iterable[str]) -> Iterator[str]:
    """Yield those of some IRIs that any graph types as one of our classes, what follows by rule left aside."""
    for iri_ in iris:
        said = store.quads_for_pattern(NamedNode(iri_), _TYPE, None)
        kinds = (q.object for q in said if isinstance(q.graph_name, DefaultGraph) or q.graph_name.value not in _APART)
        if any(isinstance(kind, NamedNode) and kind.value.startswith(_OURS) for kind in kinds):
            yield iri_


def _referring(store: Store, gone: Iterable[str]) -> Iterator[str]:
    for name in sorted(gone):
        node = NamedNode(name)
        if any(
            q.graph_name.value not in _APART
            for q in store.quads_for_pattern(node, _TYPE, None)
            if isinstance(q.graph_name, NamedNode)
        ):
            continue  # another source still describes it
        for quad in store.quads_for_pattern(None, None, node):
            if isinstance(quad.subject, NamedNode) and not _apart(quad):
                yield quad.subject.value


# -- gathering ----------------------------------------------------------------


def _gather(store: Store, focus: Sequence[str], inverse: Sequence[NamedNode]) -> tuple[Store, set[str]]:
    """Return a store with all that is said of the focus and its neighbours, and whom it tells all about."""
    nearby = Store()
    nearby.extend(_looked_up())
    described: set[NamedNode | BlankNode] = set()
    settled = {NamedNode(name) for name in focus}
    _describe(store, nearby, settled, described)
    for predicate in _SHARED:
        values = {q.object for q in nearby.quads_for_pattern(None, predicate, None) if q.subject in settled}
        settled |= {
            q.subject
            for value in values
            for q in store.quads_for_pattern(None, predicate, value)
            if isinstance(q.subject, NamedNode)
        }
    _describe(store, nearby, settled, described)
    neighbours: set[NamedNode | BlankNode] = set()
    for node in settled:
        for quad in nearby.quads_for_pattern(node, None, None):
            if quad.predicate != _TYPE and isinstance(quad.object, NamedNode | BlankNode):
                neighbours.add(quad.object)
        for predicate in inverse:
            for i, quad in enumerate(store.quads_for_pattern(None, predicate, node)):
                if i == _NEIGHBOURS:
                    break
                if isinstance(quad.subject, NamedNode | BlankNode):
                    neighbours.add(quad.subject)
    _describe(store, nearby, neighbours, described)
    for neighbour in neighbours:
        for quad in list(nearby.quads_for_pattern(neighbour, None, None)):
            if quad.predicate != _TYPE and isinstance(quad.object, NamedNode) and quad.object not in described:
                nearby.extend(
                    Quad(q.subject, q.predicate, q.object)
                    for predicate in (_TYPE, *_LOOKED_UP)
                    for q in store.quads_for_pattern(quad.object, predicate, None)
                    if not _inferred(q)
                )
    return nearby, {node.value for node in settled}


def _describe(
    store: Store, nearby: Store, nodes: Iterable[NamedNode | BlankNode], described: set[NamedNode | BlankNode]
) -> None:
    for node in nodes:
        if node not in described:
            described.add(node)
            nearby.extend(
                Quad(q.subject, q.predicate, q.object)
                for q in store.quads_for_pattern(node, None, None)
                if not _inferred(q)
            )


def _inferred(quad: Quad) -> bool:
    return isinstance(quad.graph_name, NamedNode) and quad.graph_name.value == named_graph("inferred")


def _apart(quad: Quad) -> bool:
    return isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in _APART


@cache
def _looked_up() -> tuple[Quad, ...]:
    """Return the class tree and the concepts of the installed ontology."""
    store = Store()
    for file in ontology_files():
        store.load(path=file, format=RdfFormat.TURTLE)
    found = [q for predicate in _LOOKED_UP for q in store.quads_for_pattern(None, predicate, None)]
    found += [
        q
        for kind in ("skos:Concept", "owl:Class")
        for q in store.quads_for_pattern(None, _TYPE, NamedNode(expand(kind)))
    ]
    return tuple(q for q in found if isinstance(q.subject, NamedNode) and not isinstance(q.object, BlankNode))


# -- telling ------------------------------------------------------------------


def _problem(
    result: Result,
    written: dict[str, tuple[Source, Record]],
    citing: dict[Ref, tuple[Source, Record]],
    shorten: Callable[[str], str],
    places: Mapping[str, Origin],
) -> Problem:
    message = result.message.rstrip(".")
    known = result.value is None or result.value == result.node or result.value in message
    value = "" if known else f" Found: {shorten(result.value or '')}"
    entry = written.get(result.node)
    if entry is None:
        where = places.get(result.node)
        if where is not None and result.path:
            where = replace(where, field=shorten(result.path))
        return Problem(f"{shorten(result.node)}: {message}.{value}".rstrip("."), where)
    source, record = entry
    where = source.origin(record.ref, _field(record, result.path))
    if record.kind == "evidence" and record.ref in citing:
        source, citer = citing[record.ref]
        if (record.ref, None) not in source.origins:
            where = source.origin(citer.ref, "evidence")
        return Problem(f"{citer.ref}, its evidence: {message}.{value}".rstrip("."), where)
    return Problem(f"{record.ref}: {message}.{value}".rstrip("."), where)


def _citing(sources: Iterable[Source]) -> dict[Ref, tuple[Source, Record]]:
    """Return for each piece of evidence the record that cites it first."""
    found: dict[Ref, tuple[Source, Record]] = {}
    for source in sources:
        for record in source.records:
            for ref in record.evidence:
                found.setdefault(ref, (source, record))
    return found


def _field(record: Record, path: str | None) -> str | None:
    matches = [(p.inverse, f.name) for f, p in properties(type(record)) if path and expand(p.curie) == path]
    return min(matches)[1] if matches else None


def _place(problem: Problem) -> tuple[str, int, int, str]:
    where = problem.where or Origin("")
    return where.file, where.line or 0, where.column or 0, problem.message
