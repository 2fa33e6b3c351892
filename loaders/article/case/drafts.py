"""A case file in the making: entries with their reviews, and the checksums by which later edits are told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from loaders.article.case.keys import Keys, romanised
from loaders.article.case.text import WORDS, clean
from loaders.article.facts import Fact, Reading

Entry = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A case file in the making: its sections, and the place in the document that each entry comes from."""

    reading: Reading
    source: str
    document: str
    keys: Keys = field(default_factory=Keys)
    sections: dict[str, dict[str, Entry]] = field(default_factory=dict)
    #: (section, key, …) → the span of the fact.
    places: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def put(self, section: str, key: str, entry: Entry, fact: Fact | None = None, question: str | None = None) -> Entry:
        """Add an entry, once; return the one that stands there. A fact gives it its review."""
        there = self.sections.setdefault(section, {})
        if key not in there:
            there[key] = entry
            if fact is not None:
                self.review(entry, fact, question)
                self.places[section, key] = (fact.start, fact.end)
        return there[key]

    def review(self, entry: Entry, fact: Fact, question: str | None = None) -> None:
        """Say in an entry how it came about."""
        review: Entry = {"state": "unreviewed", "rule": fact.rule, "span": [fact.start, fact.end]}
        if fact.rows:
            review["rows"] = list(dict.fromkeys(fact.rows))[:20]
        if fact.confidence:
            review["confidence"] = Decimal(str(round(fact.confidence, 3)))
        if question:
            review["question"] = question
        entry["review"] = review

    def evidence(self, start: int, end: int, longest: int = WORDS) -> list[Any]:
        """Return a piece of evidence: positions, and the document's words between them."""
        end = min(end, start + longest)
        return [start, end, self.reading.text[start:end]]


def finish(entry: Entry) -> None:
    """Give an entry, and the parts taken in it, the checksum by which a later edit is told."""
    for inside in parts_of(entry):
        if "made" not in inside.get("review", {"made": ""}):
            inside["review"]["made"] = checksum(inside)
    if isinstance(entry.get("review"), dict):
        entry["review"]["made"] = checksum(entry)
        entry["review"] = entry.pop("review")  # last, as it is read last


def checksum(entry: Mapping[str, Any]) -> str:
    """Return what tells an entry as it was made from one that was edited; parts taken have their own."""
    own = {name: value for name, value in entry.items() if name not in {"review", *_PARTED}}
    data = json.dumps(own, ensure_ascii=False, sort_keys=True, default=_plain)
    return hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()[:8]


_PARTED: Final = ("participants", "recipient_areas", "venues", "bases")


def parts_of(entry: Mapping[str, Any]) -> list[Entry]:
    """Return the parts taken in a programme that have a review of their own."""
    maps = [entry.get(name, {}) for name in _PARTED[1:]] + list(entry.get("participants", {}).values())
    return [part for parts in maps for part in parts.values() if isinstance(part, dict)]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value.normalize())
    return str(value)


def labels(name: str, language: str, english: str | None = None) -> Entry:
    """Return a name in both languages; where only one is known, in letters that the other can read."""
    name = clean(name)
    if language == "en":
        return {"zh": name, "en": name}
    return {"zh": name, "en": english or romanised(name)}
