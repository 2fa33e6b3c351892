"""The sources that come with Duikou: the areas, what the ten cases share, the ten cases, and links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from graph.sources import Source
from loaders.case_file import read_case_file
from loaders.gazetteer import areas
from loaders.links.source import builtin_links
from loaders.references import references, unresolved
from ontology.errors import Origin, Problem, SourceError
from ontology.records import Area, Case, Record

FOLDER: Final = Path(__file__).parent
CASES: Final = 10


def builtin_files() -> list[Path]:
    """Return the files in the order they are read: areas, common, then the cases by file name."""
    cases = sorted(path for path in (FOLDER / "cases").glob("*.yaml") if path.stem != "common")
    return [FOLDER / "areas.yaml", FOLDER / "cases" / "common.yaml", *cases]


def builtin_sources() -> list[Source]:
    """Return the sources of the package: areas, common, then the cases by their number, then the links.

    Raises `SourceError` with the problems of all files when one cannot be read, bears another name than
    its file, or names something that none of them has: that is a broken installation, or a slip in an edit.
    """
    sources: list[Source] = []
    problems: list[Problem] = []
    for path in builtin_files():
        try:
            source = read_case_file(path)
        except SourceError as error:
            problems += error.problems
            continue
        if source.graph.removeprefix("source/") != path.stem:
            problems.append(Problem(f"the source is not called {path.stem} as its file is", Origin(str(path))))
        sources.append(source)
    if not problems:
        problems += unresolved(sources)
        numbers = sorted(number for source in sources for number in case_numbers(source))
        if numbers != list(range(1, CASES + 1)):
            found = ", ".join(map(str, numbers)) or "not there"
            problems.append(Problem(f"the cases are numbered {found}, not 1 to {CASES}", Origin(str(FOLDER / "cases"))))
    if problems:
        raise SourceError(*problems)
    sources[0] = with_other_years(sources[0])
    cases = sorted(sources[2:], key=lambda source: (min(case_numbers(source), default=0), source.graph))
    return [*sources[:2], *cases, builtin_links()]


def areas_needed(sources: Sequence[Source]) -> list[Source]:
    """Return the source of the built-in areas if one of them is named in `sources` and defined in none of them.

    Case files made from articles name units by their codes and do not define those that come with Duikou.
    """
    defined = {record.ref for source in sources for record in source.records}
    named = {ref for source in sources for record in source.records for _, ref in references(record)}
    missing = named - defined
    if not any(ref.startswith("area/") for ref in missing):
        return []
    areas = read_case_file(FOLDER / "areas.yaml")
    return [with_other_years(areas)] if any(record.ref in missing for record in areas.records) else []


def with_other_years(source: Source) -> Source:
    """Return a source of areas with the codes and names of other years of each of them that has a code."""
    records: list[Record] = []
    others: list[Record] = []
    for record in source.records:
        if isinstance(record, Area) and record.gbt2260:
            before, after = (
                tuple(area.ref for area in map(areas.past_area, found))
                for found in (areas.before(record.gbt2260), areas.after(record.gbt2260))
            )
            others += areas.other_years(record.gbt2260)
            records.append(replace(record, replaces=before, replaced_by=after))
        else:
            records.append(record)
    return replace(source, records=(*records, *others))


def case_numbers(source: Source) -> list[int]:
    """Return the numbers of the write-ups that a source describes."""
    return [record.number for record in source.records if isinstance(record, Case) and record.number is not None]
