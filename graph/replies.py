"""Replies of other servers, read no longer than they are wanted, and no further than they may be long."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import urllib3
from urllib3.exceptions import HTTPError

from graph.asking import current


class Late(Exception):  # noqa: N818  # nobody's fault
    """A reply was not complete when its time was over."""


class TooLarge(Exception):  # noqa: N818
    """A reply is larger than it may be."""


class _Stoppable(urllib3.connection.HTTPConnection):
    """A connection that is closed while one waits for a reply that nobody wants any more; some servers stop then."""

    def getresponse(self) -> urllib3.response.HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        """See `urllib3.connection.HTTPConnection.getresponse`."""
        with current().stopped_by(self._hang_up):
            return super().getresponse()

    def _hang_up(self) -> None:
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _StoppableSecure(_Stoppable, urllib3.connection.HTTPSConnection):
    """The same over TLS."""


class Plain(urllib3.HTTPConnectionPool):
    """Connections whose replies are given up when the question they are for is cancelled."""

    ConnectionCls = _Stoppable


class Secure(urllib3.HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = _StoppableSecure


def body(response: urllib3.BaseHTTPResponse, deadline: float, most: int, *, cut: bool = False) -> bytes:
    """Return the body of a reply, of at most so many bytes; of a longer one as much if it may be `cut`.

    `Late` where it is not complete at a time of `time.monotonic`, `TooLarge`, and `Cancelled` where nobody wants
    it any more. Whatever urllib3 finds wrong with it is raised as it is.
    """
    chunks, size = [], 0
    late = threading.Event()

    def stop() -> None:
        late.set()
        response.shutdown()

    timer = threading.Timer(max(deadline - time.monotonic(), 0), stop)
    timer.daemon = True
    timer.start()
    try:
        while chunk := _next(response):
            size += len(chunk)
            if size > most:
                if cut:
                    break
                raise TooLarge
            chunks.append(chunk)
    except (HTTPError, OSError, ValueError):
        if late.is_set():
            raise Late from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise Late
    return b"".join(chunks)


def _next(response: urllib3.BaseHTTPResponse) -> bytes:
    """Return the next bytes of a reply, none at its end. `Cancelled` where nobody wants it any more."""
    asking = current()
    with asking.stopped_by(response.shutdown):
        chunk: bytes = response.read1(1 << 16, decode_content=False)
    asking.check()
    return chunk
