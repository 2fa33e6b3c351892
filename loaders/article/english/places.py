"""Where places of the tables stand in an English text, which one is meant, and in which role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from loaders.article.english.spans import Spans, positions
from loaders.article.english.world import Area, names
from loaders.article.tables import by_surface

_WORD: Final = re.compile(r"[A-Za-zÀ-ɏ][\w'-]*(?:\.(?=[A-Z]\.))?")
_TOWN: Final = re.compile(r"\b((?:[A-Z][\w'-]+ ){1,2})(Town|Township|Village)\b")
#: Countries whose names people bear.
_GIVEN_NAMES: Final = frozenset({"Chad", "Georgia", "Israel", "Jordan"})
_VENUE: Final = re.compile(
    r"\b(?:exports?|exported|sold|sell|sales|market|markets|shipped|delivered|travel(?:led)?|flew|flight|went|work(?:ing|s)?"
    r"|held|meeting|conference|stocked)\s+(?:\w+\s+){0,3}(?:to|in|at)\s+(?:[A-Z]\w+(?:,| and| or)\s+)*$"
)
_DONOR: Final = re.compile(
    r"\b(?:funded|financed|paid for|sponsored|supported|donated|assisted)\s+(?:\w+\s+){0,2}by\s+(?:the\s+)?$"
    r"|\b(?:on behalf of|(?:gift|grant) (?:of|from)|(?:with support|companies|experts) from)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_GIVES: Final = re.compile(
    r"\s+(?:has\s+|have\s+|had\s+|will\s+)?(?:also\s+)?(?:sent|sends?|gave|gives?|provided?|provides?|donated?|donates?"
    r"|contributed?|invested?|invests?|funded|funds|helped|helps|assisted|pays|paid)\b"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A mention of an area from `begin` to `end`; `others` are the areas of that name which were not chosen."""

    begin: int
    end: int
    area: Area
    role: str
    others: tuple[str, ...] = ()


def spots(copy: str, closed: set[int]) -> list[Spot]:
    """Return the mentions of areas in a plain text, the longest name at each position.

    A division stands only where its country or a unit above it is mentioned too, or where its type word follows it.
    `closed` has the positions at which no place begins: those of dates.
    """
    table = names()
    tokens = [(_word(m[0]), m.start(), m.end()) for m in _WORD.finditer(copy)]
    found: list[tuple[int, int, tuple[Area, ...]]] = []
    at = 0
    while at < len(tokens):
        begin = tokens[at][1]
        step = 1
        here = table.get(tokens[at][0])
        if here and begin not in closed:
            for length in range(min(max(map(len, here)), len(tokens) - at), 0, -1):
                words = tuple(t[0] for t in tokens[at : at + length])
                end = tokens[at + length - 1][2]
                if words in here and _together(copy, tokens[at : at + length]):
                    found.append((begin, end, here[words]))
                    step = length
                    break
        at += step
    chosen = _chosen(copy, found)
    return sorted([*chosen, *_settlements(copy, chosen)], key=lambda s: s.begin)


def _word(word: str) -> str:
    """Return a word written in capitals alone, as in a dateline, as names are written."""
    return word.capitalize() if len(word) > 4 and word.isupper() else word


def _settlements(copy: str, found: list[Spot]) -> Iterator[Spot]:
    """Yield the towns and villages that say what they are; no table has them, and so they have no code."""
    taken = positions(found)
    near = Spans(s for s in found if s.area.code != "CN")
    for match in _TOWN.finditer(copy):
        begin, end = match.span()
        while (first := copy[begin:end].split(maxsplit=1)[0]) in by_surface("english_starts"):
            begin += len(first) + 1
        if len(copy[begin:end].split()) > 1 and taken.isdisjoint(range(begin, end)):
            level = "village" if match[2] == "Village" else "town"
            after = near.within(end, end + 40)
            neighbour = after[0] if after else near.before(begin)
            role = neighbour.role if neighbour else "recipient area"
            yield Spot(
                begin, end, Area("", level, copy[begin:end], ()), role if role != "country" else "recipient area"
            )


def _together(copy: str, tokens: list[tuple[str, int, int]]) -> bool:
    return all(copy[a[2] : b[1]] in (" ", "-", ". ") for a, b in pairwise(tokens))


def _chosen(copy: str, found: list[tuple[int, int, tuple[Area, ...]]]) -> list[Spot]:
    mentioned: set[str] = set()
    for _, _, areas in found:
        mentioned |= {a.code for a in areas if a.level == "country"}
        if len(areas) == 1 and areas[0].code.isdigit() and areas[0].level != "county":
            mentioned |= {areas[0].code, *areas[0].within}
    chosen: list[Spot] = []
    for begin, end, areas in found:
        area = _meant(copy, end, areas, mentioned)
        if area is not None and not _part_of_a_name(copy, begin, end):
            others = tuple(a.code for a in areas if a is not area)
            chosen.append(Spot(begin, end, area, _role(copy, begin, end, area), others))
    return chosen


def _meant(copy: str, end: int, areas: tuple[Area, ...], mentioned: set[str]) -> Area | None:
    """Return the area that is meant, or None where nothing decides."""
    near = [a for a in areas if a.level != "country" and mentioned & set(a.within)]
    countries = [a for a in areas if a.level == "country"]
    if countries:
        return countries[0] if len(countries) == 1 else None
    for level in ("province", "prefecture", "county"):
        of_level = [a for a in near if a.level == level]
        # A county's bare name in pinyin stands for too many places.
        of_level = [a for a in of_level if a.full or level != "county" or mentioned & set(a.within[:-1])]
        closest = [a for a in of_level if mentioned & set(a.within[:1])] or of_level
        if closest:
            return closest[0] if len(closest) == 1 else None
    typed = [a for a in areas if a.full or (a.code.isdigit() and a.level in ("province", "prefecture"))]
    return typed[0] if len(typed) == 1 else None


def _part_of_a_name(copy: str, begin: int, end: int) -> bool:
    """Whether the name is a person's (Jordan Smith, Ms Florence) or part of a word (China-funded)."""
    if re.search(
        r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Lady|President|Minister|Saint|St)\.?\s$",
        copy[max(0, begin - 12) : begin],
    ):
        return True
    if re.match(r"-[A-Za-z]", copy[end : end + 2]):
        return True  # China-funded
    given = copy[begin:end] in _GIVEN_NAMES and re.match(r" [A-Z][a-z]+", copy[end : end + 12])
    return bool(given)


def _role(copy: str, begin: int, end: int, area: Area) -> str:
    ahead = copy[max(0, begin - 70) : begin]
    sentence = ahead[max(ahead.rfind(". "), ahead.rfind("\n")) + 1 :]
    if area.code == "CN":
        return "country"
    if _DONOR.search(sentence):
        return "donor area"
    dateline = (begin == 0 or copy[begin - 1] == "\n") and re.match(r"(?:, [\w ]{3,20})? [—–-]+ ", copy[end : end + 26])
    if dateline or _VENUE.search(sentence) or re.match(r",? \d{1,2} [A-Z]|,? [A-Z][a-z]+ \d", copy[end : end + 8]):
        return "venue"
    if _GIVES.match(copy, end) and not re.search(r"\b(?:to|in)\s$", ahead):
        return "donor area"
    givers = by_surface("english_donor_areas")
    own = area.code[:2] + "0000" if area.code.isdigit() else area.code[:2]
    return "donor area" if own in givers else "recipient area"
