"""``/ontology``: the vocabulary as RDF for programs; its page is `server.pages.ontology`.

It is read from the program's own files, not from the store: what the terms mean does not depend on
what has been loaded.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from graph.formats import Format
from ontology import vocabulary as terms
from ontology.namespaces import PREFIXES
from server import access, links, negotiation
from server.problems import HttpError, refused

blueprint = Blueprint("vocabulary", __name__)

_FILE_PREFIXES: Final = {k: PREFIXES[k] for k in ("dk", "owl", "rdf", "rdfs", "xsd", "skos", "dcterms", "prov", "org")}


@blueprint.get("/ontology", defaults={"extension": None})
@blueprint.get("/ontology.<extension>")
def ontology(extension: str | None) -> Response:
    """Return the vocabulary in the format asked for; a browser is sent to the page."""
    accept = request.headers.get("Accept")
    if extension is not None:
        formats = [f for f in negotiation.GRAPHS if f.extension == extension]
        if not formats:
            known = ", ".join(f.extension for f in negotiation.GRAPHS)
            raise refused(404, "Not found", "refused.extension", extension=extension, known=known)
    elif negotiation.wants_html(accept, negotiation.GRAPHS):
        lang = negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)
        sent = redirect(links.ontology(lang), 303)
        assert isinstance(sent, Response)
        sent.vary.update(("Accept", "Accept-Language"))
        return sent
    else:
        formats = negotiation.preferred(accept, negotiation.GRAPHS)
    if not formats:
        offered = [f.media_type for f in negotiation.GRAPHS]
        raise HttpError(
            406, "Not acceptable", f"There are {', '.join(offered)}, and text/html.", available=[*offered, "text/html"]
        )
    etag = access.tag("ontology", formats[0], len(_document(formats[0])))
    response = access.not_modified(etag) or access.tagged(
        Response(_document(formats[0]), content_type=formats[0].content_type), etag
    )
    response.vary.add("Accept")
    return response


@cache
def store() -> ox.Store:
    """Return the terms and their alignments."""
    store = ox.Store()
    for file in (terms.CORE, terms.ALIGNMENTS):
        store.load(path=file, format=ox.RdfFormat.TURTLE)
    return store


@cache
def _document(format: Format) -> bytes:
    triples = sorted((q.triple for q in store()), key=str)
    return ox.serialize(triples, format=format.rdf, prefixes=_FILE_PREFIXES) or b""
