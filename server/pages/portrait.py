"""A thing as its page shows it: the neighbourhood put into words for one language.

Everything a template needs is worked out here, so that templates only lay out: no IRI is shown where
there is a name, figures are sentences, and every citation knows its document, position and words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from ontology.namespaces import BASE, concept, expand, term
from ontology.records import ROLES
from server import links
from server.figures import number, plain
from server.naming import Link, Name, best
from server.neighbourhood import INFERRED, PARTS, Incoming, Neighbourhood, Statement
from server.pages.evidence import Citation, Evidence, Numbering, Texts
from server.pages.quantities import Figure, Quantities, is_unreviewed, with_bars
from server.pages.values import decimal, iris
from server.texts import text

#: Values shown of one property, and in one cell of a list.
VALUES: Final = 100
CELL: Final = 4
#: Things shown of one relation; the rest are pages of their own.
RELATED: Final = 6

_NAMES: Final = tuple(map(expand, ("rdfs:label", "skos:prefLabel", "dcterms:title")))
_PROSE: Final = tuple(map(expand, ("dcterms:description", "skos:definition", "rdfs:comment")))
_SHOWN_APART: Final = {
    *_NAMES, *_PROSE, *map(expand, ("rdf:type", "skos:altLabel", "skos:note", "dk:evidence", "dk:reviewState")),
    *map(expand, ("oa:start", "oa:end", "oa:exact")),  # as dk:beginIndex, dk:endIndex and dk:exactText say
    *map(expand, ("dk:hasMeasurement", "dk:resultMeasurement", "dk:hasResult", "dk:participation", "dk:amount")),
    *(expand(curie) for _, curie in ROLES.values()),
}  # fmt: skip
#: What the box at the head of a figure's page has said already.
_IN_THE_BOX: Final = frozenset(
    expand(f"dk:{local}")
    for local in ("ofIndicator", "unit", "status", "asWritten", "periodStart", "periodEnd", "periodText", "recurrence")
)
#: Types that say nothing to a reader.
_PLUMBING_TYPES: Final = (
    "http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/ns/oa#",
)  # fmt: skip
#: Properties whose values are the same thing, or more about it, in other datasets.
_ELSEWHERE: Final = frozenset(
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
class Participant:
    """One party in a role."""

    party: Link
    detail: str | None
    link: Link
    citations: Sequence[Citation]
    is_unreviewed: bool


@dataclass(frozen=True, slots=True)
class Role:
    """The parties in one role; `key` is that of the role's concept."""

    key: str
    name: Link
    parties: Sequence[Participant]


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


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The things that point here by one property."""

    predicate: Link
    count: int
    links: Sequence[Link]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.links)


@dataclass(frozen=True, slots=True)
class Portrait:
    """One thing, ready to be laid out."""

    iri: str
    kind: str
    name: Name
    other_name: Name | None
    also: Sequence[Name]
    types: Sequence[Link]
    prose: Sequence[Name]
    notes: Sequence[Name]
    figure: Figure | None
    figures: Sequence[Figure]
    roles: Sequence[Role]
    #: Plain facts, then relations to other things, of other datasets, and what only rules say.
    groups: Sequence[Group]
    outgoing: Sequence[Group]
    elsewhere: Sequence[Group]
    inferred: Sequence[Group]
    citations: Sequence[Citation]
    quotation: Citation | None
    incoming: Sequence[Arrivals]
    derived: Sequence[Arrivals]
    sources: Sequence[Link]
    is_unreviewed: bool
    truncated: bool
    numbering: Numbering = field(default_factory=Numbering)


class Painter:
    """Draws portraits from one neighbourhood for one language."""

    def __init__(
        self, around: Neighbourhood, lang: str, texts: Texts, is_long: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`is_long` says whether the page of a document (IRI) has to be told where to open."""
        self._around, self._lang = around, lang
        self._evidence = Evidence(around, lang, texts, is_long)
        self._quantities = Quantities(around, lang, self._evidence)

    def portrait(self) -> Portrait:
        """Return the whole portrait of the neighbourhood's thing."""
        around, iri, lang = self._around, self._around.iri, self._lang
        own = around.labels.of(iri)
        name = around.labels.name(iri, lang)
        other = next((own[o] for o in links.LANGUAGES if o != lang and o in own and own[o] != name.text), None)
        other_lang = "en" if lang == "zh" else "zh"
        local = links.parse(iri)
        is_figure = bool(around.of(iri, "dk:value") or around.of(iri, "dk:ofIndicator"))
        is_evidence = bool(around.one(iri, "dk:inDocument")) and iri.startswith(f"{BASE}id/evidence/")
        stated = self._groups(iri, inferred=False, hidden=_IN_THE_BOX if is_figure else frozenset())
        elsewhere = [g for g in stated if g.predicate.iri in _ELSEWHERE]
        outgoing = [g for g in stated if g not in elsewhere and _is_relation(g)]
        return Portrait(
            iri=iri,
            kind=local.kind if local else "",
            name=name,
            other_name=Name(other, other_lang) if other else None,
            also=self._texts_of(iri, expand("skos:altLabel"), both=True),
            types=self._types(iri),
            prose=[n for p in _PROSE for n in self._texts_of(iri, p)],
            notes=self._texts_of(iri, expand("skos:note")),
            figure=with_bars([self._quantities.figure(iri)])[0] if is_figure else None,
            figures=self._quantities.all_of(iri),
            roles=self._roles(iri),
            groups=[g for g in stated if g not in elsewhere and g not in outgoing],
            outgoing=outgoing,
            elsewhere=elsewhere,
            inferred=self._groups(iri, inferred=True),
            citations=self._evidence.of(iri),
            quotation=self._evidence.citation(iri) if is_evidence else None,
            incoming=[self._arrivals(i) for i in around.incoming if i.stated],
            derived=[self._arrivals(i) for i in around.incoming if not i.stated],
            sources=[around.labels.link(g, lang) for g in around.sources() if g != INFERRED],
            is_unreviewed=is_unreviewed(around, iri),
            truncated=around.truncated,
        )

    def group(self, iri: str, property_: str) -> Group | None:
        """Return the values of one property of a thing, None where it has none: a cell of a list."""
        statements = [s for s in self._around.statements.get(iri, {}).get(property_, ()) if not _is_plumbing(s)]
        if property_ == expand("rdf:type"):
            statements = [s for s in statements if not s.is_inferred] or statements
        if not statements:
            return None
        values = self._values(property_, statements)
        return Group(self._link(property_), values[:CELL], max(0, len(values) - CELL))

    # -- names and texts

    def _link(self, iri: str) -> Link:
        return self._around.labels.link(iri, self._lang)

    def _types(self, iri: str) -> list[Link]:
        said = self._around.statements.get(iri, {}).get(expand("rdf:type"), [])
        chosen = [s for s in said if not s.is_inferred] or said
        types = [s.value.value for s in chosen if isinstance(s.value, ox.NamedNode)]
        return [self._link(t) for t in types if not t.startswith(_PLUMBING_TYPES)]

    def _texts_of(self, iri: str, property_: str, *, both: bool = False) -> list[Name]:
        found = [s.value for s in self._around.statements.get(iri, {}).get(property_, ())]
        by_lang: dict[str, list[str]] = {}
        for value in found:
            if isinstance(value, ox.Literal):
                by_lang.setdefault((value.language or "").partition("-")[0], []).append(value.value)
        if both:
            return [Name(w, None if lang in (self._lang, "") else lang) for lang, ws in by_lang.items() for w in ws]
        chosen = best({lang: lang for lang in by_lang}, self._lang)
        key = chosen.text if chosen else ""
        return [Name(w, chosen.lang, chosen.missing) for w in by_lang[key]] if chosen else []

    # -- parties

    def _roles(self, iri: str) -> list[Role]:
        found: list[Role] = []
        keys = {curie: curie.partition(":")[2].removesuffix("Participation") for _, curie in ROLES.values()}
        self._around.labels.load(concept("role", key) for curie, key in keys.items() if self._around.of(iri, curie))
        for _, curie in ROLES.values():
            parts = [
                Participant(
                    self._link(party),
                    self._detail(part),
                    self._link(part),
                    self._evidence.of(part),
                    is_unreviewed(self._around, part),
                )
                for part in iris(self._around.of(iri, curie))
                for party in iris(self._around.of(part, "dk:participant"))
            ]
            if parts:
                found.append(Role(keys[curie], self._link(concept("role", keys[curie])), parts))
        return found

    def _detail(self, part: str) -> str | None:
        share = decimal(self._around.one(part, "dk:share"))
        status = self._around.one(part, "dk:participationStatus")
        words = [text(self._lang, "thing.share", share=plain(share * 100) + "%")] if share is not None else []
        words += [self._link(status.value).name.text] if isinstance(status, ox.NamedNode) else []
        words += [n.text for n in self._texts_of(part, expand("skos:note"))]
        return "；".join(words) if self._lang == "zh" and words else "; ".join(words) or None

    def _own(self, iri: str) -> Sequence[Citation]:
        """Return the words that a part of the thing itself rests on: of a flow of money, a rule, a component."""
        local = links.parse(iri)
        return self._evidence.of(iri) if local and local.kind in PARTS else ()

    def _cited(self, iri: str) -> dict[str, list[Citation]]:
        """Return the words for what a thing's participations say: party → citations."""
        found: dict[str, list[Citation]] = {}
        for _, curie in ROLES.values():
            for part in iris(self._around.of(iri, curie)):
                for party in iris(self._around.of(part, "dk:participant")):
                    known = found.setdefault(party, [])
                    known += [c for c in self._evidence.of(part) if c not in known]
        return found

    # -- everything else

    def _groups(self, iri: str, *, inferred: bool, hidden: frozenset[str] = frozenset()) -> list[Group]:
        groups = []
        cited = self._cited(iri)
        for property_, statements in self._around.statements.get(iri, {}).items():
            if property_ in hidden or (
                property_ in _SHOWN_APART and not (property_ == expand("rdf:type") and inferred)
            ):
                continue
            chosen = [s for s in statements if s.is_inferred == inferred and not _is_plumbing(s)]
            if chosen:
                values = self._values(property_, chosen, cited if property_ == _STATED else {})
                most = RELATED if _is_link(values) and property_ not in _ELSEWHERE else VALUES
                count = self._around.counts.get(property_, 0) if iri == self._around.iri and not inferred else 0
                shown = values[:most]
                groups.append(Group(self._link(property_), shown, max(count, len(values)) - len(shown)))
        return sorted(groups, key=_place)

    def _values(
        self, property_: str, statements: Iterable[Statement], cited: dict[str, list[Citation]] | None = None
    ) -> list[Value]:
        linked, literals = [], []
        for s in statements:
            if isinstance(s.value, ox.NamedNode):
                link, citations = (
                    self._link(s.value.value),
                    (cited or {}).get(s.value.value) or self._own(s.value.value),
                )
                if property_ in _ELSEWHERE and not link.is_local:
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

    def _arrivals(self, incoming: Incoming) -> Arrivals:
        return Arrivals(self._link(incoming.predicate), incoming.count, [self._link(s) for s in incoming.subjects])


def _is_link(values: Sequence[Value]) -> bool:
    return bool(values) and all(v.link for v in values)


def _is_relation(group: Group) -> bool:
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
        value.value.startswith(_PLUMBING_TYPES) or value.value == statement.subject
    )
