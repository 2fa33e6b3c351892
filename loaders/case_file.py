"""Case files: facts written by hand in YAML, each with the words of the document that say so.

    bytes ──yaml_source──► data and places ──case_schema──► checked data ──here──► records, origins

`docs/case-files.md` describes the format, ``case.schema.json`` defines it. What a file leaves to others
(the areas and shared things it refers to) is looked up when all sources are known: `loaders.references`.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from graph.sources import Source
from loaders.case_schema import MAX_PROBLEMS, check, report, suggestion
from loaders.files import read_file
from loaders.review import record_fields, without_rejected
from loaders.yaml_source import MAX_BYTES, Steps, YamlSource, read_yaml, short
from ontology.errors import Origin, Problem
from ontology.records import (
    Area,
    BeneficiaryGroup,
    BenefitSharingRule,
    Case,
    Day,
    Event,
    Framework,
    FundingFlow,
    Indicator,
    Labels,
    Measurement,
    Mechanism,
    MechanismComponent,
    Names,
    Organisation,
    PartialDate,
    Participation,
    Product,
    Programme,
    Recognition,
    Record,
    Ref,
    Result,
    Site,
    SourceDocument,
    TextEvidence,
    Url,
    Work,
    bounds,
)

#: Words of the format → OWL classes.
ORGANISATION_KINDS: Final = {
    "organisation": "Organisation",
    "government": "GovernmentBody",
    "party-body": "PartyBody",
    "task-force": "TaskForce",
    "enterprise": "Enterprise",
    "state-owned-enterprise": "StateOwnedEnterprise",
    "private-enterprise": "PrivateEnterprise",
    "university": "University",
    "college": "College",
    "school": "School",
    "research-body": "ResearchBody",
    "training-centre": "TrainingCentre",
    "medical-body": "MedicalBody",
    "cooperative": "Cooperative",
    "cooperative-federation": "CooperativeFederation",
    "alliance": "Alliance",
    "group": "OrganisationGroup",
}
AREA_LEVELS: Final = {
    "country": "CountryLevelArea",
    "province": "ProvinceLevelArea",
    "prefecture": "PrefectureLevelArea",
    "county": "CountyLevelArea",
    "town": "TownLevelArea",
    "village": "VillageLevelArea",
    "region": "Region",
    "group": "AreaGroup",
}
PRODUCT_KINDS: Final = {"product": "Product", "brand": "Brand", "service": "Service", "breed": "Breed"}
RESULT_KINDS: Final = {"output": "Output", "outcome": "Outcome", "impact": "Impact"}


def read_case_file(path: Path) -> Source:
    """Return what a case file says. Raises `SourceError` with every problem found, in file order."""
    return parse_case_file(read_file(path, MAX_BYTES), str(path))


def parse_case_file(data: bytes, name: str) -> Source:
    """Return what the bytes of a case file say; `name` stands for the file in messages and origins."""
    source = read_yaml(data, name)
    return case_source(source, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def case_source(source: YamlSource, *, sha256: str, size: int, loader: str = "case") -> Source:
    """Return what the data of a case file say, whatever it was read from; `sha256` and `size` are that file's.

    Raises `SourceError` with every problem found.
    """
    check(source)
    return _Reading(replace(source, data=without_rejected(source.data))).source(sha256, size, loader)


# -- values → values of records -----------------------------------------------

_Convert = Callable[["_Reading", Any, Steps], Any]


def _as_it_is(_: _Reading, value: Any, __: Steps) -> Any:
    return value


def _labels(_: _Reading, value: dict[str, str], __: Steps) -> Labels:
    return Labels(value.get("zh"), value.get("en"))


def _names(_: _Reading, value: dict[str, list[str]], __: Steps) -> Names:
    return Names(tuple(value.get("zh", ())), tuple(value.get("en", ())))


def _decimal(_: _Reading, value: int | Decimal, __: Steps) -> Decimal:
    return Decimal(value)


def _date(_: _Reading, value: str, __: Steps) -> PartialDate:
    return PartialDate(value)


def _url(_: _Reading, value: str, __: Steps) -> Url:
    return Url(value)


def _urls(_: _Reading, value: list[str], __: Steps) -> tuple[Url, ...]:
    return tuple(map(Url, value))


def _evidence(reading: _Reading, value: list[list[Any]], path: Steps) -> tuple[Ref, ...]:
    return reading.evidence(value, path)


def _any(_: _Reading, value: str, __: Steps) -> Ref:
    return Ref(value)


def _thing(kind: str) -> _Convert:
    return lambda _, value, __: Ref(f"{kind}/{value}")


def _things(kind: str) -> _Convert:
    return lambda _, value, __: tuple(Ref(f"{kind}/{key}") for key in value)


def _thing_alone(kind: str) -> _Convert:
    """One key in the file, a tuple in the record."""
    return lambda _, value, __: (Ref(f"{kind}/{value}"),)


def _concept(scheme: str) -> _Convert:
    return _thing(f"concept/{scheme}")


def _concepts(scheme: str) -> _Convert:
    return _things(f"concept/{scheme}")


def _word(table: Mapping[str, str]) -> _Convert:
    return lambda _, value, __: table[value]


@dataclass(frozen=True, slots=True)
class _From:
    """Where a field of a record comes from: the field of the file, and how its value is turned."""

    field: str
    convert: _Convert


_Table = dict[str, _From]

_EVERY: Final[_Table] = {
    "label": _From("name", _labels),
    "alt_label": _From("also", _names),
    "description": _From("description", _labels),
    "note": _From("note", _labels),
    "see_also": _From("see_also", _urls),
    "evidence": _From("evidence", _evidence),
}

#: Section → the record it makes of each entry, and the fields that are taken over one by one. What needs
#: more than one field (participations, periods, bounds, components) is made in `_Reading`.
SECTIONS: Final[Mapping[str, tuple[type[Record], _Table]]] = {
    "documents": (SourceDocument, _EVERY | {
        "title": _From("title", _labels),
        "sha256": _From("sha256", _as_it_is),
        "characters": _From("characters", _as_it_is),
        "language": _From("language", _as_it_is),
        "publisher": _From("publisher", _thing("organisation")),
        "issued": _From("issued", _date),
        "issued_note": _From("issued_note", _as_it_is),
        "address": _From("address", _url),
    }),
    "cases": (Case, _EVERY | {
        "number": _From("number", _as_it_is),
        "document": _From("document", _thing("document")),
        "themes": _From("themes", _concepts("theme")),
        "describes": _From("describes", _things("programme")),
        "selected_in": _From("selected_in", _things("recognition")),
    }),
    "programmes": (Programme, _EVERY | {
        "themes": _From("themes", _concepts("theme")),
        "part_of": _From("part_of", _things("programme")),
        "frameworks": _From("frameworks", _things("framework")),
        "builds_on": _From("builds_on", _things("programme")),
        "started": _From("started", _date),
        "ended": _From("ended", _date),
        "status": _From("status", _concept("programme-status")),
        "stated_recipient_areas": _From("recipient_areas", _things("area")),
        "venues": _From("venues", _things("area")),
        "bases": _From("bases", _things("area")),
        "mechanisms": _From("mechanisms", _things("mechanism")),
        "benefits": _From("benefits", _things("group")),
        "products": _From("products", _things("product")),
        "works": _From("works", _things("work")),
        "sites": _From("sites", _things("site")),
        "events": _From("events", _things("event")),
        "established": _From("established", _things("organisation")),
        "recognitions": _From("recognitions", _things("recognition")),
        "sharing_rules": _From("sharing_rules", _things("sharing-rule")),
    }),
    "organisations": (Organisation, _EVERY | {
        "subclass": _From("kind", _word(ORGANISATION_KINDS)),
        "seats": _From("seat", _thing_alone("area")),
        "serves": _From("serves", _things("area")),
        "member_of": _From("member_of", _things("organisation")),
        "identifier": _From("identifier", _as_it_is),
    }),
    "areas": (Area, _EVERY | {
        "subclass": _From("level", _word(AREA_LEVELS)),
        "within": _From("within", _thing("area")),
        "overlaps": _From("overlaps", _things("area")),
        "gbt2260": _From("code", _as_it_is),
        "code_edition": _From("edition", _as_it_is),
        "iso3166": _From("iso3166", _as_it_is),
        "latitude": _From("latitude", _decimal),
        "longitude": _From("longitude", _decimal),
    }),
    "groups": (BeneficiaryGroup, _EVERY | {"broader": _From("broader", _things("group"))}),
    "frameworks": (Framework, _EVERY | {"areas": _From("areas", _things("area"))}),
    "mechanisms": (Mechanism, _EVERY),
    "products": (Product, _EVERY | {
        "subclass": _From("kind", _word(PRODUCT_KINDS)),
        "origins": _From("origins", _things("area")),
        "recognitions": _From("recognitions", _things("recognition")),
    }),
    "works": (Work, _EVERY | {"work_type": _From("type", _concept("work-type"))}),
    "sites": (Site, _EVERY | {"area": _From("area", _thing("area"))}),
    "events": (Event, _EVERY | {
        "started": _From("started", _date),
        "ended": _From("ended", _date),
        "venues": _From("venues", _things("area")),
        "organisers": _From("organisers", _things("organisation")),
    }),
    "recognitions": (Recognition, _EVERY | {
        "given_by": _From("given_by", _things("organisation")),
        "given_at": _From("given_at", _thing("event")),
        "date": _From("date", _date),
    }),
    "indicators": (Indicator, _EVERY | {"themes": _From("themes", _concepts("theme"))}),
    "results": (Result, _EVERY | {
        "subclass": _From("kind", _word(RESULT_KINDS)),
        "of": _From("of", _any),
    }),
    "figures": (Measurement, _EVERY | {
        "of": _From("of", _any),
        "indicator": _From("indicator", _thing("indicator")),
        "value": _From("value", _decimal),
        "qualifier": _From("qualifier", _concept("qualifier")),
        "unit": _From("unit", _concept("unit")),
        "status": _From("status", _concept("status")),
        "as_written": _From("written", _as_it_is),
        "counts": _From("counts", _things("group")),
        "measured_areas": _From("areas", _things("area")),
        "products": _From("products", _things("product")),
        "target_for": _From("target_for", _things("measurement")),
        "may_include": _From("may_include", _things("measurement")),
    }),
    "funding": (FundingFlow, _EVERY | {
        "of": _From("of", _any),
        "flow_type": _From("type", _concept("flow-type")),
        "amounts": _From("amounts", _things("measurement")),
        "provider": _From("provider", _thing("organisation")),
        "receiver": _From("receiver", _thing("organisation")),
        "date": _From("date", _date),
        "products": _From("products", _things("product")),
    }),
    "sharing_rules": (BenefitSharingRule, _EVERY | {
        "basis": _From("basis", _labels),
        "payer": _From("payer", _thing("organisation")),
        "receiver": _From("receiver", _thing("organisation")),
        "purpose": _From("purpose", _labels),
    }),
}  # fmt: skip

_COMPONENT: Final[_Table] = {
    "label": _From("name", _labels),
    "description": _From("description", _labels),
    "note": _From("note", _labels),
    "evidence": _From("evidence", _evidence),
    "component_type": _From("type", _concept("component-type")),
}
_PART_TAKEN: Final[_Table] = {
    "note": _From("note", _labels),
    "evidence": _From("evidence", _evidence),
    "share": _From("share", _decimal),
    "status": _From("status", _concept("status")),
}
_PERIOD: Final[_Table] = {
    "period_text": _From("text", _as_it_is),
    "period_basis": _From("basis", _concept("period-basis")),
    "recurrence": _From("every", _concept("recurrence")),
}


# -- one file -----------------------------------------------------------------


class _Reading:
    """The reading of one file: what was made so far, where each came from, and what is wrong."""

    def __init__(self, source: YamlSource) -> None:
        self.file = source
        self.data: dict[str, Any] = source.data
        self.document: str | None = self.data.get("document")
        self.measured: dict[str, list[str]] = {}  # result → its figures
        for figure, entry in self.data.get("figures", {}).items():
            self.measured.setdefault(entry.get("result", ""), []).append(figure)
        self.paid = {figure for flow in self.data.get("funding", {}).values() for figure in flow.get("amounts", ())}
        self.records: dict[Ref, Record] = {}
        self.mentions: dict[Ref, TextEvidence] = {}
        self.origins: dict[tuple[Ref, str | None], Origin] = {}
        self.problems: list[Problem] = []
        self.homeless = False  # whether evidence without a document was told of

    def source(self, sha256: str, size: int, loader: str) -> Source:
        for section, (record, table) in SECTIONS.items():
            for key, entry in self.data.get(section, {}).items():
                self.entry(record, table, key, entry, (section, key))
        report(self.problems)
        key = self.data["source"]
        return Source(
            graph="areas" if key == "areas" else f"source/{key}",
            records=(*self.records.values(), *self.mentions.values()),
            loader=loader,
            file=self.file.name,
            sha256=sha256,
            size=size,
            origins=self.origins,
        )

    def problem(self, message: str, path: Steps, remedy: str | None = None, *, key: bool = False) -> None:
        self.problems.append(Problem(message, self.file.origin(path, key=key), remedy))

    def entry(self, record: type[Record], table: _Table, key: str, entry: dict[str, Any], path: Steps) -> None:
        ref = Ref(f"{record.kind}/{key}")
        fields = self.fields(table, entry, ref, path)
        if record is Case:
            self.case(fields, entry, ref, path)
        elif record is Area:
            self.area(key, entry, path)
        elif record is Programme:
            self.programme(fields, key, entry, path)
        elif record is Mechanism:
            self.components(key, entry.get("components", []), path)
        elif record is Result:
            self.result(fields, key, ref)
        elif record is Measurement:
            self.figure(fields, key, entry, ref, path)
        elif record is FundingFlow:
            self.local("figures", entry.get("amounts", []), (*path, "amounts"))
        self.add(record(key=key, **fields), path)

    def fields(self, table: _Table, entry: dict[str, Any], ref: Ref, path: Steps) -> dict[str, Any]:
        """Return the fields of a record that stand in the entry, and note where each does."""
        fields = {}
        for name, source in table.items():
            if source.field in entry:
                at = (*path, source.field)
                fields[name] = source.convert(self, entry[source.field], at)
                self.origins[ref, name] = self.file.origin(at)
        for name, value in record_fields(entry).items():
            fields[name] = value
            self.origins[ref, name] = self.file.origin((*path, "review"))
        return fields

    def add(self, record: Record, path: Steps) -> None:
        """Keep a record; two records of one name in a file are an error."""
        ref = record.ref
        if ref in self.records:
            other = self.origins[ref, None]
            self.problem(f"{ref} is made twice, here and at line {other.line}", path, "Rename one", key=True)
            return
        self.records[ref] = record
        self.origins[ref, None] = self.file.origin(path, key=True)

    def evidence(self, pieces: list[list[Any]], path: Steps) -> tuple[Ref, ...]:
        """Return the references of pieces of evidence; a piece used twice is one thing."""
        if self.document is None:
            if not self.homeless:
                self.problem("evidence is given, but not of which document", path, "Add document: key at the top")
            self.homeless = True
            return ()
        refs: dict[Ref, None] = {}
        for i, (begin, end, text) in enumerate(pieces):
            mention = TextEvidence(
                key=f"{self.document}.{begin}-{end}",
                document=Ref(f"document/{self.document}"),
                begin=begin,
                end=end,
                text=text,
            )
            ref = mention.ref
            at = (*path, i)
            first = self.mentions.setdefault(ref, mention)
            if first is mention:
                self.origins[ref, None] = self.file.origin(at)
                for position, name in enumerate(("begin", "end", "text")):
                    self.origins[ref, name] = self.file.origin((*at, position))
            elif first.text != text:
                line = self.origins[ref, None].line
                message = f"{begin} to {end} is “{short(text)}” here and “{short(first.text)}” at line {line}"
                self.problem(message, at, "Both name the same characters of the document")
            refs[ref] = None
        return tuple(refs)

    def local(self, section: str, keys: list[str], path: Steps) -> None:
        """Check keys that must stand in this file."""
        known = self.data.get(section, {})
        for key in keys:
            if key not in known:
                near = suggestion(key, known) if len(self.problems) < MAX_PROBLEMS else ""
                self.problem(f"{section} has no {short(key)}", path, near or f"Add it under {section}:")

    # -- what needs more than one field --

    def case(self, fields: dict[str, Any], entry: dict[str, Any], ref: Ref, path: Steps) -> None:
        if self.document is not None:
            fields.setdefault("document", Ref(f"document/{self.document}"))
        if "span" in entry:
            fields["begin"], fields["end"] = entry["span"]
            for position, name in enumerate(("begin", "end")):
                self.origins[ref, name] = self.file.origin((*path, "span", position))
            if "document" not in fields:
                self.problem("a span is given, but not of which document", (*path, "span"), "Add document: to the case")

    def area(self, key: str, entry: dict[str, Any], path: Steps) -> None:
        code = entry.get("code", key)
        if len(key) == 6 and key.isdigit() and code != key:
            self.problem(f"the code {code} does not equal the key {key}", (*path, "code"), "Correct one of them")

    def programme(self, fields: dict[str, Any], key: str, entry: dict[str, Any], path: Steps) -> None:
        for role, parties in entry.get("participants", {}).items():
            for party, part in parties.items():
                self.participation(key, role, Ref(f"organisation/{party}"), part, (*path, "participants", role, party))
        for area, part in entry.get("recipient_areas", {}).items():
            self.participation(key, "recipient", Ref(f"area/{area}"), part, (*path, "recipient_areas", area))
        # A venue or base is a plain property, so its words are kept as the programme's own evidence.
        mentions = dict.fromkeys(fields.get("evidence", ()))
        for place in ("venues", "bases"):
            for area, told in entry.get(place, {}).items():
                at: Steps = (*path, place, area)
                pieces, at = (told["evidence"], (*at, "evidence")) if isinstance(told, dict) else (told, at)
                mentions |= dict.fromkeys(self.evidence(pieces, at))
        fields["evidence"] = tuple(mentions)

    def participation(self, programme: str, role: str, participant: Ref, part: Any, path: Steps) -> None:
        key = f"{programme}.{role}.{participant.partition('/')[2]}"
        ref = Ref(f"participation/{key}")
        fields = self.fields(_PART_TAKEN, part, ref, path) if isinstance(part, dict) else {}
        if not fields:
            fields["evidence"] = self.evidence(part, path)
            self.origins[ref, "evidence"] = self.file.origin(path)
        self.origins[ref, "participant"] = self.file.origin(path, key=True)
        of = Ref(f"programme/{programme}")
        self.add(Participation(key=key, role=role, of=of, participant=participant, **fields), path)

    def components(self, mechanism: str, components: list[dict[str, Any]], path: Steps) -> None:
        for i, component in enumerate(components):
            key = f"{mechanism}.{i + 1}"
            at = (*path, "components", i)
            fields = self.fields(_COMPONENT, component, Ref(f"component/{key}"), at)
            of = Ref(f"mechanism/{mechanism}")
            self.add(MechanismComponent(key=key, of=of, position=i + 1, **fields), at)

    def result(self, fields: dict[str, Any], key: str, ref: Ref) -> None:
        """Hang the figures that name this result from it."""
        figures = self.measured.get(key)
        if figures:
            fields["measurements"] = tuple(Ref(f"measurement/{name}") for name in figures)
            self.origins[ref, "measurements"] = self.file.origin(("figures", figures[0], "result"))

    def figure(self, fields: dict[str, Any], key: str, entry: dict[str, Any], ref: Ref, path: Steps) -> None:
        self.subject(key, entry, path)
        for name in ("target_for", "may_include"):
            self.local("figures", entry.get(name, []), (*path, name))
            if key in entry.get(name, []):
                self.problem("a figure cannot name itself", (*path, name))
        qualifier = entry.get("qualifier", "exact")
        fields.setdefault("qualifier", Ref(f"concept/qualifier/{qualifier}"))
        for name, value in bounds(qualifier, fields["value"]).items():
            fields[name] = value
            self.origins[ref, name] = self.file.origin((*path, "value"))
        if "review" in self.data:
            fields.setdefault("review_state", Ref(f"concept/review-state/{self.data['review']}"))
        if "period" in entry:
            self.period(fields, entry["period"], ref, (*path, "period"))

    def subject(self, key: str, entry: dict[str, Any], path: Steps) -> None:
        """Check that a figure hangs from something, and from one thing."""
        if "result" in entry:
            self.local("results", [entry["result"]], (*path, "result"))
            if "of" in entry:
                self.problem("the figure has both result and of", (*path, "of"), "Keep result where there is one")
        elif entry.get("of", "").startswith("result/"):
            self.problem("a result is named in of", (*path, "of"), "Write result: and its key without result/")
        elif "of" not in entry and key not in self.paid:
            self.problem("the figure hangs from nothing", path, "Give its result, or of: programme/key", key=True)

    def period(self, fields: dict[str, Any], period: dict[str, Any], ref: Ref, path: Steps) -> None:
        fields |= self.fields(_PERIOD, period, ref, path)
        for name, whole in (("start", _first_day), ("end", _last_day)):
            if name in period:
                fields[f"period_{name}"] = whole(period[name])
                self.origins[ref, f"period_{name}"] = self.file.origin((*path, name))
        start, end = fields.get("period_start"), fields.get("period_end")
        if start and end and start > end:
            self.problem(f"the period ends ({period['end']}) before it starts ({period['start']})", (*path, "end"))


def _first_day(partial: str) -> Day:
    return Day(partial + "-01" * (2 - partial.count("-")))


def _last_day(partial: str) -> Day:
    if partial.count("-") == 0:
        partial += "-12"
    if partial.count("-") == 1:
        year, month = map(int, partial.split("-"))
        partial += f"-{monthrange(year, month)[1]}"
    return Day(partial)
