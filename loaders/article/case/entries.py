"""Facts of a reading → the sections of a case file.

Every entry that a fact gives carries a review: unreviewed, the rule that made it and its measured precision, the
words it fired on, and a question where a person should look. What a case is about becomes a programme; parties take
part in it by their roles, areas are its recipients, figures hang from its results.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from loaders.article.case import areas as area_entries
from loaders.article.case import figures
from loaders.article.case.drafts import Draft, Entry, finish, labels
from loaders.article.case.keys import LONGEST, short, slug
from loaders.article.case.questions import ask
from loaders.article.case.text import NAME, clean, fits_a_file
from loaders.article.case.words import body_kind, product_kind, role, work_type
from loaders.article.facts import CaseSpan, Fact, Name, Organisation, Place, Reading, Relation
from loaders.article.mechanisms import part_type

_WIDER: Final = frozenset({"name.cooperation"})
#: Names of wider arrangements, under which a case's own programme runs.
_SHARED: Final = _WIDER | {"name.known", "name.exemplary"}
_DATED: Final = re.compile(r"(?:(\d{4})年|(今年))?(\d{1,2})月(?:(\d{1,2})日)?[^，。；、]{0,6}$")


def draft(reading: Reading, source: str) -> Draft:
    """Return the case file of a reading; `source` is the key that it will have as a source."""
    made = Draft(reading, source, f"{short(source, 100)}-{reading.sha256[:8]}")
    made.sections["documents"] = {made.document: _document(reading)}
    by_case: dict[int | None, _Case] = {None: _Case(made, None)}
    for case in reading.cases:
        by_case[case.number] = _Case(made, case)
    for kind, facts in _facts(reading):
        for fact in facts:
            if fact.case in by_case and fits_a_file(fact.surface):
                getattr(by_case[fact.case], kind).append(fact)
    lists = _selections(made, by_case[None])
    for one in by_case.values():
        one.fill(lists)
    for entries in made.sections.values():
        for entry in entries.values():
            finish(entry)
    return made


def _facts(reading: Reading) -> Iterable[tuple[str, Sequence[Any]]]:
    return (
        ("quantities", reading.quantities), ("places", reading.places), ("organisations", reading.organisations),
        ("names", reading.names), ("relations", reading.relations),
    )  # fmt: skip


def _document(reading: Reading) -> Entry:
    title = clean(reading.title) if reading.title.strip() else reading.sha256[:8]
    entry: Entry = {
        "name": labels(title, reading.language),
        "title": {"en" if reading.language == "en" else "zh": title},
        "sha256": reading.sha256,
        "characters": len(reading.text),
        "language": reading.language,
    }
    if reading.date and figures.is_date(reading.date):
        entry["issued"] = reading.date
    if reading.date_basis:
        entry["issued_note"] = reading.date_basis
    return entry


def _selections(made: Draft, preamble: _Case) -> list[str]:
    """Return the keys of the selections that the introduction says the cases were chosen in."""
    names = [name for name in preamble.names if name.kind == "award list"]
    return [preamble.recognition(name) for name in names[:1]] if made.reading.cases else []


class _Case:
    """The facts of one case, or of what precedes the first, and the entries that they give."""

    def __init__(self, made: Draft, case: CaseSpan | None) -> None:
        self.made, self.case = made, case
        self.quantities: list[Any] = []
        self.places: list[Place] = []
        self.organisations: list[Organisation] = []
        self.names: list[Name] = []
        self.relations: list[Relation] = []
        self.programme: Entry = {}
        self.programme_key = ""
        self.others: list[str] = []

    @property
    def language(self) -> str:
        return self.made.reading.language

    def key(self, kind: str, name: str) -> str:
        """Return the key of a thing that only this source knows."""
        return self.made.keys.of(kind, name, f"{short(self.made.source, LONGEST)}.")

    def fill(self, lists: list[str]) -> None:
        """Make the entries of the case."""
        if self.case is None and not (self.quantities or self.organisations or self._areas_with_role()):
            return
        self._start()
        for name in self.names:
            self._name(name)
        for body in self.organisations:
            self._body(body)
        self._donor_areas()
        self._areas()
        self._relations()
        if self.case is not None:
            self._write_up(lists)
        elif lists:
            self.programme["recognitions"] = lists
        figures.add(self.made, self.programme_key, self.quantities, self.organisations, self.relations, self.language)

    def _areas_with_role(self) -> bool:
        return any(place.role for place in self.places if not place.nested)

    # -- what it is about --

    def _start(self) -> None:
        """Begin the programme: what the relations of the case are about, else what its title says."""
        name = self._subject()
        mentions = [fact for fact in self.names if fact.name == name]
        fact = mentions[0] if mentions else self._title_fact()
        question = None if mentions else ask("programme", self.language)
        self.programme_key = self.key("programme", name) if self.case else self._whole()
        entry: Entry = {"name": labels(name, self.language)}
        if self.case is not None and self.case.themes:
            entry["themes"] = list(self.case.themes)
        self.programme = self.made.put("programmes", self.programme_key, entry, fact, question)
        everywhere = [fact for fact in self.made.reading.names if fact.name == name and fact.kind == "programme"]
        pieces = [self.made.evidence(fact.start, fact.end) for fact in everywhere or mentions]
        if pieces:
            self.programme["evidence"] = pieces

    def _whole(self) -> str:
        """Return the key of the programme that the introduction speaks of as a whole."""
        return self.made.keys.fresh("programme", f"{short(self.made.source, LONGEST)}.whole")

    def _subject(self) -> str:
        if self.case is None:
            return clean(self.made.reading.title)
        about = Counter(
            relation.subject for relation in self.relations if relation.predicate in {"usesModel", "recipientArea"}
        )
        about.update(relation.object for relation in self.relations if relation.predicate in {"donorOf", "implements"})
        named = Counter(name.name for name in self.names if name.kind == "programme" and name.rule not in _SHARED)
        return clean((about or named).most_common(1)[0][0] if about or named else self.case.title)

    def _title_fact(self) -> Fact:
        text = self.made.reading.text
        start = self.case.title_start if self.case else len(text) - len(text.lstrip())
        title = self.case.title if self.case else text[start:].partition("\n")[0]
        end = max(start + 1, min(start + len(title), start + NAME, len(text)))
        surface = text[start:end]
        return Fact(
            start=start, end=end, surface=surface, rule="case.title", case=self.case.number if self.case else None
        )

    def _write_up(self, lists: list[str]) -> None:
        assert self.case is not None
        entry: Entry = {
            "number": self.case.number,
            "name": labels(self.case.title, self.language),
            "span": [self.case.start, self.case.end],
        }
        if self.case.themes:
            entry["themes"] = list(self.case.themes)
        entry["describes"] = list(dict.fromkeys([self.programme_key, *self.others]))
        if lists:
            entry["selected_in"] = lists
        key = f"{short(self.made.source, LONGEST)}.{self.case.number}"
        self.made.put("cases", key, entry, self._title_fact())

    # -- parties and areas --

    def body_key(self, body: Organisation) -> str:
        """Return the key of a body: by its name alone where it has one, else one of this source."""
        if body.named:
            return self.made.keys.of("organisation", clean(body.name))
        return self.key("organisation", clean(body.name))

    def _body(self, body: Organisation) -> None:
        key = self.body_key(body)
        entry: Entry = {"name": labels(body.name, self.language), "kind": body_kind(body.kind, named=body.named)}
        seat = area_entries.key_of_code(self.made, body.area) if body.area and body.named else None
        if seat:
            entry["seat"] = seat
        entry = self.made.put("organisations", key, entry, body)
        piece = self.made.evidence(body.start, body.end, NAME)
        if piece not in entry.setdefault("evidence", []):
            entry["evidence"].append(piece)
        surface = clean(body.surface)
        if surface not in (entry["name"].get("zh"), entry["name"].get("en")):
            also = entry.setdefault("also", {}).setdefault("en" if self.language == "en" else "zh", [])
            if surface not in also:
                also.append(surface)
        part = role(body.role)
        if part:
            self._takes_part(part, key, body)

    def _takes_part(self, part: str, key: str, fact: Fact, question: str | None = None) -> None:
        parties = self.programme.setdefault("participants", {}).setdefault(part, {})
        self._mention(parties, key, fact, question)

    def _mention(self, parts: Entry, key: str, fact: Fact, question: str | None = None) -> None:
        piece = self.made.evidence(fact.start, fact.end, NAME)
        if key not in parts:
            parts[key] = {"evidence": [piece]}
            self.made.review(parts[key], fact, question)
        elif piece not in parts[key]["evidence"]:
            parts[key]["evidence"].append(piece)

    def _donor_areas(self) -> None:
        """An area that gives is there as its authorities: only a body can be a donor."""
        for place in self.places:
            if place.role == "donor area" and place.level in {"province", "prefecture", "county"} and not place.nested:
                key = self.made.keys.of("organisation", clean(place.name))
                entry: Entry = {"name": labels(place.name, self.language), "kind": "government"}
                seat = area_entries.key_of_code(self.made, place.code)
                if seat:
                    entry["seat"] = seat
                self.made.put("organisations", key, entry, place, ask("donor-area", self.language))
                self._takes_part("donor", key, place)

    def _areas(self) -> None:
        fields = {"recipient area": "recipient_areas", "venue": "venues", "base": "bases"}
        for place in self.places:
            where = fields.get(place.role or "")
            if where and not place.nested:
                key = area_entries.key_of(self.made, place, self.places)
                if key:
                    question = ask("place", self.language, place.others) if place.others else None
                    self._mention(self.programme.setdefault(where, {}), key, place, question)

    # -- names --

    def _name(self, name: Name) -> None:
        if name.kind == "programme":
            self._other_programme(name)
        elif name.kind == "model":
            self._add("mechanisms", self._mechanism(name))
        elif name.kind == "event":
            self._add("events", self._event(name))
        elif name.kind.startswith("work"):
            kind = work_type(name.kind)
            self._add("works", self._thing("works", "work", name, {"type": kind} if kind else {}))
        elif name.kind in {"scenic spot", "site"}:
            self._add("sites", self._thing("sites", "site", name, {}))
        elif name.kind in {"award", "award list", "certification"}:
            self.recognition(name)
        elif name.kind.startswith("product") or name.kind in {"brand", "breed/product", "scheme", "platform"}:
            self._add("products", self._thing("products", "product", name, {"kind": product_kind(name.kind)}))

    def _add(self, field_name: str, key: str) -> None:
        listed = self.programme.setdefault(field_name, [])
        if key not in listed:
            listed.append(key)

    def _thing(self, section: str, kind: str, name: Name, more: Entry) -> str:
        key = self.key(kind, clean(name.name))
        entry = self.made.put(section, key, {"name": labels(name.name, self.language), **more}, name)
        piece = self.made.evidence(name.start, name.end, NAME)
        if piece not in entry.setdefault("evidence", []):
            entry["evidence"].append(piece)
        return key

    def recognition(self, name: Name) -> str:
        """Return the key of an award, a certification or a selection."""
        return self._thing("recognitions", "recognition", name, {})

    def _mechanism(self, name: Name) -> str:
        key = self._thing("mechanisms", "mechanism", name, {})
        entry = self.made.sections["mechanisms"][key]
        if name.parts and "components" not in entry:
            entry["components"] = [
                {
                    "type": part_type(clean(surface))[0] or "other-part",
                    "name": labels(surface, self.language),
                    "evidence": [self.made.evidence(start, end)],
                }
                for start, end, surface in name.parts
            ]
        return key

    def _event(self, name: Name) -> str:
        more: Entry = {}
        dated = _DATED.search(self.made.reading.text[max(0, name.start - 16) : name.start])
        year = self.made.reading.date[:4] if self.made.reading.date else None
        if dated and (dated[1] or year):
            when = "-".join(part.zfill(2) for part in (dated[1] or year, dated[3], dated[4]) if part)
            more = {"started": when} if figures.is_date(when) else {}
        return self._thing("events", "event", name, more)

    def _other_programme(self, name: Name) -> None:
        if name.rule in _WIDER:
            key = self._thing("frameworks", "framework", name, {})
            codes = [area_entries.key_of_code(self.made, place.code) for place in self.places
                     if name.start <= place.start and place.end <= name.end]  # fmt: skip
            if any(codes):
                self.made.sections["frameworks"][key].setdefault(
                    "areas", [code for code in dict.fromkeys(codes) if code]
                )
            self._add("frameworks", key)
            return
        key = self.key("programme", clean(name.name))
        if key != self.programme_key and self.case is not None:
            entry = self.made.put("programmes", key, {"name": labels(name.name, self.language)}, name)
            entry.setdefault("evidence", [self.made.evidence(name.start, name.end)])
            self.others.append(key)

    # -- relations --

    def _relations(self) -> None:
        bodies = {clean(body.name): self.body_key(body) for body in self.organisations}
        for relation in self.relations:
            subject, thing = clean(relation.subject), clean(relation.object)
            match relation.predicate:
                case "established" if thing in bodies:
                    self._add("established", bodies[thing])
                case "memberOf" if subject in bodies and thing in bodies:
                    entry = self.made.sections["organisations"][bodies[subject]]
                    entry["member_of"] = list(dict.fromkeys([*entry.get("member_of", []), bodies[thing]]))
                case "startDate" if figures.is_date(thing):
                    self.programme.setdefault("started", thing)
                case "buildsOn":
                    key = self.key("programme", thing)
                    if key != self.programme_key and key in self.made.sections["programmes"]:
                        self._add("builds_on", key)
                case "certifiedAs":
                    self._recognised(subject, thing)
                case "partOf":
                    self._pilot(relation)
                case _:
                    pass

    def _recognised(self, subject: str, thing: str) -> None:
        recognition = self.key("recognition", thing)
        if recognition not in self.made.sections.get("recognitions", {}):
            return
        product = self.key("product", subject)
        holder = self.made.sections.get("products", {}).get(product, self.programme)
        holder["recognitions"] = list(dict.fromkeys([*holder.get("recognitions", []), recognition]))

    def _pilot(self, relation: Relation) -> None:
        """A part of the programme that the text tells apart: where it was tried first."""
        key = self.key("programme", clean(relation.subject))
        entry: Entry = {"name": labels(relation.subject, self.language), "part_of": [self.programme_key]}
        self.made.put("programmes", key, entry, relation, ask("pilot", self.language))
        self.others.append(key)


def source_key(name: str) -> str:
    """Return the key of a source by the name of its file: its stem; ``article`` for a text without a name."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", re.split(r"[\\/]", name)[-1])
    return slug(stem) if stem.strip("-._ ") else "article"
