"""Lanes: so many queries at a time, and a bounded queue before them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from graph.asking import Asking
from graph.engine import Exhausted, Limit
from ontology.errors import Problem

_W = TypeVar("_W", bound="Waiter")


class Waiter:
    """Somebody who waits for a place: given one, sent away, or neither yet."""

    __slots__ = ("_closed", "has_place")

    def __init__(self) -> None:
        self.has_place = False
        self._closed = threading.Lock()  # an event takes several times as long
        self._closed.acquire()

    def wait(self, seconds: float) -> None:
        """Wait to be called."""
        self._closed.acquire(timeout=max(seconds, 0))

    def call(self) -> None:
        """End the waiting; once is enough."""
        with contextlib.suppress(RuntimeError):
            self._closed.release()


class Lane:
    """A number of places, and a bounded queue before them.

    Whoever is known to be quick goes first, so that a crowd of others keeps no such query out; of more
    than one place the crowd leaves one free.
    """

    def __init__(self, places: int, waiting: int) -> None:
        self._free = places
        self._reserved = 1 if places > 1 else 0
        self._most = waiting
        self._quick: deque[Waiter] = deque()
        self._others: deque[Waiter] = deque()
        self._guard = threading.Lock()

    @property
    def has_queue(self) -> bool:
        """Whether somebody waits for a place."""
        return bool(self._quick or self._others)

    @property
    def has_quick(self) -> bool:
        """Whether somebody quick waits for a place."""
        return bool(self._quick)

    def next_quick(self, fits: Callable[[Waiter], bool]) -> Waiter | None:
        """Take out of the queue who is first of the quick, if it fits, to go on without a place; else None."""
        with self._guard:
            return self._quick.popleft() if self._quick and fits(self._quick[0]) else None

    def try_enter(self) -> bool:
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            return False

    def leave(self) -> None:
        with self._guard:
            if self._quick:
                waiter = self._quick.popleft()
            elif self._others and self._free >= self._reserved:
                waiter = self._others.popleft()
            else:
                self._free += 1
                return
            waiter.has_place = True
        waiter.call()

    def place(self, deadline: float, asking: Asking, *, quick: bool = False) -> Place:
        """Hold a place. `Exhausted` when the queue is full, or the deadline comes first; `Cancelled` as `Asking`."""
        waiter = self.join(Waiter, quick=quick)
        if waiter is not None:
            with asking.stopped_by(waiter.call):
                waiter.wait(deadline - time.monotonic())
            self.settle(waiter, asking, quick=quick)
        return Place(self)

    def join(self, made: Callable[[], _W], *, quick: bool) -> _W | None:
        """Take a place and return None, or return who is called when there is one. `Exhausted` when the queue is full.

        Whoever was called, or waits no longer, has to `settle`.
        """
        queue = self._quick if quick else self._others
        with self._guard:
            if self._free and (quick or not self._others or self._free > self._reserved):
                self._free -= 1
                return None
            if len(queue) >= self._most:
                raise busy()
            waiter = made()
            queue.append(waiter)
            return waiter

    def settle(self, waiter: Waiter, asking: Asking, *, quick: bool) -> None:
        """Return if somebody who waited has a place; else `Cancelled` if nobody wants it any more, or `Exhausted`."""
        with self._guard:
            if waiter.has_place:
                return
            (self._quick if quick else self._others).remove(waiter)
        asking.check()
        raise busy()


class Place(contextlib.AbstractContextManager[None]):
    """A place that is held until the end of a block."""

    __slots__ = ("_lane",)

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def __exit__(self, *_: object) -> None:
        self._lane.leave()


def busy() -> Exhausted:
    """Return the error for a queue that is full."""
    return Exhausted(
        Limit.LOAD, Problem("Too many queries are waiting to be answered", remedy="Ask again in a few seconds")
    )
