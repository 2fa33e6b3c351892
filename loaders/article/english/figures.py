"""Figures of an English text: a number with its qualifier, its unit, and what is counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import Final

from loaders.article.english.nouns import noun_after
from loaders.article.english.numbers import Number, numbers
from loaders.article.tables import alternatives, by_surface, cite, rows

_RANGE: Final = re.compile(r"\s?(?:-|–|—)\s?|\s+(?:to|and)\s+")
_NOT_A_FIGURE: Final = re.compile(
    r"(?:\bN[°º]\s?|\b(?:No|Nos|Decree|Law|Phase|Article|Chapter|Table|Figure|Fig|Section|Goal|Goals|SDG|SDGs|Grade|Class|Room|Annex|Step|Agenda"
    r"|Activity|Year|Pillar|Result|Indicator|Module|Tier|Line|Type|Level|version|Vision|page|pp?|Objective|Component|Output|Outcome|Lot|Route|Day|Block|Form|Unit|Zone|item"
    r"|paragraph|question)\.?\s*#?|[A-Za-z]-|[#@/]|\+)$",
    re.IGNORECASE,
)
_PRONOMINAL: Final = re.compile(
    r"\s+(?:\w+\s+)?(?:sides?|parties|partners|governments|countries|other|others|former|latter)\b"
)
_LATER_PART: Final = re.compile(r"(?:st|nd|rd|th)\b|[.:/]\d|-\d{2,}|,\d|\.\w")
_ITEM_NUMBER: Final = re.compile(r"(?:^|\n)\s*\(?\d{1,2}[.)]\s")
_ENUMERATED: Final = re.compile(r"(?:[^()]*\s)?\d{1,2}\)")
_OF_THESE: Final = re.compile(
    r"\s+of\s+(?:the|these|those|its|our|their|all|them|whom|which)\b(?:\s\d[\d,]*)?", re.IGNORECASE
)
#: Words in brackets before the noun, or the number again: three hundred (300) women, 670 (largely poor) families.
_BRACKETS: Final = re.compile(r"\s?\([^()]{1,30}\)(?= [a-z])")
_COMPARED: Final = re.compile(r"\b(?:against|compared (?:with|to)|up from|down from|instead of)\s$")
_EACH: Final = re.compile(r"\s+(?:per|each|to each)\b")
_STANDS_ALONE: Final = re.compile(r"\s*(?:[,.;)]|$|(?:that|who|which|had|have|were|was|and|against|in)\b)")
_AGE: Final = re.compile(r"\s*(?:[,.](?!\d)|years? old\b|-year-old\b)")
_TIME_UNITS: Final = frozenset({"a", "mo", "week", "d", "h", "min"})
#: A lesser number that stands alone may be that of a component, a step, a footnote.
_TOO_MANY_FOR_A_LABEL: Final = 20
#: Characters before a number in which a qualifier of it may stand.
_BEFORE: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure from `begin` to `end`; `upper` is a range's other end. `rule` says how its unit was found.

    `noun` is what is counted, from `noun_begin`; both empty for measures and money.
    """

    begin: int
    end: int
    value: Decimal
    unit: str
    rule: str
    qualifier: str = "exact"
    upper: Decimal | None = None
    noun: str = ""
    noun_begin: int = 0
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmade:
    """A number of which no figure was made, and why."""

    begin: int
    end: int
    why: str


@cache
def _before() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns for a qualifier and for a currency before a number, and for a qualifier after a figure."""
    ahead = alternatives(r["surface"] for r in rows("english_qualifiers") if r["place"] == "before").pattern
    after = alternatives(r["surface"] for r in rows("english_qualifiers") if r["place"] == "after").pattern
    money = alternatives(r["surface"] for r in rows("english_currencies") if r["place"] != "after").pattern
    return (
        re.compile(rf"(?<![\w.])({ahead})(?:\s+|(?<=~)|(?<=ca\.))$", re.IGNORECASE),
        re.compile(rf"(?<![A-Za-z$])({money})\s?$"),
        re.compile(rf"\s?({after})(?!\w)", re.IGNORECASE),
    )


@cache
def _after() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for a currency and for a measure right after a number."""
    money = alternatives(r["surface"] for r in rows("english_currencies") if r["place"] != "before").pattern
    measures = alternatives(r["surface"] for r in rows("english_measures")).pattern
    return re.compile(rf"[\s-]({money})\b"), re.compile(rf"(?:\s|-)?({measures})(?![\w²³])")


