"""What completes what somebody types: things, types, properties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from loaders.matching import areas
from loaders.matching.keys import plain, simplified
from ontology.namespaces import BASE
from server.reconcile import entities, index
from server.reconcile.entities import Entity
from server.reconcile.types import SCHEMA_SPACE, Type, levels_of, properties, type_of, types

AT_MOST: Final = 20


def things(prefix: str, lang: str, *, kind: str | None = None, cursor: int = 0) -> list[dict[str, Any]]:
    """Return things whose names begin with, or are, what was typed; an identifier brings the thing itself."""
    wanted = type_of(kind) if kind else None
    told = _by_identifier(prefix.strip(), lang)
    if told is None:
        told = _by_name(prefix, lang, wanted)
    return [
        {
            "id": entity.id,
            "name": entity.name,
            "description": entity.description,
            "notable": entities.types_of(entity, lang),
        }
        for entity in told[cursor : cursor + AT_MOST]
    ]


def kinds(prefix: str, lang: str) -> list[dict[str, Any]]:
    """Return the types whose names or identifiers hold what was typed."""
    found = [(t.id, t.name(lang), (t.label.zh, t.label.en, t.id, SCHEMA_SPACE + t.id)) for t in types().values()]
    return _short_list(prefix, found)


def attributes(prefix: str, lang: str) -> list[dict[str, Any]]:
    """Return the properties whose names or identifiers hold what was typed."""
    found = [(p.id, p.name(lang), (p.label.zh, p.label.en, p.id, p.iri)) for p in properties().values()]
    return _short_list(prefix, found)


def entity(told: str, lang: str) -> Entity | None:
    """Return the thing of an identifier, whether it is in the graph or in the gazetteer; None where it is nowhere."""
    iri = entities.iri_of(told)
    if iri is None:
        return None
    if (u := entities.unit_of(iri)) is not None:
        return entities.of_unit(u, lang)
    named = index.current().names.of(iri)
    if named:
        return entities.of_things([(iri, named[0].types)], lang)[iri]
    return entities.of_past(iri.removeprefix(f"{BASE}id/area/"), lang)


def _by_identifier(prefix: str, lang: str) -> list[Entity] | None:
    if prefix.startswith((BASE, "id/", "concept/")):
        found = entity(prefix, lang)
        return [found] if found else None
    return None


def _by_name(prefix: str, lang: str, wanted: Type | None) -> list[Entity]:
    here = index.current()
    key = simplified(plain(prefix))
    if not key:
        return []
    scored: list[tuple[float, int, str, Entity]] = []
    levels = levels_of(wanted) if wanted else ()
    begun = areas.beginning(prefix, levels=levels, limit=AT_MOST * 2)
    for match in areas.find(prefix, levels=levels, prefer=here.areas, limit=AT_MOST):
        if match.how != "similar" or not begun:
            score = match.score if match.how != "similar" else match.score / 2
            scored.append((score, 0, match.unit.code, entities.of_unit(match.unit, lang, match.years, match.name)))
    seen = {code for _, _, code, _ in scored}
    for match in begun:
        if match.unit.code not in seen:
            score = 91.0 if match.unit.code in here.areas else 88.0
            scored.append((score, 0, match.unit.code, entities.of_unit(match.unit, lang)))
    found = here.names.beginning(prefix, types=sorted(wanted.below) if wanted else (), limit=AT_MOST * 3)
    told = entities.of_things([(m.iri, m.types) for m in found], lang)
    scored += [(m.score, len(m.name), m.iri, told[m.iri]) for m in found]
    if wanted is not None:
        scored = [item for item in scored if wanted.below & set(item[3].kinds)]
    scored.sort(key=lambda item: (-item[0], item[1], item[2]))
    return [item[3] for item in scored]


def _short_list(prefix: str, found: Sequence[tuple[str, str, tuple[str | None, ...]]]) -> list[dict[str, Any]]:
    wanted = prefix.strip().casefold()
    ranked = []
    for id, name, words in found:
        texts = [word.casefold() for word in words if word]
        if any(wanted in text for text in texts):
            starts = any(text.startswith(wanted) for text in texts)
            ranked.append((wanted not in texts, not starts, id, name))
    return [{"id": id, "name": name} for _, _, id, name in sorted(ranked)[:AT_MOST]]
