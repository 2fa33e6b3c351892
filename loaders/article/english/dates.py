"""Dates and periods of an English text: their numbers are no figures, and they tell the year of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTH: Final = "(?:" + "|".join([*MONTHS, r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"]) + ")"
_YEAR: Final = r"(?:19[5-9]\d|20[0-4]\d)"
_SPELT: Final = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
_SPAN: Final = r"(?:years?|months?|weeks?|days?|decades?|hours?)"
DATE: Final = re.compile(
    rf"""
    \b\d{{1,2}}(?:st|nd|rd|th)?(?:\s?[-–]\s?\d{{1,2}})?\s+{_MONTH}\b(?:,?\s+{_YEAR}\b)?
  | \b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:\s?[-–]\s?\d{{1,2}})?\b(?:,?\s+{_YEAR}\b)?
  | \b{_MONTH},?\s+{_YEAR}\b
  | \b{_YEAR}-\d{{2}}(?:-\d{{2}})?\b | \b\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d{{4}}|\d{{2}})\b
  | \b(?:between|from)\s+{_YEAR}\s+(?:and|to)\s+{_YEAR}\b | \b{_YEAR}\s?[-–/]\s?(?:{_YEAR}|\d{{2}})\b
  | \b(?:mid-|early\ |late\ )?{_YEAR}s?\b(?!\s*(?:%|per\ ?cent))
  | \b(?:the\ )?(?:past|last|previous|next|coming|following)\s+{_SPELT}\s+{_SPAN}\b
  | \b{_SPELT}\s+{_SPAN}\s+(?:ago|earlier|later|before|after|on)\b
  | \b(?:the\ )?(?:first|second|third|fourth)\s+(?:quarter|half)\s+of\s+{_YEAR}\b | \b\d{{1,2}}:\d{{2}}\b
    """,
    re.VERBOSE,
)
_COUNTED: Final = re.compile(r"\s+(?!to\b|and\b|in\b|of\b)[a-z]{3,}s\b")


_BY: Final = re.compile(r"\b(?:by|until|till|towards)\s+(?:the end of\s+|early\s+|late\s+|mid-)?$", re.IGNORECASE)
_PLAN: Final = re.compile(
    r"\b(?:will|shall|plans?|promised|expects?|expected|intends?|aims?|hopes?|targets?|pledged|vision|goals?)\b",
    re.IGNORECASE,
)


class Date(NamedTuple):
    """A date or period from `begin` to `end`, and the year it names, if it does.

    `iso` is it as ISO 8601: a year, month, day, or two with ``/`` between; None where it names no year.
    """

    begin: int
    end: int
    year: int | None
    iso: str | None = None


def dates(copy: str) -> Iterator[Date]:
    """Yield the dates of a plain text in order; a bare four-digit number before its noun (2000 trees) is none."""
    for match in DATE.finditer(copy):
        words = match[0]
        before = copy[max(0, match.start() - 2) : match.start()]
        if re.search(r"[$€£,.\d/]$", before):
            continue
        if re.fullmatch(_YEAR, words) and words.endswith("00") and _COUNTED.match(copy, match.end()):
            continue
        year = re.search(_YEAR, words)
        yield Date(match.start(), match.end(), int(year[0]) if year else None, _iso(words))


def _iso(words: str) -> str | None:
    """Return a date as ISO 8601: March 2018 is 2018-03, 2014 to 2017 is 2014/2017, 2020-23 is 2020/2023."""
    years = re.findall(_YEAR, words)
    if not years:
        return None
    if re.fullmatch(rf"{_YEAR}-(?:0\d|1[0-2])(?:-\d\d)?", words):
        return words
    if len(years) > 1:
        return f"{years[0]}/{years[1]}"
    if short := re.fullmatch(rf"({_YEAR})\s?[-–/]\s?(\d\d)", words):
        return f"{short[1]}/{short[1][:2]}{short[2]}"
    month = next((n for n, name in enumerate(MONTHS, 1) if re.search(rf"\b{name[:3]}", words)), None)
    if month is None:
        return str(years[0])
    days = re.findall(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", words.replace(years[0], ""))
    stem = f"{years[0]}-{month:02}"
    if not days:
        return stem
    return "/".join(f"{stem}-{int(day):02}" for day in days[:2])


def document_date(copy: str, found: list[Date]) -> tuple[str | None, str | None]:
    """Return the document's date as a year and how it is known: the latest that no plan names, else the latest."""
    years = [d.year for d in found if d.year is not None]
    if not years:
        return None, None
    past = [d.year for d in found if d.year is not None and not _is_ahead(copy, d)]
    return str(max(past or years)), "latest year in the text"


def _is_ahead(copy: str, date: Date) -> bool:
    """Whether a date is one of a plan: by 2030, or in a sentence that says what will be."""
    before = copy[max(0, date.begin - 160) : date.begin]
    sentence = before[max(before.rfind(". "), before.rfind("\n")) + 1 :]
    rest = re.split(r"[.;\n]", copy[date.end : date.end + 80])[0]
    reached = re.search(r"\b(?:had|has|have|was|were)\b", rest)
    return bool((_BY.search(before) and not reached) or _PLAN.search(sentence) or _PLAN.search(rest))
