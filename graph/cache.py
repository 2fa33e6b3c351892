"""Answers kept for the next one who asks the same of the same snapshot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO, Final

from graph.engine import Answer, Dataset, Engine, answering_of
from graph.formats import Format
from graph.kept import Kept
from graph.store import Store, View, view_of

#: Functions whose value differs from one asking to the next.
_FICKLE: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b|\\u", re.IGNORECASE)

_Key = tuple[str, Dataset, tuple[Format, ...]]


def is_fickle(text: str) -> bool:
    """Return whether a query may answer differently when asked again; True may be wrong, False is not."""
    small = text.lower()
    may = "now" in small or "rand" in small or "uuid" in small or "bnode" in small  # many times faster to look for
    return (may or "service" in small or "\\u" in small) and _FICKLE.search(text) is not None


class Cache:
    """An engine in front of another that keeps its answers, at most so many bytes, per snapshot.

    Whoever asks has looked at the database before (`Store.reader`), so that what was published before
    is seen. Errors are not kept: a limit that stopped a query may not stop it the next time.
    """

    def __init__(self, engine: Engine, database: Store, *, most: int = 64 << 20) -> None:
        self._engine = engine
        self._answering = answering_of(engine)
        self._database = database
        self._kept: Final[Kept[_Key, Answer]] = Kept(most)

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`."""
        asked_of = _number(self._database.recent())
        key = text, dataset, tuple(formats)
        if (kept := self._kept.get(key, asked_of)) is not None:
            return kept
        answer = self._engine.answer(text, dataset, formats)
        if not is_fickle(text):
            number = _number(self._database.reader()) if answer.number is None else answer.number
            self._keep(key, answer, asked_of, number)
        return answer

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Awaited.answering`."""
        asked_of = _number(await view_of(self._database, recent=True))
        key = text, dataset, tuple(formats)
        if (kept := self._kept.get(key, asked_of)) is not None:
            return kept
        answer = await self._answering(text, dataset, formats)
        if not is_fickle(text):
            number = _number(await view_of(self._database)) if answer.number is None else answer.number
            self._keep(key, answer, asked_of, number)
        return answer

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        answer = self.answer(text, dataset, formats)
        out.write(answer.body)
        return answer.format

    def _keep(self, key: _Key, answer: Answer, asked_of: int, number: int) -> None:
        if asked_of == number:  # or another snapshot was published meanwhile, and this may be from that one
            self._kept.keep(key, answer, len(answer.body) + 4 * len(key[0]) + 1000, number)


def _number(view: View) -> int:
    return view.snapshot.number if view.snapshot else 0
