"""What makes a table of links unfit to publish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from loaders.links.sssom import Table, compact
from loaders.links.targets import TARGETS, target_of
from ontology.errors import Origin, Problem
from ontology.mappings import Mapping, State
from ontology.namespaces import BASE, PREFIXES

_SKOS: Final = PREFIXES["skos"]
SAME_AS: Final = f"{PREFIXES['schema']}sameAs"
CATEGORY: Final = f"{PREFIXES['schema']}category"
#: What says that both ends are the same: one thing at each end.
ONE_TO_ONE: Final = frozenset({SAME_AS, f"{_SKOS}exactMatch", f"{PREFIXES['owl']}sameAs"})
#: What may be said of concepts only: both ends are skos:Concept by it.
_CONCEPTS: Final = frozenset(f"{_SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related"))
_THINGS: Final = frozenset({SAME_AS, CATEGORY, f"{PREFIXES['rdfs']}seeAlso"})
_CONCEPT: Final = f"{BASE}concept/"


def faults(table: Table, name: str) -> list[Problem]:
    """Return what is wrong with a table of ours, with the line of each fault."""
    found: list[Problem] = []
    for mapping, line in zip(table.mappings, table.lines, strict=True):
        found += (Problem(message, Origin(name, line), remedy) for message, remedy in _row_faults(mapping))
    found += _shared(table, name)
    return found


def review_faults(table: Table, name: str) -> list[Problem]:
    """Return what keeps a user's table from being published: claims without evidence, wrong identifiers."""
    found = [
        Problem(message, Origin(name, line), remedy)
        for mapping, line in zip(table.mappings, table.lines, strict=True)
        if mapping.state is State.REVIEWED
        for message, remedy in _row_faults(mapping)
        if "no scheme that we link to" not in message
    ]
    return [*found, *_shared(table, name)]


def _row_faults(mapping: Mapping) -> Iterator[tuple[str, str]]:
    link = f"{compact(mapping.subject)} → {compact(mapping.object) if mapping.object else 'nothing found'}"
    if "from memory" in f"{mapping.evidence} {mapping.comment}".lower():
        yield f"{link} is from memory", "Open the target, and write down where its identifier stands"
    if mapping.state is State.REVIEWED and not mapping.evidence:
        yield f"{link} is reviewed and has no evidence", "Say where the identifier stands next to a label"
    if mapping.state is State.REVIEWED and not mapping.review_date:
        yield f"{link} is reviewed on no date", "Give its review_date"
    if mapping.state is State.NOT_FOUND:
        if not mapping.date:
            yield f"{link}, on no date", "Give its mapping_date: later somebody may find it"
        if not mapping.searched:
            yield f"{link}, searched nowhere", "Name what was searched in object_source"
        return
    assert mapping.object is not None
    target = target_of(mapping.object)
    if target is None:
        yield f"{link}: no scheme that we link to", f"Schemes: {', '.join(TARGETS)}"
    elif not target[0].shape(target[1]):
        yield f"{link}: {target[1]!r} is no identifier of {target[0].name}", "Compare it with the target"
    if not mapping.subject.startswith(BASE):
        return
    if mapping.subject.startswith(_CONCEPT):
        if mapping.predicate not in _CONCEPTS:
            yield f"{link}: {compact(mapping.predicate)} does not go between concepts", "Use one of skos:…Match"
    elif mapping.predicate not in _THINGS and mapping.predicate != f"{PREFIXES['owl']}sameAs":
        yield f"{link}: {compact(mapping.predicate)} makes a concept of a thing", "Use schema:sameAs or schema:category"


def _shared(table: Table, name: str) -> Iterator[Problem]:
    """Yield one identifier for two things, and two identifiers of one scheme for one thing."""
    ends: dict[str, tuple[str, int]] = {}
    starts: dict[tuple[str, str], tuple[str, int]] = {}
    for mapping, line in zip(table.mappings, table.lines, strict=True):
        if mapping.state is not State.REVIEWED or mapping.predicate not in ONE_TO_ONE or mapping.object is None:
            continue
        here = f"{compact(mapping.subject)} is said to be {compact(mapping.object)}, and in line"
        where = Origin(name, line)
        other, first = ends.setdefault(mapping.object, (mapping.subject, line))
        if other != mapping.subject:
            yield Problem(f"{here} {first} {compact(other)} is", where, "Only one of them is right")
        target = target_of(mapping.object)
        scheme = target[0].prefix if target else mapping.object
        object, first = starts.setdefault((mapping.subject, scheme), (mapping.object, line))
        if object != mapping.object:
            yield Problem(f"{here} {first} {compact(object)}", where, "Only one of them is right")
