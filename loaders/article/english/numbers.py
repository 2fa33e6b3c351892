"""Numbers in English: digits, words, digits with a scale (2.4 million), fractions and shares (one in five)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

_SMALL: Final = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * number
    for number, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_STEPS: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT: Final = {"m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "k": 1000, "K": 1000, "M": 10**6, "B": 10**9}
_FIRST: Final = "|".join(sorted(_SMALL, key=len, reverse=True))
_WORD: Final = "|".join(sorted({*_SMALL, *_STEPS}, key=len, reverse=True))
_JOINT: Final = r"(?:[\ -]|(?<=hundred)\ and\ |(?<=thousand)\ and\ |(?<=million)\ and\ )"
_WORDS: Final = rf"(?:{_FIRST})(?:{_JOINT}(?:{_WORD}))*"
_DIGITS: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\ \d{3})+(?![\d,.]\d)|\d+(?:\.\d+)?"
_DENOMINATORS: Final = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip
_PARTS: Final = "|".join(sorted(_DENOMINATORS, key=len, reverse=True))
_WHOLE: Final = r"(?:two|three|four|five|six|seven|eight|nine|ten|20|50|10|100)\b(?!\s*%)"
_SCALE: Final = r"\s?(?:thousand|million|billion|trillion)\b|\s?(?:mn|mln|bn)\b|[mkKMB]\b(?![²³-])"
_FEW: Final = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"

NUMBER: Final = re.compile(
    rf"""
    (?P<share>\b{_FEW}\s+(?:in|out\s+of)\s+(?:every\s+)?{_WHOLE})
  | (?P<fraction>\b(?:(?:one|a|two|three|four|five|seven|nine)[\ -])(?:{_PARTS})\b(?!-))
  | (?P<halfbig>\bhalf\ a\ (?:million|billion)\b)
  | (?P<half>\bhalf\b(?!\s*(?:-|a\b|hour|way|year)))
  | (?P<dozen>\b(?:(?:a|one|two|three)\ )?(?:half\ a\ )?dozen\b)
  | (?P<fold>\b(?:two|three|four|five|six|seven|eight|nine|ten)(?:fold|-fold)\b)
  | (?P<digits>(?<![\w.,/])(?:{_DIGITS})(?P<scale>{_SCALE})?)
  | (?P<article>\b(?:a|an)\ (?:hundred|thousand|million|billion)\b)
  | (?P<words>\b{_WORDS}\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)


class Number(NamedTuple):
    """A number from `begin` to `end`; `kind` is digits, words, fraction, share, fold, dozen or article (a hundred)."""

    begin: int
    end: int
    value: Decimal
    kind: str


def numbers(copy: str, begin: int = 0, end: int | None = None) -> Iterator[Number]:
    """Yield the numbers of a plain text in order."""
    for match in NUMBER.finditer(copy, begin, len(copy) if end is None else end):
        kind = match.lastgroup if match.lastgroup != "scale" else "digits"
        words = match[0].lower()
        a, b = match.span()
        if kind == "digits":
            yield Number(a, b, _digits(match[0], match["scale"]), kind)
        elif kind == "words":
            yield from _spelt(copy, a, b)
        elif kind == "share":
            few, whole = re.split(r"\s+(?:in|out\s+of)\s+(?:every\s+)?", words)
            if (below := _number(whole)) and (above := _number(few)) <= below:
                yield Number(a, b, above / below, "share")
        elif kind == "fraction":
            above_word, below_word = re.split(r"[ -]", words)
            above = Decimal(1) if above_word == "a" else Decimal(_SMALL[above_word])
            yield Number(a, b, above / _DENOMINATORS[below_word], "fraction")
        elif kind == "half":
            yield Number(a, b, Decimal("0.5"), "fraction")
        elif kind == "halfbig":
            yield Number(a, b, Decimal(_STEPS[words.split()[-1]]) / 2, "words")
        elif kind == "dozen":
            times = {"two": 2, "three": 3}.get(words.split()[0], 1)
            yield Number(a, b, Decimal(6 if "half" in words else 12 * times), "dozen")
        elif kind == "fold":
            yield Number(a, b, Decimal(_SMALL[re.sub(r"-?fold", "", words)]), "fold")
        elif kind == "article":
            yield Number(a, b, Decimal(_STEPS[words.split()[1]]), "article")


def _number(word: str) -> Decimal:
    return Decimal(word) if word.isdigit() else Decimal(_SMALL[word])


def _digits(text: str, scale: str | None) -> Decimal:
    bare = text[: len(text) - len(scale)] if scale else text
    value = Decimal(re.sub(r"[, ]", "", bare))
    if scale:
        word = scale.strip()
        value *= Decimal(_STEPS.get(word.lower()) or _SHORT.get(word) or _SHORT[word.lower()])
    return value


def _spelt(copy: str, begin: int, end: int) -> Iterator[Number]:
    """Yield the numbers that a run of number words spells: twenty-one is one, nine ten are two."""
    total = current = Decimal(0)
    last = Decimal(10**15)
    start, stop = begin, begin
    for match in re.finditer(_WORD, copy[begin:end], re.IGNORECASE):
        word = match[0].lower()
        if word in _STEPS:
            step = Decimal(_STEPS[word])
            if step == 100:
                current = (current or 1) * step
            else:
                total += (current or 1) * step
                current = Decimal(0)
            last = step
        else:
            value = Decimal(_SMALL[word])
            if stop > start and not (last in _STEPS.values() or (20 <= last < 100 and value < 10)):
                yield Number(start, stop, total + current, "words")
                total, current, start = Decimal(0), Decimal(0), begin + match.start()
            current += value
            last = value
        stop = begin + match.end()
    yield Number(start, stop, total + current, "words")
