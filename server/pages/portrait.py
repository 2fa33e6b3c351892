"""A thing as its page shows it: the neighbourhood put into words for one language.

Everything a template needs is worked out here, so that templates only lay out: no IRI is shown where
there is a name, figures are sentences, and every citation knows its document, position and words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import BASE, concept, expand, term
from ontology.records import ROLES
from server import links
from server.figures import Unit, number, plain, sentence
from server.naming import Link, Name, best
from server.neighbourhood import INFERRED, Incoming, Neighbourhood, Statement
from server.queries import Term
from server.texts import text

#: The text of a document by its sha256, or None where the data directory does not hold it.
Texts = Callable[[str], str | None]

#: Characters shown on either side of a citation.
CONTEXT: Final = 40
#: Values shown of one property.
VALUES: Final = 100
#: Values shown in one cell of a list.
CELL: Final = 4

_NAMES: Final = tuple(map(expand, ("rdfs:label", "skos:prefLabel", "dcterms:title")))
_PROSE: Final = tuple(map(expand, ("dcterms:description", "skos:definition", "rdfs:comment")))
_SHOWN_APART: Final = {
    *_NAMES, *_PROSE, *map(expand, ("rdf:type", "skos:altLabel", "skos:note", "dk:evidence")),
    *map(expand, ("dk:hasMeasurement", "dk:resultMeasurement", "dk:hasResult", "dk:participation", "dk:amount")),
    *(expand(curie) for _, curie in ROLES.values()),
}  # fmt: skip
#: What the box at the head of a figure's page has said already.
_IN_THE_BOX: Final = frozenset(
    expand(f"dk:{local}")
    for local in ("ofIndicator", "unit", "status", "asWritten", "periodStart", "periodEnd", "periodText", "recurrence")
)
#: Types that say nothing to a reader.
_PLUMBING_TYPES: Final = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#")
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
_LEXICAL: Final = frozenset(map(term, ("gbt2260Code", "beginIndex", "endIndex", "position", "codeEdition")))


@dataclass(frozen=True, slots=True)
class Citation:
    """The words a fact rests on; `before` and `after` are their context where the text is at hand."""

    words: str
    begin: int | None
    end: int | None
    document: Link | None
    href: str
    page: str
    before: str | None = None
    after: str | None = None

    @property
    def in_context(self) -> bool:
        """Whether the words are shown in the running text."""
        return self.before is not None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with everything its words say."""

    link: Link
    sentence: str
    written: str | None
    indicator: Link | None
    unit: Link | None
    status: Link | None
    period: str | None
    result: Link | None
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Participant:
    """One party in a role."""

    party: Link
    detail: str | None
    link: Link
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a property: a link, or words."""

    words: Name | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one property; `more` counts those not shown."""

    predicate: Link
    values: Sequence[Value]
    more: int = 0


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
    parties: Sequence[tuple[Link, Sequence[Participant]]]
    groups: Sequence[Group]
    inferred: Sequence[Group]
    citations: Sequence[Citation]
    quotation: Citation | None
    incoming: Sequence[Arrivals]
    derived: Sequence[Arrivals]
    sources: Sequence[Link]
    truncated: bool


