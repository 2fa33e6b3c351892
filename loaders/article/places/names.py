"""Names of places that are looked for in a text, and one mention of a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from loaders.article import tables
from loaders.article.matching import Matcher
from loaders.gazetteer import Candidate, Word, all_names, common_word, names, unit

CHINA: Final = "中国"

#: Occurrences in a word list below which a word is no plain word: 昭觉 stands there as a verb, three times.
_RARE: Final = 100

#: Names that are also plain words for a part of a town or for what is done to one: only a place before them
#: that they lie in makes them names.
GENERIC: Final = frozenset(
    (
        "城区", "郊区", "矿区", "新区", "东区", "西区", "南区", "北区", "港区", "老城区", "富县",
        "成县", "高县", "道县", "叶县", "温县", "康县", "礼县", "安县", "开县", "和县", "理县",
        "盐田", "南山", "北山", "新建", "新城", "古城", "安居", "新兴", "建设", "全州",
    )
)  # fmt: skip

#: Names of districts that many towns have: they count where a unit above them is named.
DISTRICTS: Final = frozenset(
    (
        "市中区", "城中区", "城东区", "城西区", "城北区", "城关区", "新城区", "新市区", "海港区", "港口区", "江北区",
        "江南区", "河东区", "河西区", "河口区", "城关", "城中", "城东", "城西", "城北", "市中", "江北", "江南", "河东",
        "河西", "和平", "新华", "解放",
    )
)  # fmt: skip


@dataclass(slots=True)
class Mention:
    """A place in a text, while it is being made out; positions are the view's."""

    begin: int
    end: int
    rule: str
    candidates: tuple[Candidate, ...] = ()
    #: Set by `units` from the candidates, or at once where there are none.
    name: str = ""
    level: str = ""
    code: str | None = None
    others: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    nested: bool = False
    role: str | None = None
    role_rule: str = ""


@cache
def areas() -> Matcher[tuple[Candidate, ...]]:
    """Return the names of two characters or more of all units, each with the units it may stand for."""
    more = ((row["surface"], (candidate(row["code"]),)) for row in tables.rows("place_names"))
    return Matcher([*all_names(), *more])


@cache
def others() -> Matcher[tuple[str, str, str]]:
    """Return regions and foreign places, each with its name, level and the row that has it."""
    found: dict[str, tuple[str, str, str]] = {}
    for table in ("regions", "countries"):
        for row in tables.rows(table):
            found.setdefault(row["surface"], (row["name"], row["level"], tables.cite(table, row)))
    return Matcher(found)


@cache
def abbreviations() -> Mapping[str, list[tables.Row]]:
    """Return the rows of each one-character name."""
    found: dict[str, list[tables.Row]] = {}
    for row in tables.rows("place_abbreviations"):
        found.setdefault(row["surface"], []).append(row)
    return found


@cache
def bare(word: str) -> bool:
    """Whether a name is short, without a word that says what it is: 楚雄 and 杭州, not 楚雄州."""
    if not names.type_word(word):
        return True
    for known in areas().get(word) or ():
        if known.kind in ("official", "earlier", "predecessor", "later"):
            return False
        if not known.kind.endswith("-short") and names.stem(known.unit.name) != word:
            return False
    return word in areas()


def candidate(code: str) -> Candidate:
    """Return the candidate of a code of 2019 that an abbreviation stands for."""
    found = unit(code)
    if found is None:
        raise KeyError(code)
    return Candidate(found, "also", (2019, 2019), code)


def plain_word(name: str) -> Word | None:
    """Return how a name is used as a plain word, None where it hardly is."""
    found = common_word(name)
    return found if found is not None and found.frequency >= _RARE else None
