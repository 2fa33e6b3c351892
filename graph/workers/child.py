"""A query worker: a process with one snapshot open, no network, and bounds on memory and time.

It is forked by `graph.workers.forking`, says that it is ready, and answers one query after another until
its socket closes. Whatever a query does to it, crashing its parser or filling its memory, ends this
process and nothing else.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from tempfile import TemporaryFile
from typing import IO, Final

from pyoxigraph import Store

from graph.database import Database
from graph.formats import Format
from graph.reader import Reader
from graph.workers import confine, wire
from ontology.errors import QueryError

READY: Final = b"ready"
_ROOM: Final = wire.HEAD + wire.INLINE
#: Seconds that a worker outlives its limit when nobody is left to kill it.
_GRACE: Final = 2.0
#: Seconds after an answer for which a worker looks for the next question, letting all others go first, instead of
#: sleeping: measured, to wake it costs a sixth of what a small query does.
_AWAKE: Final = 0.0005 if hasattr(os, "sched_yield") else 0.0


class _TooLargeError(Exception):
    pass


class _Spool:
    """An answer while it is written: in a room of `_ROOM` bytes, or in a file where it needs more.

    It stops the engine when it grows too large. The room is the same for every answer: memory that
    grows, and is new each time, costs a long answer more than its way to the service. It is no file by
    its type, which takes longer to make and to close, but does what the engine asks of one.
    """

    __slots__ = ("_end", "_file", "_most", "_room", "_written")

    def __init__(self, room: memoryview, most: int) -> None:
        self._room = room
        self._end = wire.HEAD  # what says that it is an answer goes before it, once it is one
        self._most = most
        self._written = 0
        self._file: IO[bytes] | None = None

    def write(self, chunk: bytes) -> int:
        size = len(chunk)
        self._written += size
        if self._written > self._most:
            raise _TooLargeError
        if self._file is None and self._written > wire.INLINE:
            self._file = _nameless_file()
            self._file.write(self._room[wire.HEAD : self._end])
        if self._file is None:
            begin, self._end = self._end, self._end + size
            self._room[begin : self._end] = chunk
        else:
            self._file.write(chunk)
        return size

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def send(self, end: socket.socket, chosen: Format) -> None:
        if self._file is None:
            self._room[: wire.HEAD] = wire.answer_head(chosen)
            wire.send(end, self._room[: self._end])
            return
        self._file.flush()
        wire.send(end, wire.answer_head(chosen, in_file=True), self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _nameless_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("answer", os.MFD_CLOEXEC), "w+b", buffering=1 << 20)
    return TemporaryFile(buffering=1 << 20)


def serve(end: socket.socket, reader: Reader) -> None:
    """Answer questions from a socket until it closes."""
    incoming, room, awake = wire.Incoming(), memoryview(bytearray(_ROOM)), 0.0
    while True:
        question = wire.asked(_next(end, incoming, awake))
        if confine.IS_SURE:
            _answer(end, reader, question, room)
        else:  # should the service itself be killed, an alarm still ends this query
            signal.setitimer(signal.ITIMER_REAL, max(question.seconds, 0.001) + _GRACE)
            _answer(end, reader, question, room)
            signal.setitimer(signal.ITIMER_REAL, 0)
        awake = time.perf_counter() + _AWAKE


def _next(end: socket.socket, incoming: wire.Incoming, awake: float) -> memoryview:
    """Return the next question; until some moment it is looked for, and waited for after that."""
    while time.perf_counter() < awake:
        if (came := incoming.receive(end, at_once=True)) is not None:
            return came[0]
        os.sched_yield()
    while (came := incoming.receive(end)) is None:
        continue
    return came[0]


def _answer(end: socket.socket, reader: Reader, question: wire.Question, room: memoryview) -> None:
    spool = _Spool(room, question.size)
    try:
        chosen = reader.write(question.text, question.dataset, question.formats, spool)  # type: ignore[arg-type]
    except _TooLargeError:
        wire.send(end, wire.too_large(question.size))
    except (QueryError, ValueError, OSError, RuntimeError, RecursionError) as error:
        wire.send(end, wire.failure(error))
    else:
        spool.send(end, chosen)
    finally:
        spool.close()


def main(end: socket.socket, directory: str, number: int, megabytes: int) -> None:
    """Run a worker on a snapshot of a data directory (0: an empty store) until its socket closes."""
    confine.deepen_stack()
    try:
        reader = Database(directory).at(number) if number else Reader(Store(), None)
    except OSError as error:
        wire.send(end, str(error).encode())
        return
    confine.close_network()
    confine.limit_memory(megabytes)
    try:
        wire.send(end, READY)
        serve(end, reader)
    except wire.Closed:
        return
