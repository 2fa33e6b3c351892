"""The generated tables of areas, as records."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from ontology.errors import Problem, SourceError

#: The year whose units and codes these are (31 December).
EDITION: Final = 2019
CHINA: Final = "100000"
FOLDER: Final = Path(__file__).parent


class Unit(NamedTuple):
    """A province-, prefecture- or county-level unit in force at the end of 2019.

    `parent` is the code of the unit above, ``100000`` (China, which is no unit here) for provinces. `short_names`
    are by rule (楚雄州, 楚雄), `also` are others in use (滇, 沪). `english_from` says where the English name is from:
    ``usual``, ``GeoNames``, or ``generated`` from pinyin, which in Tibet, Xinjiang and Inner Mongolia is not the
    official romanisation. `latitude` and `longitude` (WGS 84, 0.01°) are those of the seat, where GeoNames' most
    populous place bears the unit's name; most prefectures have them, counties do not.
    """

    code: str
    level: str
    name: str
    parent: str
    short_names: tuple[str, ...]
    also: tuple[str, ...]
    english: str
    english_from: str
    iso3166: str | None
    geonames: str | None
    latitude: str | None
    longitude: str | None


class Past(NamedTuple):
    """A code and name of other years than 2019, from year `first` to year `last` (both included).

    `kind`: ``earlier`` name of a unit that kept its code, ``predecessor`` with another code, ``later`` than 2019,
    ``merged``: a unit that went into others, which are not the same thing (闸北区, now part of 静安区).
    `units` are the codes of the units of 2019 that it became or was made of; none where that is not known.
    `english` is generated from pinyin.
    """

    code: str
    name: str
    level: str
    first: int
    last: int
    kind: str
    units: tuple[str, ...]
    short_names: tuple[str, ...]
    english: str


class Word(NamedTuple):
    """How jieba's word list has a name: its tag (``ns`` a place, ``nr`` a person, ``n``, ``v`` …) and frequency."""

    tag: str
    frequency: int


@cache
def unit_table() -> dict[str, Unit]:
    """Return the units by their codes, in the order of the codes."""
    found: dict[str, Unit] = {}
    for code, level, name, parent, short, also, english, source, iso, geonames, north, east in _rows("units.tsv"):
        found[code] = Unit(
            code, level, name, parent, _several(short), _several(also), english, source,
            iso or None, geonames or None, north or None, east or None,
        )  # fmt: skip
    return found


@cache
def history() -> tuple[Past, ...]:
    """Return the codes and names of other years, in order of code and first year."""
    return tuple(
        Past(code, name, level, int(first), int(last), kind, _several(units), _several(short), english)
        for code, name, level, first, last, kind, units, short, english in _rows("history.tsv")
    )


@cache
def words() -> dict[str, Word]:
    """Return the names of areas that stand in the word list."""
    return {name: Word(tag, int(frequency)) for name, tag, frequency in _rows("words.tsv")}


def _several(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _rows(table: str) -> Iterator[list[str]]:
    """Yield the rows of a table without its head. `SourceError` where the set-up has not made it."""
    try:
        text = (FOLDER / table).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourceError(
            Problem(f"the table of areas {table} is missing", remedy="`make setup` makes it, or install Duikou again")
        ) from None
    lines = text.splitlines()
    return (line.split("\t") for line in lines[1:])
