"""The questions that our own pages ask: SPARQL files under ``queries/``, with terms bound into them.

A query file is SPARQL that can be read and run by itself. Where it says ``$thing`` the server puts a
term, serialised by the engine's own library, so that nothing from a request is ever pasted as text.
Binding in the text rather than by VALUES before OPTIONALs is what keeps Oxigraph fast, and works
with a remote engine too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.engine import Dataset, Engine
from graph.formats import Format

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = Mapping[str, Term]

FOLDER: Final = Path(__file__).with_name("queries")
#: How many things one question may name: a longer VALUES block is slower than several questions.
BATCH: Final = 500
#: Queries that tell the unnamed graph from the others.
_STORED: Final = frozenset({"facts", "incoming-counts"})
_PLACE: Final = re.compile(r"\$([a-z_]+)\b")


@cache
def source(name: str) -> str:
    """Return a query as it stands in its file."""
    return (FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def text(name: str, **terms: Term | int | Iterable[Term]) -> str:
    """Return a query with its ``$places`` bound; `KeyError` when one is not given."""

    def fill(place: re.Match[str]) -> str:
        term = terms[place[1]]
        if isinstance(term, int):
            return str(term)
        if isinstance(term, (ox.NamedNode, ox.Literal)):
            return str(term)
        if isinstance(term, ox.BlankNode):
            raise ValueError("a blank node cannot be asked about by name")
        return " ".join(str(t) for t in term)

    return _PLACE.sub(fill, source(name))


def select(engine: Engine, name: str, **terms: Term | int | Iterable[Term]) -> list[dict[str, Term]]:
    """Return the rows that a query of ours gives: variable → term, unbound ones left out."""
    return rows(engine.answer(text(name, **terms), Dataset(union=name not in _STORED), (Format.TSV,)).body)


def united(engine: Engine, parts: Sequence[str], *, union: bool = True) -> list[dict[str, Term]]:
    """Return the rows of several SELECTs without prologues, asked as one question: asking costs more than they do.

    `union` says whether they see all graphs as one, or the unnamed graph apart from the others.
    """
    text = "SELECT * WHERE {\n" + "\nUNION\n".join(f"{{ {part} }}" for part in parts) + "\n}"
    return rows(engine.answer(text, Dataset(union=union), (Format.TSV,)).body)


def rows(body: bytes) -> list[dict[str, Term]]:
    """Return the rows of a SPARQL TSV result, which is read three times faster than JSON."""
    solutions = ox.parse_query_results(body, format=ox.QueryResultsFormat.TSV)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError("not a table")
    names = [v.value for v in solutions.variables]
    return [{n: t for n, t in zip(names, solution, strict=True) if t is not None} for solution in solutions]
