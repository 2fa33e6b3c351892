"""What goes over the socket between the service and a worker.

A message is a length and that many bytes. A request is JSON. A reply is JSON, for an answer followed
by its bytes: in a second message, or, when they are many, in a file without a name whose descriptor
comes with the message, so that they cross by no pipe.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.conditions import Moved
from graph.engine import Answer, Dataset, NotAcceptable, NotOffered
from graph.formats import Format
from ontology.errors import DuikouError, Origin, Problem, QueryError

_HEAD: Final = struct.Struct("!IB")
_KINDS: Final[dict[type[QueryError], str]] = {
    NotAcceptable: "not acceptable",
    NotOffered: "not offered",
    Moved: "moved",
    QueryError: "query",
}
#: Answers up to this size go over the socket itself.
INLINE: Final = 128 << 10


class Closed(Exception):  # noqa: N818
    """The other end has gone."""


@dataclass(frozen=True, slots=True)
class Question:
    """One query for a worker; `seconds` is what is left of its time, `size` the most bytes it may answer."""

    text: str
    dataset: Dataset
    formats: Sequence[Format]
    seconds: float
    size: int


def send(end: socket.socket, message: bytes, descriptor: int | None = None) -> None:
    """Send a message, with a descriptor if one is given."""
    head = _HEAD.pack(len(message), descriptor is not None)
    try:
        if descriptor is None:
            end.sendall(head + message)
        else:
            socket.send_fds(end, [head], [descriptor])
            end.sendall(message)
    except OSError as error:
        raise Closed from error


def receive(end: socket.socket) -> tuple[bytes, int | None]:
    """Return the next message and the descriptor that came with it. `Closed` when the other end has gone."""
    try:
        head, ancillary, _, _ = end.recvmsg(_HEAD.size, socket.CMSG_SPACE(array.array("i").itemsize))
        if len(head) < _HEAD.size:
            head += _exactly(end, _HEAD.size - len(head))
        length, with_descriptor = _HEAD.unpack(head)
        message = _exactly(end, length)
    except OSError as error:
        raise Closed from error
    descriptor = None
    if with_descriptor:
        received = array.array("i")
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                received.frombytes(data[: received.itemsize])
        if not received:
            raise Closed
        descriptor = received[0]
    return message, descriptor


def _exactly(end: socket.socket, length: int) -> bytes:
    if not length:
        return b""
    chunks, missing = [], length
    while missing:
        chunk = end.recv(min(missing, 1 << 20))
        if not chunk:
            raise Closed
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)


def ask(question: Question) -> bytes:
    """Return a question as a message."""
    dataset = question.dataset
    return json.dumps(
        {
            "text": question.text,
            "dataset": [dataset.default_graphs, dataset.named_graphs, dataset.union, dataset.base],
            "formats": [f.short for f in question.formats],
            "seconds": question.seconds,
            "size": question.size,
        }
    ).encode("utf-8", "surrogatepass")


def asked(message: bytes) -> Question:
    """Return the question of a message."""
    said = json.loads(message.decode("utf-8", "surrogatepass"))
    default_graphs, named_graphs, union, base = said["dataset"]
    formats = [f for f in map(Format.named, said["formats"]) if f is not None]
    dataset = Dataset(tuple(default_graphs), tuple(named_graphs), union, base)
    return Question(said["text"], dataset, formats, said["seconds"], said["size"])


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


def success(chosen: Format) -> bytes:
    """Return the head of an answer."""
    return json.dumps({"format": chosen.short}).encode()


def reply(end: socket.socket) -> Answer | int:
    """Return the worker's answer, or the size it was not allowed to exceed.

    `QueryError` and `NotAcceptable` as the worker raised them; `Closed` if it died.
    """
    message, descriptor = receive(end)
    said: dict[str, Any] = json.loads(message)
    if "error" not in said:
        chosen = Format.named(said["format"])
        if chosen is None:
            raise Closed
        return Answer(chosen.media_type, receive(end)[0] if descriptor is None else _drain(descriptor), chosen)
    if said["error"] == "size":
        return int(said["size"])
    raise query_error(said)


def _drain(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        return file.read()
