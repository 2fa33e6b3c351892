"""Organisations in an English text: known ones, acronyms that the text explains, names with a body's word in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from loaders.article.english.dates import MONTHS
from loaders.article.english.world import names
from loaders.article.tables import Row, alternatives, by_surface, cite, rows

_CAP: Final = r"[A-ZÀ-Þ][\w'&’.-]*[\w'’]|[A-Z]|&"
_TOKEN: Final = re.compile(rf"(?:{_CAP})|\b(?:of|for|and|the|on|de|du|des|la|to|in)\b|[^\s]")
_JOINS: Final = frozenset({"of", "for", "and", "the", "on", "de", "du", "des", "la", "&"})
_MINISTRY: Final = re.compile(
    r"\b(?:(?:State |Federal |National |County |Provincial |Regional |City )?(?:Ministry|Department|Bureau|Directorate)"
    r"(?: General)?"
    r" (?:of|for) (?:the )?[A-Z][\w'-]+(?: (?!and\b)(?:of |for |the )?[A-Z][\w'-]+)*"
    r"(?:(?:, [A-Z][\w'-]+(?: [A-Z][\w'-]+)*)*"
    r",? and (?:the )?[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)?)"
)
#: What begins the name of a paper, not of a body: the Plan of the Alliance for Prosperity.
_PAPERS: Final = frozenset({
    "Plan", "Strategy", "Agreement", "Treaty", "Convention", "Charter", "Report", "Act", "Law", "Improvement",
    "Expansion", "Enhancement", "Provision", "Support", "Strengthening", "Establishment",
})  # fmt: skip
_ACRONYM: Final = re.compile(r"\s\(([A-Z][A-Za-z&-]*[A-Z][A-Za-z]?)\)")
_SHORT: Final = re.compile(r"(?<![\w-])[A-Z][A-Za-z&-]*[A-Z][A-Za-z]?(?![\w-])")
_TITLED: Final = re.compile(
    r"\b(?:NGO|non-governmental organisation|charity|company|firm|enterprise)\s+((?:[A-Z][\w'&-]+ ?){1,4})"
)
_COMPANY_END: Final = re.compile(r"(?:,? (?:Co\.,? ?Ltd\.?|Ltd\.?|Limited|Inc\.?|PLC|plc|GmbH|S\.A\.|Corporation))")


@dataclass(frozen=True, slots=True)
class Body:
    """A mention of a body from `begin` to `end`."""

    begin: int
    end: int
    name: str
    kind: str
    #: The role of such bodies where the text says nothing.
    usual: str
    rule: str
    rows: tuple[str, ...] = ()


def bodies(copy: str, spans: list[tuple[int, int]], headings: set[int]) -> list[Body]:
    """Return the bodies named in the sentences of a plain text, in order, none inside another."""
    found: list[Body] = []
    for begin, end in spans:
        if begin in headings and copy[begin:end].isupper():
            continue
        known = list(_known(copy, begin, end))
        found += [*known, *_ministries(copy, begin, end), *_titled(copy, begin, end)]
        # United Nations may be only the beginning of a name.
        whole = [b for b in known if not re.match(r" [A-Z][a-z]", copy[b.end : b.end + 3])]
        found += _by_words(copy, begin, end, {i for body in whole for i in range(body.begin, body.end)})
    found = _longest(found)
    return _longest([*found, *_remembered(copy, found)])


def _longest(found: list[Body]) -> list[Body]:
    kept: list[Body] = []
    taken: set[int] = set()
    for body in sorted(found, key=lambda b: (b.begin - b.end, b.begin)):
        if taken.isdisjoint(range(body.begin, body.end)):
            kept.append(body)
            taken.update(range(body.begin, body.end))
    return sorted(kept, key=lambda b: b.begin)


@cache
def _names() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{alternatives(r['surface'] for r in rows('english_bodies')).pattern})(?![\w-])")


def _known(copy: str, begin: int, end: int) -> Iterator[Body]:
    for match in _names().finditer(copy, begin, end):
        row = by_surface("english_bodies")[match[0]]
        a, b = match.span()
        if match[0] in ("Red Cross", "Red Crescent"):  # the national society's whole name
            whole = re.search(r"(?:(?:[A-Z][a-z]+) ){0,2}$", copy[max(begin, a - 30) : a])
            a -= len(whole[0]) if whole else 0
            after = re.match(r" Society", copy[b : b + 8])
            b += len(after[0]) if after else 0
        name = row["name"] if (a, b) == match.span() else copy[a:b]
        yield Body(a, b, name, row["kind"], row["role"], "en.known", (cite("english_bodies", row),))


def _ministries(copy: str, begin: int, end: int) -> Iterator[Body]:
    for match in _MINISTRY.finditer(copy, begin, end):
        head = next(r for r in rows("english_body_heads") if r["surface"] in match[0].split())
        a, b = match.span()
        if copy[b - 2 : b] == "'s":
            b -= 2
        if _is_division(match[0].split()):
            continue
        if (joint := match[0].rfind(" and ")) > 0 and _names().search(copy, a + joint, b):
            b = a + joint  # the Department of State and USAID
        ahead = re.search(r"(?:[A-Z][a-z]+ ){1,2}$", copy[max(begin, a - 24) : a])
        if ahead and ahead[0].split()[0] not in by_surface("english_starts") and a - len(ahead[0]) > begin:
            a -= len(ahead[0])
        yield Body(a, b, copy[a:b], head["kind"], head["role"], "en.ministry", _cited(head))


def _is_division(words: list[str]) -> bool:
    """Whether a name is that of a division of a country, as the Department of San Miguel."""
    place = words[2:]
    return words[:2] == ["Department", "of"] and bool(place) and (*place,) in names().get(place[0], {})


def _cited(head: Row) -> tuple[str, ...]:
    return (cite("english_body_heads", head),)


def _titled(copy: str, begin: int, end: int) -> Iterator[Body]:
    for match in _TITLED.finditer(copy, begin, end):
        name = match[1].rstrip()
        kind = "enterprise" if match[0].split()[0] in ("company", "firm", "enterprise") else "charity"
        yield Body(match.start(1), match.start(1) + len(name), name, kind, "implementer", "en.titled")


def _by_words(copy: str, begin: int, end: int, taken: set[int]) -> Iterator[Body]:
    heads = by_surface("english_body_heads")
    for run in _runs(copy, begin, end, taken):
        for piece in _pieces(run, heads):
            words = [w for w, _, _ in piece]
            if (
                words[0] in _PAPERS
                or len([w for w in words if w[0].isupper()]) < 2
                or "Civil Society" in " ".join(words)
                or "Ministry" in words
                or _is_division(words)
            ):
                continue
            opening = [w for w in words if w in heads and heads[w]["after"] and _followed(words, w)]
            if not opening and words[-1] not in heads:
                continue
            head = heads[opening[0] if opening else words[-1]]
            a, b = piece[0][1], piece[-1][2]
            if company := _COMPANY_END.match(copy, b, end):
                b = company.end()
            yield Body(a, b, copy[a:b], head["kind"], head["role"], "en.words", (cite("english_body_heads", head),))


def _followed(words: list[str], head: str) -> bool:
    at = words.index(head)
    return at + 2 < len(words) and words[at + 1] in ("of", "for", "on") and words[-1] not in MONTHS


Token = tuple[str, int, int]


def _runs(copy: str, begin: int, end: int, taken: set[int]) -> Iterator[list[Token]]:
    """Yield runs of capitalised words with of, for and the like between them."""
    run: list[Token] = []
    for match in _TOKEN.finditer(copy, begin, end):
        word, a, b = match[0], match.start(), match.end()
        capital = (word[0].isupper() or word == "&") and a not in taken
        near = not run or copy[run[-1][2] : a] == " "
        if (capital and near and not (word in by_surface("english_starts") and not run)) or (
            word in _JOINS and run and near
        ):
            run.append((word, a, b))
        else:
            if run:
                yield _trimmed(run)
            run = [(word, a, b)] if capital and word not in by_surface("english_starts") else []
    if run:
        yield _trimmed(run)


def _trimmed(run: list[Token]) -> list[Token]:
    while run and run[-1][0] in _JOINS:
        run = run[:-1]
    return [(w, a, b - (w.endswith("'s") * 2 if (w, a, b) == run[-1] else 0)) for w, a, b in run]


def _pieces(run: list[Token], heads: Mapping[str, Row]) -> Iterator[list[Token]]:
    """Yield the names in a run: parted at `and`, unless one body's words stand on both sides of it."""
    parts: list[list[Token]] = [[]]
    for token in run:
        if token[0] == "and":
            parts.append([token])
        else:
            parts[-1].append(token)
    whole: list[Token] = []
    for part in parts:
        own = part[1:] if part and part[0][0] == "and" else part
        opens = any(
            w in heads and heads[w]["after"] and _followed([*(x for x, _, _ in whole), "x"], w) for w, _, _ in whole
        )
        right_head = len(own) > 1 and any(w in heads for w, _, _ in own)
        left_head = any(w in heads for w, _, _ in whole)
        if not whole:
            whole = own
        elif (opens and not right_head) or (not left_head and right_head and len(whole) <= 2 and len(own) <= 3):
            whole = whole + part
        else:
            yield whole
            whole = own
    if whole:
        yield whole


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters of an acronym stand in a name in their order, and it is no country's: not Acme Ltd (UK)."""
    letters = iter(name.lower())
    return all(letter.lower() in letters for letter in short if letter.isalpha()) and (short,) not in names().get(
        short, {}
    )


def _remembered(copy: str, found: list[Body]) -> Iterator[Body]:
    """Yield the acronyms that the text explains after a body's name, here and wherever they stand again."""
    known: dict[str, Body] = {}
    for body in found:
        explained = _ACRONYM.match(copy, body.end)
        if explained and _abbreviates(explained[1], copy[body.begin : body.end]):
            known.setdefault(explained[1], body)
    if known:
        for match in _SHORT.finditer(copy):
            if body_of := known.get(match[0]):
                yield replace(body_of, begin=match.start(), end=match.end(), rule="en.acronym")
