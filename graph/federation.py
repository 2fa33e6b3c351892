"""SERVICE for the endpoints that an operator has allowed, and for no others.

Query workers have no network, so a call to another endpoint is made here, before the query reaches
one: what stands between its braces is asked of that endpoint, and its answer put in its place as
VALUES. That is SPARQL's own meaning of SERVICE (1.1 Federated Query, §2), evaluated inside out.

Only the one address is reached: no redirect is followed, a host name that leads to a private address
is refused, and the connection goes to the very address that was looked at.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode, urlsplit

import urllib3
from pyoxigraph import Literal, NamedNode

from graph import replies, tokens
from graph.asking import asked, current
from graph.engine import Answer, Dataset, Engine, Exhausted, Limit, NotOffered, answering_of
from graph.formats import Format
from ontology.errors import DuikouError, Origin, Problem, QueryError

#: Names of variables, as far as they are ever used; what else an endpoint says is not put into a query.
_VARIABLE: Final = re.compile(r"\w+")
_JSON: Final = "application/sparql-results+json"
#: The most rows of another endpoint's answer that are joined with a query.
MOST_ROWS: Final = 10_000
_MOST_BYTES: Final = 16 << 20
#: Queries that may wait for other endpoints at a time: none of them has a place in a lane yet.
AT_ONCE: Final = 16
#: Seconds to wait for a connection.
_CONNECT: Final = 5.0
#: IPv6 addresses that gateways translate to the IPv4 address in their end (RFC 6052).
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class _Call:
    """One SERVICE of a query: where it stands, the endpoint, the pattern, and whether failure is an answer."""

    start: int
    end: int
    endpoint: str
    pattern: str
    silent: bool


class Federated:
    """An engine in front of another that answers the SERVICEs of some endpoints itself.

    `seconds` is the time of one query, calls included. At most `AT_ONCE` queries call at a time.
    """

    def __init__(self, engine: Engine, allowed: Collection[str], seconds: float) -> None:
        self._engine = engine
        self._answering = answering_of(engine)
        self._allowed = frozenset(allowed)
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`; also `Exhausted`, and `Cancelled` when nobody wants it."""
        if not may_call(text, self._allowed):
            return self._engine.answer(text, dataset, formats)
        asking = current()
        asking.until = time.monotonic() + asking.left(self._seconds)
        if not self._places.acquire(blocking=False):
            raise Exhausted(
                Limit.LOAD,
                Problem("Too many queries wait for other endpoints", remedy="Ask again in a few seconds"),
            )
        with asked(asking):
            try:
                resolved = resolve(text, self._allowed, asking.until)
            finally:
                self._places.release()
            return self._engine.answer(resolved, dataset, formats)

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Awaited.answering`."""
        if may_call(text, self._allowed):
            return await asyncio.to_thread(self.answer, text, dataset, formats)
        return await self._answering(text, dataset, formats)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format


def may_call(text: str, allowed: Collection[str]) -> bool:
    """Return whether a query may call one of these endpoints; True may be wrong, False is not."""
    return bool(allowed) and "service" in text.lower()


def resolve(text: str, allowed: Collection[str], deadline: float) -> str:
    """Return a query with each SERVICE of an allowed endpoint replaced by that endpoint's answer.

    `deadline` is a time of `time.monotonic`. A SILENT call of another endpoint counts as one that
    failed, and gives the empty solution; the rest stay as they are, to be refused where queries are
    read. `QueryError` if the endpoint cannot answer and the call is not SILENT, `Exhausted` if it
    takes too long or answers too much, `Cancelled` as soon as nobody wants the answer any more.
    """
    if not may_call(text, allowed):
        return text
    declared = tokens.prefixes(text)
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in declared.items())
    parts, copied = [], 0
    for call in _calls(text, declared):
        if call.endpoint not in allowed and not call.silent:
            continue
        put = "{ }"
        if call.endpoint in allowed:
            try:
                put = _answered(call, prologue, deadline)
            except (QueryError, Exhausted):
                if not call.silent:
                    raise
        parts += [text[copied : call.start], put]
        copied = call.end
    return "".join((*parts, text[copied:]))


def _answered(call: _Call, prologue: str, deadline: float) -> str:
    """Return the answer to a call as a pattern."""
    table = _ask(call.endpoint, f"{prologue}SELECT * WHERE {{ {call.pattern} }}", deadline)
    try:
        return _values(table)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise QueryError(Problem(f"{call.endpoint} answers with something that is no table", Origin("query"))) from None


def _calls(text: str, declared: dict[str, str]) -> list[_Call]:
    found, calls, n = list(tokens.read(text)), [], 0
    while n < len(found):
        token = found[n]
        n += 1
        if not token.is_word or token.text.upper() != "SERVICE":
            continue
        silent = n < len(found) and found[n].is_word and found[n].text.upper() == "SILENT"
        named = n + silent
        if named + 1 >= len(found) or found[named + 1].text != "{":
            continue
        endpoint = tokens.iri(found[named].text, declared)
        closing = _closing(found, named + 1)
        if endpoint is None or closing is None:
            continue
        inner = text[found[named + 1].end : found[closing].start]
        calls.append(_Call(token.start, found[closing].end, endpoint, inner, silent))
        n = closing + 1
    return calls


def _closing(found: Sequence[tokens.Token], opening: int) -> int | None:
    depth = 0
    for n in range(opening, len(found)):
        depth += (found[n].text == "{") - (found[n].text == "}")
        if depth == 0:
            return n
    return None


def _values(table: dict[str, Any]) -> str:
    names = [_VARIABLE.fullmatch(name)[0] for name in table["head"]["vars"]]  # type: ignore[index]
    rows = table["results"]["bindings"]
    if not names:
        return "{ }" if rows else "{ FILTER(false) }"
    if len(rows) > MOST_ROWS:
        raise Exhausted(
            Limit.SIZE,
            Problem(f"The other endpoint answers more than {MOST_ROWS} rows", remedy="Narrow what is inside SERVICE"),
        )
    lines = (f"({' '.join(_term(row.get(name)) for name in names)})" for row in rows)
    return f"{{ VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(lines)} }} }}"


def _term(said: dict[str, str] | None) -> str:
    if said is None:
        return "UNDEF"
    if said["type"] == "uri":
        return str(NamedNode(said["value"]))
    if said["type"] == "bnode":
        return str(NamedNode(f"urn:bnode:{said['value']}"))  # VALUES holds no blank nodes
    language, datatype = said.get("xml:lang"), said.get("datatype")
    if language:
        return str(Literal(said["value"], language=language))
    return str(Literal(said["value"], datatype=NamedNode(datatype) if datatype else None))


def _ask(endpoint: str, query: str, deadline: float) -> dict[str, Any]:
    where = Origin("query")
    try:
        body = _post(endpoint, query, deadline)
        table: dict[str, Any] = json.loads(body)
        table["head"]["vars"], table["results"]["bindings"]
    except DuikouError:
        raise
    except replies.TooLarge:
        most = f"{_MOST_BYTES >> 20} MB"
        raise Exhausted(Limit.SIZE, Problem(f"{endpoint} answers more than {most}", where)) from None
    except (urllib3.exceptions.HTTPError, OSError, replies.Late) as error:
        current().check()
        if isinstance(error, replies.Late) or time.monotonic() >= deadline:
            raise Exhausted(Limit.TIME, Problem(f"{endpoint} takes too long to answer", where)) from None
        raise QueryError(Problem(f"{endpoint} cannot be reached: {error}", where)) from None
    except (ValueError, KeyError, TypeError):
        current().check()
        raise QueryError(Problem(f"{endpoint} does not answer in SPARQL's JSON", where)) from None
    return table


def _post(endpoint: str, query: str, deadline: float) -> bytes:
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise QueryError(f"{endpoint} is no address of an endpoint")
    address = address_of(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    left = max(deadline - time.monotonic(), 0.05)
    settings: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=min(_CONNECT, left), read=left),
        "retries": False,
        "maxsize": 1,
    }
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = replies.Secure(
            address, parts.port or 443, server_hostname=parts.hostname, assert_hostname=parts.hostname, **settings
        )
    else:
        pool = replies.Plain(address, parts.port or 80, **settings)
    with pool:
        response = pool.urlopen(
            "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body=urlencode({"query": query}),
            headers={
                "Host": parts.netloc.rpartition("@")[2],
                "Accept": _JSON,
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": "Duikou (https://w3id.org/duikou/)",
            },
            redirect=False,
            preload_content=False,
        )
        try:
            if response.status != 200:
                raise QueryError(Problem(f"{endpoint} answers {response.status} {response.reason}", Origin("query")))
            return replies.body(response, deadline, _MOST_BYTES)
        finally:
            response.close()


def address_of(host: str, port: int) -> str:
    """Return the one address to connect to. `NotOffered` for a name that leads to this machine or its network.

    An operator who writes down a numeric address means it, wherever it leads.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not _is_public(ipaddress.ip_address(str(address).partition("%")[0])):
            raise NotOffered(Problem(f"{host} leads to {address}, which is no public address", Origin("query")))
    return str(found[0])


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address is one of the public network, also where it has another one inside."""
    inner = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.is_global and not address.is_multicast and (inner is None or _is_public(inner))
