"""``/sparql``: the SPARQL 1.1 Protocol over the current snapshot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from graph import asking
from graph.cache import is_fickle
from graph.engine import Answer, Dataset, NotAcceptable
from graph.formats import Format
from server import access, authority, catalogue, description, links, negotiation, preconditions, protocol
from server.problems import HttpError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

blueprint = Blueprint("sparql", __name__)

_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
#: Where an error that the engine met is kept in a request's environment.
_MET: Final = "duikou.met"


@blueprint.route("/sparql", methods=_METHODS, provide_automatic_options=False)
def sparql() -> Response:
    """Answer a query, describe the service, or send a browser to the page where queries are written."""
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": ", ".join(_METHODS), "Accept-Post": protocol.ACCEPT_POST})
    started = time.perf_counter()
    asked = protocol.read(request.method, request.query_string, request.content_type or "", _body())
    if asked.update is not None:
        return _update(asked)
    accept = request.headers.get("Accept")
    if asked.format is None and request.method != "POST" and negotiation.wants_html(accept, negotiation.ANSWERS):
        return _to_console(asked.query)
    formats = formats_of(asked, accept)
    if asked.query is None:
        return _described(formats)
    dataset = dataset_of(asked.default_graphs, asked.named_graphs)
    etag = None
    if request.method != "POST" and not is_fickle(asked.query):
        etag = access.tag(*parts(asked.query, dataset, formats))
        if (unchanged := access.not_modified(etag)) is not None:
            return _varying(unchanged)
    answer = ask(asked, dataset, formats)
    response = Response(answer.body, content_type=answer.format.content_type)
    response.headers["Server-Timing"] = f"query;dur={(time.perf_counter() - started) * 1000:.1f}"
    return _varying(access.tagged(response, etag) if etag else response)


def _update(asked: protocol.Request) -> Response:
    assert asked.update is not None
    writer = authority.writer()
    writer.update(
        asked.update,
        using=asked.default_graphs,
        using_named=asked.named_graphs,
        base=request.base_url,
        only_if=authority.scoped(preconditions.of_dataset()),
    )
    return Response(status=204)


def ask(asked: protocol.Request, dataset: Dataset, formats: Sequence[Format]) -> Answer:
    """Return the engine's answer. `HttpError` 406, or 400 for a format named, where none fits the query's form."""
    assert asked.query is not None
    try:
        if (error := request.environ.pop(_MET, None)) is not None:
            raise error
        with asking.asked(asking.Asking(asked.timeout)):
            return access.engine().answer(asked.query, dataset, formats)
    except NotAcceptable as error:
        raise _not_acceptable(str(error), 406 if asked.format is None else 400) from error


def hand_on(environ: WSGIEnvironment, error: Exception) -> None:
    """Have `ask` raise an error that the engine met with this request before."""
    environ[_MET] = error


def parts(query: str, dataset: Dataset, formats: Sequence[Format]) -> tuple[object, ...]:
    """Return what the entity tag of an answer is made of, beside the snapshot."""
    return query, *dataset, [format.short for format in formats]


def dataset_of(default_graphs: Sequence[str], named_graphs: Sequence[str]) -> Dataset:
    """Return the dataset that the request's graphs make; without any it is everything there is."""
    return dataset_at(default_graphs, named_graphs, access.current().union, request.base_url)


def dataset_at(default_graphs: Sequence[str], named_graphs: Sequence[str], union: bool, base: str) -> Dataset:
    """Return the dataset that graphs make, of an endpoint at an address. `HttpError` for what is no IRI."""
    for iri in (*default_graphs, *named_graphs):
        try:
            ox.NamedNode(iri)
        except ValueError as error:
            raise HttpError(400, "Not an IRI", f"“{iri}” cannot name a graph: {error}.") from error
    return Dataset(tuple(default_graphs), tuple(named_graphs), union, base)


def _body() -> bytes:
    if request.method != "POST":
        return b""
    most = protocol.most_bytes(request.content_type or "")
    if (request.content_length or 0) > most:
        raise HttpError(413, "Query too long", f"The body has {request.content_length} bytes; at most {most} are read.")
    return request.stream.read(most + 1)


def formats_of(asked: protocol.Request, accept: str | None) -> list[Format]:
    """Return the formats that a request asks for, best first. `HttpError` where there is none."""
    offers = negotiation.ANSWERS if asked.query is not None else negotiation.GRAPHS
    if asked.format is not None:
        formats = negotiation.by_name(asked.format, offers)
        if not formats:
            names = ", ".join(dict.fromkeys(f.short for f in offers))
            raise HttpError(400, "Unknown format", f"There is no format “{asked.format}”. There are {names}.")
        return formats
    formats = negotiation.preferred(accept, offers)
    if not formats:
        raise _not_acceptable(f"Nothing that Accept: {accept} asks for can be made.")
    return formats


def _not_acceptable(detail: str, status: int = 406) -> HttpError:
    offered = [f.media_type for f in negotiation.ANSWERS]
    return HttpError(
        status,
        "Not acceptable" if status == 406 else "Unfitting format",
        f"{detail.rstrip('.')}. Tables come as {', '.join(offered[:4])}; graphs as {', '.join(offered[4:])}.",
        available=offered,
    )


def _described(formats: Sequence[Format]) -> Response:
    now, served = access.snapshot(), access.current()
    graphs = {iri: count for iri, count in now.graphs.items() if iri} if now else {}
    body = description.document(
        request.base_url,
        graphs,
        catalogue.dataset_iri(),
        formats[0],
        union=served.union,
        writable=served.writer is not None,
        federates=served.federates,
        limits=served.limits,
    )
    response = Response(body, content_type=formats[0].content_type)
    etag = access.tag(request.base_url, formats[0])
    return _varying(access.not_modified(etag) or access.tagged(response, etag))


def _to_console(query: str | None) -> Response:
    lang = negotiation.language(request.headers.get("Accept-Language"), links.LANGUAGES)
    response = redirect(links.console(lang, query), 303)
    assert isinstance(response, Response)
    response.vary.add("Accept-Language")
    return _varying(response)


def _varying(response: Response) -> Response:
    response.vary.add("Accept")
    return response
