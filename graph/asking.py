"""Whether an answer is still wanted: what stops a query, or a write, while it is at work.

Whoever asks may go away, or have their question cancelled. The one `Asking` of a thread, or `nobody`
where none was named, is what engines tell how they are stopped, so that it need not be handed through
every layer between.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from ontology.errors import DuikouError, Problem


class Cancelled(DuikouError):  # noqa: N818  # somebody wanted it so
    """The answer is not wanted any more, and there is none."""


class Asking:
    """One question on its way; safe to use from several threads.

    `seconds` is the time that who asks would give it, where that is less than the engine's own limit.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds: Final = seconds
        #: When its time is over (`time.monotonic`) because an engine has begun to count before another is asked.
        self.until: float | None = None
        #: When an engine began to work at it (`time.monotonic`), None while it waits.
        self.began: float | None = None
        self._why: Problem | None = None
        self._stop: Callable[[], None] | None = None
        self._guard = threading.Lock()

    def left(self, most: float) -> float:
        """Return the seconds that an engine has for it which gives every question so many at most."""
        seconds = most if self.seconds is None else min(most, self.seconds)
        return seconds if self.until is None else min(seconds, max(self.until - time.monotonic(), 0.001))

    @property
    def is_cancelled(self) -> bool:
        """Whether the answer is not wanted any more."""
        return self._why is not None

    def cancel(self, why: Problem) -> None:
        """Stop what is being done for it, now and later; the first reason counts."""
        with self._guard:
            if self._why is None:
                self._why = why
                if self._stop is not None:
                    self._stop()

    def check(self) -> None:
        """Raise `Cancelled` if the answer is not wanted any more."""
        if self._why is not None:
            raise Cancelled(self._why)

    def stopped_by(self, stop: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
        """Say what ends the work inside: called at most once, at once if the answer is not wanted already.

        It is never called after the block was left, and has to be quick.
        """
        return _Stopped(self, stop)

    def exchange(self, stop: Callable[[], None] | None, *, at_once: bool = False) -> Callable[[], None] | None:
        """Have `cancel` call something else from now on, and now if `at_once` and the answer is not wanted already.

        Returned is what was to be called before.
        """
        with self._guard:
            before, self._stop = self._stop, stop
            if at_once and stop is not None and self._why is not None:
                stop()
        return before

    def works(self) -> None:
        """Say that an engine is at work at it, and not only waiting."""
        if self.began is None:
            self.began = time.monotonic()


class _Stopped(contextlib.AbstractContextManager[None]):
    # a class, because a generator takes several times as long and every query passes some
    __slots__ = ("_asking", "_before", "_stop")

    def __init__(self, asking: Asking, stop: Callable[[], None]) -> None:
        self._asking = asking
        self._stop = stop
        self._before: Callable[[], None] | None = None

    def __enter__(self) -> None:
        self._before = self._asking.exchange(self._stop, at_once=True)

    def __exit__(self, *_: object) -> None:
        self._asking.exchange(self._before)


_current: Final[ContextVar[Asking | None]] = ContextVar("asking", default=None)


def current() -> Asking:
    """Return the question that this thread is at work at; a new one that nobody cancels where none was named."""
    return _current.get() or Asking()


def asked(asking: Asking) -> contextlib.AbstractContextManager[Asking]:
    """Name the question that this thread, or task, is at work at."""
    return _Asked(asking)


class _Asked(contextlib.AbstractContextManager[Asking]):
    __slots__ = ("_asking", "_token")

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def __enter__(self) -> Asking:
        self._token = _current.set(self._asking)
        return self._asking

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
