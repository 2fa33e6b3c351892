"""The words of facts (docs/extraction.md) → the words of the case-file format."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from loaders.article.indicators import names
from loaders.article.tables import Row, rows
from ontology.vocabulary import concept_keys

#: Units whose key in the code list is not simply their word.
_UNITS: Final = {
    "1 (ratio)": "ratio", "t": "tonne", "kg": "kilogram", "g": "gram", "mg": "milligram", "m": "metre",
    "km": "kilometre", "cm": "centimetre", "mm": "millimetre", "ha": "hectare", "m2": "square-metre",
    "km2": "square-kilometre", "m3": "cubic-metre", "L": "litre", "mL": "millilitre", "a": "year", "mo": "month",
    "d": "day", "h": "hour", "min": "minute", "s": "second", "W": "watt", "kW": "kilowatt", "MW": "megawatt",
    "GW": "gigawatt", "kWh": "kilowatt-hour", "kV": "kilovolt", "kVA": "kilovolt-ampere", "GB": "gigabyte",
    "TB": "terabyte", "Mbps": "megabit-per-second", "°C": "degree-celsius", "flight": "flight",
}  # fmt: skip
_ROLES: Final = {
    "donor": "donor", "implementer": "implementer", "partner": "partner", "authority": "authority",
    "beneficiary body": "recipient", "recipient": "recipient", "beneficiary": "recipient",
}  # fmt: skip
_BODIES: Final = (
    (r"unspecified|collective|cadre team|^team|group of", "group"), (r"task force", "task-force"),
    (r"party", "party-body"), (r"government|ministry|court|procurat", "government"),
    (r"university", "university"), (r"college", "college"), (r"training", "training-centre"), (r"school", "school"),
    (r"research|workstation|laborator", "research-body"), (r"hospital|clinic|medical|health", "medical-body"),
    (r"cooperative federation", "cooperative-federation"), (r"cooperative", "cooperative"),
    (r"alliance|association|education group|federation|chamber", "alliance"),
    (r"state-owned", "state-owned-enterprise"), (r"private enterprise", "private-enterprise"),
    (r"enterprise|company|bank|firm", "enterprise"),
)  # fmt: skip
_PRODUCTS: Final = {
    "brand": "brand", "breed/product": "breed", "product (insurance)": "service", "scheme": "service",
    "platform": "service",
}  # fmt: skip
_OUTCOME: Final = re.compile(
    r"employ|benefit|income|earning|out-of|lifted|poverty-rate|visitors|enrolment-rate|survival"
)
_FLOWS: Final = (
    (r"invest|fund|donat|input|appropriat", "input"), (r"sales-value|sold|purchas|procure|sales$", "sales"),
    (r"output-value|output$", "output-value"), (r"dividend|ticket-income-share", "dividend"),
)  # fmt: skip
_WORKS: Final = {
    "work (promotional film)": "promotional-film", "work (dance drama)": "dance-drama", "work (book)": "publication",
    "work (research report)": "research-report",
}  # fmt: skip
_LEVELS: Final = frozenset({"country", "province", "prefecture", "county", "town", "village", "region", "group"})


def unit(word: str) -> tuple[str, bool]:
    """Return the key of a unit in concept/unit, and whether it is that unit; ``item`` stands for one not listed."""
    key = _UNITS.get(word) or (word if word in concept_keys("unit") else re.sub(r"[^a-z0-9]+", "-", word.lower()))
    return (key, True) if key in concept_keys("unit") else ("item", word == "item")


def role(word: str | None) -> str | None:
    """Return the role of a part taken, or None where the fact has none that the format knows."""
    return _ROLES.get(word or "")


def body_kind(word: str, *, named: bool = True) -> str:
    """Return the kind of an organisation; a body without a name is a group."""
    if not named:
        return "group"
    return next((kind for pattern, kind in _BODIES if re.search(pattern, word)), "organisation")


def product_kind(word: str) -> str:
    """Return the kind of a product."""
    return _PRODUCTS.get(word, "product")


def work_type(word: str) -> str | None:
    """Return the type of a work, None where the code list has none."""
    return _WORKS.get(word)


def level(word: str) -> str:
    """Return the level of an area; what is no administrative unit is a region."""
    word = {"township": "town", "natural region": "region"}.get(word, word)
    return word if word in _LEVELS else "region"


@cache
def groups() -> tuple[Row, ...]:
    """Return the rows of the groups that figures count, the most special first."""
    return rows("groups")


def group(counted: str | None) -> Row | None:
    """Return the group of people that a counted noun means."""
    if not counted:
        return None
    return next((row for row in groups() if re.search(row["surface"], counted)), None)


def indicator(key: str) -> tuple[str, str]:
    """Return the names of an indicator in Chinese and English, those of the ten cases first; its key without any."""
    return _names().get(key) or (key, key.replace("-", " "))


@cache
def _names() -> dict[str, tuple[str, str]]:
    return names() | {row["surface"]: (row["zh"], row["en"]) for row in rows("built_in_indicators")}


def result_kind(key: str) -> str:
    """Return whether an indicator measures what was done (output) or what changed for people (outcome)."""
    return "outcome" if _OUTCOME.search(key) else "output"


def flow_type(key: str) -> str | None:
    """Return the type of the flow of money that an indicator measures, None for one that is none."""
    return next((flow for pattern, flow in _FLOWS if re.search(pattern, key)), None)
