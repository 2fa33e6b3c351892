"""What a person thinks of the entries of a case file: reviewed, unreviewed or rejected.

An entry that a program took from a text says under ``review`` which rule made it, from which words and how
often that rule was right. A rejected entry stays in the file, so that nobody is asked again, but is not loaded;
nor is what cannot stand without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from loaders.case_schema import schema
from ontology.records import Ref

#: Section → the kind of thing that its entries are.
KINDS: Final = {
    "documents": "document", "cases": "case", "programmes": "programme", "organisations": "organisation",
    "areas": "area", "groups": "group", "frameworks": "framework", "mechanisms": "mechanism", "products": "product",
    "works": "work", "sites": "site", "events": "event", "recognitions": "recognition", "indicators": "indicator",
    "results": "result", "figures": "measurement", "funding": "funding", "sharing_rules": "sharing-rule",
}  # fmt: skip

#: Stands for what falls away.
_GONE: Final = object()


def details(entry: Any) -> Mapping[str, Any]:
    """Return the review of an entry as a map, or an empty one; the short form has only its state."""
    review = entry.get("review") if isinstance(entry, dict) else None
    if isinstance(review, dict):
        return review
    return {"state": review} if isinstance(review, str) else {}


def record_fields(entry: Any) -> dict[str, Any]:
    """Return the fields of a record that an entry's review gives: state, rule and confidence."""
    review = details(entry)
    fields: dict[str, Any] = {}
    if "state" in review:
        fields["review_state"] = Ref(f"concept/review-state/{review['state']}")
    if "rule" in review:
        fields["extraction_rule"] = review["rule"]
    if "confidence" in review:
        fields["confidence"] = Decimal(review["confidence"])
    return fields


def rejected(entry: Any) -> bool:
    """Whether a person rejected an entry."""
    return details(entry).get("state") == "rejected"


def without_rejected(data: dict[str, Any]) -> dict[str, Any]:
    """Return a checked case file without what was rejected and what cannot stand without it.

    A list loses the keys of what is gone; a participation goes with its party, a figure with its result, a
    result with its programme. The file itself is not changed.
    """
    gone = set(_refused(data))
    if not gone and not _any_rejected(data):
        return data
    return without(data, gone)


def without(data: dict[str, Any], gone: Collection[str], *, rejected_too: bool = True) -> dict[str, Any]:
    """Return a case file without the things named (kind/key), and without what cannot stand without them.

    What was rejected goes too, or stays as it is: then it is the memory of what was decided.
    """
    gone = set(gone)
    walk = _Walk(gone, rejected_too)
    while True:
        rest: dict[str, Any] = {}
        before = len(gone)
        for name, value in data.items():
            if name not in KINDS:
                rest[name] = value
                continue
            below = schema()["properties"][name]["additionalProperties"]
            entries = {}
            for key, entry in value.items():
                ref = f"{KINDS[name]}/{key}"
                kept = _GONE if ref in gone else walk.value(entry, below)
                if kept is _GONE or (name == "figures" and _hangs_no_more(entry, kept)):
                    gone.add(ref)
                else:
                    entries[key] = kept
            rest[name] = entries
        if len(gone) == before:
            return {name: value for name, value in rest.items() if value != {} or name not in KINDS}


def _refused(data: Mapping[str, Any]) -> Iterator[str]:
    for section, kind in KINDS.items():
        for key, entry in data.get(section, {}).items():
            if rejected(entry):
                yield f"{kind}/{key}"


def _any_rejected(data: Mapping[str, Any]) -> bool:
    """Whether a mention inside an entry is rejected: a part taken, an area, a venue."""
    for entry in data.get("programmes", {}).values():
        for role in entry.get("participants", {}).values():
            if any(map(rejected, role.values())):
                return True
        for field in ("recipient_areas", "venues", "bases"):
            if any(map(rejected, entry.get(field, {}).values())):
                return True
    return False


def _hangs_no_more(entry: Mapping[str, Any], kept: Any) -> bool:
    """Whether a figure lost what it is about."""
    return any(field in entry for field in ("result", "of")) and not any(field in kept for field in ("result", "of"))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through values by the schema and leaves out what names a thing that is gone."""

    gone: Collection[str]
    rejected_too: bool

    def value(self, value: Any, node: Mapping[str, Any]) -> Any:
        """Return what is left of a value; `_GONE` where nothing is."""
        if rejected(value):
            return _GONE if self.rejected_too else value
        if isinstance(value, str):
            if "refersTo" in node:
                return _GONE if f"{node['refersTo']}/{value}" in self.gone else value
            return _GONE if node.get("$ref") == "#/$defs/reference" and value in self.gone else value
        if "$ref" in node:
            node = schema()["$defs"][node["$ref"].rpartition("/")[2]]
        if "if" in node:
            return self.value(value, node["then" if isinstance(value, dict) else "else"])
        if isinstance(value, list) and "items" in node:
            left = [kept for item in value if (kept := self.value(item, node["items"])) is not _GONE]
            return left if left or not value else _GONE
        return self.map(value, node) if isinstance(value, dict) else value

    def map(self, value: dict[str, Any], node: Mapping[str, Any]) -> Any:
        """Return what is left of a map; a field that must be there takes the whole map with it."""
        known = node.get("properties", {})
        names = node.get("propertyNames", {}).get("refersTo")
        below = node.get("additionalProperties")
        left = {}
        for name, item in value.items():
            if names and f"{names}/{name}" in self.gone:
                continue
            inner = known.get(name, below)
            kept = self.value(item, inner) if isinstance(inner, dict) else item
            if kept is not _GONE:
                left[name] = kept
            elif name in node.get("required", ()):
                return _GONE
        return left
