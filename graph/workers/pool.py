"""Worker processes in two lanes, so that no query can harm or starve another.

A query starts in the short lane. If it is not done after `Limits.patience` it moves to the long lane:
its worker is taken along where the long lane has room, otherwise the worker is ended and the query
asked again when there is. What overruns its time or memory, or crashes the engine, costs its own
worker and gives its client an error; a new worker takes the place.

The service itself never parses a query: nesting of a few kilobytes overflows the stack of the
engine's parser, and no thread can be killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from queue import SimpleQueue
from typing import BinaryIO, Final

from graph.asking import Asking, current
from graph.database import Database
from graph.engine import Answer, Dataset, Exhausted, Limit
from graph.formats import Format
from graph.search import PROPERTY, index_of
from graph.workers import looped, wire
from graph.workers.lanes import Lane, Place
from graph.workers.limits import Limits
from graph.workers.turns import Turns
from graph.workers.worker import Worker
from graph.workers.zygote import Zygote
from ontology.errors import Problem, QueryError, StoreError

#: Seconds that making an index of names may take, and the query that has it made.
_INDEXING: Final = 600.0
_SEARCH: Final = f"ASK {{ ?x <{PROPERTY}> 'a' }}"
#: What differs between queries of one form: names, texts, numbers, comments.
_PARTICULARS: Final = re.compile(r"#[^\n]*$|<[^<>\s]*>|\"[^\"\n]*\"|'[^'\n]*'|\d+", re.MULTILINE)
#: How many queries are known to be long, and how many forms to be quick.
_REMEMBERED: Final = 1000


class Pool:
    """Answers queries in worker processes; safe to use from several threads. Implements `Engine`."""

    def __init__(
        self,
        database: Database,
        limits: Limits | None = None,
        *,
        turns: Turns | None = None,
    ) -> None:
        """Workers take `turns`, which a query in the long lane ends for as long as it takes."""
        self.limits: Final = limits or Limits()
        self._turns: Final = turns or Turns()
        self._database = database
        self._zygote = Zygote()
        self._idle: deque[Worker] = deque()
        self._guard = threading.Lock()
        self.short = Lane(self.limits.short, self.limits.waiting)
        self._long = Lane(self.limits.long, self.limits.waiting)
        self._long_ones: OrderedDict[str, None] = OrderedDict()
        self._quick_ones: OrderedDict[str, None] = OrderedDict()
        self._looped: looped.Looped | None = None
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="worker keeper", daemon=True)
        self._indexer: Worker | None = None
        self._ended: SimpleQueue[Worker | None] = SimpleQueue()
        self._reaper = threading.Thread(target=self._reap, name="worker reaper", daemon=True)
        self._reaper.start()
        self._keeper.start()
        self._wanted.set()

    # -- asking ---------------------------------------------------------------

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`; also `Exhausted` by a limit, and `Cancelled` when nobody wants it."""
        asking = current()
        question, deadline = self.question(text, dataset, formats, asking)
        return self.go_on(question, deadline, asking)

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Awaited.answering`; errors as `answer`."""
        loop = asyncio.get_running_loop()
        if self._looped is None or self._looped.loop is not loop:
            if not looped.IS_POSSIBLE:
                return await asyncio.to_thread(self.answer, text, dataset, formats)
            self._looped = looped.Looped(self, loop)
        return await self._looped.answer(text, dataset, formats)

    def question(
        self, text: str, dataset: Dataset, formats: Sequence[Format], asking: Asking
    ) -> tuple[wire.Question, float]:
        """Return a question for a worker, and when its time is over (`time.monotonic`)."""
        seconds = asking.left(self.limits.seconds)
        return wire.Question(text, dataset, formats, seconds, self.limits.answer), time.monotonic() + seconds

    def go_on(
        self,
        question: wire.Question,
        deadline: float,
        asking: Asking,
        place: Place | None = None,
        worker: Worker | None = None,
    ) -> Answer:
        """Answer a question that may have a place in the short lane, and a worker that is at work on it."""
        for _ in range(self.limits.short + self.limits.spare):  # as many idle workers may have been killed
            try:
                return self._ask(question, deadline, asking, place, worker)
            except _KilledError:  # by somebody else: not the query's fault
                place = worker = None
        return self._ask(question, deadline, asking, last=True)

    def _ask(
        self,
        question: wire.Question,
        deadline: float,
        asking: Asking,
        place: Place | None = None,
        worker: Worker | None = None,
        *,
        last: bool = False,
    ) -> Answer:
        if place is not None or not self.is_long(question.text):
            form = self.form_of(question.text)
            with place or self.short.place(deadline, asking, quick=self.is_quick(form)):
                worker = worker or self._put(question, asking)
                crowded = self.short.has_queue
                patience = self.limits.patience / (8 if crowded else 1)
                with asking.stopped_by(worker.stop):
                    is_short = self._is_short(worker, patience, deadline)
                if is_short:
                    self.was_quick(form)
                    return self._reply(worker, asking, keep=True, last=last)
                with self._guard:
                    self._quick_ones.pop(form, None)
                if not crowded:
                    self._remember(self._long_ones, question.text)
                moved = self._long.try_enter()
                if not moved:
                    self.drop(worker)
                    self._replace()  # before the place is free, so that whoever comes next need not wait for it
            if moved:
                try:
                    return self._run_long(worker, question, deadline, asking, last=last)
                finally:
                    self._long.leave()
        with self._long.place(deadline, asking):
            return self._run_long(self._put(question, asking), question, deadline, asking, last=last)

    def is_long(self, text: str) -> bool:
        """Return whether a query was long before."""
        return text in self._long_ones

    @staticmethod
    def form_of(text: str) -> str:
        """Return what queries that differ in names, texts and numbers only have in common."""
        return _PARTICULARS.sub("_", text[:4000])

    def is_quick(self, form: str) -> bool:
        """Return whether queries of a form were quick before."""
        return form in self._quick_ones

    def was_quick(self, form: str) -> None:
        """Note that a query of a form was quick."""
        self._remember(self._quick_ones, form)

    @staticmethod
    def taken(worker: Worker) -> Answer:
        """Return what a worker has answered. Errors as `answer`, and `wire.Closed`."""
        return _whole(worker.reply())

    def _is_short(self, worker: Worker, patience: float, deadline: float) -> bool:
        """Return whether the answer comes within patience. In a crowd it is the worker's own running that counts."""
        in_crowd = patience < self.limits.patience
        began, before = time.monotonic(), worker.processor_time() if in_crowd else None
        while not worker.answers_within(min(patience, deadline - time.monotonic())):
            spent = worker.processor_time()
            waited = time.monotonic() - began
            if before is None or spent is None or spent - before >= patience or waited >= self.limits.patience:
                return False
            if time.monotonic() >= deadline:
                return False
        return True

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format

    def close(self) -> None:
        """End all idle workers; those at work end when their answer is taken."""
        self._closed.set()
        self._wanted.set()
        self._keeper.join()
        self._ended.put(None)
        self._reaper.join()
        with self._guard:
            idle, self._idle = list(self._idle), deque()
        if indexer := self._indexer:
            idle.append(indexer)
        for worker in idle:
            worker.kill()
        self._zygote.close()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- lanes ----------------------------------------------------------------

    def _put(self, question: wire.Question, asking: Asking) -> Worker:
        """Return a worker that is at work on the question."""
        asking.check()
        asking.works()
        while True:
            worker = self._take()
            try:
                worker.ask(question)
            except wire.Closed:  # it died while it was idle
                self.drop(worker)
            else:
                return worker

    def _remember(self, known: OrderedDict[str, None], text: str) -> None:
        """Let a query that was long once go to the long lane at once, or one that was quick before others."""
        with self._guard:
            known[text] = None
            known.move_to_end(text)
            while len(known) > _REMEMBERED:
                known.popitem(last=False)

    def _run_long(
        self, worker: Worker, question: wire.Question, deadline: float, asking: Asking, *, last: bool
    ) -> Answer:
        self._wanted.set()
        worker.give_way()
        with self._turns.lasting(), asking.stopped_by(worker.stop):
            is_answered = worker.answers_within(deadline - time.monotonic())
        if not is_answered:
            self.drop(worker)
            raise _overrun(question.seconds)
        # It has been slowed down for good and may hold much memory, so it is not kept.
        return self._reply(worker, asking, keep=False, last=last)

    def _reply(self, worker: Worker, asking: Asking, *, keep: bool, last: bool) -> Answer:
        try:
            answer = worker.reply()
        except wire.Closed:
            if asking.is_cancelled:
                self.drop(worker)
                asking.check()
            raise self._crashed(worker, last=last) from None
        except QueryError:
            self.give_back(worker) if keep else self.drop(worker)
            raise
        self.give_back(worker) if keep else self.drop(worker)
        return _whole(answer)

    def _crashed(self, worker: Worker, *, last: bool) -> Exception:
        code = worker.wait()
        self._wanted.set()
        if code == -signal.SIGKILL and not last:
            return _KilledError()
        if code == -signal.SIGSEGV:
            return Exhausted(
                Limit.DEPTH,
                Problem("The query is nested too deep, or chained too long, to be read", remedy="Write it flatter"),
            )
        return Exhausted(
            Limit.MEMORY,
            Problem(
                f"The query needs more than the {self.limits.megabytes} MB of memory that one query may have",
                remedy="Ask for less: narrow its patterns, avoid cross products, sort fewer rows",
            ),
        )

    # -- workers --------------------------------------------------------------

    def number_at_once(self) -> int | None:
        """Return the number of the current snapshot, None where that has to be opened first."""
        reader = self._database.at_once(recent=True)
        return None if reader is None else reader.snapshot.number if reader.snapshot else 0

    def idle(self, number: int) -> Worker | None:
        """Return a worker that is ready for a question to a snapshot, None where there is none just now."""
        with self._guard:
            worker = self._idle[0] if self._idle else None
            if worker is None or worker.number != number or not worker.is_ready:
                return None
            self._idle.popleft()
            few = len(self._idle) < self.limits.spare
        if few and not self._wanted.is_set():
            self._wanted.set()
        return worker

    def _take(self) -> Worker:
        """Return a worker that has the current snapshot open."""
        snapshot = self._database.recent().snapshot
        number = snapshot.number if snapshot else 0
        while True:
            with self._guard:
                worker = self._idle.popleft() if self._idle else None
                few = len(self._idle) < self.limits.spare
            if few and not self._wanted.is_set():  # to wake the keeper for nothing takes longer than a small query
                self._wanted.set()
            if worker is None:
                worker = self._start(number)
            elif worker.number != number:
                worker.kill()
                continue
            try:
                worker.wait_ready()
            except StoreError:
                worker.kill()
                if self._number() == number:
                    raise
                number = self._number()  # it was replaced and deleted in between
                continue
            return worker

    def give_back(self, worker: Worker) -> None:
        """Let a worker that has answered be asked by others, unless there are enough."""
        with self._guard:
            enough = len(self._idle) >= self.limits.short + self.limits.spare
            if not (enough or worker.is_spent or self._closed.is_set()):
                self._idle.appendleft(worker)
                return
        self.drop(worker)

    def drop(self, worker: Worker) -> None:
        """End a worker; that takes a while, and is not waited for."""
        worker.stop()
        self._ended.put(worker)
        self._wanted.set()

    def _replace(self) -> None:
        """Start a worker unless enough are idle."""
        with contextlib.suppress(StoreError):
            self._top_up(most=1)

    def _reap(self) -> None:
        """Wait for the ends of workers, which take a while where there is much memory to give back."""
        while (worker := self._ended.get()) is not None:
            worker.kill()

    def _start(self, number: int) -> Worker:
        return Worker(self._zygote, self._turns, self._database.path, number, self.limits.megabytes)

    def _number(self) -> int:
        snapshot = self._database.reader().snapshot
        return snapshot.number if snapshot else 0

    def _keep(self) -> None:
        """Keep spare workers ready, so that nobody waits for one to start."""
        while not self._closed.is_set():
            self._wanted.wait()
            self._wanted.clear()
            with contextlib.suppress(StoreError):
                self._top_up()
                self._index()

    def _index(self) -> None:
        """Have the index of names made if the snapshot has none: by a worker, which gives way to all others."""
        snapshot = self._database.reader().snapshot
        if snapshot is None or self._indexer is not None or index_of(snapshot.path).exists():
            return
        self._indexer = worker = self._start(snapshot.number)
        worker.give_way()
        threading.Thread(target=self._wait_index, args=(worker,), name="indexer", daemon=True).start()

    def _wait_index(self, worker: Worker) -> None:
        with contextlib.suppress(StoreError, QueryError, wire.Closed, OSError, ValueError):
            worker.wait_ready()
            worker.ask(wire.Question(_SEARCH, Dataset(), (Format.JSON,), _INDEXING, 1 << 10))
            worker.reply()
        worker.kill()
        self._indexer = None

    def _top_up(self, most: int | None = None) -> None:
        number = self._number()
        with self._guard:
            stale = [w for w in self._idle if w.number != number]
            self._idle = deque(w for w in self._idle if w.number == number)
        for worker in stale:
            worker.kill()
        while not self._closed.is_set():
            with self._guard:
                if len(self._idle) >= min(self.limits.spare, most or self.limits.spare):
                    return
            worker = self._start(number)
            try:
                worker.wait_ready()
            except StoreError:
                worker.kill()
                raise
            with self._guard:
                if not self._closed.is_set():
                    self._idle.append(worker)
                    continue
            worker.kill()


class _KilledError(Exception):
    """A worker was killed by somebody else."""


def _overrun(seconds: float) -> Exhausted:
    return Exhausted(
        Limit.TIME,
        Problem(
            f"The query takes longer than {seconds:g} seconds, the most that it may have",
            remedy="Ask for less: narrow its patterns, or add a LIMIT in a sub-select",
        ),
    )


def _whole(answer: Answer | int) -> Answer:
    """Return an answer that was allowed; `Exhausted` for the size that was not."""
    if isinstance(answer, Answer):
        return answer
    raise Exhausted(
        Limit.SIZE,
        Problem(
            f"The answer is larger than {_size(answer)}, the most that is sent",
            remedy="Ask for less at a time with LIMIT and OFFSET, or take a download of the whole graph",
        ),
    )


def _size(number: int) -> str:
    return f"{number >> 20} MB" if number >= 1 << 20 else f"{number} bytes"
