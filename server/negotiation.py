"""Choosing a format: what the client asked for, in its order of preference.

``?format=`` wins over ``Accept``. A client that says nothing, or ``*/*``, gets the first of what we
offer; equal wishes are answered in our order. Media type parameters other than ``q`` are left out
of the comparison (``text/turtle;charset=utf-8`` is Turtle).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from graph.formats import Format

HTML: Final = "text/html"

#: What `/sparql` offers: results, then graphs, also as the default graph of a dataset. The first of each is what
#: ``*/*`` gets.
ANSWERS: Final = (
    Format.JSON, Format.XML, Format.CSV, Format.TSV,
    Format.TURTLE, Format.RDFXML, Format.NTRIPLES, Format.JSONLD, Format.TRIG, Format.NQUADS,
)  # fmt: skip
#: What anything that is a graph by nature is offered in.
GRAPHS: Final = (Format.TURTLE, Format.RDFXML, Format.JSONLD, Format.NTRIPLES)

#: Short names that mean one thing for a table and another for a graph.
_DOUBLE: Final = {"json": (Format.JSON, Format.JSONLD), "xml": (Format.XML, Format.RDFXML)}
#: Names that clients use for our short ones; SPARQLWrapper sends the first four of its own accord.
_OTHERWISE: Final = {
    "turtle": "ttl", "n3": "ttl", "rdf+xml": "rdf", "json-ld": "jsonld",
    "ntriples": "nt", "n-triples": "nt", "rdfxml": "rdf", "rdf/xml": "rdf",
    "sparql-results+json": "json", "sparql-results+xml": "xml", "srj": "json", "srx": "xml",
}  # fmt: skip


def accepted(header: str | None) -> MIMEAccept:
    """Return the parsed header without media type parameters; no header is ``*/*``."""
    wishes = parse_accept_header(header, MIMEAccept) if header and header.strip() else MIMEAccept([("*/*", 1.0)])
    return MIMEAccept([(value.partition(";")[0].strip().lower(), quality) for value, quality in wishes])


def quality(wishes: MIMEAccept, format: Format) -> float:
    """Return how much a client wants a format, from 0 (not at all) to 1.

    A media type that is named counts before a wildcard, and a format's own name before its others:
    ``application/json`` asks for SPARQL results, but not where those are refused by name.
    """
    named = {value: q for value, q in wishes if "*" not in value}
    if format.media_type in named:
        return named[format.media_type]
    others = [named[alias] for alias in format.aliases if alias in named]
    return max(others) if others else float(wishes.quality(format.media_type))


def preferred(header: str | None, offers: Sequence[Format]) -> list[Format]:
    """Return the formats a client accepts, best first; empty when it accepts none of them.

    Of equal wishes the one that is named comes before the one that only a wildcard covers.
    """
    wishes = accepted(header)
    named = {value for value, _ in wishes}
    ranked = [(-quality(wishes, f), named.isdisjoint((f.media_type, *f.aliases)), f) for f in offers]
    return [f for q, _, f in sorted(ranked, key=lambda wish: wish[:2]) if q < 0]


def by_name(name: str, offers: Sequence[Format]) -> list[Format]:
    """Return the formats that a ``format=`` parameter means, best first; empty for an unknown name."""
    word = name.strip().lower()
    word = _OTHERWISE.get(word, word)
    if word in _DOUBLE:
        return [format for format in _DOUBLE[word] if format in offers]
    return [format for format in offers if word in (format.short, format.media_type, *format.aliases)]


def wants_html(header: str | None, offers: Sequence[Format]) -> bool:
    """Return whether the client is a browser: it names HTML and wants nothing of `offers` more.

    A program that takes anything (``*/*``) is not one.
    """
    named = {value: q for value, q in accepted(header) if "*" not in value}
    html = max(named.get(HTML, 0.0), named.get("application/xhtml+xml", 0.0))
    if not html:
        return False
    return all(named.get(f.media_type, 0.0) < html for f in offers)


def language(header: str | None, languages: Sequence[str]) -> str:
    """Return the language of ours that a browser prefers (``zh-Hant`` is Chinese); English otherwise."""
    best, found = 0.0, "en"
    for value, q in parse_accept_header(header) if header else ():
        primary = value.partition("-")[0].lower()
        if primary in languages and q > best:
            best, found = q, primary
    return found
