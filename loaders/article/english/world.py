"""Names of countries and first-level divisions (``world.tsv``), and of China's areas (`loaders.gazetteer`)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from loaders import gazetteer
from loaders.article.tables import by_surface, rows
from ontology.errors import Problem, SourceError

TABLE: Final = Path(__file__).with_name("world.tsv")
#: What an administrative unit is called in English.
TYPES: Final = (
    "Autonomous Region|Autonomous Prefecture|Autonomous County|Special Administrative Region|Metropolitan Area"
    "|Municipality"
    "|Province|County|Region|State|District|Division|Governorate|Prefecture|Department|Oblast|City|Territory|Banner|League"
    "|Emirate|Canton|Republic|Island|Islands|Zone|Atoll"
)
_TYPE: Final = re.compile(rf" (?:{TYPES})$")


#: What a division elsewhere may be called where its name comes without a type.
_ELSEWHERE: Final = ("Province", "County", "Region", "State", "District", "Governorate", "Division", "Department")
#: What a unit of China may be called in English, by its level.
_KINDS: Final = {
    "province": ("Province",),
    "prefecture": ("Prefecture", "City", "Region"),
    "county": ("County", "District", "City"),
}


class Area(NamedTuple):
    """A country or division: code (GB/T 2260 in China, else ISO 3166), level, name, the codes it lies in."""

    code: str
    level: str
    name: str
    within: tuple[str, ...]
    #: Whether the name as found has its type word, as Kisumu County.
    full: bool = False


@cache
def names() -> dict[str, dict[tuple[str, ...], tuple[Area, ...]]]:
    """Return the areas that a name may stand for, by the name's words, grouped by its first word."""
    found: dict[tuple[str, ...], dict[tuple[str, str], Area]] = {}

    def add(name: str, area: Area) -> None:
        words = tuple(name.split())
        is_plain_word = len(words) == 1 and name in by_surface("english_place_words")
        if words and words[0][0].isupper() and len(name) > 1 and not is_plain_word:
            known = found.setdefault(words, {})
            known.setdefault((area.code, area.level), area)

    spelt: list[tuple[str, str]] = [(row["code"], row["surface"]) for row in rows("english_place_names")]
    abroad: dict[str, Area] = {}
    for code, level, name, also in _world():
        if code.isdigit():
            spelt.append((code, name))
            continue
        within = () if level == "country" else (code[:2],)
        for form in (name, *also):
            if level != "country" and form.isupper():
                continue
            typed = bool(_TYPE.search(form))
            area = Area(code, level, name, within, full=typed)
            abroad.setdefault(code, area)
            add(form, area)
            if level != "country" and not typed:
                for kind in _ELSEWHERE:
                    add(f"{form} {kind}", area._replace(full=True))
    for unit in gazetteer.units():
        bare = _bare(unit.english)
        parents = tuple(parent.code for parent in gazetteer.ancestors(unit.code))
        area = Area(unit.code, unit.level, unit.english, (*parents, "CN"), full=True)
        add(unit.english, area)
        if bare and bare != unit.english:
            add(bare, area._replace(full=False))
            for kind in _KINDS[unit.level]:
                add(f"{bare} {kind}", area)
    for code, name in spelt:
        known = gazetteer.unit(code)
        if known:
            parents = tuple(parent.code for parent in gazetteer.ancestors(code))
            of_china = Area(code, known.level, known.english, (*parents, "CN"))
            add(name, of_china)
            for kind in _KINDS.get(known.level, ()):
                add(f"{name} {kind}", of_china._replace(full=True))
        elif code in abroad:
            add(name, abroad[code])
    grouped: dict[str, dict[tuple[str, ...], tuple[Area, ...]]] = {}
    for words, areas in found.items():
        grouped.setdefault(words[0], {})[words] = tuple(areas.values())
    return grouped


def _bare(english: str) -> str:
    """Return a unit's name alone: Ningxia Hui Autonomous Region is Ningxia."""
    name = _TYPE.sub("", english)
    return name.split()[0] if name != english and " Autonomous " in english and name[:6] != "Inner " else name


@cache
def _world() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    try:
        lines = TABLE.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        problem = Problem("the table of countries is missing", remedy="`make setup` makes it")
        raise SourceError(problem) from error
    cells = [line.split("\t") for line in lines[1:]]
    return tuple((code, level, name, tuple(a for a in also.split("|") if a)) for code, level, name, also, _ in cells)
