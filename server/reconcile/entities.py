"""One thing as it stands in an answer: identifier, name, kinds, a line that tells it from its namesakes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from loaders.gazetteer import Unit, ancestors, unit
from loaders.gazetteer.areas import LEVELS, find_past
from ontology.namespaces import BASE
from ontology.vocabulary import terms
from server import access, links
from server.naming import Labels
from server.reconcile.types import CONCEPT, IDENTIFIER_SPACE, types

_AREA: Final = f"{BASE}id/area/"


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing for an answer. `kinds` are local names of classes, the narrowest first."""

    iri: str
    name: str
    kinds: tuple[str, ...]
    description: str

    @property
    def id(self) -> str:
        """Its identifier in the service's space."""
        return identifier(self.iri)


def identifier(iri: str) -> str:
    """Return the identifier of a thing: its IRI without the start that all share."""
    return iri.removeprefix(IDENTIFIER_SPACE)


def iri_of(told: str) -> str | None:
    """Return the IRI of an identifier, or of an IRI of ours; None for what is neither."""
    iri = told if told.startswith(BASE) else IDENTIFIER_SPACE + told
    name = links.parse(iri)
    if name is None or any(c in iri for c in ' <>"{}|\\^`') or any(ord(c) < 33 for c in iri):
        return None
    return iri if name.kind in (*links.KINDS, links.CONCEPT) else None


def unit_of(iri: str) -> Unit | None:
    """Return the unit of the gazetteer that an IRI names."""
    return unit(iri.removeprefix(_AREA)) if iri.startswith(_AREA) else None


def area_iri(code: str) -> str:
    """Return the IRI of an area by its key."""
    return _AREA + code


def of_unit(u: Unit, lang: str, years: tuple[int, int] | None = None, name: str = "") -> Entity:
    """Return an area of the gazetteer; `years` and `name` are those of another year that it was found by."""
    above = [a.name if lang == "zh" else a.english for a in reversed(ancestors(u.code))]
    kinds = (LEVELS[u.level], "AdministrativeArea", "Area")
    words = [kind_name(kinds[0], lang), f"{u.code}（2019）" if lang == "zh" else f"{u.code} (2019)"]
    words.append((" " if lang == "zh" else ", ").join(above if lang == "zh" else reversed(above)))
    if lang == "en":
        words.insert(0, u.name)
    if years is not None and years != (2019, 2019):
        span = str(years[0]) if years[0] == years[1] else f"{years[0]}–{years[1]}"
        words.append(f"{name}，{span}年" if lang == "zh" else f"{name}, {span}")
    return Entity(area_iri(u.code), u.name if lang == "zh" else u.english, kinds, " · ".join(filter(None, words)))


def of_things(found: Iterable[tuple[str, Iterable[str]]], lang: str) -> dict[str, Entity]:
    """Return things of the graph, by IRI, with the classes given for each."""
    wanted = {iri: tuple(kinds) for iri, kinds in found}
    labels = Labels(access.engine())
    labels.load(wanted)
    entities = {}
    for iri, kinds in wanted.items():
        ordered = _narrowest_first(kinds)
        other = "en" if lang == "zh" else "zh"
        words = [kind_name(ordered[0], lang)] if ordered else []
        words += [labels.of(iri)[other]] if other in labels.of(iri) else []
        entities[iri] = Entity(iri, labels.name(iri, lang).text, ordered, " · ".join(words))
    return entities


def of_past(key: str, lang: str) -> Entity | None:
    """Return a code and name of other years."""
    past = find_past(key)
    if past is None:
        return None
    words = [kind_name("AreaOfOtherYears", lang), past.code, f"{past.first}–{past.last}"]
    name = past.name if lang == "zh" else past.english
    return Entity(area_iri(key), name, ("AreaOfOtherYears", "AdministrativeArea", "Area"), " · ".join(words))


def kind_name(kind: str, lang: str) -> str:
    """Return the name of a class in a language."""
    if kind in types():
        return types()[kind].name(lang)
    known = terms().get(kind)
    return ((known.label.zh if lang == "zh" else known.label.en) if known else None) or kind


def types_of(entity: Entity, lang: str) -> list[dict[str, Any]]:
    """Return the kinds of a thing as an answer has them: those that can be asked for."""
    return [{"id": kind, "name": types()[kind].name(lang)} for kind in entity.kinds if kind in types()]


def _narrowest_first(kinds: Iterable[str]) -> tuple[str, ...]:
    def breadth(kind: str) -> tuple[int, str]:
        return (len(types()[kind].below) if kind in types() else 1, kind)

    return tuple(sorted((k for k in kinds if k != CONCEPT), key=breadth)) or tuple(kinds)