def figures(copy: str, spans: Iterable[tuple[int, int]], closed: set[int]) -> Iterator[Figure | Unmade]:
    """Yield the figures of sentences in order, and the numbers that look like one and were not read.

    `closed` has the positions where no figure may begin: those of dates, of names, of rows of tables.
    """
    last: Figure | None = None
    for begin, end in spans:
        found = [n for n in numbers(copy, begin, end) if n.begin not in closed]
        skip = False
        found = [n for n, before in zip(found, [None, *found], strict=False) if not _repeats(copy, n, before)]
        for number, after in zip_longest(found, found[1:]):
            if skip:
                skip = False
                continue
            pair = _pair(copy, number, after)
            figure = _figure(copy, begin, end, number, after if pair else None, last)
            skip = pair and figure is not None
            if isinstance(figure, Figure) and figure.noun:
                last = figure
            if figure is not None:
                yield figure


def _repeats(copy: str, number: Number, before: Number | None) -> bool:
    """Whether a number only says the one before it in digits: three hundred (300)."""
    return before is not None and before.value == number.value and copy[before.end : number.begin].strip() == "("


def _pair(copy: str, number: Number, after: Number | None) -> bool:
    """Whether two numbers are the ends of a range: 5 to 7, 300-400, between two and three; not from 5 to 7."""
    if after is None or number.kind not in ("digits", "words") or after.kind not in ("digits", "words"):
        return False
    between = copy[number.end : after.begin]
    bare = re.sub(r"^\s?%", "", between)
    joined = _RANGE.fullmatch(re.sub(r"[$€£]|US\$|USD |EUR ", "", bare))
    if not joined or after.value <= number.value * (1 if after.value < 10**4 else Decimal("0.00001")):
        return False
    ahead = copy[max(0, number.begin - 12) : number.begin].rstrip("$€£US ").lower()
    if " and " in joined[0]:
        return bool(re.search(r"\bbetween$", ahead))
    return not (" to " in joined[0] and re.search(r"\bfrom$", ahead))


