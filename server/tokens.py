"""Tokens that write, each to some graphs only: read from a file that the operator keeps.

A line is a token and the graphs that it may write to: IRIs, beginnings of IRIs with a ``*`` behind them, or
``default``. Empty lines and those that begin with ``#`` count for nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ontology.errors import Origin, Problem, StoreError

#: A token that can be guessed is none.
_SHORTEST: Final = 16


@dataclass(frozen=True, slots=True)
class Scoped:
    """A token, and the graphs that it may write to: see `graph.conditions.covers`."""

    token: str
    graphs: tuple[str, ...]


def read(path: Path) -> tuple[Scoped, ...]:
    """Return the tokens of a file. `StoreError` with the line where it cannot be read as such."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(Problem(f"{path} cannot be read: {error}", remedy="It is a text file in UTF-8")) from error
    found: list[Scoped] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        token, *graphs = line.split()
        where = Origin(str(path), number)
        if len(token) < _SHORTEST:
            raise StoreError(Problem(f"A token has at least {_SHORTEST} characters", where, "openssl rand -hex 32"))
        if not graphs:
            raise StoreError(Problem("Behind the token stand the graphs that it may write to", where))
        if any(hmac.compare_digest(token.encode(), known.token.encode()) for known in found):
            raise StoreError(Problem("This token stands in an earlier line", where, "Name all its graphs in one"))
        found.append(Scoped(token, tuple(_graph(graph, where) for graph in graphs)))
    return tuple(found)


def scope_of(token: str, known: Sequence[Scoped]) -> tuple[str, ...] | None:
    """Return the graphs that a token may write to, None if it is not known; looks at all in the same time."""
    found = None
    for scoped in known:
        if hmac.compare_digest(token.encode(), scoped.token.encode()):
            found = scoped.graphs
    return found


def _graph(text: str, where: Origin) -> str:
    if text == "default":
        return ""
    try:
        ox.NamedNode(text.removesuffix("*"))
    except ValueError:
        raise StoreError(Problem(f"{text} is not the IRI of a graph", where, "It is an IRI, or `default`")) from None
    return text
