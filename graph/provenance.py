"""Where each named graph came from, in PROV-O, in ``graph/provenance``.

For the source that fills the graph G, the graph is an entity that a load generated and that derives
from a file. The file is known by its name, size and SHA-256, never by its path on somebody's machine.
Loading the source again replaces its entry; a file that differs is a revision of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, cast

from pyoxigraph import Literal, NamedNode, Quad, Store

from graph.draft import Draft
from graph.snapshot import software_version
from ontology.namespaces import ONTOLOGY, expand, named_graph

PROVENANCE: Final = named_graph("provenance")

_GRAPH: Final = NamedNode(PROVENANCE)
_TYPE: Final = NamedNode(expand("rdf:type"))
_LABEL: Final = NamedNode(expand("rdfs:label"))
_DERIVED: Final = NamedNode(expand("prov:wasDerivedFrom"))
_GENERATED: Final = NamedNode(expand("prov:wasGeneratedBy"))
_INFLUENCED: Final = NamedNode(expand("prov:wasInfluencedBy"))
_REVISION: Final = NamedNode(expand("prov:wasRevisionOf"))
_SHA256: Final = NamedNode(expand("dk:sha256"))
_DATE_TIME: Final = NamedNode(expand("xsd:dateTime"))
_BYTES: Final = NamedNode("http://www.w3.org/ns/dcat#byteSize")

_MEDIA_TYPES: Final = {
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".json": "application/json",
    ".xml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One source as it was loaded: into which graph, by which loader, from which file, when (UTC)."""

    graph: str
    loader: str
    file: str
    sha256: str
    size: int
    started: str
    ended: str
    command: str
    media_type: str | None = None


def record(
    draft: Draft,
    load: Load,
    *,
    wrote: Iterable[str] = (),
    added_to: Iterable[str] = (),
    replaced: bool = True,
) -> None:
    """Write the entry of a load, in place of the one its graph had before.

    `wrote` names further graphs that are this source's alone, `added_to` those it shares.
    Unless the load only added to its graph, nobody else's claim to that graph outlives it. The
    entries of earlier files stay: they are what a revision revises.
    """
    store = draft.store
    before = _about(store, graph := NamedNode(load.graph), activity := NamedNode(f"{load.graph}#load"))
    previous = {cast(NamedNode, q.object).value for q in store.quads_for_pattern(graph, _DERIVED, None, _GRAPH)}
    for subject in (graph, activity):
        _forget(store, subject)
    for predicate in (_GENERATED, _INFLUENCED):
        for quad in list(store.quads_for_pattern(None, predicate, activity, _GRAPH)):
            store.remove(quad)
    if replaced:
        for predicate in (_GENERATED, _INFLUENCED):
            for quad in list(store.quads_for_pattern(graph, predicate, None, _GRAPH)):
                store.remove(quad)
    entry = list(_entry(load, activity, previous, wrote, added_to))
    store.extend(entry)
    draft.note((*before, *entry))


def _about(store: Store, graph: NamedNode, activity: NamedNode) -> list[Quad]:
    """Return all quads that writing an entry may remove."""
    found = [quad for subject in (graph, activity) for quad in store.quads_for_pattern(subject, None, None, _GRAPH)]
    return found + list(store.quads_for_pattern(None, None, activity, _GRAPH))


def graphs_of(store: Store, graph: str) -> tuple[set[str], set[str]]:
    """Return the graphs that are a source's alone since it was last loaded, and those it shares.

    A graph is its own if it was empty before and nobody has added to it since.
    """
    activity = NamedNode(f"{graph}#load")
    wrote: set[str] = set()
    shared: set[str] = set()
    for quad in store.quads_for_pattern(None, None, activity, _GRAPH):
        if quad.predicate not in (_GENERATED, _INFLUENCED) or not isinstance(quad.subject, NamedNode):
            continue
        others = store.quads_for_pattern(quad.subject, _INFLUENCED, None, _GRAPH)
        alone = quad.predicate == _GENERATED and not any(other.object != activity for other in others)
        (wrote if alone else shared).add(quad.subject.value)
    return wrote, shared


