"""The process that listens: Granian's, which starts the one that answers anew however often that ends.

Granian gives up when the process that answers ends twice within seconds. But what it has been told to
serve has been served before, so here it goes on, unless there was never an answer. The listening socket
stays open in between: who asks waits for the new process instead of being refused.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from typing import Any, Final

from granian.server import Server

from graph.workers import confine

#: How often the process that answers is started before it has answered once.
_ATTEMPTS: Final = 3


class Listening(Server):  # type: ignore[misc,valid-type]  # which class it is depends on the interpreter
    """Granian's server, which keeps an answering process. `answered` is set once there was an answer."""

    def __init__(self, *arguments: Any, answered: threading.Event, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._answered = answered
        self._ended = 0

    def _respawn_workers(
        self, workers: list[int], spawn_target: Callable[..., None], target_loader: Callable[..., Any], delay: float = 0
    ) -> None:
        self._ended += 1
        if self._ended >= _ATTEMPTS and not self._answered.is_set():
            self.interrupt_children.extend(workers)  # so that it ends with an error
            self.interrupt_signal = True
            self.main_loop_interrupt.set()
            return
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()  # what Granian tells a loop of crashes by


def end_with_listener() -> None:
    """Have this process, which answers, end with the one that listens."""
    listener = multiprocessing.parent_process()
    if listener is not None and listener.pid is not None:
        confine.end_with(listener.pid)
