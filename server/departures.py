"""Noticing that a client has gone away while its query runs.

Granian does not tell a WSGI application, and its environment names the client's address but no
connection. But the connection of a request that waits for its answer is one of this process, to that
address, on which something was last received just before the request arrived and nothing was sent
since: Linux tells that of each (TCP_INFO). Where several fit, a client counts as gone when all of
them are closed; where none does, as over HTTP/2 or elsewhere than on Linux, its query runs on to its
limits. So no query is ended whose client still waits.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from graph.asking import Asking
from ontology.errors import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Seconds between looks, and before the first one: most queries are answered sooner.
_PAUSE: Final = 0.25
#: Seconds that a request may have lain before it reached us, and that clocks may differ by.
_LAIN: Final = 5.0
_TICK: Final = 0.02
#: The head of Linux's `struct tcp_info`: eight bytes, the first of them the state, and numbers of four bytes.
_TCP_INFO: Final = struct.Struct("=8B12I")
_LAST_SENT, _LAST_RECEIVED = 8 + 9, 8 + 11  # milliseconds ago
_ESTABLISHED: Final = 1
GONE: Final = Problem("The client went away before the answer was there")


@dataclass(slots=True, eq=False)
class _Connection:
    """A copy of one of this process's connections, shared by all that may wait for an answer on it."""

    inode: int
    copy: socket.socket
    peer: str
    users: int = 0


@dataclass(slots=True)
class _Waiting:
    """A client that waits for its answer since `arrived` (`time.monotonic`)."""

    address: str
    arrived: float
    asking: Asking
    connections: list[_Connection] | None = field(default=None)

    def look(self, told: Mapping[_Connection, _Told | None]) -> bool:
        """Cancel the question if the client has gone; return whether to look again. `told` are all connections."""
        if self.connections is None:
            peer = _plain(self.address)
            theirs = [connection for connection in told if connection.peer == peer]
            if not theirs:
                self.asking.cancel(GONE)
                return False
            self.connections = [c for c in theirs if (now := told[c]) and now.fits(self.arrived)]
            for connection in self.connections:
                connection.users += 1
        waiting = [now for c in self.connections if (now := told.get(c)) and now.waits]
        if not waiting:
            return False
        if all(now.is_closed for now in waiting):
            self.asking.cancel(GONE)
            return False
        return True


class Departures:
    """Looks after clients that wait; safe to use from several threads."""

    def __init__(self) -> None:
        self._held: dict[int, _Connection] = {}
        self._all: dict[int, _Waiting] = {}
        self._guard = threading.Lock()
        self._some = threading.Event()
        self._watcher: threading.Thread | None = None

    def cancelling(self, asking: Asking, environ: WSGIEnvironment) -> contextlib.AbstractContextManager[object]:
        """Cancel a question when the client of its request goes away."""
        if sys.platform != "linux" or environ.get("SERVER_SOFTWARE") != "Granian":
            return contextlib.nullcontext()
        return _Watched(self, _Waiting(environ.get("REMOTE_ADDR", ""), time.monotonic(), asking))

    def begin(self, waiting: _Waiting) -> None:
        """Look after a client."""
        with self._guard:
            self._all[id(waiting)] = waiting
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="departures", daemon=True)
                self._watcher.start()
        if not self._some.is_set():
            self._some.set()

    def end(self, waiting: _Waiting) -> None:
        """Look after it no longer."""
        with self._guard:
            self._all.pop(id(waiting), None)
            self._let_go(waiting)

    def _watch(self) -> None:
        while True:
            self._some.wait()
            time.sleep(_PAUSE)
            with self._guard:
                if not self._all:
                    self._some.clear()
                    continue
                with contextlib.suppress(OSError):  # no more files can be opened just now: look later
                    self._look()

    def _look(self) -> None:
        now = time.monotonic()
        due = [waiting for waiting in self._all.values() if now - waiting.arrived >= _PAUSE]
        try:
            if any(waiting.connections is None for waiting in due):
                self._find()
            told = {connection: _told(connection.copy) for connection in self._held.values()}
            for waiting in due:
                if not waiting.look(told):
                    del self._all[id(waiting)]
                    self._let_go(waiting)
        finally:
            for connection in [c for c in self._held.values() if not c.users]:
                self._close(connection)

    def _find(self) -> None:
        """Copy those of this process's connections that are not held yet: each once, however many wait."""
        for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208  # there may be thousands
            try:
                status = os.fstat(int(entry))
            except OSError:
                continue  # closed meanwhile
            if not stat.S_ISSOCK(status.st_mode) or status.st_ino in self._held:
                continue
            copy = os.dup(int(entry))
            try:
                connection = socket.socket(fileno=copy)
            except OSError:
                os.close(copy)
                continue  # another file has its number now
            try:
                is_one = connection.family in (socket.AF_INET, socket.AF_INET6)
                peer = connection.getpeername()[0] if is_one else None
            except OSError:
                peer = None
            inode = os.fstat(copy).st_ino
            if peer is None or inode in self._held:
                connection.close()
            else:
                self._held[inode] = _Connection(inode, connection, _plain(peer))

    def _let_go(self, waiting: _Waiting) -> None:
        for connection in waiting.connections or ():
            connection.users -= 1
            if not connection.users:
                self._close(connection)
        waiting.connections = []

    def _close(self, connection: _Connection) -> None:
        del self._held[connection.inode]
        connection.copy.close()


class _Watched(contextlib.AbstractContextManager[None]):
    # a class, because a generator takes longer and every query passes one
    __slots__ = ("_departures", "_waiting")

    def __init__(self, departures: Departures, waiting: _Waiting) -> None:
        self._departures = departures
        self._waiting = waiting

    def __enter__(self) -> None:
        self._departures.begin(self._waiting)

    def __exit__(self, *_: object) -> None:
        self._departures.end(self._waiting)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of a connection: when something was last received and sent, and whether its client has closed it."""

    received: float
    sent: float
    is_closed: bool

    @property
    def waits(self) -> bool:
        """Whether something was received that was not answered yet."""
        return self.sent <= self.received

    def fits(self, arrived: float) -> bool:
        """Return whether a request that arrived then may have come by it."""
        return self.waits and arrived - _LAIN <= self.received <= arrived + _TICK


def _told(connection: socket.socket) -> _Told | None:
    try:
        fields = _TCP_INFO.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size))
    except (OSError, struct.error):
        return None
    now = time.monotonic()
    return _Told(now - fields[_LAST_RECEIVED] / 1000, now - fields[_LAST_SENT] / 1000, fields[0] != _ESTABLISHED)


def _plain(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(getattr(found, "ipv4_mapped", None) or found)