def digest_of(store: Store, graph: str) -> str | None:
    """Return the SHA-256 of the file that a graph was last filled from, or None."""
    for derived in store.quads_for_pattern(NamedNode(graph), _DERIVED, None, _GRAPH):
        for said in store.quads_for_pattern(cast(NamedNode, derived.object), _SHA256, None, _GRAPH):
            return cast(Literal, said.object).value
    return None


def _entry(
    load: Load, activity: NamedNode, previous: set[str], wrote: Iterable[str], added_to: Iterable[str]
) -> Iterator[Quad]:
    file = NamedNode(f"{load.graph}#file-{load.sha256[:16]}")
    software = NamedNode(f"{PROVENANCE}#duikou-{software_version()}")
    name = PurePath(load.file).name

    def say(subject: NamedNode, curie: str, value: NamedNode | Literal) -> Quad:
        return Quad(subject, NamedNode(expand(curie)), value, _GRAPH)

    def kind(subject: NamedNode, curie: str) -> Quad:
        return Quad(subject, _TYPE, NamedNode(expand(curie)), _GRAPH)

    for name_of in (load.graph, *wrote):
        yield kind(NamedNode(name_of), "prov:Entity")
        yield Quad(NamedNode(name_of), _GENERATED, activity, _GRAPH)
    for name_of in added_to:
        yield Quad(NamedNode(name_of), _INFLUENCED, activity, _GRAPH)
    graph = NamedNode(load.graph)
    yield Quad(graph, _DERIVED, file, _GRAPH)
    yield say(graph, "dcterms:modified", Literal(load.ended, datatype=_DATE_TIME))
    yield kind(file, "prov:Entity")
    yield Quad(file, _LABEL, Literal(name), _GRAPH)
    yield Quad(file, _SHA256, Literal(load.sha256), _GRAPH)
    yield Quad(file, _BYTES, Literal(load.size), _GRAPH)
    media_type = load.media_type or _MEDIA_TYPES.get(PurePath(name).suffix.lower())
    if media_type:
        yield say(file, "dcterms:format", Literal(media_type))
    for before in previous - {file.value}:
        yield Quad(file, _REVISION, NamedNode(before), _GRAPH)
    yield kind(activity, "prov:Activity")
    yield Quad(activity, _LABEL, Literal(f"载入 {name}", language="zh"), _GRAPH)
    yield Quad(activity, _LABEL, Literal(f"Load of {name}", language="en"), _GRAPH)
    yield say(activity, "prov:startedAtTime", Literal(load.started, datatype=_DATE_TIME))
    yield say(activity, "prov:endedAtTime", Literal(load.ended, datatype=_DATE_TIME))
    yield say(activity, "prov:used", file)
    yield say(activity, "prov:used", NamedNode(ONTOLOGY))
    yield say(activity, "prov:wasAssociatedWith", software)
    yield say(activity, "schema:instrument", Literal(load.loader))
    yield say(activity, "dcterms:description", Literal(without_paths(load.command)))
    yield kind(software, "prov:SoftwareAgent")
    yield Quad(software, _LABEL, Literal(f"Duikou {software_version()}"), _GRAPH)
    yield say(software, "schema:softwareVersion", Literal(software_version()))


def without_paths(command: str) -> str:
    """Return a command line with every path cut to its last name: what is published names no machine."""
    return re.sub(r"(?<!\S)(?:[A-Za-z]:|~)?[^\s:]*[/\\]([^\s/\\]+)", lambda m: m[0] if "://" in m[0] else m[1], command)


def _forget(store: Store, subject: NamedNode) -> None:
    for quad in list(store.quads_for_pattern(subject, None, None, _GRAPH)):
        if quad.predicate not in (_GENERATED, _INFLUENCED):
            store.remove(quad)
