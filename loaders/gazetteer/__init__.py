"""Administrative areas of China down to county level: the units in force in 2019, and their names in other years.

    names   how a name is shortened (楚雄彝族自治州 → 楚雄州, 楚雄)
    tables  the generated tables, read when first asked
    lookup  units by code and year, by name; above and below them

The tables are made when Duikou is set up or built (``packaging/steps/areas.py``), from packages of the registries.
"""

from __future__ import annotations

from loaders.gazetteer.lookup import (
    COMMON_FROM,
    Candidate,
    all_names,
    ancestors,
    by_code,
    by_name,
    children,
    common_word,
    frequency,
    is_common_word,
    unit,
    units,
)
from loaders.gazetteer.names import short_names
from loaders.gazetteer.tables import EDITION, Past, Unit, Word

__all__ = [
    "COMMON_FROM",
    "EDITION",
    "Candidate",
    "Past",
    "Unit",
    "Word",
    "all_names",
    "ancestors",
    "by_code",
    "by_name",
    "children",
    "common_word",
    "frequency",
    "is_common_word",
    "short_names",
    "unit",
    "units",
]
