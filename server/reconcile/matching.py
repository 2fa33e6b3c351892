"""Queries of a batch → candidates, with areas from the gazetteer and all else from the snapshot's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from loaders.gazetteer.areas import LEVELS
from loaders.matching import areas
from loaders.matching.areas import Match
from loaders.matching.keys import plain
from loaders.matching.things import ThingMatch
from ontology.namespaces import BASE
from server.reconcile import entities, index
from server.reconcile.asking import Query
from server.reconcile.entities import Entity
from server.reconcile.types import Type, levels_of

_AREA: Final = f"{BASE}id/area/"
#: What is found only without the type asked for comes far behind.
_UNTYPED: Final = 0.5
_PARENT: Final = ("within", "directlyWithin", "parent")
_CODE: Final = ("gbt2260Code", "code")
#: Ways of finding by which a name is really borne.
_BORNE: Final = frozenset({"code", "official", "short", "also", "path", "other-years", "english", "name", "other-name"})
_NEAR: Final = frozenset({"pinyin", "other-years-short"})
#: Names of the country: everything here lies in it.
_COUNTRY: Final = frozenset({"100000", "中国", "中华人民共和国", "china", "cn"})
_AREA_CLASSES: Final = frozenset({"AdministrativeArea", "Area", *LEVELS.values()})


@dataclass(frozen=True, slots=True)
class Found:
    """One candidate, whatever it is."""

    iri: str
    how: str
    score: float
    is_certain: bool
    match: Match | ThingMatch
    #: Whether a parent was asked for, and is one.
    parent: bool | None = None
    is_named: bool = False


def answer(batch: Mapping[str, Query], lang: str) -> dict[str, dict[str, Any]]:
    """Return the result of each query by its key."""
    here = index.current()
    found = {key: _found(query, here) for key, query in batch.items()}
    told = _entities((f for each in found.values() for f in each), lang)
    return {
        key: {"result": [_candidate(f, told[f.iri], lang) for f in each if f.iri in told]}
        for key, each in found.items()
    }


def _found(query: Query, here: index.Snapshot) -> list[Found]:
    if query.unknown and not query.types and query.is_strict:
        return []
    found = _typed(query, here)
    if not found and (query.types or query.unknown) and not query.is_strict:
        found = [replace(f, score=f.score * _UNTYPED, is_certain=False) for f in _typed(replace(query, types=()), here)]
    return found[: query.limit]


def _typed(query: Query, here: index.Snapshot) -> list[Found]:
    wants_areas = not query.types or any(t.below & _AREA_CLASSES for t in query.types)
    levels = {level for t in query.types for level in levels_of(t)}
    found = _areas(query, levels, here) if wants_areas and (levels or not query.types) else []
    others = _things(query, query.types, here)
    best = max((f.score for f in found if f.how in _BORNE), default=None)
    if best is not None:  # a body that is called after its area comes behind the area
        others = [replace(f, score=min(f.score, best - 0.05)) for f in others]
    found += others
    borne = {f.iri for f in found if f.how in _BORNE}
    if borne:  # what is only like it tells nothing beside what bears the name
        found = [f for f in found if f.how in _BORNE or f.how in _NEAR]
    if len(borne) > 1:
        sure = [f for f in found if f.is_certain]
        alone = len(sure) == 1 and all(f.how not in _BORNE or f.iri.startswith(_AREA) for f in found)
        if not alone:
            found = [replace(f, is_certain=False) for f in found]
    return sorted(found, key=lambda f: (-f.score, not f.is_certain))


def _areas(query: Query, levels: Iterable[str], here: index.Snapshot) -> list[Found]:
    codes = query.value(*_CODE)
    text = query.text.strip() or (codes[0] if codes else "")
    text = entities.identifier(text).removeprefix("id/area/")
    if not text:
        return []
    asked = [p for p in query.value(*_PARENT) if plain(p) not in _COUNTRY]
    parents = {c for p in asked for c in areas.within(entities.identifier(p).removeprefix("id/area/"))}
    found = areas.find(text, levels=set(levels), parents=parents, prefer=here.areas, limit=query.limit)
    within = bool(parents) if asked else None
    if asked and not any(m.how in _BORNE for m in found):  # the name may be right, and the parent not: show it behind
        elsewhere = areas.find(text, levels=set(levels), prefer=here.areas, limit=query.limit)
        inside = {m.unit.code for m in found}
        found += [
            replace(m, score=m.score * _UNTYPED, is_certain=False) for m in elsewhere if m.unit.code not in inside
        ]
        within = within and bool(inside)
    if asked and not parents:
        found = [replace(m, is_certain=False) for m in found]
    if codes and query.text.strip():
        found = _by_code(found, codes)
    return [
        Found(entities.area_iri(m.unit.code), m.how, m.score, m.is_certain, m, within, m.unit.code in here.areas)
        for m in found
    ]


def _by_code(found: list[Match], codes: Iterable[str]) -> list[Match]:
    """Return candidates in the light of a code given beside the name: who has it is certain, nobody else."""
    holders = {m.unit.code for code in codes for m in areas.find(code)}
    one = len(holders) == 1
    agreed = [replace(m, score=max(m.score, 97.0), is_certain=one) for m in found if m.unit.code in holders]
    rest = [replace(m, score=m.score * 0.7, is_certain=False) for m in found if m.unit.code not in holders]
    return agreed + rest


def _things(query: Query, wanted: Iterable[Type], here: index.Snapshot) -> list[Found]:
    text = query.text.strip()
    if not text:
        return []
    classes = [name for t in wanted for name in t.below]
    found: dict[str, ThingMatch] = {}
    for names in here.names_for(text):
        for match in names.find(text, types=classes, limit=query.limit):
            found.setdefault(match.iri, match)
    iri = entities.iri_of(text) if text.startswith((BASE, "id/", "concept/")) else None
    if iri is not None and entities.unit_of(iri) is None:
        known = [n for n in here.names.of(iri) if not classes or n.types & set(classes)]
        if known:
            found = {iri: ThingMatch(iri, known[0].name, "name", 100.0, known[0].types, is_certain=True)}
    return [Found(m.iri, m.how, m.score, m.is_certain, m) for m in found.values()]


def _entities(found: Iterable[Found], lang: str) -> dict[str, Entity]:
    told: dict[str, Entity] = {}
    graph: dict[str, frozenset[str]] = {}
    for f in found:
        if isinstance(f.match, Match):
            told.setdefault(f.iri, entities.of_unit(f.match.unit, lang, f.match.years, f.match.name))
        else:
            graph[f.iri] = f.match.types
    return told | entities.of_things(graph.items(), lang)


def _candidate(found: Found, entity: Entity, lang: str) -> dict[str, Any]:
    features: list[dict[str, Any]] = [{"id": f"found-by-{found.how}", "value": True}]
    if found.parent is not None:
        features.append({"id": "parent", "value": found.parent})
    if isinstance(found.match, Match):
        features.append({"id": "named-in-graph", "value": found.is_named})
    return {
        "id": entity.id,
        "name": entity.name,
        "score": round(found.score, 2),
        "match": found.is_certain,
        "type": entities.types_of(entity, lang),
        "description": entity.description,
        "features": features,
    }
