"""Answers kept for the next one who asks the same of the same snapshot."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import BinaryIO, Final

from graph.engine import Answer, Dataset, Engine, answering_of
from graph.formats import Format
from graph.store import Store, View, view_of

#: Functions whose value differs from one asking to the next.
_FICKLE: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b|\\u", re.IGNORECASE)

_Key = tuple[int, str, Dataset, tuple[Format, ...]]


def is_fickle(text: str) -> bool:
    """Return whether a query may answer differently when asked again; True may be wrong, False is not."""
    small = text.lower()
    may = "now" in small or "rand" in small or "uuid" in small or "bnode" in small  # many times faster to look for
    return (may or "service" in small or "\\u" in small) and _FICKLE.search(text) is not None


class Cache:
    """An engine in front of another that keeps its answers, at most so many bytes, per snapshot.

    Whoever asks has looked at the database before (`Store.reader`), so that what was published before
    is seen. What was not asked for the longest time goes first. Errors are not kept: a limit that stopped a
    query may not stop it the next time.
    """

    def __init__(self, engine: Engine, database: Store, *, most: int = 64 << 20) -> None:
        self._engine = engine
        self._answering = answering_of(engine)
        self._database = database
        self._most: Final = most
        self._kept: OrderedDict[_Key, Answer] = OrderedDict()
        self._size = 0
        self._guard = threading.Lock()

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`."""
        key = _key(self._database.recent(), text, dataset, formats)
        if (kept := self._find(key)) is not None:
            return kept
        answer = self._engine.answer(text, dataset, formats)
        if self._may_keep(key, answer):
            self._keep(key, answer, _number(self._database.reader()) if answer.number is None else answer.number)
        return answer

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Awaited.answering`."""
        key = _key(await view_of(self._database, recent=True), text, dataset, formats)
        if (kept := self._find(key)) is not None:
            return kept
        answer = await self._answering(text, dataset, formats)
        if self._may_keep(key, answer):
            self._keep(key, answer, _number(await view_of(self._database)) if answer.number is None else answer.number)
        return answer

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format

    def _find(self, key: _Key) -> Answer | None:
        with self._guard:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def _may_keep(self, key: _Key, answer: Answer) -> bool:
        return not is_fickle(key[1]) and _size(key, answer) <= self._most // 8

    def _keep(self, key: _Key, answer: Answer, number: int) -> None:
        if key[0] != number:
            return  # another snapshot was published while this was answered, perhaps from that one
        with self._guard:
            replaced = self._kept.pop(key, None)
            self._size += _size(key, answer) - (_size(key, replaced) if replaced else 0)
            self._kept[key] = answer
            while self._size > self._most:
                old, gone = self._kept.popitem(last=False)
                self._size -= _size(old, gone)


def _size(key: _Key, answer: Answer) -> int:
    return len(answer.body) + 4 * len(key[1]) + 1000


def _key(view: View, text: str, dataset: Dataset, formats: Sequence[Format]) -> _Key:
    return _number(view), text, dataset, tuple(formats)


def _number(view: View) -> int:
    return view.snapshot.number if view.snapshot else 0
