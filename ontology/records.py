"""What a loader hands over: one frozen dataclass for each class of the ontology.

All loaders speak in these records and `graph.quads` turns them into RDF by reading the declarations
below, so a new field is one line here, one property in ``duikou.ttl`` and nothing else
(``tests/ontology/test_records.py`` holds the two together).

A record names other things by `Ref`: ``kind/key`` for a thing (``organisation/tongji-university``),
``concept/scheme/key`` for a concept (``concept/status/achieved``). References may point to things of
other sources; whether they exist is checked when a source is published, not here.

A field that is ``None`` or empty says nothing: no triple is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from decimal import Decimal
from typing import Any, ClassVar, Final, NamedTuple, NewType

Ref = NewType("Ref", str)


class Labels(NamedTuple):
    """A text in Chinese and English; either may be missing."""

    zh: str | None = None
    en: str | None = None


class Names(NamedTuple):
    """Further names in Chinese and English."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class PartialDate(str):
    """A date as exact as it is known: ``2019``, ``2019-08`` or ``2019-08-31`` (ISO 8601)."""

    __slots__ = ()

    @property
    def datatype(self) -> str:
        """The prefixed name of the XSD datatype that fits: gYear, gYearMonth or date."""
        return ("xsd:gYear", "xsd:gYearMonth", "xsd:date")[self.count("-")]


class Day(str):
    """A whole date, ``2019-08-31``: the ends of a period, so that SPARQL can compare them."""

    __slots__ = ()


class Url(str):
    """An outside address, kept as an IRI."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Property:
    """How a field becomes triples: the property, and whether the record is its object."""

    curie: str
    inverse: bool = False


def _says(curie: str, *, inverse: bool = False, default: Any = MISSING) -> Any:
    return field(default=default, metadata={"property": Property(curie, inverse)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every thing has: a key, names, a description, the words that speak of it, and how it came about.

    `review_state`, `extraction_rule` and `confidence` (of the rule, 0 to 1) are for what a program took from a text.

    `kind` is the IRI segment of the class (``id/{kind}/{key}``), `class_name` the OWL class. Where
    a class has subclasses a loader may choose, `kinds` maps the words of the case file to them and
    the record's `subclass` holds the OWL class name.
    """

    kind: ClassVar[str]
    class_name: ClassVar[str]

    key: str
    label: Labels = _says("rdfs:label", default=Labels())
    alt_label: Names = _says("skos:altLabel", default=Names())
    description: Labels = _says("dcterms:description", default=Labels())
    note: Labels = _says("skos:note", default=Labels())
    see_also: tuple[Url, ...] = _says("rdfs:seeAlso", default=())
    evidence: tuple[Ref, ...] = _says("dk:evidence", default=())
    review_state: Ref | None = _says("dk:reviewState", default=None)
    extraction_rule: str | None = _says("dk:extractionRule", default=None)
    confidence: Decimal | None = _says("dk:confidence", default=None)

    @property
    def ref(self) -> Ref:
        """The reference by which other records name this one."""
        return Ref(f"{self.kind}/{self.key}")

    @property
    def owl_class(self) -> str:
        """The local name of the most specific class asserted of this record."""
        return getattr(self, "subclass", None) or self.class_name


