"""Which undertakings everything belongs to, and what these can be told apart by, read at once for a whole snapshot.

A search asks the engine for the undertakings of up to a thousand things, and for the themes, areas, donors and
years of those: thousands of look-ups each time. Read as whole properties, all of it takes a second once.
What belongs to what is as in `related-undertakings.rq`, and tests hold the two together.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from graph.engine import Engine
from ontology.namespaces import term
from server import queries

#: Pairs of one property that are read; of larger graphs each search asks for what it needs.
MOST: Final = 200_000
#: Of things with more undertakings than this the facets are kept.
_MANY: Final = 50
_TO: Final = ("describes", "involvedIn", "receives", "measurementOf", "resultOf")
_FROM: Final = (
    "usedMechanism", "concernsProduct", "hasEvent", "producedWork", "builtSite", "benefits", "underFramework",
    "hasRecognition", "sharingRule", "funding",
)  # fmt: skip
#: What makes a thing an undertaking.
_MARKS: Final = ("participation", "hasTheme", "statedRecipientArea")

Facets = Mapping[str, frozenset[str]]


class _TooManyError(Exception):
    """A property has more pairs than are kept."""


class Undertakings:
    """What belongs to which undertakings, and their facets; safe to use from several threads."""

    def __init__(self, belongs: Mapping[str, set[str]], facets: Mapping[str, Mapping[str, set[str]]]) -> None:
        self._belongs, self._said = belongs, facets
        self._known: dict[str, Facets] = {}
        self._guard = threading.Lock()

    def of(self, thing: str) -> Iterable[str]:
        """Return the undertakings that a thing belongs to."""
        return self._belongs.get(thing, ())

    def facets(self, thing: str) -> Facets:
        """Return the values of each facet of a thing and of the undertakings that it belongs to."""
        with self._guard:
            if thing in self._known:
                return self._known[thing]
        around = (thing, *self._belongs.get(thing, ()))
        found = {
            name: frozenset[str]().union(*(said[one] for one in around if one in said))
            for name, said in self._said.items()
        }
        if len(around) > _MANY:
            with self._guard:
                self._known[thing] = found
        return found


def read(engine: Engine, facets: Mapping[str, str]) -> Undertakings | None:
    """Return all undertakings with some facets (name → property IRI); None where there are too many to keep."""
    try:
        said = {name: _by_thing(_pairs(engine, iri), years=name == "year") for name, iri in facets.items()}
        return Undertakings(_belongs(engine), said)
    except _TooManyError:
        return None


def _belongs(engine: Engine) -> dict[str, set[str]]:
    marked = {thing for local in _MARKS for thing, _ in _pairs(engine, term(local))}
    to = {local: _by_thing(_pairs(engine, term(local))) for local in _TO}
    found: dict[str, set[str]] = {}
    for pairs in to.values():
        for thing, undertakings in pairs.items():
            found.setdefault(thing, set()).update(undertakings & marked)
    for thing, results in to["measurementOf"].items():  # a figure of a result belongs to what the result is of
        for result in results:
            found.setdefault(thing, set()).update(to["resultOf"].get(result, set()) & marked)
    for local in _FROM:
        for undertaking, thing in _pairs(engine, term(local)):
            if undertaking in marked:
                found.setdefault(thing, set()).add(undertaking)
    return found


def _pairs(engine: Engine, property_: str) -> Iterator[tuple[str, str]]:
    rows = queries.select(engine, "values", property=ox.NamedNode(property_), limit=MOST + 1)
    if len(rows) > MOST:
        raise _TooManyError
    return ((row["thing"].value, row["value"].value) for row in rows)


def _by_thing(pairs: Iterable[tuple[str, str]], *, years: bool = False) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    seen: dict[str, str] = {}  # one string for each value, however often it comes
    for thing, value in pairs:
        told = value[:4] if years else value
        found.setdefault(thing, set()).add(seen.setdefault(told, told))
    return found
