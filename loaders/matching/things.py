"""Things by what people type for them: programmes, bodies, products, concepts, whatever has names.

The order is that of areas: the name, the name in simplified characters, pinyin, a slip. `is_certain` only where one
thing of the kind asked for has exactly that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from loaders.matching.keys import is_latin, plain, simplified, sound

SCORES: Final = {"name": 100.0, "other-name": 96.0, "pinyin": 86.0, "sound": 80.0, "beginning": 70.0, "similar": 70.0}
ALIKE: Final = 60.0
#: More names than these are not compared for likeness: that would hold up other requests.
COMPARED: Final = 20_000


class Named(NamedTuple):
    """One name of a thing; `is_main` for its preferred one, `types` are local names of classes."""

    iri: str
    name: str
    language: str
    is_main: bool
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class ThingMatch:
    """A thing that a text may stand for; `how` is a key of `SCORES`."""

    iri: str
    name: str
    how: str
    score: float
    types: frozenset[str]
    is_certain: bool = False


class Names:
    """The names of many things, as they are compared. Its making takes some milliseconds a thousand names."""

    def __init__(self, names: Iterable[Named]) -> None:
        self._by_name: dict[str, list[Named]] = {}
        self._by_sound: dict[str, list[Named]] = {}
        self._by_iri: dict[str, list[Named]] = {}
        self._all: list[tuple[str, str, Named]] = []
        for named in names:
            key = simplified(plain(named.name))
            if not key:
                continue
            spoken = sound(key)
            self._by_iri.setdefault(named.iri, []).append(named)
            self._by_name.setdefault(key, []).append(named)
            self._by_sound.setdefault(spoken, []).append(named)
            self._all.append((key, spoken, named))

    def __len__(self) -> int:
        return len(self._all)

    def of(self, iri: str) -> list[Named]:
        """Return the names of a thing, its preferred ones first."""
        return sorted(self._by_iri.get(iri, ()), key=lambda named: not named.is_main)

    def find(self, text: str, *, types: Sequence[str] = (), limit: int = 10) -> list[ThingMatch]:
        """Return the things that a text may stand for, best first; with `types` only those of one of them."""
        key = simplified(plain(text))
        if not key:
            return []
        found = self._exact(key, types) or self._sounding(key, types) or self._like(key, types)
        found.sort(key=lambda m: (-m.score, len(m.name), m.iri))
        return [replace(m, score=round(m.score - min(n, 40) * 0.1, 2)) for n, m in enumerate(found[:limit])]

    def beginning(self, prefix: str, *, types: Sequence[str] = (), limit: int = 10) -> list[ThingMatch]:
        """Return the things with a name that begins with, or holds, what was typed so far: whole names first."""
        key = simplified(plain(prefix))
        if not key:
            return []
        spoken = sound(key) if is_latin(key) else key
        found: dict[str, ThingMatch] = {}
        for name, said, named in self._all:
            if not _is(named, types):
                continue
            whole, starts = name == key or said == spoken, name.startswith(key) or said.startswith(spoken)
            if whole or starts or (len(key) > 1 and key in name):
                score = 100.0 if whole else 90.0 if starts else 80.0
                best = found.get(named.iri)
                if best is None or score > best.score:
                    found[named.iri] = ThingMatch(named.iri, named.name, "beginning", score, named.types)
        ranked = sorted(found.values(), key=lambda m: (-m.score, len(m.name), m.iri))
        return ranked[:limit]

    def _exact(self, key: str, types: Sequence[str]) -> list[ThingMatch]:
        found: dict[str, ThingMatch] = {}
        for named in self._by_name.get(key, ()):
            if _is(named, types):
                how = "name" if named.is_main else "other-name"
                best = found.get(named.iri)
                if best is None or SCORES[how] > best.score:
                    found[named.iri] = ThingMatch(named.iri, named.name, how, SCORES[how], named.types)
        return [replace(m, is_certain=len(found) == 1) for m in found.values()]

    def _sounding(self, key: str, types: Sequence[str]) -> list[ThingMatch]:
        how = "pinyin" if is_latin(key) else "sound"
        found: dict[str, ThingMatch] = {}
        for named in self._by_sound.get(sound(key), ()):
            if _is(named, types):
                found.setdefault(named.iri, ThingMatch(named.iri, named.name, how, SCORES[how], named.types))
        return list(found.values())

    def _like(self, key: str, types: Sequence[str]) -> list[ThingMatch]:
        if len(key) < 2 or len(self._all) > COMPARED:
            return []
        from rapidfuzz import fuzz  # noqa: PLC0415  not needed by most

        spoken = sound(key)
        latin = is_latin(key)
        found: dict[str, ThingMatch] = {}
        for name, said, named in self._all:
            if not _is(named, types):
                continue
            alike = fuzz.ratio(spoken, said, score_cutoff=ALIKE - 15)
            if alike and not latin:
                alike = (alike + fuzz.ratio(key, name)) / 2
            if alike >= ALIKE:
                score = alike * SCORES["similar"] / 100
                best = found.get(named.iri)
                if best is None or score > best.score:
                    found[named.iri] = ThingMatch(named.iri, named.name, "similar", score, named.types)
        return list(found.values())


def _is(named: Named, types: Sequence[str]) -> bool:
    return not types or any(t in named.types for t in types)
