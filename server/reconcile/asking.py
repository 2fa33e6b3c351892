"""What a request asks, checked: JSON of the queries and of the extension, with errors that name the place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.problems import HttpError
from server.reconcile.types import Type, type_of

#: Queries in one request, and things in one extension.
BATCH: Final = 100
THINGS: Final = 500
LIMIT: Final = 10
MOST: Final = 50
BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Query:
    """One query. `values` are the values of its properties as texts, by property."""

    text: str
    types: tuple[Type, ...] = ()
    is_strict: bool = False
    limit: int = LIMIT
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: Types asked for that there are not: nothing can be of them.
    unknown: tuple[str, ...] = ()

    def value(self, *properties: str) -> tuple[str, ...]:
        """Return the values given for one of some properties."""
        return tuple(v for name, values in self.values if name in properties for v in values)


def queries(text: str) -> dict[str, Query]:
    """Return the queries of a batch by their keys. `HttpError` 400 for what is none, 413 for too many."""
    found = _object(text, "queries")
    if len(found) > BATCH:
        raise HttpError(413, "Too many queries", f"{len(found)} queries in one request; at most {BATCH} are answered.")
    return {key: _query(key, value) for key, value in found.items()}


def extension(text: str) -> tuple[list[str], list[tuple[str, int]]]:
    """Return the identifiers and the properties (with the most values wanted of each) of an extension."""
    found = _object(text, "extend")
    ids, wanted = found.get("ids"), found.get("properties")
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise _bad("extend", "“ids” must be a list of identifiers")
    if not isinstance(wanted, list):
        raise _bad("extend", "“properties” must be a list of objects with an “id”")
    if len(ids) > THINGS:
        what = f"{len(ids)} identifiers in one request; at most {THINGS} are answered."
        raise HttpError(413, "Too many things", what)
    properties: list[tuple[str, int]] = []
    for number, asked in enumerate(wanted):
        if not isinstance(asked, dict) or not isinstance(asked.get("id"), str):
            raise _bad("extend", f"property {number + 1} has no “id”")
        settings = asked.get("settings") or {}
        if not isinstance(settings, dict):
            raise _bad("extend", f"the settings of “{asked['id']}” must be an object")
        properties.append((asked["id"], _whole(settings.get("limit", MOST), "limit", MOST)))
    if len(properties) > MOST:
        raise HttpError(413, "Too many properties", f"{len(properties)} properties; at most {MOST} are answered.")
    return ids, properties


def _object(text: str, field: str) -> dict[str, Any]:
    if len(text.encode("utf-8", "surrogatepass")) > BYTES:
        raise HttpError(413, "Too large", f"“{field}” has more than {BYTES:,} bytes. Send fewer at a time.")
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise _bad(field, f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except (RecursionError, ValueError):
        raise _bad(field, "no JSON that can be read") from None
    if not isinstance(found, dict):
        raise _bad(field, "not a JSON object")
    return found


def _query(key: str, value: object) -> Query:
    if not isinstance(value, Mapping):
        raise _bad("queries", f"“{key}” is not an object")
    text = value.get("query", "")
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        raise _bad("queries", f"“{key}”: “query” must be a text")
    values = _values(key, value.get("properties", []))
    if not text.strip() and not values:
        raise _bad("queries", f"“{key}” has neither a “query” nor “properties”")
    strictness = value.get("type_strict", "should")
    if strictness not in ("any", "should", "all"):
        raise _bad("queries", f"“{key}”: “type_strict” must be any, should or all")
    told = value.get("type") or []
    names = [told] if isinstance(told, str) else told
    if isinstance(names, Mapping):
        names = [names.get("id")]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _bad("queries", f"“{key}”: “type” must be an identifier or a list of them")
    known = [(name, type_of(name)) for name in names]
    return Query(
        text=text,
        types=tuple(wanted for _, wanted in known if wanted is not None),
        unknown=tuple(name for name, wanted in known if wanted is None),
        is_strict=strictness != "should",
        limit=_whole(value.get("limit", LIMIT), f"{key}: limit", MOST),
        values=values,
    )


def _values(key: str, told: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(told, list):
        raise _bad("queries", f"“{key}”: “properties” must be a list")
    found = []
    for asked in told:
        if not isinstance(asked, Mapping) or not isinstance(asked.get("pid"), str) or "v" not in asked:
            raise _bad("queries", f"“{key}”: each of “properties” needs a “pid” and a “v”")
        each = asked["v"] if isinstance(asked["v"], list) else [asked["v"]]
        texts = tuple(filter(None, map(_text, each)))
        if texts:
            found.append((asked["pid"], texts))
    return tuple(found)


def _text(value: object) -> str:
    """Return a value as a text: a thing is told by its identifier."""
    if isinstance(value, Mapping):
        value = value.get("id") or value.get("name") or ""
    return "" if isinstance(value, bool) or value is None else str(value).strip()


def _whole(value: object, field: str, most: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _bad("queries", f"“{field}” must be a whole number from 1")
    return min(value, most)


def _bad(field: str, what: str) -> HttpError:
    return HttpError(400, "Malformed request", f"In “{field}”: {what}.")
