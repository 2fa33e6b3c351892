"""What can go wrong, as people meet it.

    DuikouError
     ├─ SourceError       a source cannot be read, or does not say what the format asks for
     ├─ ValidationError   what was read may not be published; the published graph stays as it was
     ├─ QueryError        a SPARQL text is malformed, or asks for something that is not offered
     ├─ StoreError        a data directory is missing, locked, damaged or of another version
     └─ ReasonerError     HermiT cannot run, or finds the ontology inconsistent

Each carries `Problem`s: what is wrong, where, and what to do. The command line prints them one a
line and exits with 1; the server sends them as ``application/problem+json``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stands: a file, and as far as known the line and column (from 1) and the field.

    `field` is the path inside the file as a person would say it: ``figures.households.value``.
    """

    file: str
    line: int | None = None
    column: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p is not None)
        return f"{place} ({self.field})" if self.field else place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; `remedy` says what to do about it."""

    message: str
    where: Origin | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}. {self.remedy}" if self.remedy else text


class DuikouError(Exception):
    """The root of the tree; `problems` has at least one entry."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: Sequence[Problem] = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class SourceError(DuikouError, ValueError):
    """A source cannot be read, or does not say what its format asks for."""


class ValidationError(DuikouError, ValueError):
    """What was read may not be published; nothing was changed."""


class QueryError(DuikouError, ValueError):
    """A SPARQL text is malformed, or asks for something that is not offered."""


class StoreError(DuikouError, OSError):
    """A data directory is missing, locked, damaged or of another version."""


class ReasonerError(DuikouError, RuntimeError):
    """HermiT cannot run, or finds the ontology inconsistent."""
