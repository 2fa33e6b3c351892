"""Areas by what people type for them.

In this order, and the first that finds something decides: a code in any year; the official name of 2019; a short or
alternative name; a name of other years; the same in simplified characters; a path of names (云南省大理州云龙县);
English and pinyin; the same sound (万洲区 → 万州区); a slip (塔什库干县). A level and an area above narrow all of it.

Scores are from 0 to 100 and say how the name was found, not how likely it is. `is_certain` only where one name or
code has one holder and was typed as it is, but for its script.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from loaders.gazetteer import Unit, ancestors, by_code, by_name, unit, units
from loaders.gazetteer.lookup import Candidate
from loaders.gazetteer.names import stem, type_word
from loaders.gazetteer.tables import history
from loaders.matching.keys import is_latin, plain, simplified, sound

#: How a name was found → score.
SCORES: Final = {
    "code": 100.0, "official": 100.0, "short": 96.0, "also": 96.0, "path": 93.0, "english": 92.0, "other-years": 90.0,
    "pinyin": 86.0, "other-years-short": 84.0, "sound": 80.0, "similar": 75.0,
}  # fmt: skip
#: What is less alike than this (0 to 100) is not proposed.
ALIKE: Final = 55.0
_CURRENT: Final = frozenset({"official", "short", "also"})
_RANKS: Final = {"province": 0, "prefecture": 1, "county": 2}


@dataclass(frozen=True, slots=True)
class Match:
    """A unit that a name may stand for; `name` is the name that fitted, `how` a key of `SCORES`."""

    unit: Unit
    how: str
    name: str
    score: float
    is_certain: bool = False
    #: The years of a name or code of other years.
    years: tuple[int, int] | None = None


def find(
    text: str,
    *,
    levels: Collection[str] = (),
    parents: Collection[str] = (),
    prefer: Collection[str] = (),
    limit: int = 10,
) -> list[Match]:
    """Return the units that a text may stand for, best first.

    `levels` are words of `Unit.level`, `parents` are codes of units one of which lies above; `prefer` are codes that go
    first where several units share a name, before the higher level.
    """

    def fits(u: Unit) -> bool:
        if levels and u.level not in levels:
            return False
        return not parents or u.code in parents or any(above.code in parents for above in ancestors(u.code))

    typed = plain(text)
    if not typed:
        return []
    found: list[Match] = []
    for way in (_by_code, _by_name, _by_path, _by_letters, _by_sound, _by_likeness):
        found = [m for m in way(text, typed, fits) if fits(m.unit)]
        if found:
            break
    order = dict.fromkeys(prefer, 0)
    found.sort(key=lambda m: (-m.score, order.get(m.unit.code, 1), _RANKS[m.unit.level], m.unit.code))
    return [replace(m, score=round(m.score - min(n, 40) * 0.1, 2)) for n, m in enumerate(found[:limit])]


def beginning(text: str, *, levels: Collection[str] = (), limit: int = 20) -> list[Match]:
    """Return the units with a name of 2019, in Chinese or Latin letters, that begins with what was typed."""
    typed = simplified(plain(text))
    if not typed:
        return []
    found: dict[str, Match] = {}
    if is_latin(typed):
        for key, holders in _latin().items():
            if key.startswith(typed):
                for _, name, code in holders:
                    if (u := unit(code)) is not None:
                        found.setdefault(code, Match(u, "beginning", name, 85.0))
    else:
        for u in units():
            fitting_name = next((n for n in (u.name, *u.short_names) if n.startswith(typed)), None)
            if fitting_name is not None:
                found[u.code] = Match(u, "beginning", fitting_name, 85.0)
    fitting = [m for m in found.values() if not levels or m.unit.level in levels]
    return sorted(fitting, key=lambda m: (_RANKS[m.unit.level], len(m.name), m.unit.code))[:limit]


def within(text: str) -> list[str]:
    """Return the codes of the units that the name or code of a parent may stand for; none where it is not known."""
    return [m.unit.code for m in find(text, limit=50) if m.how not in ("similar", "sound")]


Fits = Callable[[Unit], bool]


def _by_code(text: str, typed: str, fits: Fits) -> list[Match]:
    if not (typed.isdigit() and len(typed) == 6):
        return []
    candidates = by_code(typed)
    now = [c for c in candidates if c.years == (2019, 2019)]
    chosen = [c for c in (now or candidates) if fits(c.unit)]
    units_ = {c.unit.code for c in candidates if fits(c.unit)}
    return [
        Match(
            c.unit,
            "code",
            typed,
            SCORES["code"],
            len(units_) == 1 and c.kind != "merged",
            None if c in now else c.years,
        )
        for c in {c.unit.code: c for c in reversed(chosen)}.values()
    ]


def _by_name(text: str, typed: str, fits: Fits) -> list[Match]:
    """Return the holders of the name: those of 2019 where there are any, else those of other years."""
    for name in dict.fromkeys((typed, simplified(typed))):
        found = _holders(by_name(name), name, fits)
        if found:
            return found
    return []


def _holders(candidates: Iterable[Candidate], name: str, fits: Fits) -> list[Match]:
    fitting = [c for c in candidates if fits(c.unit)]
    current = [c for c in fitting if c.kind in _CURRENT]
    official = [c for c in current if c.kind == "official"]
    chosen = current or [c for c in fitting if not c.kind.endswith("-short")] or fitting
    certain = official if len(official) == 1 else chosen if len(chosen) == 1 else []
    certain = [c for c in certain if c.kind != "merged"]  # 静安区 has the land of 闸北区, and is another unit
    return [
        Match(c.unit, how := _how(c), name, SCORES[how], c in certain, None if c in current else c.years)
        for c in chosen
    ]


def _how(candidate: Candidate) -> str:
    if candidate.kind in _CURRENT:
        return candidate.kind
    return "other-years-short" if candidate.kind.endswith("-short") else "other-years"


def _by_path(text: str, typed: str, fits: Fits) -> list[Match]:
    """Return what a name stands for behind the names of units above it."""
    if is_latin(typed):
        return []
    found = {m.unit.code: m for m in _below(simplified(typed), None) if fits(m.unit)}
    certain = len(found) == 1
    return [replace(m, is_certain=certain and m.is_certain, how="path", score=SCORES["path"]) for m in found.values()]


def _below(name: str, above: frozenset[str] | None) -> list[Match]:
    """Part a name into that of a unit and what is left, which must lie within that unit; the longest first."""

    def inside(u: Unit) -> bool:
        return above is None or any(a.code in above for a in ancestors(u.code))

    if above is not None:
        whole = _holders(by_name(name), name, inside)
        if whole:
            return whole
    for end in range(len(name) - 2, 1, -1):
        heads = frozenset(c.unit.code for c in by_name(name[:end]) if c.unit.level != "county" and inside(c.unit))
        if heads and (found := _below(name[end:], heads)):
            return found
    return []


def _by_letters(text: str, typed: str, fits: Fits) -> list[Match]:
    """Return the units whose English name, or pinyin with or without the type word, is what was typed."""
    if not is_latin(typed):
        return []
    english = _latin().get(typed, ())
    found: dict[str, Match] = {}
    for how, name, code in english:
        u = unit(code)
        if u is not None and fits(u):
            best = found.get(code)
            if best is None or SCORES[how] > best.score:
                found[code] = Match(u, how, name, SCORES[how])
    return [replace(m, is_certain=len(found) == 1) for m in found.values()]


def _by_sound(text: str, typed: str, fits: Fits) -> list[Match]:
    """Return the units that are pronounced as what was typed: the wrong character for the right sound."""
    if is_latin(typed):
        return []
    key = sound(simplified(typed))
    found: dict[str, Match] = {}
    for how, name, code in _latin().get(key, ()):
        u = unit(code)
        if u is not None and fits(u) and how == "pinyin":
            found.setdefault(code, Match(u, "sound", name, SCORES["sound"] if len(name) == len(typed) else 78.0))
    return list(found.values())


def _by_likeness(text: str, typed: str, fits: Fits) -> list[Match]:
    """Return the units whose names are most like what was typed, by characters and by sound."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415  not needed by most

    latin = is_latin(typed)
    if len(typed) < (4 if latin else 2):
        return []
    names, sounds, codes = _alike()
    typed = simplified(typed)
    spoken = sound(typed)
    scores: dict[str, tuple[float, str]] = {}
    near = process.extract(spoken, sounds, scorer=fuzz.ratio, score_cutoff=50, limit=200)
    wanted = {index for _, _, index in near}
    if not latin:
        wanted |= {i for _, _, i in process.extract(typed, names, scorer=fuzz.ratio, score_cutoff=40, limit=200)}
    word = type_word(typed)
    for index in wanted:
        u = unit(codes[index])
        if u is None or not fits(u):
            continue
        name = names[index]
        by_sound = fuzz.ratio(spoken, sounds[index])
        alike = by_sound if latin else 0.5 * by_sound + 0.5 * fuzz.ratio(typed, name)
        if word and type_word(name) == word:
            alike += 2
        if not latin and name[:1] == typed[:1]:
            alike += 2
        best = scores.get(u.code)
        if alike >= ALIKE and (best is None or alike > best[0]):
            scores[u.code] = (alike, name)
    ranked = sorted(scores.items(), key=lambda item: -item[1][0])[:10]
    return [
        Match(found, "similar", name, min(alike, 100) * SCORES["similar"] / 100)
        for code, (alike, name) in ranked
        if (found := unit(code)) is not None
    ]


