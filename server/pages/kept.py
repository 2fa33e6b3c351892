"""What a page needs that is counted over the whole graph: worked out once for each snapshot, whoever asks first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app

from server import access

_EXTENSION: Final = "duikou.kept"
#: Things that are kept, and entries of all lists among them (a hundred bytes each, or so); what was not asked for
#: longest goes first.
_MOST: Final = 300
_ENTRIES: Final = 1_000_000

T = TypeVar("T")


class _Slot:
    """One thing that is kept: of which snapshot it is, and a lock for who makes it."""

    def __init__(self) -> None:
        self.making = threading.Lock()
        self.state: object = ()
        self.value: Any = None


class Kept:
    """All that an application keeps; safe to use from several threads."""

    def __init__(self) -> None:
        self._slots: OrderedDict[str, _Slot] = OrderedDict()
        self._guard = threading.Lock()

    def slot(self, name: str) -> _Slot:
        """Return the place of one thing."""
        with self._guard:
            slot = self._slots.setdefault(name, _Slot())
            self._slots.move_to_end(name)
            entries = sum(map(_entries, self._slots.values()))
            while len(self._slots) > _MOST or (entries > _ENTRIES and len(self._slots) > 1):
                _, gone = self._slots.popitem(last=False)
                entries -= _entries(gone)
            return slot


def _entries(slot: _Slot) -> int:
    return len(slot.value) if isinstance(slot.value, list) else 1


def register(app: Flask) -> None:
    """Give an application its place to keep things in."""
    app.extensions[_EXTENSION] = Kept()


def kept(name: str, make: Callable[[], T]) -> T:
    """Return what `make` gives, the same until another snapshot is served. Who comes meanwhile waits for it."""
    slot, state = _slot(name), _state()
    if slot.state != state:
        with slot.making:
            if slot.state != state:
                slot.value = make()
                slot.state = state
    value: T = slot.value
    return value


def ready(name: str) -> Any:
    """Return what is kept of the served snapshot under a name, None where it has yet to be made."""
    slot = _slot(name)
    return slot.value if slot.state == _state() else None


def _slot(name: str) -> _Slot:
    all_kept = current_app.extensions[_EXTENSION]
    assert isinstance(all_kept, Kept)
    return all_kept.slot(name)


def _state() -> tuple[int | None, str | None]:
    now = access.snapshot()
    return (now.number, now.created) if now else (None, None)
