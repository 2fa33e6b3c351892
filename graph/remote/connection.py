"""HTTP requests to a store: bounded in time and size, to the addresses the operator gave and no others.

urllib3 rather than httpx: it is one package without dependencies, its connection pool is safe for
threads, and it neither follows redirects nor reads proxies from the environment unless told to.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlencode, urljoin, urlsplit, urlunsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    EmptyPoolError,
    HTTPError,
    LocationParseError,
    ProtocolError,
    ReadTimeoutError,
)

from graph import replies
from graph.asking import current
from graph.engine import Exhausted, Limit
from ontology.errors import Origin, Problem, QueryError, StoreError

FORM: Final = "application/x-www-form-urlencoded"
#: Seconds to wait for a connection.
_CONNECT: Final = 5.0
#: Same-host redirects that are followed.
_REDIRECTS: Final = 3
#: Characters of a store's error message that are passed on.
_WORDS: Final = 300
_PLACE: Final = re.compile(r"\bline:?\s*(\d+)(?:,?\s*(?:column|col|char(?:acter)?):?\s*(\d+))?", re.IGNORECASE)
_IN_TIME: Final = re.compile(
    r"time[d ]*-?\s*out|time limit|cancell?ed|took too long|estimated execution time", re.IGNORECASE
)
_TAG: Final = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[a-z/!][^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """Where requests go, and what identifies us there; the latter is never shown."""

    url: str
    authorization: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str, token: str | None = None) -> Address:
        """Return the address of a URL, whose user and password, if it has them, become Basic authorisation.

        `StoreError` where it is no http or https URL, or has a password while there is a token.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.scheme not in ("http", "https") or not host:
            raise StoreError(
                Problem("This is no address of a SPARQL endpoint", remedy="It begins with http:// or https://")
            )
        place = f"[{host}]" if ":" in host else host
        plain = urlunsplit((parts.scheme, f"{place}:{port}" if port else place, parts.path or "/", parts.query, ""))
        if parts.username is None and parts.password is None:
            return cls(plain, f"Bearer {token}" if token else None)
        if token:
            raise StoreError(Problem(f"{plain} has a user, and there is a token too", remedy="Give one of the two"))
        secret = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return cls(plain, "Basic " + base64.b64encode(secret.encode()).decode("ascii"))

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host and port."""
        return _origin(self.url)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply of success; header names are small."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Connection:
    """Sends requests over at most so many connections at a time; safe to use from several threads."""

    def __init__(self, *, places: int) -> None:
        self._pool = urllib3.PoolManager(
            num_pools=4, maxsize=places, block=True, retries=False, headers={"User-Agent": "duikou"}
        )
        self._pool.pool_classes_by_scheme = {"http": replies.Plain, "https": replies.Secure}

    def post(
        self,
        address: Address,
        fields: Sequence[tuple[str, str]],
        accept: str,
        *,
        seconds: float,
        most: int,
        again: bool = False,
    ) -> Reply:
        """Send a form; `again`: whether it may be sent twice. See `send`."""
        return self.send(
            address, "POST", urlencode(fields).encode(), FORM, accept, seconds=seconds, most=most, again=again
        )

    def send(
        self,
        address: Address,
        method: str,
        body: bytes | None,
        media_type: str | None,
        accept: str,
        *,
        seconds: float,
        most: int,
        again: bool = False,
    ) -> Reply:
        """Return the reply, of at most so many bytes, within so many seconds.

        `Exhausted` where a limit, ours or the store's, stopped it; `QueryError` for what the store
        finds wrong with the query; `StoreError` where the store is out of reach or does not answer as one.
        """
        headers = {"Accept": accept}
        if media_type is not None:
            headers["Content-Type"] = media_type
        if address.authorization is not None:
            headers["Authorization"] = address.authorization
        deadline = time.monotonic() + seconds
        url = address.url
        for _ in range(_REDIRECTS + 1):
            reply = self._one(address, method, url, body, headers, deadline, seconds, most, again)
            if not 300 <= reply.status < 400:
                return _succeeded(address, reply, seconds)
            target = urljoin(url, reply.headers.get("location", ""))
            if _origin(target) != address.origin or target == url or reply.status == 303:
                break
            url = target
        raise StoreError(
            Problem(
                f"{address.url} sends us elsewhere (status {reply.status}), and nothing is sent on to other hosts",
                remedy="Give the address that answers by itself",
            )
        )

    def close(self) -> None:
        """Close what is open."""
        self._pool.clear()

    def _one(
        self,
        address: Address,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        deadline: float,
        seconds: float,
        most: int,
        again: bool,
    ) -> Reply:
        left = deadline - time.monotonic()
        if left <= 0:
            raise overrun(seconds)
        try:
            response = self._pool.urlopen(
                method,
                url,
                body=body,
                headers={**self._pool.headers, **headers},
                redirect=False,
                preload_content=False,
                pool_timeout=left,
                timeout=urllib3.Timeout(connect=min(_CONNECT, left), read=left),
            )
            try:
                return Reply(
                    response.status,
                    {name.lower(): value for name, value in response.headers.items()},
                    _body(response, deadline, seconds, most),
                )
            finally:
                # What was not read to its end cannot be used again, and a store may stop its work when we go.
                response.release_conn() if response.closed else response.close()
        except EmptyPoolError:
            raise Exhausted(
                Limit.LOAD,
                Problem("Too many queries are waiting to be answered", remedy="Ask again in a few seconds"),
            ) from None
        except ReadTimeoutError:
            raise overrun(seconds) from None
        except ProtocolError as error:
            current().check()
            if again and time.monotonic() < deadline:  # a kept connection that the store closed meanwhile
                return self._one(address, method, url, body, headers, deadline, seconds, most, False)
            raise _unreachable(address, error) from None
        except (ConnectTimeoutError, LocationParseError, HTTPError, OSError) as error:
            current().check()
            raise _unreachable(address, error) from None


def _body(response: urllib3.BaseHTTPResponse, deadline: float, seconds: float, most: int) -> bytes:
    is_error = response.status >= 300
    try:
        return replies.body(response, deadline, 1 << 16 if is_error else most, cut=is_error)
    except replies.Late:
        raise overrun(seconds) from None
    except replies.TooLarge:
        size = f"{most >> 20} MB" if most >> 20 else f"{most} bytes"
        raise Exhausted(
            Limit.SIZE,
            Problem(
                f"The answer is larger than {size}, the most that is sent",
                remedy="Ask for less at a time with LIMIT and OFFSET",
            ),
        ) from None


def overrun(seconds: float) -> Exhausted:
    """Return the error for a query that took too long."""
    return Exhausted(
        Limit.TIME,
        Problem(
            f"The query takes longer than {seconds:g} seconds, the most that one query may have",
            remedy="Ask for less: narrow its patterns, or add a LIMIT in a sub-select",
        ),
    )


def _succeeded(address: Address, reply: Reply, seconds: float) -> Reply:
    if reply.status < 300:
        return reply
    words = _words(reply.body.decode("utf-8", "replace"))
    told = f": {words}" if words else ""
    if reply.status in (408, 429, 500, 503, 504) and _IN_TIME.search(words):
        raise Exhausted(
            Limit.TIME,
            Problem(f"The store gave the query up after its time{told}", remedy="Ask for less: narrow its patterns"),
        )
    if reply.status in (429, 503):
        raise Exhausted(
            Limit.LOAD, Problem(f"The store is too busy to answer{told}", remedy="Ask again in a few seconds")
        )
    if reply.status in (401, 403):
        raise StoreError(
            Problem(
                f"{address.url} does not let this service in (status {reply.status})",
                remedy="Its operator gives --store-token, or a user and password in the URL",
            )
        )
    if reply.status in (400, 422):
        place = _PLACE.search(words)
        where = Origin("query", int(place[1]), int(place[2]) if place[2] else None) if place else None
        raise QueryError(Problem(f"The store cannot answer this{told}", where))
    if reply.status == 413:
        raise Exhausted(Limit.SIZE, Problem(f"The store takes no request of this size{told}"))
    if reply.status < 500:
        remedy = "Is it the address of a SPARQL endpoint, or for writing one that takes updates?"
        raise StoreError(Problem(f"{address.url} answers with status {reply.status}{told}", remedy=remedy))
    raise StoreError(
        Problem(f"{address.url} failed with status {reply.status}{told}", remedy="Look at that server's log")
    )


def _words(body: str) -> str:
    """Return what an error message says, in one line, without markup, cut to a few hundred characters."""
    body = body.partition("\nSPARQL query:")[0]  # Virtuoso repeats all of it
    words = " ".join(_TAG.sub(" ", body).split()) if "<" in body[:200] else " ".join(body.split())
    return words if len(words) <= _WORDS else words[:_WORDS].rsplit(" ", 1)[0] + " …"


def _unreachable(address: Address, error: Exception) -> StoreError:
    reason = str(error).rpartition(": ")[2] or type(error).__name__
    return StoreError(
        Problem(
            f"{address.url} cannot be reached: {reason}", remedy="Check the address, and that the server there runs"
        )
    )


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port or {"http": 80, "https": 443}.get(parts.scheme)
