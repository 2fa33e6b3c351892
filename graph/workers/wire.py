"""What goes over the socket between the service and a worker.

A message is a length and that many bytes. A question is its terms in JSON, which are the same for most,
and its text. A reply is an error in JSON, or an answer: its format and its bytes, or, when they are many,
a file without a name whose descriptor comes with the message, so that they cross by no pipe.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from graph.conditions import Invalid, Moved
from graph.engine import Answer, Dataset, NotAcceptable, NotOffered
from graph.formats import Format
from ontology.errors import DuikouError, Origin, Problem, QueryError

_HEAD: Final = struct.Struct("!IB")
_KINDS: Final[dict[type[QueryError], str]] = {
    NotAcceptable: "not acceptable",
    NotOffered: "not offered",
    Moved: "moved",
    Invalid: "invalid",
    QueryError: "query",
}
_TERMS: Final = struct.Struct("!I")
_DESCRIPTOR: Final = socket.CMSG_SPACE(array.array("i").itemsize)
#: How many bytes say that a reply is an answer, and in which format.
HEAD: Final = 2
#: The first of them: its bytes follow, or its file comes with it; JSON begins otherwise.
_HERE: Final = 1
_IN_FILE: Final = 2
_FORMATS: Final = tuple(Format)
#: Answers up to this size go over the socket itself.
INLINE: Final = 128 << 10
#: Room for a message that is read at once; of what is not used only the address is taken.
ROOM: Final = INLINE + (4 << 10)


class Closed(Exception):  # noqa: N818
    """The other end has gone."""


class Question(NamedTuple):
    """One query for a worker; `seconds` is what is left of its time, `size` the most bytes it may answer."""

    text: str
    dataset: Dataset
    formats: Sequence[Format]
    seconds: float
    size: int


def send(end: socket.socket, message: bytes | memoryview, descriptor: int | None = None) -> None:
    """Send a message, with a descriptor if one is given."""
    head = _HEAD.pack(len(message), descriptor is not None)
    try:
        if descriptor is None:
            sent = end.sendmsg([head, message])
            if sent < len(head) + len(message):
                end.sendall(
                    memoryview(message)[sent - len(head) :] if sent >= len(head) else head[sent:] + bytes(message)
                )
        else:
            socket.send_fds(end, [head], [descriptor])
            end.sendall(message)
    except OSError as error:
        raise Closed from error


def receive(end: socket.socket) -> tuple[bytes, int | None]:
    """Return the next message and the descriptor that came with it. `Closed` when the other end has gone."""
    head = bytearray(_HEAD.size)
    try:
        count, ancillary, _, _ = end.recvmsg_into([head], _DESCRIPTOR)
    except OSError as error:
        raise Closed from error
    if not count:
        raise Closed
    _fill(end, memoryview(head)[count:])
    length, with_descriptor = _HEAD.unpack(head)
    message = bytearray(length)
    _fill(end, memoryview(message))
    descriptor = _descriptor(ancillary)
    if with_descriptor and descriptor is None:
        raise Closed
    return bytes(message), descriptor


def wait_at_most(end: socket.socket, seconds: float) -> None:
    """Have `Incoming` wait no longer than so many seconds, at least a millisecond, for something to come."""
    microseconds = max(int(seconds * 1e6), 1000)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", *divmod(microseconds, 1_000_000)))


class Incoming:
    """Messages on their way: what has come of them, until they are whole.

    A message stands in a room of its own, at least `ROOM` bytes, until the next is received there.
    """

    __slots__ = ("_begin", "_descriptors", "_end", "_own", "_room")

    def __init__(self) -> None:
        self._own = self._room = bytearray(ROOM)
        self._begin = self._end = 0
        self._descriptors: deque[int] = deque()

    def receive(self, end: socket.socket, *, at_once: bool = False) -> tuple[memoryview, int | None] | None:
        """Return the next message and the descriptor that came with it, None while it is not whole.

        It is waited for as long as the socket has time for (`wait_at_most`). If it is to be `at_once`
        that holds only for the rest of a message that has begun, which is there in no time, as a rule.
        `Closed` when the other end has gone.
        """
        if self._end and (whole := self._whole()) is not None:
            return whole
        while True:
            flags = socket.MSG_DONTWAIT if at_once and self._begin == self._end else 0
            room = memoryview(self._room)[self._end :] if self._end else self._room
            try:
                count, ancillary, _, _ = end.recvmsg_into([room], _DESCRIPTOR, flags)
            except BlockingIOError:
                return None
            except OSError as error:
                raise Closed from error
            if not count:
                raise Closed
            self._end += count
            if ancillary and (descriptor := _descriptor(ancillary)) is not None:
                self._descriptors.append(descriptor)
            if (whole := self._whole()) is not None:
                return whole

    def close(self) -> None:
        """Close the files of messages that nobody has received."""
        while self._descriptors:
            os.close(self._descriptors.popleft())

    def _whole(self) -> tuple[memoryview, int | None] | None:
        """Return the next message if it is whole; otherwise there is room for the rest of it afterwards."""
        have, begin = self._end - self._begin, self._begin
        if have >= _HEAD.size:
            length, with_descriptor = _HEAD.unpack_from(self._room, begin)
            after = begin + _HEAD.size + length
            if after <= self._end:
                message = memoryview(self._room)[begin + _HEAD.size : after]
                if after == self._end:
                    self._begin, self._end, self._room = 0, 0, self._own
                else:
                    self._begin = after
                if not with_descriptor:
                    return message, None
                if not self._descriptors:
                    raise Closed
                return message, self._descriptors.popleft()
            if after - begin > len(self._room):
                self._room = self._room[begin : self._end] + bytearray(after - self._end)
                self._begin, self._end = 0, have
        if self._begin and self._begin + ROOM > len(self._room):
            self._room[:have] = self._room[self._begin : self._end]
            self._begin, self._end = 0, have
        return None


def _descriptor(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    received = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            received.frombytes(data[: received.itemsize])
    return received[0] if received else None


def _fill(end: socket.socket, room: memoryview) -> None:
    """Read as many bytes of a message that has begun as there is room for, however long they take."""
    while room:
        try:
            count = end.recv_into(room)
        except OSError as error:
            raise Closed from error
        if not count:
            raise Closed
        room = room[count:]


def ask(question: Question) -> bytes:
    """Return a question as a message."""
    terms = _terms(question.dataset, tuple(question.formats), question.seconds, question.size)
    return terms + question.text.encode("utf-8", "surrogatepass")


def asked(message: memoryview) -> Question:
    """Return the question of a message."""
    begin = _TERMS.size + _TERMS.unpack_from(message)[0]
    dataset, formats, seconds, size = _read_terms(bytes(message[_TERMS.size : begin]))
    return Question(str(message[begin:], "utf-8", "surrogatepass"), dataset, formats, seconds, size)


@lru_cache(maxsize=64)
def _terms(dataset: Dataset, formats: tuple[Format, ...], seconds: float, size: int) -> bytes:
    """Return what a question says beside its text, with its length before it."""
    said = {
        "dataset": [dataset.default_graphs, dataset.named_graphs, dataset.union, dataset.base],
        "formats": [f.short for f in formats],
        "seconds": seconds,
        "size": size,
    }
    terms = json.dumps(said).encode()
    return _TERMS.pack(len(terms)) + terms


@lru_cache(maxsize=64)
def _read_terms(terms: bytes) -> tuple[Dataset, tuple[Format, ...], float, int]:
    said = json.loads(terms)
    default_graphs, named_graphs, union, base = said["dataset"]
    formats = tuple(f for f in map(Format.named, said["formats"]) if f is not None)
    return Dataset(tuple(default_graphs), tuple(named_graphs), union, base), formats, said["seconds"], said["size"]


def failure(error: Exception) -> bytes:
    """Return a query's error as a reply; only `QueryError` keeps its words, as they are for the client."""
    if isinstance(error, QueryError):
        return told(_KINDS.get(type(error), "query"), error)
    return told("query", QueryError("The query cannot be evaluated"))


