"""What an English number counts: the plural that ends the noun phrase after it, and the unit that it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from loaders.article.tables import Row, by_surface, cite

_WORD: Final = re.compile(r"[ -]([A-Za-z][\w'-]*)")
_NO_PLURALS: Final = frozenset(
    {
        *("is", "was", "has", "this", "its", "as", "us", "thus", "always", "perhaps", "plus", "less", "across"),
        *("towards", "does", "news", "series", "means", "overseas"),
    }
)
_IRREGULAR: Final = ("s", "people", "men", "children", "staff", "cattle", "sheep", "livestock")
#: Nigerians, Pakistanis.
_PEOPLE: Final = re.compile(r"[A-Z][a-z]+(?:ans|nis|lis|qis)")
#: Words of a noun phrase that are looked at.
_PHRASE: Final = 7


class Noun(NamedTuple):
    """What is counted, from `begin`: its words, the unit, the rule that told it and the rows it used."""

    words: str
    begin: int
    unit: str
    rule: str
    rows: tuple[str, ...] = ()


def noun_after(copy: str, at: int, high: int, *, one: bool, listed: bool) -> Noun | None:
    """Return the noun that a number before `at` counts; None where the phrase has no plural.

    `one`: the number is one, so a singular will do; `listed`: only a noun of the list will.
    """
    lexicon = by_surface("english_nouns")
    hyphen = copy[at : at + 1] == "-"  # 12-bed
    for words, begin in _phrase(copy, at, high):
        row = _row(lexicon, words)
        if row and (one or hyphen or words.lower().endswith(_IRREGULAR)):
            return Noun(words, begin, row["unit"], "en.noun", (cite("english_nouns", row),))
        if row or one:
            continue
        if _PEOPLE.fullmatch(words):
            return Noun(words, begin, "person", "en.plural")
        if " " not in words and _is_plural(words) and not listed:
            return Noun(words, begin, _singular(words.lower()), "en.plural")
    return None


def _phrase(copy: str, at: int, high: int) -> Iterator[tuple[str, int]]:
    """Yield the words after a number until one that ends its noun phrase, two together before each by itself."""
    stops = by_surface("english_function_words")
    words: list[re.Match[str]] = []
    while len(words) < _PHRASE and (match := _WORD.match(copy, at, high)):
        if match[1].lower() in stops:
            break
        words.append(match)
        at = match.end()
    for i, match in enumerate(words):
        if i + 1 < len(words):
            yield f"{match[1]} {words[i + 1][1]}", match.start(1)
        yield match[1], match.start(1)


def _row(lexicon: Mapping[str, Row], words: str) -> Row | None:
    return lexicon.get(words) or lexicon.get(words.lower())


def _is_plural(word: str) -> bool:
    lower = word.lower()
    return (
        lower.endswith("s") and len(lower) > 3 and not lower.endswith(("ss", "us", "is")) and lower not in _NO_PLURALS
    )


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
