"""References between sources: whether everything that is named is there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Final

from graph.sources import Source
from ontology.errors import Problem
from ontology.records import Record, Ref

#: How many problems get a suggestion; to look for near keys takes time.
SUGGESTIONS: Final = 50


def unresolved(sources: Sequence[Source], known: Collection[Ref] = ()) -> list[Problem]:
    """Return a problem for each reference that none of the sources has a record for, with the nearest key.

    The sources are looked at together, as one file may name things of another. `known` adds things that
    stand elsewhere, such as in the published graph. References to concepts are not looked at: loaders check
    those as they read.
    """
    there: dict[str, set[str]] = {}
    for ref in (*(record.ref for source in sources for record in source.records), *known):
        kind, _, key = ref.partition("/")
        there.setdefault(kind, set()).add(key)
    problems: list[Problem] = []
    for source in sources:
        for record in source.records:
            for name, ref in references(record):
                kind, _, key = ref.partition("/")
                if kind != "concept" and key not in there.get(kind, ()):
                    where = source.origin(record.ref, name)
                    remedy = _remedy(kind, key, there) if len(problems) < SUGGESTIONS else None
                    problems.append(Problem(f"there is no {kind} {key}", where, remedy))
    return list(dict.fromkeys(problems))


def references(record: Record) -> Iterator[tuple[str, Ref]]:
    """Yield the references that a record holds, each with the name of its field."""
    for f in fields(record):
        if f.type not in {"Ref", "Ref | None", "tuple[Ref, ...]"}:
            continue
        name, value = f.name, getattr(record, f.name)
        if isinstance(value, tuple):
            for ref in value:
                yield name, ref
        elif value is not None:
            yield name, value


def _remedy(kind: str, key: str, there: Mapping[str, set[str]]) -> str:
    near = difflib.get_close_matches(key, there.get(kind, ()), n=1)
    if near:
        return f"Did you mean {near[0]}?"
    others = sorted(other for other, keys in there.items() if key in keys)
    if others:
        return f"There is {others[0]}/{key}: check the kind"
    return "Add it, or load the file that has it together with this one"
