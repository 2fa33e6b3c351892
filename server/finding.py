"""Finding things by their names and by what they have to do with: the search page, its files, `/autocomplete`, MCP.

A thing belongs to undertakings (a body takes part in them, a case describes them, a figure measures
them), and these have themes, recipient areas, donors and a first year. So a filter by theme or donor
finds bodies, figures and places as well as programmes, and says how many of each there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from graph.engine import Engine
from ontology.namespaces import BASE, expand, term
from server import links, naming, queries
from server.links import CLASSES
from server.undertakings import Undertakings, read

#: Facets by the name of their parameter, and the property of an undertaking that each is about.
FACETS: Final = {
    "theme": expand("dk:hasTheme"),
    "area": expand("dk:recipientArea"),
    "donor": expand("dk:hasDonor"),
    "year": expand("dk:startDate"),
}
#: What results tell besides: the recipient areas that a source names, without those above them.
_ALSO: Final = {"stated": expand("dk:statedRecipientArea")}
#: Where the values of facets have their keys.
_KEYED: Final = {"theme": "concept/theme/", "area": "id/area/", "donor": "id/organisation/"}
#: Kinds that are parts of others; they are reached from what they are parts of.
_PARTS: Final = frozenset({"participation", "evidence", "component", "funding", "result", "sharing-rule", links.GRAPH})
_FIRST: Final = ("case", "programme", "activity", "organisation", "area", "measurement")
#: Kinds that can be searched for, in the order of the page.
KINDS: Final = tuple(dict.fromkeys((*_FIRST, *(kind for kind in links.KINDS if kind not in _PARTS))))
#: Kinds whose names people type when they look for what is done there or by them, and how many of those found.
_DOORS: Final = ("area", "organisation")
_THROUGH: Final = 20
#: So many things are looked at in one search; `dk:search` finds no more either.
AT_MOST: Final = 1000
#: Up to so many things of a kind are sorted here, which is many times faster than in the engine.
_SORTED: Final = 20_000
#: Sorts of a result list; the first is by how well a name fits.
SORTS: Final = ("relevance", "name", "year")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for. Values of `facets` are IRIs of concepts, areas and donors, or a year."""

    words: str = ""
    kind: str | None = None
    facets: Mapping[str, str] = field(default_factory=dict)
    sort: str = SORTS[0]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked."""
        return not (self.words or self.kind or self.facets)


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that was found, and what its undertakings say: facet → values.

    `through` is the place or body whose name was looked for, where the thing itself is only about it.
    """

    iri: str
    kind: str | None
    facets: Mapping[str, frozenset[str]]
    through: str | None = None

    @property
    def year(self) -> str:
        """The first year of what it belongs to, "" where none is known."""
        return min(self.facets["year"], default="")


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    `counts` are the numbers of things for each value of each facet (and of `type`), were that value
    chosen beside the other choices; `is_cut` says that there may be more than `AT_MOST` things.
    """

    things: list[Found]
    counts: Mapping[str, Mapping[str, int]]
    is_cut: bool


def search(engine: Engine, wish: Wish, known: Undertakings | None = None) -> Search:
    """Return what fits a wish; nothing for an empty one. What is `known` of the snapshot need not be asked for."""
    if wish.is_empty:
        return Search([], {}, is_cut=False)
    candidates = _candidates(engine, wish, known)
    facets = _facets(engine, list(candidates), known)
    things = [_with(iri, values, candidates[iri]) for iri, values in facets.items()]
    things = [thing for thing in things if thing.kind not in _PARTS]
    wanted: dict[str, str] = dict(wish.facets) | ({"type": wish.kind} if wish.kind else {})
    counts = {
        facet: Counter(
            value
            for thing in things
            if all(_fits(thing, other, choice) for other, choice in wanted.items() if other != facet)
            for value in _values(thing, facet)
        )
        for facet in ("type", *FACETS)
    }
    fitting = [thing for thing in things if all(_fits(thing, facet, choice) for facet, choice in wanted.items())]
    return Search(_sorted(engine, fitting, wish), counts, is_cut=len(candidates) >= AT_MOST)


def suggestions(engine: Engine, words: str, most: int = 10, kind: str | None = None) -> list[str]:
    """Return the IRIs of the first things that have a name like some words, best first."""
    named = by_name(engine, words)
    return [iri for iri in named if links.kind_of(iri) not in _PARTS and kind in (None, links.kind_of(iri))][:most]


def by_name(engine: Engine, words: str) -> list[str]:
    """Return the things that have a name like some words, best first, a thousand at most."""
    if not words.strip():
        return []
    return naming.iris(row["thing"] for row in queries.select(engine, "search", words=ox.Literal(words.strip()[:200])))


def of(engine: Engine, things: list[str], known: Undertakings | None = None) -> list[Found]:
    """Return things, in their order, with what their undertakings say."""
    return [_with(iri, values, None) for iri, values in _facets(engine, things, known).items()]


def undertakings(engine: Engine) -> Undertakings | None:
    """Return all undertakings with their facets, None of a graph with too many of them."""
    return read(engine, FACETS | _ALSO)


def value(facet: str, told: str) -> str | None:
    """Return the value of a facet that a parameter names: an IRI, or the key of one; None for neither."""
    if facet == "year":
        return told if len(told) == 4 and told.isdecimal() and told.isascii() else None
    iri = told if ":" in told else BASE + _KEYED[facet] + told
    try:
        return ox.NamedNode(iri).value
    except ValueError:
        return None


def key(facet: str, chosen: str) -> str:
    """Return how a parameter names a value: the other way round."""
    begin = BASE + _KEYED.get(facet, " ")
    return chosen.removeprefix(begin) if chosen.startswith(begin) and ":" not in chosen[len(begin) :] else chosen


def _candidates(engine: Engine, wish: Wish, known: Undertakings | None) -> dict[str, str | None]:
    """Return the things to look at, in order, with the thing that each was reached through, if any."""
    if wish.words:
        named = by_name(engine, wish.words)
        doors = [iri for iri in named if links.kind_of(iri) in _DOORS][:_THROUGH]
        reached = _reached(engine, doors, known)
        found: dict[str, str | None] = dict.fromkeys(named)
        for undertaking in sorted(reached):
            found.setdefault(undertaking, reached[undertaking])
        return dict(list(found.items())[:AT_MOST])
    if not wish.facets:
        return dict.fromkeys(_of_kind(engine, wish.kind if wish.kind in CLASSES else "programme"))
    undertakings = _having(engine, wish.facets)[:AT_MOST]
    around: list[str] = []
    for start in range(0, len(undertakings), queries.BATCH):
        batch = map(ox.NamedNode, undertakings[start : start + queries.BATCH])
        around += naming.iris(row["thing"] for row in queries.select(engine, "of-undertakings", undertakings=batch))
    return dict.fromkeys(list(dict.fromkeys((*undertakings, *around)))[:AT_MOST])


def _reached(engine: Engine, doors: list[str], known: Undertakings | None) -> dict[str, str]:
    """Return the undertakings that places and bodies have to do with, each with the first of those."""
    if known is not None:
        return {undertaking: door for door in reversed(doors) for undertaking in known.of(door)}
    rows = queries.select(engine, "related-undertakings", things=map(ox.NamedNode, doors))
    return {row["undertaking"].value: row["thing"].value for row in reversed(rows)}


def _of_kind(engine: Engine, kind: str) -> list[str]:
    """Return things of a kind, those with the first IRIs: sorting them all is the engine's where they are many."""
    class_ = ox.NamedNode(term(CLASSES[kind]))
    rows = queries.select(engine, "members", type=class_, limit=_SORTED + 1)
    if len(rows) > _SORTED:
        rows = queries.select(engine, "of-class", type=class_)
    return sorted(naming.iris(row["thing"] for row in rows))[:AT_MOST]


