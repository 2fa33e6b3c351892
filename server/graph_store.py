"""``/store``: the SPARQL 1.1 Graph Store HTTP Protocol.

A graph is named by ``?graph=IRI`` or ``?default``, or is the one whose IRI is the address itself
(``/store/anything``). Reading is open; PUT, POST and DELETE need the token.
"""

from __future__ import annotations

import io
import secrets
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, request

from graph.conditions import Condition
from graph.formats import Format, Kind
from graph.triples import write_triples
from graph.update import Part
from server import access, authority, negotiation, preconditions
from server.problems import HttpError

blueprint = Blueprint("graph_store", __name__)

_METHODS: Final = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")
#: The most bytes that one request may put into a graph; more is for `duikou load`.
MAX_BODY: Final = 64 << 20


@blueprint.route("/store", methods=_METHODS, provide_automatic_options=False)
@blueprint.route("/store/<path:name>", methods=_METHODS, provide_automatic_options=False)
def store(name: str | None = None) -> Response:
    """Read, replace, extend or delete one graph."""
    if request.method == "OPTIONS":
        offered = ", ".join(f.media_type for f in Format.of_kind(Kind.GRAPH))
        return Response(
            status=204, headers={"Allow": ", ".join(_METHODS), "Accept-Post": f"{offered}, multipart/form-data"}
        )
    if request.method in ("GET", "HEAD"):
        return _get(_named(name))
    writer = authority.writer()
    if request.method == "POST" and name is None and not request.args:
        fresh = f"{request.base_url.rstrip('/')}/{secrets.token_hex(8)}"
        writer.put_graph(fresh, _parts(fresh), only_if=authority.scoped(Condition(exists=False)))
        return Response(status=201, headers={"Location": fresh})
    graph = _named(name)
    only_if = authority.scoped(preconditions.of_graph(graph))
    if request.method == "DELETE":
        if not writer.drop_graph(graph, only_if=only_if).found:
            raise _no_such(graph)
        return Response(status=204)
    parts = _parts(graph or request.base_url)
    if not writer.put_graph(graph, parts, add=request.method == "POST", only_if=only_if).is_new:
        return Response(status=204)
    own = request.url if name is not None else f"{request.base_url}?graph={quote(graph or '', safe='')}"
    return Response(status=201, headers={"Location": own})


def _named(name: str | None) -> str | None:
    """Return the IRI of the graph that the request names, None for the default graph."""
    graphs, default = request.args.getlist("graph"), "default" in request.args
    if name is not None:
        if graphs or default:
            raise HttpError(400, "Two graphs", "The address names a graph, and the parameters another. Name one.")
        return _iri(request.base_url)
    if len(graphs) + default != 1:
        raise HttpError(
            400, "Which graph?", "Name one graph: ?graph=IRI, or ?default for the one without a name. Not both."
        )
    if default:
        return None
    return _iri(graphs[0])


def _iri(text: str) -> str:
    try:
        return ox.NamedNode(text).value
    except ValueError as error:
        raise HttpError(400, "Not an IRI", f"“{text}” cannot name a graph: {error}.") from error


def _get(graph: str | None) -> Response:
    formats = negotiation.preferred(request.headers.get("Accept"), negotiation.GRAPHS)
    if not formats:
        offered = [f.media_type for f in negotiation.GRAPHS]
        raise HttpError(406, "Not acceptable", f"Graphs come as {', '.join(offered)}.", available=offered)
    held = access.reader().store
    name = ox.NamedNode(graph) if graph is not None else ox.DefaultGraph()
    if isinstance(name, ox.NamedNode) and not held.contains_named_graph(name):
        raise _no_such(graph)
    etag = preconditions.tag(graph, formats[0])
    if (unchanged := access.not_modified(etag, weak=False)) is not None:
        unchanged.vary.add("Accept")
        return unchanged
    body = io.BytesIO()
    write_triples((quad.triple for quad in held.quads_for_pattern(None, None, None, name)), formats[0], body)
    response = Response(body.getvalue(), content_type=formats[0].content_type)
    response.vary.add("Accept")
    return access.tagged(response, etag, weak=False)


def _parts(base: str) -> list[Part]:
    if (request.content_length or 0) > MAX_BODY:
        raise _too_large()
    if request.mimetype == "multipart/form-data":
        return [Part(file.stream.read(), _format(file.mimetype), base) for _, file in request.files.items(multi=True)]
    body = request.stream.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise _too_large()
    if not body and not request.mimetype:
        return []
    return [Part(body, _format(request.mimetype), base)]


def _format(media_type: str) -> Format:
    found = Format.of_media_type(media_type, Kind.GRAPH)
    if found is None:
        offered = ", ".join(f.media_type for f in Format.of_kind(Kind.GRAPH))
        raise HttpError(
            415,
            "Unsupported media type",
            f"A graph is sent as {offered}, not as {media_type or 'a body without a Content-Type'}.",
            headers={"Accept-Post": offered},
        )
    return found


def _too_large() -> HttpError:
    most = MAX_BODY >> 20
    return HttpError(413, "Graph too large", f"At most {most} MB are taken at a time. Load more with `duikou load`.")


def _no_such(graph: str | None) -> HttpError:
    return HttpError(
        404, "No such graph", f"There is no graph <{graph}>. /sparql without a query lists those there are."
    )
