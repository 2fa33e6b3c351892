"""What is kept for the next one who asks, in bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: How many keys that were not kept are remembered at least, and twice as many at most.
_REMEMBERED: Final = 20_000


class Kept(Generic[K, V]):
    """Values by key, of so many bytes together; safe to use from several threads.

    All belong to one generation, as a snapshot is one, and go when another is asked for; what comes late, of one that
    nobody asks for any more, is not kept. While there is room everything is
    kept. After that only what is offered a second time drives out others, those asked for the longest time ago:
    who asks many things once, as a crawler does, neither empties it for all the others nor costs them the
    time to do so. (Admission by a doorkeeper, as in TinyLFU: Einziger, Friedman and Manes, 2017, §3.4.2.)
    """

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._generation: Hashable = None
        self._asked_for: Hashable = None
        self._size = 0
        self._offered: set[int] = set()
        self._offered_before: set[int] = set()
        self._guard = threading.Lock()

    def get(self, key: K, generation: Hashable = None) -> V | None:
        """Return the value of a key in a generation, None where there is none."""
        with self._guard:
            self._asked_for = generation
            found = self._values.get(key)
            if found is None or self._generation != generation:
                return None
            self._values.move_to_end(key)
            return found[0]

    def keep(self, key: K, value: V, size: int, generation: Hashable = None) -> None:
        """Offer a value of so many bytes, which is not kept if it is too large to share the room with others."""
        if size > self._most // 8:
            return
        with self._guard:
            if generation != self._generation:
                if generation != self._asked_for:
                    return
                self._values.clear()
                self._size, self._generation = 0, generation
            replaced = self._values.get(key)
            more = size - (replaced[1] if replaced else 0)
            if replaced is None and self._size + more > self._most and not self._was_offered(key):
                return
            self._values[key] = value, size
            self._values.move_to_end(key)
            self._size += more
            while self._size > self._most:
                _, (_, gone) = self._values.popitem(last=False)
                self._size -= gone

    def _was_offered(self, key: K) -> bool:
        """Return whether a key was offered lately, and remember that it is now."""
        name = hash(key)
        if name in self._offered or name in self._offered_before:
            return True
        self._offered.add(name)
        if len(self._offered) >= _REMEMBERED:
            self._offered, self._offered_before = set(), self._offered
        return False
