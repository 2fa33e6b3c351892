"""``/{lang}/search``: find things by name, narrow by facets; the same as a file; and suggestions while typing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from graph.reader import Reader
from graph.search import index_of
from server import access, finding, links, listing_files, texts
from server.finding import Found, Wish
from server.listing_files import About, Ending
from server.naming import Labels, Link, Name
from server.negotiation import accepted
from server.pages import compare, members
from server.pages.answer import LANGUAGE, page, page_number, unchanged
from server.pages.kept import kept, ready
from server.problems import refused
from server.undertakings import Undertakings

blueprint = Blueprint("search", __name__)

PAGE: Final = 20
#: Choices of a facet that are shown at first.
CHOICES: Final = 8
#: Choices of a facet in all; what is rarer is found by a word more.
OFFERED: Final = 60
#: Things in one file; `page` leads to the next.
IN_A_FILE: Final = 1000
_SUGGESTED: Final = 10
#: Names of graphs with more quads are indexed in the background, which takes a while.
_LARGE: Final = 200_000
_UNDERTAKINGS: Final = "undertakings"
_ENDINGS: Final = "<any(json, csv, ttl, geojson):ending>"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: what it is called, how many things it leaves, and where choosing or leaving it leads."""

    name: Name
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its choices, most frequent first; those beyond `CHOICES` are folded away."""

    key: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Result:
    """One thing as the page shows it: its name, its kind, and who helps where by it."""

    link: Link
    kind: str | None
    donors: list[Link]
    areas: list[Link]
    themes: list[Link]
    year: str
    through: Link | None


@blueprint.get(f"/{LANGUAGE}/search")
def search(lang: str) -> Response:
    """Show what fits, with facets."""
    if (ending := _negotiated()) is not None:
        return as_file(lang, ending.value)
    if (same := unchanged()) is not None:
        return same
    wish = _wish()
    _check_names(wish.words)
    found = finding.search(access.engine(), wish, _undertakings())
    pages = max(1, -(-len(found.things) // PAGE))
    number = page_number(pages)
    shown = found.things[(number - 1) * PAGE : number * PAGE]
    labels = Labels(access.engine())
    facets = _facets(found, wish, lang, labels)
    return page(
        "search.html",
        wish=wish,
        total=len(found.things),
        is_cut=found.is_cut,
        results=_results(shown, lang, labels),
        facets=facets,
        chosen=[c for facet in facets for c in facet.choices if c.is_chosen],
        sorts=[(sort, _address(lang, wish, sort=sort), sort == wish.sort) for sort in finding.SORTS],
        number=number,
        pages=pages,
        address=lambda n: _address(lang, wish, page=n),
        files=[(e.value, _address(lang, wish, ending=e.value)) for e in Ending],
        kinds=finding.KINDS,
        most=CHOICES,
        comparable=compare.KINDS,
    )


@blueprint.get(f"/{LANGUAGE}/search.{_ENDINGS}")
def as_file(lang: str, ending: str) -> Response:
    """Give what fits as a file, a thousand things at most."""
    wish = _wish()
    _check_names(wish.words)
    found = finding.search(access.engine(), wish, _undertakings())
    title = " · ".join(filter(None, (texts.text(lang, "site.search"), wish.words, wish.kind)))
    return file(found.things, len(found.things), None, title, Ending(ending))


@blueprint.get(f"/{LANGUAGE}/<kind>.{_ENDINGS}")
def list_as_file(lang: str, kind: str, ending: str) -> Response:
    """Give a list of things of a kind as a file; `?page=2` has the next thousand."""
    number = int(told) if (told := request.args.get("page", "1")).isdecimal() and told.isascii() else 0
    if number < 1:
        raise refused(404, "Not found", "refused.page_of_file", given=told)
    total, things = members.count(kind), members.page_of(kind, IN_A_FILE, number)
    following = f"{request.base_url}?page={number + 1}" if number * IN_A_FILE < total else None
    found = finding.of(access.engine(), things, _undertakings())
    return file(found, total, following, texts.text(lang, f"kind.{kind}"), Ending(ending))


@blueprint.get("/autocomplete")
def autocomplete() -> Response:
    """Suggest things whose names fit what has been typed: ``{"results": [{"id", "name", "type", "hint", "page"}]}``."""
    lang = request.args.get("lang", "en")
    if lang not in links.LANGUAGES:
        raise refused(
            400, "Unknown language", "refused.choice", parameter="lang", told=lang, known=", ".join(links.LANGUAGES)
        )
    etag = access.tag(request.full_path)
    if (same := access.not_modified(etag)) is not None:
        return same
    _check_names(request.args.get("q", "").strip())
    engine = access.engine()
    labels = Labels(engine)
    found = finding.suggestions(engine, request.args.get("q", ""), _SUGGESTED, request.args.get("type"))
    labels.load(found)
    other = "en" if lang == "zh" else "zh"
    results = []
    for iri in found:
        kind = links.kind_of(iri)
        hint = texts.text(lang, f"kind.{kind}") if texts.known(f"kind.{kind}") else None
        second = labels.of(iri).get(other)
        results.append(
            {
                "id": iri,
                "name": labels.name(iri, lang).text,
                "type": kind,
                "hint": " · ".join(filter(None, (hint, second))) or None,
                "page": links.href(lang, iri),
            }
        )
    response = Response(json.dumps({"results": results}, ensure_ascii=False), mimetype="application/json")
    return access.tagged(response, etag)


def know_undertakings() -> None:
    """Read what all searches of the served snapshot need to know of undertakings."""
    kept(_UNDERTAKINGS, lambda: finding.undertakings(access.engine()))


def _undertakings() -> Undertakings | None:
    found = ready(_UNDERTAKINGS)
    return found if isinstance(found, Undertakings) else None


def _check_names(words: str) -> None:
    """Raise a 503 while the names of a large snapshot are still being indexed: asking would wait for that."""
    reader = access.reader()
    if not words or not isinstance(reader, Reader) or reader.snapshot is None or access.current().engine is None:
        return
    if reader.snapshot.quads > _LARGE and not index_of(reader.snapshot.path).exists():
        raise refused(503, "Names are being indexed", "refused.indexing", headers={"Retry-After": "10"})


def file(found: list[Found], total: int, following: str | None, title: str, ending: Ending) -> Response:
    """Return things as a file, with the entity tag of its address."""
    etag = access.tag(request.full_path, ending.value)
    if (same := access.not_modified(etag)) is not None:
        return same
    about = About(request.url, title, total, following)
    body = listing_files.render(access.engine(), found, about, ending)
    response = Response(body, content_type=ending.media_type)
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    response.vary.add("Accept")
    return access.tagged(response, etag)


def _negotiated() -> Ending | None:
    """Return the file that a program asks for by its Accept header, None for whoever takes HTML."""
    wishes = accepted(request.headers.get("Accept"))
    if wishes["text/html"] or not request.headers.get("Accept"):
        return None
    types = {e.media_type.partition(";")[0]: e for e in Ending}
    best = wishes.best_match(list(types))
    return types[best] if best is not None else None


def _wish() -> Wish:
    told = request.args
    kind = told.get("type") or None
    if kind is not None and kind not in finding.KINDS:
        raise refused(
            400, "Unknown type", "refused.choice", parameter="type", told=kind, known=", ".join(finding.KINDS)
        )
    sort = told.get("sort") or finding.SORTS[0]
    if sort not in finding.SORTS:
        raise refused(
            400, "Unknown sort", "refused.choice", parameter="sort", told=sort, known=", ".join(finding.SORTS)
        )
    facets = {facet: finding.value(facet, told[facet]) for facet in finding.FACETS if told.get(facet)}
    for facet, chosen in facets.items():
        if chosen is None:
            raise refused(400, "Unknown value", "refused.value", parameter=facet, told=told[facet])
    return Wish(told.get("q", "").strip()[:200], kind, {k: v for k, v in facets.items() if v is not None}, sort)


def _address(lang: str, wish: Wish, *, ending: str | None = None, **changes: str | int | None) -> str:
    """Return the address of this search with some parameters changed (None leaves one out)."""
    told: dict[str, str | int | None] = {"q": wish.words, "type": wish.kind}
    told |= {facet: finding.key(facet, chosen) for facet, chosen in wish.facets.items()}
    told |= {"sort": wish.sort if wish.sort != finding.SORTS[0] else None}
    told |= changes
    if told.get("page") == 1:
        del told["page"]
    if told.get("sort") == finding.SORTS[0]:
        del told["sort"]
    query = urlencode({k: v for k, v in told.items() if v not in (None, "")})
    return f"/{lang}/search{'.' + ending if ending else ''}" + (f"?{query}" if query else "")


def _facets(found: finding.Search, wish: Wish, lang: str, labels: Labels) -> list[Facet]:
    chosen = dict(wish.facets) | ({"type": wish.kind} if wish.kind else {})
    offered = {facet: _offered(counts, chosen.get(facet)) for facet, counts in found.counts.items()}
    labels.load(v for facet in _NAMED for v in offered.get(facet, ()))
    facets = []
    for facet, ordered in offered.items():
        values = found.counts[facet]
        choices = [
            Choice(
                _value_name(facet, v, lang, labels),
                values.get(v, 0),
                _address(lang, wish, **{facet: None if v == chosen.get(facet) else finding.key(facet, v)}),
                v == chosen.get(facet),
            )
            for v in ordered
        ]
        if choices:
            facets.append(Facet(facet, choices))
    return facets


def _offered(counts: Mapping[str, int], chosen: str | None) -> list[str]:
    """Return the values of a facet to choose from: the chosen one, then the most frequent."""
    values = dict(counts) if chosen is None else {chosen: 0, **counts}
    return sorted(values, key=lambda v: (v != chosen, -values[v], v))[:OFFERED]


_NAMED: Final = ("theme", "area", "donor")


def _value_name(facet: str, value: str, lang: str, labels: Labels) -> Name:
    if facet in _NAMED:
        return labels.name(value, lang)
    if facet == "type":
        return Name(texts.text(lang, f"kind.{value}") if texts.known(f"kind.{value}") else value)
    return Name(value)


def _results(found: list[Found], lang: str, labels: Labels) -> list[Result]:
    labels.load(iri for t in found for iri in (t.iri, t.through or t.iri))
    labels.load(
        iri for t in found if t.kind in _HELP for iri in (*t.facets["donor"], *t.facets["stated"], *t.facets["theme"])
    )

    def some(iris: frozenset[str]) -> list[Link]:
        return sorted((labels.link(iri, lang) for iri in iris), key=lambda link: link.name.text)

    return [
        Result(
            labels.link(t.iri, lang),
            t.kind,
            some(t.facets["donor"]) if t.kind in _HELP else [],
            some(t.facets["stated"]) if t.kind in _HELP else [],
            some(t.facets["theme"]) if t.kind in _HELP else [],
            t.year if t.kind in _HELP else "",
            labels.link(t.through, lang) if t.through else None,
        )
        for t in found
    ]


#: Kinds of which a result tells who helps where.
_HELP: Final = ("programme", "activity", "case")
