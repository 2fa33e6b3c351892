"""A query worker, from the service's side: it is asked, and its answer waited for or looked after."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from graph.engine import Answer
from graph.workers import child, confine, wire
from graph.workers.process import Process
from graph.workers.turns import Turns
from graph.workers.zygote import Zygote
from ontology.errors import StoreError

#: Seconds that a worker may take to open its snapshot.
_START: Final = 20.0
#: Seconds between looks while it is certain that something comes.
_LOOK: Final = 600.0


class Worker(Process):
    """A process that has a snapshot open and answers queries."""

    def __init__(self, zygote: Zygote, turns: Turns, directory: Path, number: int, megabytes: int) -> None:
        super().__init__(zygote, "worker", str(directory), number, megabytes)
        self.number: Final = number
        self._turns = turns
        turns.join(self.pid)
        self.is_ready = False
        #: What looks after its answers; only that has to know.
        self.looked_after: object = None
        #: Whether it is at work on more than whoever has it knows of, so that it cannot be used again.
        self.is_spent = False
        self._waits = 0.0
        self._incoming = wire.Incoming()
        self._came: tuple[memoryview, int | None] | wire.Closed | None = None

    def wait_ready(self) -> None:
        """Return when the snapshot is open. `StoreError` if it cannot be, or takes too long."""
        if self.is_ready:
            return
        try:
            if not self.answers_within(_START):
                raise StoreError(f"A query worker did not open snapshot {self.number} in {_START:.0f} s")
            message, _ = self._message()
        except (wire.Closed, OSError):
            raise StoreError(f"A query worker ended before it opened snapshot {self.number}") from None
        if bytes(message) != child.READY:
            raise StoreError(str(message, "utf-8", "replace"))
        self.is_ready = True

    def ask(self, question: wire.Question) -> None:
        """Put a question. `Closed` when the process has ended."""
        wire.send(self.end, wire.ask(question))

    def answers_within(self, seconds: float) -> bool:
        """See `Process.answers_within`; what came is kept, so that to wait and to read are one step."""
        if self._came is None:
            self.wait_at_most(seconds)
        return self.has_answered(at_once=False)

    def wait_at_most(self, seconds: float) -> None:
        """Have what waits for an answer, or the rest of it, wait no longer than so many seconds."""
        if self._waits != seconds:
            wire.wait_at_most(self.end, seconds)
            self._waits = seconds

    def has_answered(self, *, at_once: bool = True) -> bool:
        """Return whether an answer is there whole, or the process has ended."""
        if self._came is None:
            try:
                self._came = self._incoming.receive(self.end, at_once=at_once)
            except wire.Closed as closed:
                self._came = closed
        return self._came is not None

    @property
    def has_ended(self) -> bool:
        """Whether what came is the end of the process."""
        return isinstance(self._came, wire.Closed)

    def take_file(self) -> tuple[memoryview, int] | None:
        """Return an answer that came with a file, and the descriptor of that, which is the caller's now; else None.

        `wire.reply` reads it.
        """
        if not isinstance(self._came, tuple):
            return None
        message, descriptor = self._came
        if descriptor is None:
            return None
        self._came = None
        return memoryview(bytes(message)), descriptor

    def reply(self) -> Answer | int:
        """Return the answer, or the size it was not allowed to exceed; `Closed` and errors as `wire.reply`."""
        return wire.reply(*self._message(), self.number)

    def _message(self) -> tuple[memoryview, int | None]:
        while not self.answers_within(_LOOK):
            continue
        came, self._came = self._came, None
        if came is None or isinstance(came, wire.Closed):
            raise wire.Closed from came
        return came

    def wait(self) -> int:
        """See `Process.wait`; what it answered and nobody took is closed."""
        if (filed := self.take_file()) is not None:
            os.close(filed[1])
        self._incoming.close()
        self._turns.leave(self.pid)
        return super().wait()

    def give_way(self) -> None:
        """Let it give way to all others, for good."""
        self._turns.leave(self.pid)
        confine.be_nice(self.pid)