@cache
def _latin() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Return for names in letters (English, pinyin whole and without type word) how, which name, and the code."""
    index: dict[str, dict[tuple[str, str], str]] = {}

    def put(key: str, how: str, name: str, code: str) -> None:
        index.setdefault(key, {}).setdefault((how, code), name)

    for u in units():
        put(plain(u.english), "english", u.english, u.code)
        base = plain(u.english.split(" ")[0])
        put(base, "english" if u.english_from == "usual" else "pinyin", u.english, u.code)
        put(sound(u.name), "pinyin", u.name, u.code)
        core = stem(u.name)
        put(sound(core), "pinyin", core, u.code)
        for name in (*u.short_names, *(a for a in u.also if len(a) > 1)):
            put(sound(name), "pinyin", name, u.code)
    return {key: tuple((how, name, code) for (how, code), name in found.items()) for key, found in index.items()}


@cache
def _alike() -> tuple[list[str], list[str], list[str]]:
    """Return names, their sounds, and codes of what is compared for likeness: names of 2019 with a type word."""
    names: list[str] = []
    codes: list[str] = []
    for u in units():
        for name in (u.name, *u.short_names):
            if len(name) > 1:
                names.append(name)
                codes.append(u.code)
    for past in history():
        if len(past.units) == 1 and past.last >= 2000 and len(past.name) > 2:
            names.append(past.name)
            codes.append(past.units[0])
    return names, [sound(name) for name in names], codes