def _figure(
    copy: str, low: int, high: int, number: Number, second: Number | None, counted: Figure | None
) -> Figure | Unmade | None:
    last = second or number
    if not _may_be(copy, low, number, last):
        return None
    begin, end, value = number.begin, last.end, number.value
    qualifying, paying, following = _before()
    money = paying.search(copy, max(low, begin - 6), begin)
    if number.kind == "digits" and copy[number.end - 1] in "mM" and copy[number.end - 2].isdigit() and not money:
        end, value = end - 1, value / 10**6  # 500m without a currency is a length
        last = Number(last.begin, end, value, "digits")
    upper = second.value if second else None
    if second and second.value >= 10**5 and number.value < 1000 and not copy[number.begin : number.end].isalpha():
        scale = Decimal(10) ** (3 * ((len(str(int(second.value))) - 1) // 3))
        value *= scale if number.value * scale <= second.value else 1
    figure = Figure(begin=begin, end=end, value=value, upper=upper, unit="", rule="")
    read = _money(copy, figure, money) or _share(figure, number) or _measure(copy, figure)
    read = read or _counted(copy, high, figure, number, counted)
    if read is None:
        if number.kind in ("article", "dozen") or number.kind == "words":
            return None
        return Unmade(begin, end, "a number of which the sentence does not say what it counts")
    ahead = qualifying.search(copy, max(low, read.begin - _BEFORE), read.begin)
    if ahead and not _preposition(ahead[1], read):
        row = by_surface("english_qualifiers")[ahead[1].lower()]
        read = replace(
            read, begin=ahead.start(1), qualifier=row["qualifier"], rows=(*read.rows, cite("english_qualifiers", row))
        )
    elif after := following.match(copy, read.end, high):
        row = by_surface("english_qualifiers")[after[1].lower()]
        read = replace(
            read, end=after.end(1), qualifier=row["qualifier"], rows=(*read.rows, cite("english_qualifiers", row))
        )
    return read


def _preposition(word: str, figure: Figure) -> bool:
    """Whether `over` means during, as in `over three years`."""
    return word.lower() == "over" and figure.unit in _TIME_UNITS - {"h", "min"}


def _may_be(copy: str, low: int, number: Number, last: Number) -> bool:
    ahead = copy[max(low, number.begin - 14) : number.begin]
    if _NOT_A_FIGURE.search(ahead) or _LATER_PART.match(copy, last.end) or _PRONOMINAL.match(copy, last.end):
        return False
    if number.kind == "words" and number.value == 1 and last is number:
        return False  # an article: one of the clinics
    if _ENUMERATED.fullmatch(copy, max(low, number.begin - 60), last.end + 1):
        return False  # 1) one thing; 2) another
    return not _ITEM_NUMBER.match(copy, max(0, number.begin - 1))


def _money(copy: str, figure: Figure, before: re.Match[str] | None) -> Figure | None:
    after = _after()[0].match(copy, figure.end)
    word = (before or after or [""])[1] if (before or after) else ""
    if not word:
        return None
    row = by_surface("english_currencies")[word]
    return replace(
        figure,
        begin=before.start(1) if before else figure.begin,
        end=after.end(1) if after and not before else figure.end,
        unit=row["unit"],
        rule="en.money",
        rows=(cite("english_currencies", row),),
    )


def _share(figure: Figure, number: Number) -> Figure | None:
    if number.kind in ("share", "fraction"):
        return replace(figure, unit="1 (ratio)", rule="en.fraction")
    if number.kind == "fold":
        return replace(figure, unit="times", rule="en.fraction")
    return None


def _measure(copy: str, figure: Figure) -> Figure | None:
    match = _after()[1].match(copy, figure.end)
    if not match:
        return None
    row = by_surface("english_measures")[match[1]]
    if row["unit"] == "m" and match[1] == "m" and copy[match.end() : match.end() + 1] == "-":
        return None
    factor = Decimal(row["factor"])
    upper = figure.upper * factor if figure.upper is not None else None
    return replace(
        figure,
        end=match.end(1),
        value=figure.value * factor,
        upper=upper,
        unit=row["unit"],
        rule="en.measure",
        rows=(cite("english_measures", row),),
    )


def _counted(copy: str, high: int, figure: Figure, number: Number, counted: Figure | None) -> Figure | None:
    """Return the figure with what it counts: the noun after it, else what was `counted` last before it."""
    at = figure.end
    if brackets := _BRACKETS.match(copy, at, high):
        at = brackets.end()
    these = _OF_THESE.match(copy, at, high)
    after = these.end() if these else at
    if noun := noun_after(copy, after, high, one=figure.value == 1, listed=number.kind == "article"):
        return replace(
            figure,
            unit=noun.unit,
            rule=noun.rule,
            noun=noun.words,
            noun_begin=noun.begin,
            rows=(*figure.rows, *noun.rows),
        )
    if _is_age(copy, figure):
        return replace(figure, unit="a", rule="en.age")
    alone = figure.value >= _TOO_MANY_FOR_A_LABEL and _STANDS_ALONE.match(copy, at, high)
    alone = alone or _COMPARED.search(copy, max(0, figure.begin - 24), figure.begin)
    alone = alone or (number.kind == "words" and _EACH.match(copy, at, high))
    if counted and number.kind != "article" and (these or alone):
        return replace(figure, unit=counted.unit, rule="en.same", noun=counted.noun, noun_begin=counted.noun_begin)
    return None


def _is_age(copy: str, figure: Figure) -> bool:
    ahead = copy[max(0, figure.begin - 30) : figure.begin]
    named = re.search(r"(?:\b[A-Z][\w'-]+,|\baged?|\bage of)\s$", ahead)
    return bool(named and 10 <= figure.value <= 100 and _AGE.match(copy, figure.end))
