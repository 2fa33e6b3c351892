"""``/id``, ``/concept``, ``/graph`` and ``/data``: what an IRI of ours answers, and the data of one thing."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from graph.engine import Dataset, Engine
from graph.formats import Format
from server import access, datafile, departed, links, negotiation, neighbourhood, outlying, queries
from server.datafile import Extension
from server.links import Name
from server.problems import HttpError, refused

blueprint = Blueprint("things", __name__)


@blueprint.get("/id/<kind>/<path:key>")
def thing(kind: str, key: str) -> Response:
    """Send the client to the page or to the data file that fits its Accept header."""
    return _see_other(_named(kind, key))


@blueprint.get("/concept/<path:key>", defaults={"kind": links.CONCEPT})
@blueprint.get("/graph/<path:key>", defaults={"kind": links.GRAPH})
def concept_or_graph(kind: str, key: str) -> Response:
    """Do the same for concepts, code lists and named graphs."""
    return _see_other(_named(kind, key))


@blueprint.get("/data/<kind>/<path:file>")
def data(kind: str, file: str) -> Response:
    """Return the data of one thing as a file: its key may hold dots, the last one begins the format."""
    key, _, extension = file.rpartition(".")
    ending = _ending(extension)
    name = _named(kind, key)
    etag = access.tag(request.base_url)
    if (unchanged := access.not_modified(etag)) is not None:
        return unchanged
    engine = engine_for(name)
    around = neighbourhood.read(engine, name.iri, listed=datafile.INCOMING)
    body = datafile.render(engine, around, request.base_url, ending)
    text = ending.media_type.startswith("text/")
    response = Response(body, content_type=ending.media_type + ("; charset=utf-8" if text else ""))
    response.headers["Link"] = f'<{name.iri}>; rel="describes"'
    return access.tagged(response, etag)


def exists(iri: str) -> bool:
    """Return whether anything is said of a thing, anything points to it, or it is a graph of this snapshot."""
    if size_of_graph(iri) is not None:
        return True
    asked = queries.text("exists", thing=ox.NamedNode(iri))
    return bool(ox_boolean(access.engine().answer(asked, Dataset(), (Format.JSON,)).body))


def engine_for(name: Name) -> Engine:
    """Return what answers questions about a thing: for an area that only the gazetteer has, with its statements."""
    engine = access.engine()
    if not outlying.is_outlying(name):
        return engine
    asked = queries.text("said", thing=ox.NamedNode(name.iri))
    is_said = ox_boolean(engine.answer(asked, Dataset(), (Format.JSON,)).body)
    return engine if is_said else outlying.engine_over(engine, name)


def size_of_graph(iri: str) -> int | None:
    """Return how many triples a named graph holds, None where there is no such graph."""
    now = access.snapshot()
    return now.graphs.get(iri) if now else None


def ox_boolean(body: bytes) -> bool:
    """Return the answer of an ASK query from its JSON."""
    return bool(ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON))


def missing(name: Name) -> HttpError:
    """Return the 404 for a thing that nothing is known of, the 410 for one of which something was."""
    if (seen := departed.last_seen(name.iri)) is not None:
        number, created = seen.number, seen.created
        return refused(410, "Gone", "refused.departed", iri=name.iri, kind=name.kind, number=number, created=created)
    return refused(404, "Not found", "refused.thing", iri=name.iri, kind=name.kind)


def _named(kind: str, key: str) -> Name:
    name = links.name_of(kind, key)
    if name is None:
        raise refused(404, "Not found", "refused.kind", kind=kind, kinds=", ".join(links.KINDS))
    if not exists(name.iri) and not outlying.is_outlying(name):
        raise missing(name)
    return name


def _ending(extension: str) -> Extension:
    try:
        return Extension(extension)
    except ValueError as error:
        known = ", ".join(e.value for e in Extension)
        raise refused(404, "Not found", "refused.extension", extension=extension, known=known) from error


def _see_other(name: Name) -> Response:
    accept = request.headers.get("Accept")
    if negotiation.wants_html(accept, negotiation.GRAPHS):
        lang = negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)
        target = links.page(lang, name)
    else:
        formats = negotiation.preferred(accept, negotiation.GRAPHS)
        if not formats:
            offered = [f.media_type for f in negotiation.GRAPHS]
            raise HttpError(
                406,
                "Not acceptable",
                f"There are {', '.join(offered)}, and text/html.",
                available=[*offered, "text/html"],
            )
        target = links.data(name, datafile.extension_of(formats[0]).value)
    response = redirect(target, 303)
    assert isinstance(response, Response)
    response.vary.update(("Accept", "Accept-Language"))
    response.headers["Link"] = ", ".join(
        f'<{links.data(name, e.value)}>; rel="alternate"; type="{e.media_type}"' for e in Extension
    )
    return response
