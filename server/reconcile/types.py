"""What can be asked for: kinds of things, and properties that narrow a match or fill a column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from ontology.namespaces import BASE, ONTOLOGY, PREFIXES
from ontology.records import Labels
from ontology.vocabulary import subclasses, terms

IDENTIFIER_SPACE: Final = BASE
SCHEMA_SPACE: Final = f"{ONTOLOGY}#"
CONCEPT: Final = "Concept"
#: Levels of the gazetteer → classes.
LEVELS: Final = {
    "province": "ProvinceLevelArea",
    "prefecture": "PrefectureLevelArea",
    "county": "CountyLevelArea",
}
#: Classes offered as types, in the order of usefulness to who has a table.
_OFFERED: Final = (
    "AdministrativeArea", "ProvinceLevelArea", "PrefectureLevelArea", "CountyLevelArea", "Area",
    "Organisation", "GovernmentBody", "Enterprise", "University", "School", "MedicalBody", "ResearchBody",
    "Cooperative", "Programme", "Case", "Product", "Event", "Recognition", "CooperationFramework", "Indicator",
    "BeneficiaryGroup", "Mechanism", "Work", "Site",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of thing: the local name of a class, its labels, and the classes below it."""

    id: str
    label: Labels
    below: frozenset[str]

    def name(self, lang: str) -> str:
        """Return its name in a language."""
        return (self.label.zh if lang == "zh" else self.label.en) or self.id


@cache
def types() -> dict[str, Type]:
    """Return the kinds of things by identifier; the class of concepts is that of SKOS."""
    found = {name: Type(name, terms()[name].label, subclasses(name) | {name}) for name in _OFFERED}
    return found | {CONCEPT: Type(CONCEPT, Labels("概念", "concept"), frozenset({CONCEPT}))}


def type_of(told: str) -> Type | None:
    """Return a type by its identifier or its whole IRI."""
    if told == f"{PREFIXES['skos']}{CONCEPT}":
        return types()[CONCEPT]
    return types().get(told.removeprefix(SCHEMA_SPACE))


def levels_of(wanted: Type) -> tuple[str, ...]:
    """Return the levels of the gazetteer whose units are of a type."""
    return tuple(level for level, name in LEVELS.items() if name in wanted.below)


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its identifier, its labels, what it is read from, and of which types it is."""

    id: str
    label: Labels
    iri: str
    types: frozenset[str]

    def name(self, lang: str) -> str:
        """Return its name in a language."""
        return (self.label.zh if lang == "zh" else self.label.en) or self.id


def _area(name: str, zh: str, en: str, curie: str) -> Property:
    return _property(name, zh, en, curie, "Area")


def _property(name: str, zh: str, en: str, curie: str, *of: str) -> Property:
    prefix, _, local = curie.partition(":")
    return Property(name, Labels(zh, en), PREFIXES[prefix] + local, frozenset(of))


@cache
def properties() -> dict[str, Property]:
    """Return the properties by identifier."""
    every = tuple(types())
    found = (
        _property("label", "名称", "name", "rdfs:label", *every),
        _property("altLabel", "别名", "other names", "skos:altLabel", *every),
        _property("description", "说明", "description", "dcterms:description", *every),
        _property("type", "种类", "kind", "rdf:type", *every),
        _area("gbt2260Code", "GB/T 2260 代码", "GB/T 2260 code", "dk:gbt2260Code"),
        _area("within", "所属区域", "area above", "dk:directlyWithin"),
        _area("level", "级别", "level", "dk:level"),
        _area("iso3166Code", "ISO 3166 代码", "ISO 3166 code", "dk:iso3166Code"),
        _area("latitude", "纬度", "latitude", "dk:latitude"),
        _area("longitude", "经度", "longitude", "dk:longitude"),
        _area("replaces", "沿革（前）", "earlier codes and names", "dcterms:replaces"),
        _property("wikidataId", "维基数据编号", "Wikidata identifier", "dk:wikidataId", *every),
        _area("geonamesId", "GeoNames 编号", "GeoNames identifier", "dk:geonamesId"),
        _property("rorId", "ROR 编号", "ROR identifier", "dk:rorId", "Organisation"),
        _property("seatIn", "所在地", "seat", "dk:seatIn", "Organisation"),
        _property("servesArea", "服务地区", "area served", "dk:servesArea", "Organisation"),
        _property("hasTheme", "主题", "theme", "dk:hasTheme", "Programme", "Case", "Indicator"),
        _property("recipientArea", "受援地区", "recipient area", "dk:recipientArea", "Programme"),
        _property("hasDonor", "援助方", "donor", "dk:hasDonor", "Programme"),
        _property("hasImplementer", "实施方", "implementer", "dk:hasImplementer", "Programme"),
        _property("startDate", "开始", "start", "dk:startDate", "Programme", "Event"),
        _property("originArea", "产地", "area of origin", "dk:originArea", "Product"),
    )
    return {p.id: p for p in found}


def property_of(told: str) -> Property | None:
    """Return a property by its identifier or its whole IRI."""
    known = properties().get(told)
    return known or next((p for p in properties().values() if p.iri == told), None)


def properties_of(wanted: Type | None) -> list[Property]:
    """Return the properties that things of a type may have; of no type, all."""
    if wanted is None:
        return list(properties().values())
    above = {t.id for t in types().values() if wanted.id in t.below}
    return [p for p in properties().values() if p.types & above]