class Painter:
    """Draws portraits from one neighbourhood for one language."""

    def __init__(self, around: Neighbourhood, lang: str, texts: Texts) -> None:
        self._around, self._lang, self._texts = around, lang, texts

    def portrait(self) -> Portrait:
        """Return the whole portrait of the neighbourhood's thing."""
        around, iri, lang = self._around, self._around.iri, self._lang
        own = around.labels.of(iri)
        name = around.labels.name(iri, lang)
        other = next((own[o] for o in links.LANGUAGES if o != lang and o in own and own[o] != name.text), None)
        other_lang = "en" if lang == "zh" else "zh"
        local = links.parse(iri)
        is_figure = bool(around.of(iri, "dk:value") or around.of(iri, "dk:ofIndicator"))
        return Portrait(
            iri=iri,
            kind=local.kind if local else "",
            name=name,
            other_name=Name(other, other_lang) if other else None,
            also=self._texts_of(iri, expand("skos:altLabel"), both=True),
            types=self._types(iri),
            prose=[n for p in _PROSE for n in self._texts_of(iri, p)],
            notes=self._texts_of(iri, expand("skos:note")),
            figure=self._figure(iri) if is_figure else None,
            figures=self._figures(iri),
            parties=self._parties(iri),
            groups=self._groups(iri, inferred=False, hidden=_IN_THE_BOX if is_figure else frozenset()),
            inferred=self._groups(iri, inferred=True),
            citations=self._citations(iri),
            quotation=self._citation(iri) if around.one(iri, "dk:inDocument") and _is_evidence(iri) else None,
            incoming=[self._arrivals(i) for i in around.incoming if i.stated],
            derived=[self._arrivals(i) for i in around.incoming if not i.stated],
            sources=[around.labels.link(g, lang) for g in around.sources() if g != INFERRED],
            truncated=around.truncated,
        )

    # -- names and texts

    def _link(self, iri: str) -> Link:
        return self._around.labels.link(iri, self._lang)

    def _link_of(self, term_: Term | None) -> Link | None:
        return self._link(term_.value) if isinstance(term_, ox.NamedNode) else None

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

    # -- figures

    def _figures(self, iri: str) -> list[Figure]:
        around = self._around
        found: dict[str, str | None] = {}
        for result in _iris(around.of(iri, "dk:hasResult")):
            for figure in _iris(around.of(result, "dk:resultMeasurement")):
                found[figure] = result
        for curie in ("dk:resultMeasurement", "dk:hasMeasurement", "dk:amount"):
            for figure in _iris(around.of(iri, curie)):
                found.setdefault(figure, None)
        for funding in _iris(around.of(iri, "dk:funding")):
            for figure in _iris(around.of(funding, "dk:amount")):
                found.setdefault(figure, funding)
        figures = [self._figure(figure, result) for figure, result in found.items()]
        return sorted(figures, key=lambda f: (f.citations[0].begin or 0 if f.citations else 0, f.link.iri))

    def _figure(self, iri: str, result: str | None = None) -> Figure:
        around = self._around
        unit = around.one(iri, "dk:unit")
        qualifier = around.one(iri, "dk:qualifier")
        written = around.one(iri, "dk:asWritten")
        value = _decimal(around.one(iri, "dk:value"))
        words = (
            sentence(self._lang, value, _key(qualifier), self._unit(unit)) if value is not None
            else written.value if isinstance(written, ox.Literal) else "–"
        )  # fmt: skip
        return Figure(
            link=self._link(iri),
            sentence=words,
            written=written.value if isinstance(written, ox.Literal) else None,
            indicator=self._link_of(around.one(iri, "dk:ofIndicator")),
            unit=self._link_of(unit),
            status=self._link_of(around.one(iri, "dk:status")),
            period=self._period(iri),
            result=self._link(result) if result else None,
            citations=self._citations(iri),
        )

    def _unit(self, unit: Term | None) -> Unit | None:
        if not isinstance(unit, ox.NamedNode):
            return None
        around = self._around
        name = around.labels.name(unit.value, self._lang)
        words = [t for t in around.of(unit.value, "skos:altLabel") if isinstance(t, ox.Literal) and t.language == "zh"]
        notation = around.one(unit.value, "skos:notation")
        return Unit(
            key=_key(unit) or name.text,
            label=name.text,
            classifier=words[0].value if words else None,
            symbol=notation.value if isinstance(notation, ox.Literal) else None,
        )

    def _period(self, iri: str) -> str | None:
        around, lang = self._around, self._lang
        start, end, said = (_words(around.one(iri, f"dk:period{part}")) for part in ("Start", "End", "Text"))
        parts = []
        if start and end:
            parts.append(start if start == end else text(lang, "figure.range", start=start, end=end))
        elif start:
            parts.append(text(lang, "figure.since", start=start))
        elif end:
            parts.append(text(lang, "figure.until", end=end))
        every = {"annual": "figure.every_year", "monthly": "figure.every_month"}
        if (how_often := _key(around.one(iri, "dk:recurrence"))) in every:
            parts.append(text(lang, every[how_often or ""]))
        if said:
            parts.append(text(lang, "figure.period_words", text=said))
        return ("，" if lang == "zh" else ", ").join(parts) or None

    # -- parties

    def _parties(self, iri: str) -> list[tuple[Link, list[Participant]]]:
        found = []
        for _, curie in ROLES.values():
            parts = [
                Participant(self._link(party), self._detail(part), self._link(part), self._citations(part))
                for part in _iris(self._around.of(iri, curie))
                for party in _iris(self._around.of(part, "dk:participant"))
            ]
            if parts:
                found.append((self._role(curie), parts))
        return found

    def _role(self, curie: str) -> Link:
        key = curie.partition(":")[2].removesuffix("Participation")
        iri = concept("role", key)
        self._around.labels.load([iri])
        return self._link(iri)

    def _detail(self, part: str) -> str | None:
        share = _decimal(self._around.one(part, "dk:share"))
        status = self._link_of(self._around.one(part, "dk:participationStatus"))
        words = [text(self._lang, "thing.share", share=plain(share * 100) + "%")] if share is not None else []
        words += [status.name.text] if status else []
        words += [n.text for n in self._texts_of(part, expand("skos:note"))]
        return "；".join(words) if self._lang == "zh" and words else "; ".join(words) or None

    # -- evidence

    def _citations(self, iri: str) -> list[Citation]:
        found = [self._citation(e) for e in _iris(self._around.of(iri, "dk:evidence"))]
        return sorted(found, key=lambda c: (c.begin if c.begin is not None else 0, c.end or 0, c.words))

    def _citation(self, iri: str) -> Citation:
        around = self._around
        document = around.one(iri, "dk:inDocument")
        begin, end = (_integer(around.one(iri, f"dk:{side}Index")) for side in ("begin", "end"))
        exact = _words(around.one(iri, "dk:exactText"))
        words = exact or _words(around.one(iri, "dk:asWritten")) or _words(around.one(iri, "dk:locator")) or ""
        link = self._link_of(document)
        href = link.href if link else ""
        if begin is not None and end is not None:
            href += f"#{links.mark(begin, end)}"
        before = after = None
        if isinstance(document, ox.NamedNode) and begin is not None and end is not None:
            whole = self._texts(document.value)
            if whole is not None and whole[begin:end] == words:
                before, after = whole[max(0, begin - CONTEXT) : begin], whole[end : end + CONTEXT]
        return Citation(words, begin, end, link, href, links.href(self._lang, iri), before, after)

    # -- everything else

    def _groups(self, iri: str, *, inferred: bool, hidden: frozenset[str] = frozenset()) -> list[Group]:
        groups = []
        for property_, statements in self._around.statements.get(iri, {}).items():
            if property_ in hidden or (
                property_ in _SHOWN_APART and not (property_ == expand("rdf:type") and inferred)
            ):
                continue
            chosen = [s for s in statements if s.is_inferred == inferred and not _is_plumbing(s)]
            if chosen:
                values = self._values(property_, chosen)
                groups.append(Group(self._link(property_), values[:VALUES], max(0, len(values) - VALUES)))
        return sorted(groups, key=_place)

    def group(self, iri: str, property_: str) -> Group | None:
        """Return the values of one property of a thing, None where it has none: a cell of a list."""
        statements = [s for s in self._around.statements.get(iri, {}).get(property_, ()) if not _is_plumbing(s)]
        if property_ == expand("rdf:type"):
            statements = [s for s in statements if not s.is_inferred] or statements
        if not statements:
            return None
        values = self._values(property_, statements)
        return Group(self._link(property_), values[:CELL], max(0, len(values) - CELL))

    def _values(self, property_: str, statements: Iterable[Statement]) -> list[Value]:
        linked, literals = [], []
        for s in statements:
            if isinstance(s.value, ox.NamedNode):
                linked.append(Value(link=self._link(s.value.value)))
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
            amount = _decimal(value)
            if amount is not None:
                return Name(number(self._lang, amount))
        if value.datatype.value == expand("xsd:boolean"):
            return Name(text(self._lang, "thing.true" if value.value in ("true", "1") else "thing.false"))
        if lang and lang != self._lang:
            return Name(value.value, lang, True)
        return Name(value.value)

    def _arrivals(self, incoming: Incoming) -> Arrivals:
        return Arrivals(self._link(incoming.predicate), incoming.count, [self._link(s) for s in incoming.subjects])


def _place(group: Group) -> tuple[int, str]:
    iri = group.predicate.iri
    return (_ORDER.index(iri) if iri in _ORDER else len(_ORDER), iri)


def _is_plumbing(statement: Statement) -> bool:
    value = statement.value
    return isinstance(value, ox.NamedNode) and (
        value.value.startswith(_PLUMBING_TYPES) or value.value == statement.subject
    )


def _is_evidence(iri: str) -> bool:
    return iri.startswith(f"{BASE}id/evidence/")


def _iris(terms: Iterable[Term]) -> list[str]:
    return [t.value for t in terms if isinstance(t, ox.NamedNode)]


def _key(term_: Term | None) -> str | None:
    return term_.value.rpartition("/")[2] if isinstance(term_, ox.NamedNode) else None


def _words(term_: Term | None) -> str | None:
    return term_.value if isinstance(term_, ox.Literal) else None


def _decimal(term_: Term | None) -> Decimal | None:
    try:
        value = Decimal(term_.value) if isinstance(term_, ox.Literal) else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _integer(term_: Term | None) -> int | None:
    value = _decimal(term_)
    return int(value) if value is not None else None