def told(kind: str, error: DuikouError) -> bytes:
    """Return an error with its problems as a reply."""
    problems = [[p.message, p.where and [p.where.file, p.where.line, p.where.column], p.remedy] for p in error.problems]
    return json.dumps({"error": kind, "problems": problems}).encode()


def query_error(said: dict[str, Any]) -> QueryError:
    """Return the error of a reply, as the worker or writer raised it."""
    kind = next((kind for kind, name in _KINDS.items() if name == said["error"]), QueryError)
    return kind(*problems(said))


def problems(said: dict[str, Any]) -> list[Problem]:
    """Return the problems of a reply."""
    return [
        Problem(message, Origin(where[0], where[1], where[2]) if where else None, remedy)
        for message, where, remedy in said["problems"]
    ]


def too_large(size: int) -> bytes:
    """Return the reply for an answer with more bytes than allowed."""
    return json.dumps({"error": "size", "size": size}).encode()


def answer_head(chosen: Format, *, in_file: bool = False) -> bytes:
    """Return the beginning of a reply that is an answer, `HEAD` bytes; its own follow, unless they are in a file."""
    return bytes((_IN_FILE if in_file else _HERE, _FORMATS.index(chosen)))


def reply(message: memoryview, descriptor: int | None, number: int) -> Answer | int:
    """Return the answer that a message holds, of a worker on a snapshot, or the size it was not allowed to exceed.

    `QueryError` and `NotAcceptable` as the worker raised them; `Closed` where the message is none.
    """
    kind = message[0] if message else 0
    if kind in (_HERE, _IN_FILE):
        if len(message) < HEAD or message[1] >= len(_FORMATS) or (kind == _IN_FILE) != (descriptor is not None):
            raise Closed
        chosen = _FORMATS[message[1]]
        body = bytes(message[HEAD:]) if descriptor is None else _drain(descriptor)
        return Answer(chosen.media_type, body, chosen, number)
    said: dict[str, Any] = json.loads(bytes(message))
    if said["error"] == "size":
        return int(said["size"])
    raise query_error(said)


def _drain(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        return file.read()
