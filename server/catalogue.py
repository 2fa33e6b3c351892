"""``/void.ttl``, ``/.well-known/void`` and ``/dataset``: what is here, in VoID and in DCAT.

Both describe the dataset whose IRI is ``…/void.ttl#dataset``; the service description names it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Blueprint, Flask, Response, current_app, redirect, request

from graph.formats import Format
from ontology.namespaces import BASE, ONTOLOGY, PREFIXES, named_graph
from server import access, dumps, links, linksets, negotiation
from server.problems import HttpError, refused
from server.statistics import Counts, Kept

blueprint = Blueprint("catalogue", __name__)

_NAMESPACES: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "formats": "http://www.w3.org/ns/formats/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dk": PREFIXES["dk"],
}
_EXTENSION: Final = "duikou.counts"
_LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
_MEDIA_TYPE: Final = "https://www.iana.org/assignments/media-types/"
#: Graphs made of the others: they have the licence of those.
_MADE: Final = frozenset(map(named_graph, ("inferred", "provenance")))
#: The dataset is offered as one file where it is sure to be below the most that is answered.
_BYTES: Final = 400
_ALL: Final = "CONSTRUCT WHERE { ?s ?p ?o }"
_TITLES: Final = (("zh", "对口：援助项目知识图谱"), ("en", "Duikou: a knowledge graph of aid programmes"))
_DESCRIPTIONS: Final = (
    ("zh", "谁帮助谁、在哪里、用什么办法、取得了什么成果；每个数字都引用原文中的词语。"),
    ("en", "Who helps whom, where, by what means and to what effect; every figure cites the words it rests on."),
)

Subject = ox.NamedNode | ox.BlankNode


def register(app: Flask) -> None:
    """Offer both descriptions, with the counts kept by the application, and the files that they may name."""
    app.extensions[_EXTENSION] = Kept()
    app.register_blueprint(blueprint)
    app.register_blueprint(dumps.blueprint)


def dataset_iri() -> str:
    """Return the IRI of the dataset that this server holds."""
    return f"{request.host_url}void.ttl#dataset"


@blueprint.get("/void.<extension>")
def void_file(extension: str) -> Response:
    """Return the VoID description in the format of the ending."""
    return _answer(_by_ending(extension), "void")


@blueprint.get("/.well-known/void")
def void() -> Response:
    """Return the VoID description in the format asked for."""
    return _answer(_by_accept(), "void")


@blueprint.get("/dataset.<extension>")
def dataset_file(extension: str) -> Response:
    """Return the DCAT description in the format of the ending."""
    return _answer(_by_ending(extension), "dcat")


@blueprint.get("/dataset")
def dataset() -> Response:
    """Return the DCAT description in the format asked for; a browser is sent to the home page."""
    if negotiation.wants_html(request.headers.get("Accept"), negotiation.GRAPHS):
        lang = negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)
        sent = redirect(links.home(lang), 303)
        assert isinstance(sent, Response)
        sent.vary.update(("Accept", "Accept-Language"))
        return sent
    return _answer(_by_accept(), "dcat")


def _by_ending(extension: str) -> Format:
    for format in negotiation.GRAPHS:
        if format.extension == extension:
            return format
    known = ", ".join(f.extension for f in negotiation.GRAPHS)
    raise refused(404, "Not found", "refused.extension", extension=extension, known=known)


def _by_accept() -> Format:
    formats = negotiation.preferred(request.headers.get("Accept"), negotiation.GRAPHS)
    if not formats:
        offered = [f.media_type for f in negotiation.GRAPHS]
        raise HttpError(406, "Not acceptable", f"There are {', '.join(offered)}.", available=offered)
    return formats[0]


def _answer(format: Format, what: str) -> Response:
    etag = access.tag(what, request.host_url, format)
    response = access.not_modified(etag)
    if response is None:
        counts = _counts()
        triples = _void(counts) if what == "void" else _dcat(counts)
        body = ox.serialize(triples, format=format.rdf, prefixes=_NAMESPACES) or b""
        response = Response(body, content_type=format.content_type)
        response = access.tagged(response, etag) if counts.triples is not None else response
    response.vary.add("Accept")
    return response


def _counts() -> Counts:
    kept = current_app.extensions[_EXTENSION]
    now = access.snapshot()
    assert isinstance(kept, Kept)
    return kept.counts(access.engine(), (now and now.number, now and now.created))


# -- VoID ---------------------------------------------------------------------


def _void(counts: Counts) -> Iterator[ox.Triple]:
    root = request.host_url
    document, here = ox.NamedNode(f"{root}void.ttl"), ox.NamedNode(dataset_iri())
    yield _is(document, "void:DatasetDescription")
    yield _triple(document, "foaf:primaryTopic", here)
    yield _is(here, "void:Dataset")
    yield from _about(here)
    yield _triple(here, "foaf:homepage", ox.NamedNode(root))
    yield _triple(here, "void:sparqlEndpoint", ox.NamedNode(f"{root}sparql"))
    yield _triple(here, "void:uriSpace", ox.Literal(f"{BASE}id/"))
    if named_graph("source/baixian-baipin") in _graphs():
        yield _triple(here, "void:exampleResource", ox.NamedNode(f"{BASE}id/programme/baixian-baipin"))
    for format in negotiation.GRAPHS:
        yield _triple(here, "void:feature", ox.NamedNode(format.iri))
    for namespace in _vocabularies(counts):
        yield _triple(here, "void:vocabulary", ox.NamedNode(namespace))
    for name, number in (
        ("triples", counts.triples),
        ("distinctSubjects", counts.subjects),
        ("distinctObjects", counts.objects),
        ("classes", len(counts.classes) or None),
        ("properties", len(counts.properties) or None),
    ):
        if number is not None:
            yield _triple(here, f"void:{name}", _integer(number))
    yield from _partitions(here, "class", "entities", counts.classes)
    yield from _partitions(here, "property", "triples", counts.properties)
    yield from linksets.described(counts.links, root, here)
    for iri, count in _graphs().items():
        node = _subset(iri)
        yield _triple(here, "void:subset", node)
        yield _is(node, "void:Dataset")
        yield _is(node, "sd:NamedGraph")
        yield _triple(node, "sd:name", ox.NamedNode(iri))
        yield _triple(node, "void:triples", _integer(count))
        if iri in licensed():
            yield _triple(node, "dcterms:license", ox.NamedNode(_LICENCE))


def _partitions(here: ox.NamedNode, what: str, unit: str, counts: Mapping[str, int]) -> Iterator[ox.Triple]:
    for number, (iri, count) in enumerate(counts.items()):
        node = ox.BlankNode(f"{what}{number}")
        yield _triple(here, f"void:{what}Partition", node)
        yield _triple(node, f"void:{what}", ox.NamedNode(iri))
        yield _triple(node, f"void:{unit}", _integer(count))


def _vocabularies(counts: Counts) -> list[str]:
    used = (*counts.classes, *counts.properties)
    return [space for space in dict.fromkeys(PREFIXES.values()) if any(iri.startswith(space) for iri in used)]


# -- DCAT ---------------------------------------------------------------------


def _dcat(counts: Counts) -> Iterator[ox.Triple]:
    root = request.host_url
    here, service = ox.NamedNode(dataset_iri()), ox.NamedNode(f"{root}dataset#sparql")
    yield _is(here, "dcat:Dataset")
    yield from _about(here)
    yield _triple(here, "dcat:landingPage", ox.NamedNode(root))
    yield _triple(here, "rdfs:seeAlso", ox.NamedNode(f"{root}void.ttl"))
    yield _triple(here, "dcterms:conformsTo", ox.NamedNode(ONTOLOGY))
    for language in ("zho", "eng"):
        iri = f"http://publications.europa.eu/resource/authority/language/{language.upper()}"
        yield _triple(here, "dcterms:language", ox.NamedNode(iri))
    yield _is(service, "dcat:DataService")
    yield _triple(service, "dcterms:title", ox.Literal("SPARQL", language="en"))
    yield _triple(service, "dcat:endpointURL", ox.NamedNode(f"{root}sparql"))
    yield _triple(service, "dcat:endpointDescription", ox.NamedNode(f"{root}openapi.json"))
    yield _triple(service, "dcterms:conformsTo", ox.NamedNode("http://www.w3.org/TR/sparql11-protocol/"))
    yield _triple(service, "dcat:servesDataset", here)
    if _fits(counts):
        for format in negotiation.GRAPHS:
            asked = urlencode({"query": _ALL, "format": format.short})
            yield from _distribution(here, f"{root}sparql?{asked}", format, f"whole-{format.short}", is_licensed())
    for iri in _graphs():
        node = _subset(iri)
        yield _triple(here, "dcterms:hasPart", node)
        yield _is(node, "dcat:Dataset")
        yield _triple(node, "dcterms:title", ox.Literal(iri.removeprefix(named_graph(""))))
        yield _triple(node, "dcterms:isPartOf", here)
        url = f"{root}store?graph={quote(iri, safe='')}"
        yield from _distribution(node, url, Format.TURTLE, quote(iri, safe=""), iri in licensed())


def _distribution(of: ox.NamedNode, url: str, format: Format, key: str, is_licensed: bool) -> Iterator[ox.Triple]:
    node = ox.NamedNode(f"{request.host_url}dataset#{key}")
    yield _triple(of, "dcat:distribution", node)
    yield _is(node, "dcat:Distribution")
    yield _triple(node, "dcterms:title", ox.Literal(format.title))
    yield _triple(node, "dcat:accessURL", ox.NamedNode(url))
    yield _triple(node, "dcat:downloadURL", ox.NamedNode(url))
    yield _triple(node, "dcat:mediaType", ox.NamedNode(_MEDIA_TYPE + format.media_type))
    yield _triple(node, "dcterms:format", ox.NamedNode(format.iri))
    if is_licensed:
        yield _triple(node, "dcterms:license", ox.NamedNode(_LICENCE))


def _fits(counts: Counts) -> bool:
    """Return whether all of it can be had in one answer, whose default graph is the union."""
    served = access.current()
    if counts.triples is None or not served.union:
        return False
    return served.limits is None or counts.triples * _BYTES < served.limits.answer


# -- both ---------------------------------------------------------------------


def _about(here: ox.NamedNode) -> Iterator[ox.Triple]:
    for lang, title in _TITLES:
        yield _triple(here, "dcterms:title", ox.Literal(title, language=lang))
    for lang, words in _DESCRIPTIONS:
        yield _triple(here, "dcterms:description", ox.Literal(words, language=lang))
    now = access.snapshot()
    if now and now.created:
        yield _triple(here, "dcterms:modified", ox.Literal(now.created, datatype=_node("xsd:dateTime")))
    if is_licensed():
        yield _triple(here, "dcterms:license", ox.NamedNode(_LICENCE))


def _graphs() -> dict[str, int]:
    now = access.snapshot()
    return {iri: count for iri, count in now.graphs.items() if _is_iri(iri)} if now else {}


def _is_iri(name: str) -> bool:
    return bool(name) and not name.startswith("_:")


def _subset(iri: str) -> ox.NamedNode:
    return ox.NamedNode(f"{request.host_url}void.ttl#{quote(iri, safe='')}")


@cache
def licensed() -> frozenset[str]:
    """Return the graphs that come with the program, whose licence we know."""
    from loaders.builtin import builtin_files  # noqa: PLC0415  not needed by who only serves other data

    sources = (f"source/{file.stem}" for file in builtin_files())
    return frozenset(map(named_graph, ("ontology", "areas", "links", *sources)))


def is_licensed() -> bool:
    """Return whether the whole dataset is ours to license: nobody else's graph is in it."""
    now = access.snapshot()
    return bool(now and now.graphs) and set(now.graphs if now else ()) <= licensed() | _MADE


def _node(curie: str) -> ox.NamedNode:
    prefix, _, local = curie.partition(":")
    return ox.NamedNode(_NAMESPACES[prefix] + local)


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=_node("xsd:integer"))


def _is(subject: Subject, kind: str) -> ox.Triple:
    return ox.Triple(subject, _node("rdf:type"), _node(kind))


def _triple(subject: Subject, predicate: str, object: ox.NamedNode | ox.BlankNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, _node(predicate), object)
