"""The seam between those who ask and whatever answers.

A query goes in as text, with the dataset it is asked of and the formats the client takes; a complete
answer comes out as bytes. `graph.reader.Reader` answers from a snapshot in this process; worker
processes and remote endpoints implement the same protocol.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import BinaryIO, Final, NamedTuple, Protocol

from graph.formats import Format
from ontology.errors import DuikouError, Problem, QueryError


class NotAcceptable(QueryError):  # noqa: N818  # HTTP calls it so
    """The query is well formed, but its answer cannot be written in any of the formats asked for."""


class NotOffered(QueryError):  # noqa: N818  # it is no error of the client's
    """The query is well formed, but would reach another server, which is not allowed here."""


class Limit(Enum):
    """What a query may not have more of."""

    TIME = "time"
    MEMORY = "memory"
    SIZE = "size"
    DEPTH = "depth"
    LOAD = "load"
    BUDGET = "budget"


class Exhausted(DuikouError):  # noqa: N818  # it is the query that is at fault, or the hour
    """A limit stopped the query; nothing of its answer is given."""

    def __init__(self, limit: Limit, *problems: Problem | str) -> None:
        self.limit: Final = limit
        super().__init__(*problems)


# Tuples, because one of each is made, and compared, for every query.


class Dataset(NamedTuple):
    """What a query is asked of, after the SPARQL Protocol; graphs are IRIs.

    Graphs named here (``default-graph-uri``, ``named-graph-uri``) replace those of the query's own
    FROM clauses. Without any, FROM clauses count; without those, the default graph is the union of
    all graphs, or with ``union=False`` the one stored.
    """

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    union: bool = True
    #: What relative IRIs of the query are resolved against: the address of the endpoint.
    base: str | None = None


class Answer(NamedTuple):
    """A whole answer: the media type to send, the bytes, and the format they are in."""

    media_type: str
    body: bytes
    format: Format
    #: The number of the snapshot that it is from, where the engine knows.
    number: int | None = None


def choose(form: str, fits: Sequence[Format], formats: Sequence[Format]) -> Format:
    """Return the first format asked for that fits a form of query ("SELECT"); `NotAcceptable` if none does."""
    for wanted in formats:
        if wanted in fits:
            return wanted
    asked = ", ".join(f.media_type for f in formats) or "nothing"
    raise NotAcceptable(
        Problem(
            f"An answer to {form} cannot be written as {asked}",
            remedy="Ask for one of " + ", ".join(f.media_type for f in fits),
        )
    )


class Engine(Protocol):
    """Whatever answers SPARQL queries."""

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """Return the answer in the first of `formats` that fits the form of the query.

        `QueryError` with line and column for bad syntax, an update or SERVICE; `NotAcceptable`
        where no format fits.
        """

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """Write the answer to a file and return the format chosen; errors as `answer`.

        What stands in the file after an error is no answer: the caller drops it.
        """


class Awaited(Protocol):
    """An engine that an event loop can ask without a thread that waits."""

    async def answering(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `Engine.answer`."""


Answering = Callable[[str, Dataset, Sequence[Format]], Awaitable[Answer]]


def answering_of(engine: Engine) -> Answering:
    """Return how an event loop asks an engine: as it can (`Awaited`), or in a thread."""
    own: Answering | None = getattr(engine, "answering", None)

    def answer(text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        try:
            return engine.answer(text, dataset, formats)
        except Exception as error:
            # What the frames hold of the engine has to end in the thread in which it was made.
            at: BaseException | None = error
            while at is not None:
                traceback.clear_frames(at.__traceback__)
                at = at.__context__
            raise

    async def in_thread(text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        return await asyncio.to_thread(answer, text, dataset, formats)

    return own or in_thread
