"""What reading an article gives: facts, each with the exact characters that it stands on.

Offsets are code points of the decoded document, `start` included, `end` excluded, newlines counted; a fact's
`surface` is always the document's text from `start` to `end`. Where a word is broken over lines or spaces the
surface holds the break. Every fact names the rule that made it and the lexicon rows that the rule used;
its confidence is the measured precision of that rule (`measured.tsv`), never a guess.

The words of `qualifier`, `status`, `kind`, `role` and `predicate` are those of the JSON contract
(docs/extraction.md), not keys of the ontology's code lists; `loaders.article.case` maps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Words of a document, and what made a fact of them."""

    start: int
    end: int
    surface: str
    #: 1, 2, … in the order of the document; None before the first case (its preamble).
    case: int | None = None
    #: The rule's id, as in `measured.tsv`.
    rule: str
    #: Ids of the lexicon rows used, as `file:row id`.
    rows: tuple[str, ...] = ()
    #: Measured precision of the rule, from 0 to 1.
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(Fact):
    """A number that measures or counts something.

    `surface` is qualifier, number and unit or classifier, without the noun counted. `value` is in `unit`:
    7余万元 has 70000 and CNY. `lower` and `upper` are bounds that the words give, None where they give none;
    `qualifier` says whether they are included. `approximation` of a range (3至5年) is `value` = lower bound.
    """

    value: Decimal
    qualifier: str = "exact"  # exact over gt ge nearly le lt about
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str
    #: What is counted, as the document says it (the head noun), and where.
    counted: str | None = None
    counted_start: int | None = None
    #: An indicator's key of the built-in cases or of the lexicon; or a class-level one such as `money-unspecified`.
    indicator: str
    status: str = "achieved"  # achieved planned context rule floor ceiling
    #: ISO 8601 interval `begin/end`, and whether the clause says it or it comes from the document.
    period: str | None = None
    period_basis: str | None = None  # explicit document
    #: The words that gave the period, and where.
    period_surface: str | None = None
    period_start: int | None = None
    every: str | None = None  # annual monthly
    #: What the figure is about: name of a programme, body or place in the same case.
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Fact):
    """A mention of a named place. `code` is GB/T 2260 as of the document's year; None below county level."""

    name: str
    code: str | None = None
    level: str  # country province prefecture county town village region
    role: str | None = None  # donor area, recipient area, venue, base, origin, … ; None where nothing says
    #: The mention stands inside a name (an organisation's, a product's): no place mention of its own.
    nested: bool = False
    #: Codes of the other places of that name which were not chosen.
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Fact):
    """A mention of a body. `name` is its full name where known, else the longest form in the document."""

    name: str
    kind: str
    role: str | None = None
    named: bool = True
    #: Code of the area in the body's name or seat, where one is named.
    area: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Fact):
    """A mention of a programme, event, product, brand, work, site, mechanism or concept by its name."""

    name: str
    kind: str  # programme, product, brand, event, … (docs/extraction.md)
    #: The parts of a mechanism such as 公司+合作社: (start, end, surface).
    parts: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Fact):
    """A statement between two names of the same case; `start` to `end` is the clause that says so."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Words that look like a fact and were not made one, with the reason in plain words."""

    start: int
    end: int
    surface: str
    why: str
    rule: str = ""
    case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSpan:
    """One case of a document."""

    number: int
    start: int
    end: int
    title: str
    title_start: int
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from one document; lists are in the order of the document."""

    sha256: str
    text: str
    title: str
    language: str
    #: The document's date as ISO 8601 (year, month or day), None where nothing tells; and how it is known.
    date: str | None = None
    date_basis: str | None = None
    cases: list[CaseSpan] = field(default_factory=list)
    quantities: list[Quantity] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


class Reader(Protocol):
    """Reads documents of one language."""

    def __call__(self, text: str, sha256: str, *, year: int | None = None) -> Reading:
        """Return what a text says; `year` is the document's year where the caller knows it."""
        ...
