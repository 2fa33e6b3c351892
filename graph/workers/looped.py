"""Questions of an event loop: asked, and waited for, without a thread for each.

To hand the interpreter from thread to thread costs more than a small answer. So the loop itself waits for
a place in the short lane and for what the worker says. A question that takes longer than a moment, or
comes to anything but an answer, goes on in a thread, with the place and the worker that it has: there
`Pool` decides what becomes of it, as of any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from graph.asking import Asking, Cancelled, current
from graph.engine import Answer, Dataset, Exhausted
from graph.formats import Format
from graph.workers import wire
from graph.workers.lanes import Place, Waiter
from graph.workers.worker import Worker

if TYPE_CHECKING:
    from graph.workers.pool import Pool

#: Whether this system has what it takes.
IS_POSSIBLE: Final = hasattr(select, "epoll")
#: Seconds that an answer is waited for here, and seconds between looks at the time.
_MOMENT: Final = 0.03
_LOOK: Final = 0.015
_ONCE: Final = select.EPOLLIN | select.EPOLLONESHOT if IS_POSSIBLE else 0
#: The longest text of a query that is sent from here: a longer one might have to wait until it is read.
_MOST: Final = 32 << 10


class _Turn(Waiter):
    """Somebody in an event loop who waits for a place."""

    __slots__ = ("_looped", "called")

    def __init__(self, looped: Looped) -> None:
        self.has_place = False
        self.called: Final[asyncio.Future[None]] = looped.loop.create_future()
        self._looped = looped

    def call(self) -> None:
        """End the waiting; once is enough."""
        if threading.get_ident() == self._looped.thread:
            _finish(self.called)
        else:
            self._looped.loop.call_soon_threadsafe(_finish, self.called)


class Looped:
    """Asks the workers of a pool from an event loop; only to be used in its thread."""

    def __init__(self, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self.loop: Final = loop
        self.thread: Final = threading.get_ident()
        self._pool = pool
        self._lane = pool.short
        self._at_work: dict[int, tuple[Worker, asyncio.Future[None]]] = {}
        self._until: dict[asyncio.Future[None], float] = {}
        self._looks = False
        # One for all workers, of which the loop sees whether there is anything: to have the loop look at each
        # anew with every question takes several times as long.
        self._epoll = select.epoll()
        loop.add_reader(self._epoll.fileno(), self._come)

    async def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.workers.pool.Pool.answer`."""
        pool, asking = self._pool, current()
        if len(text) > _MOST or pool.is_long(text):
            return await asyncio.to_thread(pool.answer, text, dataset, formats)
        question, deadline = pool.question(text, dataset, formats, asking)
        form = pool.form_of(text)
        place = await self._place(form, deadline, asking)
        worker = None
        try:
            asking.check()
            worker = self._put(question, asking)
            if worker is not None:
                with asking.stopped_by(worker.stop):
                    await self._moment(worker)
        except BaseException:
            with place:
                if worker is not None:
                    pool.drop(worker)
            raise
        if worker is not None and worker.is_prompt:
            with place:
                return pool.reply(worker, form, asking)
        return await asyncio.to_thread(pool.go_on, question, deadline, asking, place, worker)

    async def _place(self, form: str, deadline: float, asking: Asking) -> Place:
        """Return a place in the short lane; errors as `Lane.place`."""
        quick = self._pool.is_quick(form)
        turn = self._lane.join(lambda: _Turn(self), quick=quick)
        if turn is not None:
            try:
                with asking.stopped_by(turn.call):
                    await self._called(turn.called, deadline)
            except BaseException:  # nobody waits for this task any more
                with contextlib.suppress(Exhausted, Cancelled):
                    self._lane.settle(turn, asking, quick=quick)
                    self._lane.leave()
                raise
            self._lane.settle(turn, asking, quick=quick)
        return Place(self._lane)

    def _put(self, question: wire.Question, asking: Asking) -> Worker | None:
        """Return a worker that is at work on the question, None where there is none at once."""
        worker = self._pool.idle()
        if worker is None:
            return None
        number = worker.end.fileno()
        if worker.looked_after is not self:
            self._epoll.register(number, _ONCE)
            worker.looked_after = self
        else:
            self._epoll.modify(number, _ONCE)
        worker.wait_at_most(_MOMENT)  # for the rest of an answer that has begun
        asking.works()
        try:
            worker.ask(question)
        except wire.Closed:  # it died while it was idle
            self._pool.drop(worker)
            return None
        return worker

    async def _moment(self, worker: Worker) -> None:
        """Wait until a worker has answered, or ended, or the moment is over."""
        number, answered = worker.end.fileno(), self.loop.create_future()
        self._at_work[number] = worker, answered
        try:
            await self._called(answered, time.monotonic() + _MOMENT)
        finally:
            del self._at_work[number]

    def _come(self) -> None:
        """Take what workers have sent."""
        for number, _ in self._epoll.poll(0):
            found = self._at_work.get(number)
            if found is None:
                continue  # a thread waits for it
            worker, answered = found
            if worker.has_answered():
                _finish(answered)
            else:
                self._epoll.modify(number, _ONCE)

    # -- the time -------------------------------------------------------------

    async def _called(self, future: asyncio.Future[None], until: float) -> None:
        """Wait for a future, or until a moment. One look at all now and then takes less than a timer for each."""
        self._until[future] = until
        if not self._looks:
            self._looks = True
            self.loop.call_later(_LOOK, self._look)
        try:
            await future
        finally:
            del self._until[future]

    def _look(self) -> None:
        now = time.monotonic()
        for future, until in self._until.items():
            if until <= now:
                _finish(future)
        self._looks = bool(self._until)
        if self._looks:
            self.loop.call_later(_LOOK, self._look)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
