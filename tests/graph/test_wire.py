"""Messages between the service and its workers, however the socket cuts them or runs them together."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from tempfile import TemporaryFile

import pytest

from graph.workers import wire

SIZES = (0, 1, 4, 5, 600, wire.INLINE, wire.ROOM - 5, wire.ROOM - 4, wire.ROOM, 400_000)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        yield ours, theirs


@pytest.mark.parametrize("seed", range(8))
def test_messages_arrive_whole_in_order_and_with_their_files(
    ends: tuple[socket.socket, socket.socket], seed: int
) -> None:
    chance = random.Random(seed)
    sent = [
        (bytes([n % 256]) * (chance.choice(SIZES) if chance.random() < 0.5 else chance.randrange(2_000)), n % 5 == 3)
        for n in range(120)
    ]

    def send() -> None:
        for n, (message, with_file) in enumerate(sent):
            if with_file:
                with TemporaryFile() as file:
                    file.write(str(n).encode())
                    file.flush()
                    wire.send(ends[1], message, file.fileno())
            elif chance.random() < 0.5:
                wire.send(ends[1], message)
            else:  # bit by bit
                data = len(message).to_bytes(4, "big") + b"\0" + message
                cuts = sorted(chance.randrange(len(data)) for _ in range(3))
                for begin, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
                    ends[1].sendall(data[begin:end])

    until = time.monotonic() + 60
    thread = threading.Thread(target=send)
    thread.start()
    incoming = wire.Incoming()
    wire.wait_at_most(ends[0], 0.01)
    for n, (message, with_file) in enumerate(sent):
        while (came := incoming.receive(ends[0], at_once=chance.random() < 0.5)) is None:
            assert time.monotonic() < until
        assert came[0] == message, n
        assert (came[1] is not None) == with_file
        if came[1] is not None:
            with os.fdopen(came[1], "rb") as file:
                file.seek(0)
                assert file.read() == str(n).encode()
    thread.join()
    assert incoming.receive(ends[0], at_once=True) is None
    ends[1].close()
    with pytest.raises(wire.Closed):
        incoming.receive(ends[0], at_once=True)


def test_a_file_that_was_promised_and_did_not_come_is_no_message(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].sendall(b"\0\0\0\1\1x")
    with pytest.raises(wire.Closed):
        wire.Incoming().receive(ends[0])
    ends[1].sendall(b"\0\0\0\1\1x")
    with pytest.raises(wire.Closed):
        wire.receive(ends[0])


def test_half_a_message_is_waited_for_and_its_sender_may_go(ends: tuple[socket.socket, socket.socket]) -> None:
    incoming = wire.Incoming()
    wire.wait_at_most(ends[0], 0.01)
    ends[1].sendall(b"\0\0\0\4\0ab")
    assert incoming.receive(ends[0], at_once=True) is None
    ends[1].sendall(b"cd\0\0")
    came = incoming.receive(ends[0], at_once=True)
    assert came is not None
    assert bytes(came[0]) == b"abcd"
    ends[1].close()
    with pytest.raises(wire.Closed):
        incoming.receive(ends[0])
