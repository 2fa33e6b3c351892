"""How those who answer come to a processor: one after another, not by interrupting each other.

A request is handed on from thread to thread, to a worker and back, and the system lets whoever is woken
interrupt who woke it, which often holds the interpreter that the other then waits for. Measured, that costs
a small query a tenth of its time, and a quarter where many ask. So they wait for their turn (`SCHED_BATCH`). But
where a query runs for long they would wait for that as well; while there is one they interrupt, as is usual.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_THREADS: Final = Path("/proc/self/task")
#: Whether this system has such a thing.
IS_POSSIBLE: Final = hasattr(os, "SCHED_BATCH")


class Turns:
    """Sets how some threads of this process, and workers, come to a processor; safe to use from several threads."""

    def __init__(self) -> None:
        self._threads: tuple[int, ...] = ()
        self._workers: set[int] = set()
        self._lasting = 0
        self._guard = threading.Lock()

    def begin(self) -> None:
        """Have all threads that there are now take turns; those that they start do not."""
        if not IS_POSSIBLE:
            return
        with contextlib.suppress(OSError), self._guard:
            self._threads = tuple(int(thread.name) for thread in _THREADS.iterdir())
            self._set()

    def join(self, worker: int) -> None:
        """Have the process of this number take turns, too."""
        with self._guard:
            self._workers.add(worker)
            self._set_one(worker)

    def leave(self, worker: int) -> None:
        """Have it stay as it is; to be called before its end is waited for, as its number may then be another's."""
        with self._guard:
            self._workers.discard(worker)

    @contextlib.contextmanager
    def lasting(self) -> Iterator[None]:
        """Have them interrupt others during a block, in which a query runs for long."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._guard:
            before, self._lasting = self._lasting, self._lasting + more
            if not before or not self._lasting:
                self._set()

    def _set(self) -> None:
        for thread in (*self._threads, *self._workers):
            self._set_one(thread)

    def _set_one(self, thread: int) -> None:
        if not self._threads:
            return  # none has begun, or none can
        policy = os.SCHED_OTHER if self._lasting else os.SCHED_BATCH
        with contextlib.suppress(OSError):  # it has ended, or the system does not allow it
            os.sched_setscheduler(thread, policy | os.SCHED_RESET_ON_FORK, os.sched_param(0))
