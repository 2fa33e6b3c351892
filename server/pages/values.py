"""Terms of the graph as plain values: what a page needs of numbers, texts, keys and IRIs."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from server.queries import Term


def iris(terms: Iterable[Term]) -> list[str]:
    """Return the IRIs among some terms."""
    return [t.value for t in terms if isinstance(t, ox.NamedNode)]


def key_of(term: Term | None) -> str | None:
    """Return the last part of an IRI: the key of a concept."""
    return term.value.rpartition("/")[2] if isinstance(term, ox.NamedNode) else None


def words_of(term: Term | None) -> str | None:
    """Return the text of a literal."""
    return term.value if isinstance(term, ox.Literal) else None


def decimal(term: Term | None) -> Decimal | None:
    """Return the number of a literal, None where it is none."""
    try:
        value = Decimal(term.value) if isinstance(term, ox.Literal) else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def integer(term: Term | None) -> int | None:
    """Return the whole number of a literal, None where it is none."""
    value = decimal(term)
    return int(value) if value is not None else None
