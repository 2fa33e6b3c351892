"""Questions of an event loop: asked, and waited for, without a thread for each.

To hand the interpreter from thread to thread costs more than a small answer. So the loop itself waits for
a place in the short lane and for what the worker says. A question that takes longer than a moment, or
ends its worker, goes on in a thread, with the place and the worker that it has: there `Pool` decides what
becomes of it, as of any other.

To wake a process costs nearly as much as a small answer, too. So where there is no place, a query whose
form was quick before is sent to a worker that is at work on another such query: it sits behind that, and
has the place after it. Should that one take longer than a moment after all, whoever sits behind begins again.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import select
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

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
#: Whenever something comes: a thread that waits for it is not disturbed, and nothing has to be said anew.
_EDGE: Final = select.EPOLLIN | select.EPOLLET if IS_POSSIBLE else 0
#: The longest text of a query that is sent from here: a longer one might have to wait until it is read.
_MOST: Final = 32 << 10


class _Further(NamedTuple):
    """What a question has that goes on in a thread."""

    place: Place
    worker: Worker | None


class _InFile(NamedTuple):
    """An answer that is still to be read from a file."""

    message: memoryview
    descriptor: int
    number: int


_Outcome = Answer | _InFile | _Further


class _Asked(Waiter):
    """A question from its arrival to its outcome: it waits in the lane, or is with a worker, or sits behind there."""

    __slots__ = (
        "asking", "at", "deadline", "form", "has_sat", "is_quick", "looped", "number", "outcome", "question", "until",
    )  # fmt: skip

    def __init__(
        self, looped: Looped, question: wire.Question, deadline: float, asking: Asking, form: str, number: int
    ) -> None:
        self.has_place = False
        self.question: Final = question
        self.deadline: Final = deadline
        self.asking: Final = asking
        self.form: Final = form
        #: The snapshot that is to answer it.
        self.number: Final = number
        self.is_quick: Final = looped.pool.is_quick(form)
        #: When whoever looks at the time has to do something about it (`time.monotonic`).
        self.until = deadline
        self.at: _AtWork | None = None
        #: Whether it sat behind another: twice would be too long to wait for others.
        self.has_sat = False
        self.outcome: Final[asyncio.Future[_Outcome]] = looped.loop.create_future()
        self.looped: Final = looped

    @property
    def is_over(self) -> bool:
        """Whether it has an outcome, or nobody waits for one any more."""
        return self.outcome.done()

    def call(self) -> None:
        """Have it go on with the place that it was given."""
        if threading.get_ident() == self.looped.thread:
            self.looped.placed(self)
        else:
            self.looped.loop.call_soon_threadsafe(self.looped.placed, self)

    def cancel(self) -> None:
        """Have it end, because its answer is not wanted any more."""
        self.looped.loop.call_soon_threadsafe(self.looped.cancelled, self)

    def fail(self, error: BaseException) -> None:
        if not self.is_over:
            self.outcome.set_exception(error)


class _AtWork:
    """A worker that is at work on a question, the place of that, and who sits behind."""

    __slots__ = ("behind", "first", "place", "worker")

    def __init__(self, worker: Worker, place: Place, first: _Asked) -> None:
        self.worker: Final = worker
        self.place: Final = place
        #: None once the loop has nothing to do with it any more.
        self.first: _Asked | None = first
        self.behind: _Asked | None = None


class Looped:
    """Asks the workers of a pool from an event loop; only to be used in its thread."""

    def __init__(self, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self.loop: Final = loop
        self.pool: Final = pool
        self.thread: Final = threading.get_ident()
        self._lane = pool.short
        self._at_work: dict[int, _AtWork] = {}
        self._open: dict[_Asked, None] = {}
        self._looks = False
        # One for all workers, of which the loop sees whether there is anything: to have the loop look at each
        # anew with every question takes several times as long.
        self._epoll = select.epoll()
        loop.add_reader(self._epoll.fileno(), self._come)

    async def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.workers.pool.Pool.answer`."""
        pool, asking = self.pool, current()
        number = pool.number_at_once()
        if number is None or len(text) > _MOST or pool.is_long(text):
            return await asyncio.to_thread(pool.answer, text, dataset, formats)
        question, deadline = pool.question(text, dataset, formats, asking)
        asked = _Asked(self, question, deadline, asking, pool.form_of(text), number)
        with asking.stopped_by(asked.cancel):
            outcome = await self._outcome(asked)
        if isinstance(outcome, Answer):
            return outcome
        # Shielded, because what is freed in the thread has to be freed even if this task is cancelled.
        if isinstance(outcome, _Further):
            return await asyncio.shield(asyncio.to_thread(pool.go_on, question, deadline, asking, *outcome))
        answer = await asyncio.shield(asyncio.to_thread(wire.reply, *outcome))
        assert isinstance(answer, Answer)
        return answer

    async def _outcome(self, asked: _Asked) -> _Outcome:
        self._open[asked] = None
        if not self._looks:
            self._looks = True
            self.loop.call_later(_LOOK, self._look)
        try:
            asked.asking.check()
            self._begin(asked)
            return await asked.outcome
        except asyncio.CancelledError:  # nobody waits for this task any more
            if asked.outcome.cancelled():
                self._free(asked)
            elif asked.outcome.exception() is None:
                self._give_up(asked.outcome.result())
            raise
        finally:
            del self._open[asked]

    # -- from the lane to a worker ----------------------------------------------

    def _begin(self, asked: _Asked) -> None:
        """Have a question wait for a place, or go on if there is one. `Exhausted` as `Lane.join`."""
        if self._lane.join(lambda: asked, quick=asked.is_quick) is None:
            self._put(asked)
        elif asked.is_quick:
            self._fill()

    def _again(self, asked: _Asked) -> None:
        """Have a question begin again that sat behind another."""
        asked.at, asked.until = None, asked.deadline
        try:
            self._begin(asked)
        except Exhausted as error:
            asked.fail(error)

    def placed(self, asked: _Asked) -> None:
        """Have a question go on that waited for a place, and has one."""
        if not asked.is_over:  # otherwise whoever ended it has left the place
            self._put(asked)

    def _put(self, asked: _Asked) -> None:
        """Put a question that has a place to a worker; in a thread where there is none at once."""
        place, worker = Place(self._lane), self.pool.idle(asked.number)
        if worker is None:
            self._end(asked, _Further(place, None))
            return
        number = worker.end.fileno()
        if worker.looked_after is not self:
            self._epoll.register(number, _EDGE)
            worker.looked_after = self
        worker.wait_at_most(_MOMENT)  # for the rest of an answer that has begun
        try:
            worker.ask(asked.question)
        except wire.Closed:  # it died while it was idle
            self.pool.drop(worker)
            self._end(asked, _Further(place, None))
            return
        self._at_work[number] = asked.at = _AtWork(worker, place, asked)
        self._works(asked)
        self._fill()

    def _fill(self) -> None:
        """Have quick ones that wait for a place sit behind others of their kind."""
        if not self._lane.has_quick:
            return
        for at in tuple(self._at_work.values()):
            if at.behind is not None or at.first is None or not at.first.is_quick:
                continue
            asked = self._lane.next_quick(partial(self._may_sit, at.worker))
            if asked is None:
                return
            assert isinstance(asked, _Asked)
            at.behind, asked.at, asked.until, asked.has_sat = asked, at, math.inf, True
            with contextlib.suppress(wire.Closed):  # that it ended is read in a moment
                at.worker.ask(asked.question)

    def _may_sit(self, worker: Worker, waiter: Waiter) -> bool:
        """Return whether who waits is one of ours, and may be answered by a worker after another."""
        if not isinstance(waiter, _Asked) or waiter.looped is not self:
            return False
        return waiter.number == worker.number and not waiter.has_sat

    def _works(self, asked: _Asked) -> None:
        asked.asking.works()
        asked.until = time.monotonic() + _MOMENT

    # -- from a worker to the outcome -------------------------------------------

    def _come(self) -> None:
        """Take what workers have sent."""
        for number, _ in self._epoll.poll(0):
            at = self._at_work.get(number)
            if at is not None:  # otherwise a thread waits for it
                self._read(number, at)

    def _read(self, number: int, at: _AtWork) -> None:
        worker = at.worker
        while worker.has_answered():
            asked = at.first
            assert asked is not None
            if worker.has_ended:
                self._let_go(at)
                return
            self.pool.was_quick(asked.form)
            if (filed := worker.take_file()) is not None:
                self._end(asked, _InFile(*filed, worker.number))
            else:
                try:
                    self._end(asked, self.pool.taken(worker))
                except Exception as error:
                    asked.fail(error)
            at.first, at.behind = at.behind, None
            if at.first is None or at.first.is_over:
                del self._at_work[number]
                with at.place:
                    if at.first is None:
                        self.pool.give_back(worker)
                    else:  # it is at work on what nobody wants any more
                        at.first = None
                        self.pool.drop(worker)
                return
            self._works(at.first)
            self._fill()

    def _let_go(self, at: _AtWork) -> None:
        """Have a question go on in a thread, with its worker, and whoever sits behind begin again."""
        del self._at_work[at.worker.end.fileno()]
        first, behind, at.first, at.behind = at.first, at.behind, None, None
        assert first is not None
        at.worker.is_spent = behind is not None
        self._end(first, _Further(at.place, at.worker))
        if behind is not None and not behind.is_over:
            self._again(behind)

    def _end(self, asked: _Asked, outcome: _Outcome) -> None:
        if asked.is_over:
            self._give_up(outcome)
        else:
            asked.outcome.set_result(outcome)

    def _give_up(self, outcome: _Outcome) -> None:
        """Free what an outcome holds that nobody waits for."""
        if isinstance(outcome, _InFile):
            os.close(outcome.descriptor)
        elif isinstance(outcome, _Further):
            with outcome.place:
                if outcome.worker is not None:
                    self.pool.drop(outcome.worker)

    # -- before the outcome -----------------------------------------------------

    def cancelled(self, asked: _Asked) -> None:
        """End a question whose answer is not wanted any more."""
        if asked.is_over:
            return
        self._free(asked)
        try:
            asked.asking.check()
        except Cancelled as error:
            asked.fail(error)

    def _free(self, asked: _Asked) -> None:
        """Free what a question has; if it sits behind another, whoever comes to it later passes it over."""
        at = asked.at
        if at is None:
            with contextlib.suppress(Exhausted, Cancelled):
                self._lane.settle(asked, asked.asking, quick=asked.is_quick)
                self._lane.leave()
        elif at.first is asked:
            del self._at_work[at.worker.end.fileno()]
            behind, at.first, at.behind = at.behind, None, None
            with at.place:
                self.pool.drop(at.worker)
            if behind is not None and not behind.is_over:
                self._again(behind)

    def _look(self) -> None:
        """Look at the time. One look at all now and then takes less than a timer for each."""
        now = time.monotonic()
        for asked in [a for a in self._open if a.until <= now and not a.is_over]:
            if asked.at is not None:
                if asked.at.first is asked:
                    self._let_go(asked.at)
                continue
            try:
                self._lane.settle(asked, asked.asking, quick=asked.is_quick)
            except (Exhausted, Cancelled) as error:
                asked.fail(error)
            else:
                asked.until = math.inf  # it has a place, and is about to be told
        self._looks = bool(self._open)
        if self._looks:
            self.loop.call_later(_LOOK, self._look)
