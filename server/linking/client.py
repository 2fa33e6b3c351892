"""Requests to a service of somebody else's.

One at a time, with a pause between them and our name on each. What is asked too often (429) or fails for the moment
(502, 503, 504, no answer in time) is asked again later, as the service says or after a while that doubles. No
redirect is followed; a host name that leads into a private network is refused, while an address in numbers is taken
as meant.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import urllib3

from graph.federation import address_of
from ontology.errors import Problem, StoreError
from server.version import version

_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
#: Longest wait for one more attempt, in seconds, whatever the service asks for.
LONGEST: Final = 120.0
MOST_BYTES: Final = 16 << 20


class ServiceError(StoreError):
    """A service does not answer, or not as its protocol says. What was found before stays found."""


class Client:
    """Asks one service. `pause` is the least time between two requests, `patience` that of one answer, in seconds."""

    def __init__(
        self,
        url: str,
        *,
        pause: float = 1.0,
        patience: float = 60.0,
        attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ServiceError(Problem(f"{url} is no address of a service", remedy="Begin it with https:// or http://"))
        self.url: Final = url
        self._parts = parts
        self._pause, self._patience, self._attempts, self._sleep = pause, patience, attempts, sleep
        self._last = 0.0

    def ask(self, form: Mapping[str, str] | None = None, *, accept: str = "application/json") -> Any:
        """Return the JSON of an answer, to a form by POST or without one by GET. `ServiceError` if there is none."""
        return self._parsed(self._answer(form, accept))

    def _answer(self, form: Mapping[str, str] | None, accept: str) -> bytes:
        why = ""
        for attempt in range(self._attempts):
            self._wait()
            try:
                status, headers, body = self._send(form, accept)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                why, after = _reason(error), None
            else:
                if 200 <= status < 300:
                    return body
                why, after = f"it answers {status}", headers.get("Retry-After")
                if status not in _AGAIN:
                    raise ServiceError(Problem(f"{self.url}: {why}", remedy=_hint(status)))
            if attempt + 1 < self._attempts:
                self._sleep(_delay(after, attempt))
        raise ServiceError(
            Problem(f"{self.url}: {why}, {self._attempts} times", remedy="Try again later: what was found is kept")
        )

    def _wait(self) -> None:
        left = self._last + self._pause - time.monotonic()
        if left > 0:
            self._sleep(left)
        self._last = time.monotonic()

    def _send(self, form: Mapping[str, str] | None, accept: str) -> tuple[int, Mapping[str, str], bytes]:
        parts = self._parts
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        address = address_of(host, port)
        settings: dict[str, Any] = {
            "timeout": urllib3.Timeout(connect=min(10.0, self._patience), read=self._patience),
            "retries": False,
            "maxsize": 1,
        }
        pool: urllib3.HTTPConnectionPool
        if secure:
            pool = urllib3.HTTPSConnectionPool(address, port, server_hostname=host, assert_hostname=host, **settings)
        else:
            pool = urllib3.HTTPConnectionPool(address, port, **settings)
        headers = {
            "Host": parts.netloc,
            "Accept": accept,
            "User-Agent": f"Duikou/{version()} (https://w3id.org/duikou/)",
        }
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with pool:
            response = pool.urlopen(
                "GET" if form is None else "POST",
                path,
                body=body,
                headers=headers,
                redirect=False,
                preload_content=False,
            )
            try:
                return response.status, dict(response.headers), self._read(response)
            finally:
                response.close()

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        until = time.monotonic() + self._patience
        chunks, size = [], 0
        for chunk in response.stream(1 << 16):
            chunks.append(chunk)
            size += len(chunk)
            if size > MOST_BYTES:
                raise ServiceError(Problem(f"{self.url} answers more than {MOST_BYTES >> 20} MB"))
            if time.monotonic() > until:
                raise TimeoutError("no whole answer in time")
        return b"".join(chunks)

    def _parsed(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise ServiceError(
                Problem(f"{self.url} does not answer in JSON", remedy="Is this the address of the service itself?")
            ) from None


def _delay(after: str | None, attempt: int) -> float:
    """Return how long to wait: what the service says in Retry-After, else 2, 4, 8 … seconds."""
    if after:
        with contextlib.suppress(ValueError):
            return min(max(float(after), 0.0), LONGEST)
        with contextlib.suppress(ValueError, TypeError):
            return min(max(parsedate_to_datetime(after).timestamp() - time.time(), 0.0), LONGEST)
    return min(2.0 ** (attempt + 1), LONGEST)


def _reason(error: Exception) -> str:
    is_late = isinstance(error, (urllib3.exceptions.TimeoutError, TimeoutError))
    if is_late and not isinstance(error, urllib3.exceptions.NewConnectionError):
        return "it does not answer in time"
    return f"it cannot be reached ({type(error).__name__})"


def _hint(status: int) -> str:
    if 300 <= status < 400:
        return "It sends to another address; name that one, redirects are not followed"
    return "Check the address, and whether the service is open to everybody"
