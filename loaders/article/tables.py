"""Lexicons: tables of words under ``lexicons/``, one row a word, each with an id that facts cite.

A table is tab-separated UTF-8 with a header line; its first two columns are ``id`` and ``surface``. A line that
begins with ``#`` is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

LEXICONS: Final = Path(__file__).with_name("lexicons")

#: One row: the name of each column → its value (empty where the cell is).
Row = Mapping[str, str]


@cache
def rows(table: str) -> tuple[Row, ...]:
    """Return the rows of a lexicon in the order of its file; `table` is the file's name without ``.tsv``."""
    lines = (LEXICONS / f"{table}.tsv").read_text(encoding="utf-8").splitlines()
    header, *rest = (line.split("\t") for line in lines if line.strip() and not line.startswith("#"))
    return tuple(dict(zip(header, (*cells, *[""] * len(header)), strict=False)) for cells in rest)


@cache
def by_surface(table: str) -> Mapping[str, Row]:
    """Return the rows of a lexicon by their surface; the first of two equal ones counts."""
    found: dict[str, Row] = {}
    for row in rows(table):
        found.setdefault(row["surface"], row)
    return found


@cache
def pattern(table: str, column: str = "", value: str = "") -> re.Pattern[str]:
    """Return a pattern that finds the surfaces of a lexicon, longest first; all rows or those with a value."""
    return alternatives(row["surface"] for row in rows(table) if not column or row[column] == value)


def alternatives(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the words, the longest first."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


def cite(table: str, row: Row) -> str:
    """Return how a fact cites a row: ``table:id``."""
    return f"{table}:{row['id']}"
