"""URLs: the only place that spells a path of the site.

An IRI of ours (``https://w3id.org/duikou/id/programme/tongji``) has the same path here
(``/id/programme/tongji``), which answers 303 to a page (``/zh/programme/tongji``) or to data
(``/data/programme/tongji.ttl``). Keys are kept percent-escaped as they stand in the IRI, so that an
IATI identifier with a slash in it stays one path segment.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from ontology.namespaces import BASE, ONTOLOGY, concept, named_graph, thing
from ontology.records import RECORDS

LANGUAGES: Final = ("zh", "en")

#: The kinds that have lists and pages, in the order of the records, and the two that are not things.
KINDS: Final = tuple(dict.fromkeys(record.kind for record in RECORDS))
#: The class whose things are listed under a kind; where several share one, the first is the widest.
CLASSES: Final = {"evidence": "TextEvidence"} | {
    r.kind: r.class_name for r in reversed(RECORDS) if r.kind != "evidence"
}
CONCEPT: Final = "concept"
GRAPH: Final = "graph"
#: Beginnings of foreign addresses that a link may lead to.
_FOLLOWED: Final = ("https://", "http://", "mailto:", "ftp://")


class Name(NamedTuple):
    """What an IRI of ours names: ``("programme", "tongji")``, ``("concept", "status/achieved")``.

    `key` is percent-escaped, as in the IRI. A term of the ontology has kind ``ontology``.
    """

    kind: str
    key: str

    @property
    def iri(self) -> str:
        """The IRI again."""
        if self.kind == "ontology":
            return f"{ONTOLOGY}#{self.key}"
        return f"{BASE}{self.kind}/{self.key}" if self.kind in (CONCEPT, GRAPH) else f"{BASE}id/{self.kind}/{self.key}"


def name_of(kind: str, key: str) -> Name | None:
    """Return the name that a request's path gives (its `key` is no longer escaped), None for an unknown kind."""
    if kind == CONCEPT:
        scheme, _, rest = key.partition("/")
        scheme = quote(scheme, safe="-._~")
        iri = concept(scheme, rest) if rest else f"{BASE}concept/{scheme}"
    elif kind == GRAPH:
        iri = named_graph(key)
    elif kind in KINDS:
        iri = thing(kind, key)
    else:
        return None
    return parse(iri)


def parse(iri: str) -> Name | None:
    """Return what an IRI of ours names; None for any other IRI."""
    if iri.startswith(f"{ONTOLOGY}#"):
        return Name("ontology", iri[len(ONTOLOGY) + 1 :])
    if not iri.startswith(BASE):
        return None
    kind, _, key = iri[len(BASE) :].partition("/")
    if kind == "id":
        kind, _, key = key.partition("/")
    elif kind not in (CONCEPT, GRAPH):
        return None
    return Name(kind, key) if key else None


def kind_of(iri: str) -> str | None:
    """Return the kind of thing that an IRI of ours names; None for any other IRI."""
    name = parse(iri)
    return name.kind if name else None


def home(lang: str) -> str:
    """Return the path of the start page."""
    return f"/{lang}/"


def listing(lang: str, kind: str, page: int = 1) -> str:
    """Return the path of a list of things; its first page has no parameter."""
    return f"/{lang}/{kind}/" + (f"?page={page}" if page > 1 else "")


def page(lang: str, name: Name) -> str:
    """Return the path of the page about a thing, a concept, a graph or a term."""
    if name.kind == "ontology":
        return f"/{lang}/ontology#{name.key}"
    return f"/{lang}/{name.kind}/{name.key}"


def href(lang: str, iri: str) -> str:
    """Return where a link to an IRI leads: our page about it, or the IRI itself.

    An IRI that no browser should follow (``javascript:…``, ``urn:…``) leads to a query for what is said of it.
    """
    if iri == ONTOLOGY:
        return f"/{lang}/ontology"
    name = parse(iri)
    if name is None or (name.kind not in (*KINDS, CONCEPT, GRAPH, "ontology")):
        if iri.lower().startswith(_FOLLOWED):
            return iri
        return console(lang, f"SELECT ?property ?value WHERE {{\n  <{iri}> ?property ?value\n}}\n")
    return page(lang, name)


def relation(lang: str, iri: str, property_: str, *, is_incoming: bool, page: int = 1) -> str:
    """Return the path that lists all things in one relation to another, fifty to a page."""
    direction = {"in" if is_incoming else "out": property_}
    return f"{href(lang, iri)}?{urlencode(direction | ({'page': page} if page > 1 else {}))}"


def data(name: Name, extension: str) -> str:
    """Return the path of a thing's data in one format."""
    return f"/data/{name.kind}/{name.key}.{extension}"


def identifier(name: Name) -> str:
    """Return the path under which the IRI itself is answered."""
    return f"/{name.kind}/{name.key}" if name.kind in (CONCEPT, GRAPH) else f"/id/{name.kind}/{name.key}"


def ontology(lang: str) -> str:
    """Return the path of the page that lists the vocabulary."""
    return f"/{lang}/ontology"


def ontology_data(extension: str) -> str:
    """Return the path of the vocabulary in one format."""
    return f"/ontology.{extension}"


def console(lang: str, query: str | None = None, view: str = "table") -> str:
    """Return the path of the page where people write SPARQL, with a query in it and a view of its answer."""
    told = ({"query": query} if query else {}) | ({"view": view} if view != "table" else {})
    return f"/{lang}/sparql" + (f"?{urlencode(told)}" if told else "")


def sparql(query: str | None = None, format: str | None = None) -> str:
    """Return the path of the SPARQL endpoint, with a query and a format where given."""
    parameters = {k: v for k, v in (("query", query), ("format", format)) if v}
    return "/sparql" + (f"?{urlencode(parameters)}" if parameters else "")


def mark(begin: int, end: int) -> str:
    """Return the fragment of a span on its document's page."""
    return f"c{begin}-{end}"


def data_page(lang: str) -> str:
    """Return the path of the page with everything that can be downloaded."""
    return f"/{lang}/data"


def switched(path: str, query: str, lang: str) -> str:
    """Return the same page in another language: path and query are kept.

    `path` is that of the request as it was sent, still escaped.
    """
    _, _, rest = path.removeprefix("/").partition("/")
    return f"/{lang}/{rest}" + (f"?{query}" if query else "")
