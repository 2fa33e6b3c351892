"""The lists that bodies are found by, and one mention of a body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from loaders.article import tables
from loaders.article.matching import Matcher
from loaders.article.tables import Row


@dataclass(slots=True)
class Body:
    """A body in a text, while it is being made out; positions are the view's."""

    begin: int
    end: int
    name: str
    kind: str
    rule: str
    rows: tuple[str, ...] = ()
    named: bool = True
    #: Code of the area in its name or of its seat.
    area: str | None = None
    role: str | None = None
    role_rule: str = ""


@cache
def known() -> Matcher[Row]:
    """Return the bodies known by name."""
    return Matcher((row["surface"], row) for row in tables.rows("bodies"))


@cache
def heads() -> Matcher[Row]:
    """Return the ends of names of two characters or more (委, the only shorter one, is looked for by itself)."""
    return Matcher((row["surface"], row) for row in tables.rows("body_heads"))


@cache
def generic() -> Matcher[Row]:
    """Return bodies without a name of their own that may bear a role."""
    return Matcher((row["surface"], row) for row in tables.rows("generic_bodies"))


@cache
def words(kind: str) -> frozenset[str]:
    """Return the words of a class: inner, stop, level, title."""
    return frozenset(row["surface"] for row in tables.rows("body_words") if row["class"] == kind)


@cache
def head_rows() -> Mapping[str, Row]:
    """Return the ends of names by their characters."""
    return tables.by_surface("body_heads")


@dataclass(frozen=True, slots=True)
class Found:
    """A span that may be a name."""

    begin: int
    end: int
    kind: str
    rule: str
    rows: tuple[str, ...]
    named: bool = True
    name: str = ""
    seat: str = ""
