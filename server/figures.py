"""Figures in words: a number, its qualifier and its unit as each language writes them.

    sentence("en", Decimal(400), "over", household)   more than 400 households
    sentence("zh", Decimal(400), "over", household)   超过400户

The number is the one that was written, never a rounded one: 70000 is “7万” or “70,000”, and 12345
stays “12345” in Chinese because 万 would need four decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.texts import known, text

_WAN: Final = Decimal(10_000)
_YI: Final = Decimal(100_000_000)
_MILLION: Final = Decimal(1_000_000)
_BILLION: Final = Decimal(1_000_000_000)

#: The unit whose number is written as a percentage.
_RATIO: Final = "ratio"
#: Currencies whose Chinese name is not what stands behind an amount.
_ZH_CURRENCIES: Final = {"CNY": "元"}
#: English plurals that no rule gives, and words that have none.
_PLURALS: Final = {"person": "people", "mu": "mu", "head": "head", "times": "times"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as far as writing a figure needs it.

    `classifier` is the word that Chinese puts between number and noun (``种``, ``家``); `symbol` is
    the notation of a physical unit (``km``), whose Chinese name follows the number directly.
    """

    key: str
    label: str | None = None
    classifier: str | None = None
    symbol: str | None = None

    @property
    def is_currency(self) -> bool:
        """Whether this is money: the key is an ISO 4217 code."""
        return len(self.key) == 3 and self.key.isupper()


def plain(value: Decimal) -> str:
    """Return a number without exponent and without trailing zeros: ``1.5E+8`` → ``150000000``."""
    words = format(value, "f")
    return words.rstrip("0").rstrip(".") if "." in words else words


def number(lang: str, value: Decimal) -> str:
    """Return a number as it is written in a language: ``7万`` and ``1.5亿``, ``70,000`` and ``150 million``."""
    if lang == "zh":
        for size, word in ((_YI, "亿"), (_WAN, "万")):
            if abs(value) >= size and _decimals(value / size) <= 2:
                return plain(value / size) + word
        return plain(value)
    for size, word in ((_BILLION, " billion"), (_MILLION, " million")):
        if abs(value) >= size and _decimals(value / size) <= 2:
            return plain(value / size) + word
    whole, _, fraction = plain(value).partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction else "")


def number_of_things(lang: str, count: int) -> str:
    """Return a count as it is written in a language: ``1,234``, or ``1234`` in Chinese."""
    return f"{count:,}" if lang == "en" else str(count)


def amount(lang: str, value: Decimal, unit: Unit | None) -> str:
    """Return a number with its unit: ``57个合作社``, ``1.5亿元``; ``57 cooperatives``, ``CNY 150 million``."""
    if unit is None:
        return number(lang, value)
    if unit.key == _RATIO:
        return plain(value * 100) + "%"
    words, noun = number(lang, value), unit.label or unit.key
    if unit.is_currency:
        return words + _ZH_CURRENCIES.get(unit.key, noun) if lang == "zh" else f"{unit.key} {words}"
    if lang == "zh":
        return words + _zh_noun(unit, noun)
    return f"{words} {noun if value == 1 else plural(noun)}"


def sentence(lang: str, value: Decimal, qualifier: str | None, unit: Unit | None) -> str:
    """Return the whole figure: qualifier in words, number, unit."""
    words = amount(lang, value, unit)
    key = f"figure.{qualifier}"
    return text(lang, key, amount=words) if qualifier and known(key) else words


def _zh_noun(unit: Unit, noun: str) -> str:
    if unit.symbol or len(noun) == 1 or noun.startswith("人"):
        return noun
    if unit.classifier and unit.classifier != "个":
        return unit.classifier if unit.classifier in noun or unit.classifier == "种" else unit.classifier + noun
    return f"个{noun}"


def plural(noun: str) -> str:
    """Return the English plural of a unit's name: ``counties``, ``kinds of product``, ``people``."""
    first, of, rest = noun.partition(" of ")
    if of:
        return plural(first) + of + rest
    head, sep, last = noun.rpartition(" ")
    if last in _PLURALS:
        return head + sep + _PLURALS[last]
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if last.endswith(("s", "sh", "ch", "x")) else "s")


def _decimals(value: Decimal) -> int:
    return len(plain(value).partition(".")[2])