def _having(engine: Engine, facets: Mapping[str, str]) -> list[str]:
    """Return the undertakings that have all of some facets; those of a year are picked out later."""
    found: list[set[str]] = []
    for facet, choice in facets.items():
        if facet != "year":
            rows = queries.select(engine, "having", property=ox.NamedNode(FACETS[facet]), value=ox.NamedNode(choice))
            found.append(set(naming.iris(row["undertaking"] for row in rows)))
    if not found:
        return _of_kind(engine, "programme")
    return sorted(set.intersection(*found))


def _facets(
    engine: Engine, things: list[str], known: Undertakings | None = None
) -> Mapping[str, Mapping[str, Iterable[str]]]:
    """Return for each thing, in the same order, the values of each facet of the undertakings it belongs to."""
    if known is not None:
        return {thing: known.facets(thing) for thing in things}
    belongs: dict[str, set[str]] = {thing: {thing} for thing in things}
    for start in range(0, len(things), queries.BATCH):
        batch = [ox.NamedNode(iri) for iri in things[start : start + queries.BATCH]]
        for row in queries.select(engine, "related-undertakings", things=batch):
            belongs[row["thing"].value].add(row["undertaking"].value)
    said: dict[str, dict[str, set[str]]] = {}
    undertakings = list(dict.fromkeys(u for some in belongs.values() for u in some))
    by_property = {iri: facet for facet, iri in (FACETS | _ALSO).items()}
    for start in range(0, len(undertakings), queries.BATCH):
        batch = [ox.NamedNode(iri) for iri in undertakings[start : start + queries.BATCH]]
        for row in queries.select(engine, "facets", undertakings=batch):
            facet = by_property[row["property"].value]
            value = row["value"].value[:4] if facet == "year" else row["value"].value
            said.setdefault(row["undertaking"].value, {}).setdefault(facet, set()).add(value)
    nothing: dict[str, set[str]] = {}
    return {
        thing: {facet: {v for u in some for v in said.get(u, nothing).get(facet, ())} for facet in FACETS | _ALSO}
        for thing, some in belongs.items()
    }


def _with(iri: str, values: Mapping[str, Iterable[str]], through: str | None) -> Found:
    return Found(iri, links.kind_of(iri), {facet: frozenset(some) for facet, some in values.items()}, through)


def _values(thing: Found, facet: str) -> Iterable[str]:
    if facet == "type":
        return (thing.kind,) if thing.kind else ()
    return thing.facets[facet]


def _fits(thing: Found, facet: str, choice: str) -> bool:
    return choice in _values(thing, facet)


def _sorted(engine: Engine, things: list[Found], wish: Wish) -> list[Found]:
    if wish.sort == "year":
        return sorted(things, key=lambda t: (t.year == "", t.year))
    if wish.words and wish.sort != "name":
        return things
    labels = naming.Labels(engine)
    labels.load(t.iri for t in things)
    by_kind = {} if wish.sort == "name" else {kind: n for n, kind in enumerate(KINDS)}
    return sorted(things, key=lambda t: (by_kind.get(t.kind or "", 99), labels.name(t.iri, "en").text.casefold()))
