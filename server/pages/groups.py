"""What is said of a thing, property by property: values as words or links, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from ontology.namespaces import BASE, expand, term
from ontology.records import ROLES
from server import links
from server.figures import number
from server.naming import Link, Name
from server.neighbourhood import PARTS, Neighbourhood, Statement
from server.pages.evidence import Citation, Evidence
from server.pages.values import decimal
from server.texts import text

#: Values shown of one property, and in one cell of a list.
VALUES: Final = 100
CELL: Final = 4
#: Things shown of one relation; the rest are pages of their own.
RELATED: Final = 6

_NAMES: Final = tuple(map(expand, ("rdfs:label", "skos:prefLabel", "dcterms:title")))
PROSE: Final = tuple(map(expand, ("dcterms:description", "skos:definition", "rdfs:comment")))
_SHOWN_APART: Final = {
    *_NAMES, *PROSE, *map(expand, ("rdf:type", "skos:altLabel", "skos:note", "dk:evidence", "dk:reviewState")),
    *map(expand, ("oa:start", "oa:end", "oa:exact")),  # as dk:beginIndex, dk:endIndex and dk:exactText say
    *map(expand, ("dk:hasMeasurement", "dk:resultMeasurement", "dk:hasResult", "dk:participation", "dk:amount")),
    *(expand(curie) for _, curie in ROLES.values()),
}  # fmt: skip
#: Types that say nothing to a reader.
PLUMBING_TYPES: Final = (
    "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/ns/oa#",
)  # fmt: skip
#: Properties whose values are the same thing, or more about it, in other datasets.
ELSEWHERE: Final = frozenset(
    map(
        expand,
        ("owl:sameAs", "skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch",
         "skos:relatedMatch", "rdfs:seeAlso", "schema:sameAs", "foaf:page", "foaf:homepage"),
    )
)  # fmt: skip
#: Properties in the order in which a reader asks for them; the rest follow by name.
_ORDER: Final = tuple(
    expand(f"dk:{local}")
    for local in (
        "position", "describes", "partOf", "hasTheme", "programmeStatus", "startDate", "endDate", "underFramework",
        "selectedIn", "hasRecognition", "statedRecipientArea", "heldIn", "basedIn", "benefits", "usedMechanism",
        "buildsOn", "established", "concernsProduct", "producedWork", "builtSite", "hasEvent", "sharingRule",
        "funding", "ofIndicator", "value", "qualifier", "unit", "status", "asWritten", "directlyWithin", "gbt2260Code",
    )
)  # fmt: skip
_WHOLE_NUMBERS: Final = frozenset(expand(f"xsd:{t}") for t in ("integer", "decimal", "int", "nonNegativeInteger"))
_STATED: Final = term("statedRecipientArea")
_LEXICAL: Final = frozenset(map(term, ("gbt2260Code", "beginIndex", "endIndex", "position", "codeEdition")))


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a property: a link, or words; with the words of a source where the fact has some."""

    words: Name | None = None
    link: Link | None = None
    citations: Sequence[Citation] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one property; `more` counts those not shown."""

    predicate: Link
    values: Sequence[Value]
    more: int = 0

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.values) + self.more


class Groups:
    """Reads the values of properties from a neighbourhood."""

    def __init__(self, around: Neighbourhood, lang: str, evidence: Evidence) -> None:
        self._around, self._lang, self._evidence = around, lang, evidence

    def all_of(
        self,
        iri: str,
        *,
        inferred: bool,
        hidden: frozenset[str] = frozenset(),
        cited: Mapping[str, Sequence[Citation]] | None = None,
    ) -> list[Group]:
        """Return the groups of a thing: what is stated of it, or what only rules say; without `hidden` properties.

        `cited` has the words that recipient areas rest on.
        """
        groups = []
        for property_, statements in self._around.statements.get(iri, {}).items():
            if property_ in hidden or (
                property_ in _SHOWN_APART and not (property_ == expand("rdf:type") and inferred)
            ):
                continue
            chosen = [s for s in statements if s.is_inferred == inferred and not _is_plumbing(s)]
            if chosen:
                values = self._values(property_, chosen, cited if property_ == _STATED else None)
                most = RELATED if _is_link(values) and property_ not in ELSEWHERE else VALUES
                count = self._around.counts.get(property_, 0) if iri == self._around.iri and not inferred else 0
                shown = values[:most]
                groups.append(Group(self._link(property_), shown, max(count, len(values)) - len(shown)))
        return sorted(groups, key=_place)

    def _values(
        self, property_: str, statements: Iterable[Statement], cited: Mapping[str, Sequence[Citation]] | None = None
    ) -> list[Value]:
        linked, literals = [], []
        for s in statements:
            if isinstance(s.value, ox.NamedNode):
                link, citations = (
                    self._link(s.value.value),
                    (cited or {}).get(s.value.value) or self._own(s.value.value),
                )
                if property_ in ELSEWHERE and not link.is_local:
                    link = Link(Name(_elsewhere(link.iri)), link.href, link.iri)
                linked.append(Value(link=link, citations=citations))
            elif isinstance(s.value, ox.Literal):
                literals.append(s.value)
            else:
                literals.append(ox.Literal(text(self._lang, "thing.no_label")))
        here = [v for v in literals if (v.language or self._lang).partition("-")[0] == self._lang]
        shown = here or literals
        words = [Value(words=self._literal(property_, v)) for v in shown]
        return words + sorted(linked, key=lambda v: v.link.name.text if v.link else "")

    def _literal(self, property_: str, value: ox.Literal) -> Name:
        lang = (value.language or "").partition("-")[0]
        if value.datatype.value in _WHOLE_NUMBERS and property_ not in _LEXICAL:
            amount = decimal(value)
            if amount is not None:
                return Name(number(self._lang, amount))
        if value.datatype.value == expand("xsd:boolean"):
            return Name(text(self._lang, "thing.true" if value.value in ("true", "1") else "thing.false"))
        if lang and lang != self._lang:
            return Name(value.value, lang, True)
        return Name(value.value)

    def cell(self, iri: str, property_: str) -> Group | None:
        """Return the values of one property of a thing, None where it has none: a cell of a list."""
        statements = [s for s in self._around.statements.get(iri, {}).get(property_, ()) if not _is_plumbing(s)]
        if property_ == expand("rdf:type"):
            statements = [s for s in statements if not s.is_inferred] or statements
        if not statements:
            return None
        values = self._values(property_, statements)
        return Group(self._link(property_), values[:CELL], max(0, len(values) - CELL))

    def _own(self, iri: str) -> Sequence[Citation]:
        """Return the words that a part of the thing itself rests on: of a flow of money, a rule, a component."""
        local = links.parse(iri)
        return self._evidence.of(iri) if local and local.kind in PARTS else ()

    def _link(self, iri: str) -> Link:
        return self._around.labels.link(iri, self._lang)


def _is_link(values: Sequence[Value]) -> bool:
    return bool(values) and all(v.link for v in values)


def is_relation(group: Group) -> bool:
    """Return whether a group leads to other things: neither words nor the concepts of code lists."""
    return _is_link(group.values) and not all(
        v.link and v.link.iri.startswith((f"{BASE}concept/", f"{BASE}ontology#")) for v in group.values
    )


def _elsewhere(iri: str) -> str:
    """Return a foreign IRI as people know it: ``www.wikidata.org: Q16967``."""
    parts = urlsplit(iri)
    last = parts.fragment or parts.path.rstrip("/").rpartition("/")[2]
    return f"{parts.netloc}: {last}" if parts.netloc and last else iri


def _place(group: Group) -> tuple[int, str]:
    iri = group.predicate.iri
    return (_ORDER.index(iri) if iri in _ORDER else len(_ORDER), iri)


def _is_plumbing(statement: Statement) -> bool:
    value = statement.value
    return isinstance(value, ox.NamedNode) and (
        value.value.startswith(PLUMBING_TYPES) or value.value == statement.subject
    )
