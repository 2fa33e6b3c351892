"""A second extraction of a text keeps what a person decided and edited after the first.

An entry is told by the rule that made it and the span it fired on. One that a person reviewed, rejected, edited or
added stays exactly as it is, under the key that it has; the others are made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loaders.article.case.drafts import checksum
from loaders.case_schema import check
from loaders.review import KINDS, details, without
from loaders.yaml_source import read_yaml
from ontology.errors import Origin, Problem, SourceError

Data = dict[str, Any]
_Id = tuple[str, str, int, int]
_PARTS = ("recipient_areas", "venues", "bases")


def read_previous(data: bytes, name: str) -> Data:
    """Return an earlier case file as data; `SourceError` where it is none."""
    source = read_yaml(data, name)
    check(source)
    read: Data = source.data
    return read


def keep(new: Data, old: Data, sha256: str, name: str) -> Data:
    """Return a new extraction with what an earlier file of the same text decided.

    `SourceError` where the earlier file is about another text: spans would mean other words.
    """
    texts = {entry.get("sha256") for entry in old.get("documents", {}).values()} - {None}
    if texts and sha256 not in texts:
        message = (
            f"the file is about another text (SHA-256 {min(map(str, texts))[:12]}…), not this one ({sha256[:12]}…)"
        )
        raise SourceError(Problem(message, Origin(name, field="documents"), "Name another file for this text"))
    renamed = _renamed(new, old)
    fresh = _with_keys(new, renamed)
    merged: Data = {field: old.get(field, value) for field, value in fresh.items() if field not in KINDS}
    merged |= {field: value for field, value in old.items() if field not in KINDS}
    for section in KINDS:
        entries = _section(section, fresh.get(section, {}), old.get(section, {}))
        if entries:
            merged[section] = entries
    before = {f"{KINDS[s]}/{key}" for s in KINDS for key in old.get(s, {})}
    now = {f"{KINDS[s]}/{key}" for s in KINDS for key in merged.get(s, {})}
    lost = before - now
    return without(merged, lost, rejected_too=False) if lost else merged


def _id(section: str, entry: Any) -> _Id | None:
    review = details(entry)
    span = review.get("span")
    if "rule" not in review or not span:
        return None
    return section, str(review["rule"]), int(span[0]), int(span[1])


def _untouched(entry: Any) -> bool:
    """Whether an entry is as the program made it: nobody decided on it or edited it."""
    review = details(entry)
    return review.get("state") == "unreviewed" and review.get("made") == checksum(entry)


def _renamed(new: Data, old: Data) -> dict[str, str]:
    """Return for things of the new extraction (kind/key) the keys that the earlier file has for them."""
    known: dict[_Id, str] = {}
    for section in KINDS:
        for key, entry in old.get(section, {}).items():
            identity = _id(section, entry)
            if identity:
                known.setdefault(identity, key)
    renamed = {}
    taken = {f"{KINDS[s]}/{key}" for s in KINDS for key in old.get(s, {})}
    for section in KINDS:
        for key, entry in new.get(section, {}).items():
            identity = _id(section, entry)
            other = known.get(identity) if identity else None
            if other is not None and other != key and section != "areas":
                renamed[f"{KINDS[section]}/{key}"] = other
            elif other is None and f"{KINDS[section]}/{key}" in taken and identity and section in _OF_ONE_PLACE:
                renamed[f"{KINDS[section]}/{key}"] = _another(key, section, taken)
    return renamed


#: Sections whose entries come from one place of the text: another place is another thing.
_OF_ONE_PLACE = frozenset({"figures"})


def _another(key: str, section: str, taken: set[str]) -> str:
    number = 2
    while f"{KINDS[section]}/{key}-{number}" in taken:
        number += 1
    taken.add(f"{KINDS[section]}/{key}-{number}")
    return f"{key}-{number}"


def _with_keys(data: Data, renamed: Mapping[str, str]) -> Data:
    """Return the data with things under other keys, wherever they are named."""
    if not renamed:
        return data
    from loaders.case_schema import schema  # noqa: PLC0415

    top = schema()["properties"]
    return {
        name: {
            renamed.get(f"{KINDS[name]}/{key}", key): _renaming(entry, top[name]["additionalProperties"], renamed)
            for key, entry in value.items()
        }
        if name in KINDS
        else value
        for name, value in data.items()
    }


def _renaming(value: Any, node: Mapping[str, Any], renamed: Mapping[str, str]) -> Any:
    from loaders.case_schema import schema  # noqa: PLC0415

    if isinstance(value, str):
        if "refersTo" in node:
            return renamed.get(f"{node['refersTo']}/{value}", value)
        if node.get("$ref") == "#/$defs/reference" and value in renamed:
            return f"{value.partition('/')[0]}/{renamed[value]}"
        return value
    if "$ref" in node:
        node = schema()["$defs"][node["$ref"].rpartition("/")[2]]
    if "if" in node:
        return _renaming(value, node["then" if isinstance(value, dict) else "else"], renamed)
    if isinstance(value, list) and "items" in node:
        return [_renaming(item, node["items"], renamed) for item in value]
    if isinstance(value, dict):
        kind = node.get("propertyNames", {}).get("refersTo")
        known, below = node.get("properties", {}), node.get("additionalProperties")
        return {
            renamed.get(f"{kind}/{name}", name) if kind else name: _renaming(item, inner, renamed)
            if isinstance(inner := known.get(name, below), dict)
            else item
            for name, item in value.items()
        }
    return value


def _section(section: str, new: Data, old: Data) -> Data:
    """Return the entries of a section: those of the earlier file that a person touched or added, and the new ones."""
    merged: Data = {}
    for key, entry in old.items():
        made = bool(details(entry).get("made"))
        if section == "documents" or not made or not _untouched(entry):
            merged[key] = _with_parts(entry, new.get(key)) if section == "programmes" else entry
        elif key in new:
            merged[key] = _with_decisions(new[key], entry) if section == "programmes" else new[key]
    identities = {identity for entry in merged.values() if (identity := _id(section, entry))}
    for key, entry in new.items():
        if key not in merged and (_id(section, entry) is None or _id(section, entry) not in identities):
            merged[key] = entry
    return merged


def _with_parts(old: Data, new: Data | None) -> Data:
    """Return an edited programme with the parts that the new extraction adds."""
    return _joined(old, old, new or {})


def _with_decisions(new: Data, old: Data) -> Data:
    """Return a programme made anew with the parts that a person decided on."""
    return _joined(new, old, new)


def _joined(base: Data, old: Data, new: Data) -> Data:
    entry = dict(base)
    for name in _PARTS:
        parts = _parts(old.get(name, {}), new.get(name, {}))
        if parts:
            entry[name] = parts
        else:
            entry.pop(name, None)
    roles = dict.fromkeys([*new.get("participants", {}), *old.get("participants", {})])
    joined = {
        role: parts
        for role in roles
        if (parts := _parts(old.get("participants", {}).get(role, {}), new.get("participants", {}).get(role, {})))
    }
    if joined:
        entry["participants"] = joined
    else:
        entry.pop("participants", None)
    return entry


def _parts(old: Data, new: Data) -> Data:
    kept = {key: part for key, part in old.items() if not details(part).get("made") or not _untouched(part)}
    return kept | {key: part for key, part in new.items() if key not in kept}
