"""Reading a SPARQL 1.1 Protocol request: pure functions from method, types and bytes to a query.

The protocol leaves little open and clients rely on the rest: exactly one query, by GET, by a form or
as the body; dataset parameters may be repeated; anything unknown is ignored (SPARQLWrapper sends
``format``, ``output`` and ``results`` at once). UTF-8 only, and bytes that are not UTF-8 are refused
rather than replaced.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from server.problems import HttpError

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
ACCEPT_POST: Final = f"{QUERY}, {UPDATE}, {FORM}"

#: The longest query that is read, in bytes, and the longest body (a form escapes up to threefold).
MAX_QUERY: Final = 1_048_576
MAX_BODY: Final = 4 * MAX_QUERY
#: The longest update that is read, in bytes, escaped or not; more is for `duikou load`.
MAX_UPDATE: Final = 64 * MAX_QUERY
#: The longest query string of a URL, in bytes.
MAX_URL: Final = 65_536
_MAX_PARAMETERS: Final = 1000
#: A text in which each percent sign begins the number of a byte.
_QUOTED: Final = re.compile(rb"[^%\r\n]*(?:%[0-9A-Fa-f]{2}[^%\r\n]*)*")
_ONLY_QUERY: Final = b"query="
_DAY: Final = 86_400


class Request(NamedTuple):
    """What a client asks: the query, the graphs it names, and a format where it names one.

    `query` is None when there was none, which asks for the service description. An `update` has its
    graphs in the same two fields: those of ``using-graph-uri`` and ``using-named-graph-uri``.
    """

    query: str | None
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()
    format: str | None = None
    update: str | None = None
    #: Seconds that the client would give its query; more than there is counts for nothing.
    timeout: float | None = None

    @property
    def is_plain_query(self) -> bool:
        """Whether it asks a query and nothing beside, but for graphs and a format."""
        return self.query is not None and self.update is None and self.timeout is None


def most_bytes(content_type: str) -> int:
    """Return how many bytes of a body are read."""
    return MAX_UPDATE if _media_type(content_type)[0] in (UPDATE, FORM) else MAX_BODY


def read(method: str, query_string: bytes, content_type: str, body: bytes) -> Request:
    """Return what a request asks. `HttpError` with 400, 403, 413, 414 or 415 where it may not ask so."""
    if len(query_string) > MAX_URL:
        raise HttpError(
            414,
            "URI too long",
            f"The query string has {len(query_string)} bytes; at most {MAX_URL} are read. Use POST.",
        )
    parameters = _parameters(query_string, "the query string")
    if method == "POST":
        return _posted(parameters, content_type, body)
    if "update" in parameters:
        raise HttpError(400, "Update by GET", "An update is never done by GET. POST it.")
    return _request(parameters, parameters.get("query", ()))


def _posted(parameters: Mapping[str, Sequence[str]], content_type: str, body: bytes) -> Request:
    media_type, charset = _media_type(content_type)
    if len(body) > most_bytes(content_type):
        raise _too_long(len(body), most_bytes(content_type))
    if media_type not in (FORM, QUERY, UPDATE):
        raise HttpError(
            415,
            "Unsupported media type",
            f"A query is posted as {QUERY} or {FORM}, an update as {UPDATE} or {FORM}, "
            f"not as {media_type or 'a body without a Content-Type'}.",
            headers={"Accept-Post": ACCEPT_POST},
        )
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise HttpError(415, "Unsupported charset", f"Queries are read as UTF-8, not as {charset}.")
    if media_type == QUERY:
        if "query" in parameters:
            raise HttpError(400, "Two queries", "There is one query in the URL and one in the body. Send one.")
        return _request(parameters, [_decoded(body, "the query")])
    if media_type == UPDATE:
        if "update" in parameters or "query" in parameters:
            raise HttpError(400, "Two operations", "There is one in the URL and one in the body. Send one.")
        return _update(parameters, [_decoded(body, "the update")])
    form = _parameters(body, "the form")
    if "update" in form or "update" in parameters:
        if "query" in form or "query" in parameters:
            raise HttpError(400, "Query and update", "One request either asks or writes. Send one of the two.")
        merged = _merged(parameters, form)
        return _update(merged, merged["update"])
    merged = _merged(parameters, form)
    if "query" not in merged:
        raise HttpError(400, "No query", "The form has no field “query”.")
    return _request(merged, merged["query"])


def _merged(parameters: Mapping[str, Sequence[str]], form: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {key: [*parameters.get(key, ()), *form.get(key, ())] for key in {*parameters, *form}}


def _update(parameters: Mapping[str, Sequence[str]], updates: Sequence[str]) -> Request:
    if len(updates) > 1:
        raise HttpError(400, "Several updates", f"There are {len(updates)} updates; one request carries one.")
    return Request(
        None,
        tuple(parameters.get("using-graph-uri", ())),
        tuple(parameters.get("using-named-graph-uri", ())),
        update=updates[0],
    )


def _request(parameters: Mapping[str, Sequence[str]], queries: Sequence[str]) -> Request:
    if len(queries) > 1:
        raise HttpError(
            400, "Several queries", f"There are {len(queries)} query parameters; one request asks one query."
        )
    query = queries[0] if queries else None
    if query is not None:
        if not query.strip():
            raise HttpError(400, "Empty query", "The query is empty. Leave the parameter out for a description.")
        if len(query.encode()) > MAX_QUERY:
            raise _too_long(len(query.encode()), MAX_QUERY)
    formats = [f for f in parameters.get("format", ()) if f]
    return Request(
        query,
        tuple(parameters.get("default-graph-uri", ())),
        tuple(parameters.get("named-graph-uri", ())),
        formats[0] if formats else None,
        timeout=_seconds(parameters.get("timeout", ())),
    )


def _seconds(told: Sequence[str]) -> float | None:
    """Return a time that makes sense, None for all else: clients have `timeout` mean different things."""
    try:
        seconds = float(told[0]) if told else 0.0
    except ValueError:
        return None
    return seconds if 0 < seconds < _DAY else None


def _parameters(encoded: bytes, where: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        if encoded.startswith(_ONLY_QUERY) and b"&" not in encoded:  # what most send, in half the time
            encoded.decode("ascii")
            return {"query": [_unquoted(encoded[len(_ONLY_QUERY) :].replace(b"+", b" ")).decode("utf-8")]}
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS
        )
    except UnicodeDecodeError as error:
        raise HttpError(400, "Not UTF-8", f"{where.capitalize()} is not percent-encoded UTF-8.") from error
    except ValueError as error:
        raise HttpError(
            400, "Too many parameters", f"{where.capitalize()} has more than {_MAX_PARAMETERS} parameters."
        ) from error
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _unquoted(encoded: bytes) -> bytes:
    if not _QUOTED.fullmatch(encoded):
        return unquote_to_bytes(encoded)
    # The same encoding with another sign, whose decoder is ten times faster.
    return binascii.a2b_qp(encoded.replace(b"=", b"=3D").replace(b"%", b"="))


def _media_type(content_type: str) -> tuple[str, str]:
    media_type, *parameters = (part.strip() for part in content_type.split(";"))
    charset = next((p[8:].strip().strip('"') for p in parameters if p.lower().startswith("charset=")), "")
    return media_type.lower(), charset.lower()


def _decoded(body: bytes, what: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HttpError(
            400, "Not UTF-8", f"{what.capitalize()} is not UTF-8 (byte {error.start}: {error.reason})."
        ) from error


def _too_long(size: int, most: int) -> HttpError:
    return HttpError(413, "Query too long", f"It has {size} bytes; at most {most} are read.")