# -- sources and evidence -----------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument(Record):
    """A text or file that facts were taken from; never the text itself."""

    kind = "document"
    class_name = "SourceDocument"

    title: Labels = _says("dcterms:title", default=Labels())
    sha256: str | None = _says("dk:sha256", default=None)
    characters: int | None = _says("dk:characters", default=None)
    language: str | None = _says("dcterms:language", default=None)
    publisher: Ref | None = _says("dcterms:publisher", default=None)
    issued: PartialDate | None = _says("dcterms:issued", default=None)
    issued_note: str | None = _says("dk:issuedNote", default=None)
    address: Url | None = _says("foaf:page", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEvidence(Record):
    """The few words a fact rests on. Positions are Unicode code points, end excluded."""

    kind = "evidence"
    class_name = "TextEvidence"

    document: Ref = _says("dk:inDocument")
    begin: int = _says("dk:beginIndex")
    end: int = _says("dk:endIndex")
    text: str = _says("dk:exactText")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvidence(Record):
    """Where in a table or an XML file a fact stands: a JSON Pointer, XPath or row address."""

    kind = "evidence"
    class_name = "RecordEvidence"

    document: Ref = _says("dk:inDocument")
    locator: str = _says("dk:locator")
    as_written: str | None = _says("dk:asWritten", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Record):
    """A published write-up of one or more programmes."""

    kind = "case"
    class_name = "Case"

    number: int | None = _says("dk:position", default=None)
    document: Ref | None = _says("dk:inDocument", default=None)
    begin: int | None = _says("dk:beginIndex", default=None)
    end: int | None = _says("dk:endIndex", default=None)
    themes: tuple[Ref, ...] = _says("dk:hasTheme", default=())
    describes: tuple[Ref, ...] = _says("dk:describes", default=())
    selected_in: tuple[Ref, ...] = _says("dk:selectedIn", default=())


# -- undertakings -------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme(Record):
    """A planned undertaking in which donor-side bodies help recipient areas or people."""

    kind = "programme"
    class_name = "Programme"

    themes: tuple[Ref, ...] = _says("dk:hasTheme", default=())
    part_of: tuple[Ref, ...] = _says("dk:partOf", default=())
    frameworks: tuple[Ref, ...] = _says("dk:underFramework", default=())
    builds_on: tuple[Ref, ...] = _says("dk:buildsOn", default=())
    started: PartialDate | None = _says("dk:startDate", default=None)
    ended: PartialDate | None = _says("dk:endDate", default=None)
    status: Ref | None = _says("dk:programmeStatus", default=None)
    stated_recipient_areas: tuple[Ref, ...] = _says("dk:statedRecipientArea", default=())
    venues: tuple[Ref, ...] = _says("dk:heldIn", default=())
    bases: tuple[Ref, ...] = _says("dk:basedIn", default=())
    mechanisms: tuple[Ref, ...] = _says("dk:usedMechanism", default=())
    benefits: tuple[Ref, ...] = _says("dk:benefits", default=())
    products: tuple[Ref, ...] = _says("dk:concernsProduct", default=())
    works: tuple[Ref, ...] = _says("dk:producedWork", default=())
    sites: tuple[Ref, ...] = _says("dk:builtSite", default=())
    events: tuple[Ref, ...] = _says("dk:hasEvent", default=())
    established: tuple[Ref, ...] = _says("dk:established", default=())
    recognitions: tuple[Ref, ...] = _says("dk:hasRecognition", default=())
    sharing_rules: tuple[Ref, ...] = _says("dk:sharingRule", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Record):
    """A part of a programme that is not a programme itself, such as an IATI sub-activity."""

    kind = "activity"
    class_name = "Activity"

    of: Ref | None = _says("dk:hasActivity", inverse=True, default=None)
    started: PartialDate | None = _says("dk:startDate", default=None)
    ended: PartialDate | None = _says("dk:endDate", default=None)
    venues: tuple[Ref, ...] = _says("dk:heldIn", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework(Record):
    """A standing arrangement between areas under which programmes are run."""

    kind = "framework"
    class_name = "CooperationFramework"

    areas: tuple[Ref, ...] = _says("dk:frameworkArea", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Record):
    """A dated happening: a festival, a meeting, a selection round."""

    kind = "event"
    class_name = "Event"

    started: PartialDate | None = _says("dk:startDate", default=None)
    ended: PartialDate | None = _says("dk:endDate", default=None)
    venues: tuple[Ref, ...] = _says("dk:heldIn", default=())
    organisers: tuple[Ref, ...] = _says("dk:organisedBy", default=())


# -- parties and their roles --------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Record):
    """A body, or a group of bodies that the source counts but does not name."""

    kind = "organisation"
    class_name = "Organisation"

    subclass: str = "Organisation"
    seats: tuple[Ref, ...] = _says("dk:seatIn", default=())
    serves: tuple[Ref, ...] = _says("dk:servesArea", default=())
    member_of: tuple[Ref, ...] = _says("dk:memberOf", default=())
    identifier: str | None = _says("dcterms:identifier", default=None)


#: Role → (participation class, property from the programme).
ROLES: Final[dict[str, tuple[str, str]]] = {
    "donor": ("DonorParticipation", "dk:donorParticipation"),
    "implementer": ("ImplementerParticipation", "dk:implementerParticipation"),
    "partner": ("PartnerParticipation", "dk:partnerParticipation"),
    "recipient": ("RecipientParticipation", "dk:recipientParticipation"),
    "authority": ("AuthorityParticipation", "dk:authorityParticipation"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation(Record):
    """One party's role in one programme, with the words that say so.

    `of` is the programme, `participant` an organisation, or an area in the recipient role.
    `share` is a fraction of the whole (0 to 1), as in IATI's percentages of a recipient country.
    """

    kind = "participation"
    class_name = "Participation"

    role: str
    of: Ref
    participant: Ref = _says("dk:participant")
    share: Decimal | None = _says("dk:share", default=None)
    status: Ref | None = _says("dk:participationStatus", default=None)

    @property
    def owl_class(self) -> str:
        return ROLES[self.role][0]


# -- areas --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(Record):
    """A place: an administrative unit, a region, or a counted group of unnamed places."""

    kind = "area"
    class_name = "Area"

    subclass: str = "Area"
    within: Ref | None = _says("dk:directlyWithin", default=None)
    overlaps: tuple[Ref, ...] = _says("dk:overlapsArea", default=())
    gbt2260: str | None = _says("dk:gbt2260Code", default=None)
    code_edition: str | None = _says("dk:codeEdition", default=None)
    iso3166: str | None = _says("dk:iso3166Code", default=None)
    latitude: Decimal | None = _says("dk:latitude", default=None)
    longitude: Decimal | None = _says("dk:longitude", default=None)
    started: PartialDate | None = _says("dk:startDate", default=None)
    ended: PartialDate | None = _says("dk:endDate", default=None)
    replaces: tuple[Ref, ...] = _says("dcterms:replaces", default=())
    replaced_by: tuple[Ref, ...] = _says("dcterms:isReplacedBy", default=())


# -- how it works -------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism(Record):
    """A way of working that a programme uses, as an ordered list of parts."""

    kind = "mechanism"
    class_name = "Mechanism"


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismComponent(Record):
    """One part of a mechanism; `position` counts from 1."""

    kind = "component"
    class_name = "MechanismComponent"

    of: Ref = _says("dk:hasComponent", inverse=True)
    component_type: Ref = _says("dk:componentType")
    position: int = _says("dk:position")


# -- what came of it ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Record):
    """What a programme brought about; `subclass` is Output, Outcome or Impact."""

    kind = "result"
    class_name = "Result"

    subclass: str = "Result"
    of: Ref | None = _says("dk:hasResult", inverse=True, default=None)
    measurements: tuple[Ref, ...] = _says("dk:resultMeasurement", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Record):
    """What is measured, apart from any one figure."""

    kind = "indicator"
    class_name = "Indicator"

    themes: tuple[Ref, ...] = _says("dk:hasTheme", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Record):
    """One figure, with what its words say and no more.

    `value` is the number written (220余万 → 2200000; 15% → 0.15 of unit ``ratio``). Bounds are set
    only where a word gives them. A figure that hangs from a result is found through it; any other
    names its subject in `of`.
    """

    kind = "measurement"
    class_name = "Measurement"

    of: Ref | None = _says("dk:hasMeasurement", inverse=True, default=None)
    indicator: Ref = _says("dk:ofIndicator")
    value: Decimal | None = _says("dk:value", default=None)
    qualifier: Ref | None = _says("dk:qualifier", default=None)
    lower_bound: Decimal | None = _says("dk:lowerBound", default=None)
    upper_bound: Decimal | None = _says("dk:upperBound", default=None)
    lower_inclusive: bool | None = _says("dk:lowerInclusive", default=None)
    upper_inclusive: bool | None = _says("dk:upperInclusive", default=None)
    unit: Ref | None = _says("dk:unit", default=None)
    status: Ref | None = _says("dk:status", default=None)
    as_written: str | None = _says("dk:asWritten", default=None)
    period_start: Day | None = _says("dk:periodStart", default=None)
    period_end: Day | None = _says("dk:periodEnd", default=None)
    period_text: str | None = _says("dk:periodText", default=None)
    period_basis: Ref | None = _says("dk:periodBasis", default=None)
    recurrence: Ref | None = _says("dk:recurrence", default=None)
    counts: tuple[Ref, ...] = _says("dk:counts", default=())
    measured_areas: tuple[Ref, ...] = _says("dk:measuredArea", default=())
    products: tuple[Ref, ...] = _says("dk:concernsProduct", default=())
    target_for: tuple[Ref, ...] = _says("dk:targetFor", default=())
    may_include: tuple[Ref, ...] = _says("dk:mayInclude", default=())


#: Qualifier → the bounds its word gives: (side, inclusive). The rest give none (docs/figures.md).
BOUNDS: Final[dict[str, tuple[str, bool]]] = {
    "over": ("lower", False),
    "gt": ("lower", False),
    "ge": ("lower", True),
    "nearly": ("upper", False),
    "lt": ("upper", False),
    "le": ("upper", True),
}


def bounds(qualifier: str, value: Decimal) -> dict[str, Any]:
    """Return the bound fields of a `Measurement` for a qualifier's key; empty where none is given."""
    if qualifier not in BOUNDS:
        return {}
    side, inclusive = BOUNDS[qualifier]
    return {f"{side}_bound": value, f"{side}_inclusive": inclusive}


@dataclass(frozen=True, slots=True, kw_only=True)
class BeneficiaryGroup(Record):
    """People or households that programmes reach, such as registered poor households."""

    kind = "group"
    class_name = "BeneficiaryGroup"

    broader: tuple[Ref, ...] = _says("dk:broaderGroup", default=())


# -- money --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingFlow(Record):
    """Money that moved, was budgeted or is due: an input, sales, an IATI transaction or budget."""

    kind = "funding"
    class_name = "FundingFlow"

    of: Ref | None = _says("dk:funding", inverse=True, default=None)
    flow_type: Ref | None = _says("dk:flowType", default=None)
    amounts: tuple[Ref, ...] = _says("dk:amount", default=())
    provider: Ref | None = _says("dk:provider", default=None)
    receiver: Ref | None = _says("dk:receiver", default=None)
    date: PartialDate | None = _says("dk:flowDate", default=None)
    products: tuple[Ref, ...] = _says("dk:concernsProduct", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitSharingRule(Record):
    """A standing term on who gets what share of an income."""

    kind = "sharing-rule"
    class_name = "BenefitSharingRule"

    basis: Labels = _says("dk:sharingBasis", default=Labels())
    payer: Ref | None = _says("dk:provider", default=None)
    receiver: Ref | None = _says("dk:receiver", default=None)
    purpose: Labels = _says("dk:sharingPurpose", default=Labels())


# -- what it made or won ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Record):
    """Goods, a breed, a brand or a service that programmes grow, make, insure or sell."""

    kind = "product"
    class_name = "Product"

    subclass: str = "Product"
    origins: tuple[Ref, ...] = _says("dk:originArea", default=())
    recognitions: tuple[Ref, ...] = _says("dk:hasRecognition", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Record):
    """A creative work, such as a film or a stage piece."""

    kind = "work"
    class_name = "Work"

    work_type: Ref | None = _says("dk:workType", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Record):
    """A place that a programme built or runs, such as a scenic spot."""

    kind = "site"
    class_name = "Site"

    area: Ref | None = _says("dk:locatedIn", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition(Record):
    """A selection, award or certification."""

    kind = "recognition"
    class_name = "Recognition"

    given_by: tuple[Ref, ...] = _says("dk:givenBy", default=())
    given_at: Ref | None = _says("dk:givenAt", default=None)
    date: PartialDate | None = _says("dcterms:date", default=None)


RECORDS: Final[tuple[type[Record], ...]] = (
    SourceDocument, TextEvidence, RecordEvidence, Case, Programme, Activity, Framework, Event, Organisation,
    Participation, Area, Mechanism, MechanismComponent, Result, Indicator, Measurement, BeneficiaryGroup,
    FundingFlow, BenefitSharingRule, Product, Work, Site, Recognition,
)  # fmt: skip


def properties(record: type[Record]) -> Iterator[tuple[Field[Any], Property]]:
    """Yield each field of a record class that becomes triples, with the property it becomes."""
    for f in fields(record):
        if "property" in f.metadata:
            yield f, f.metadata["property"]
