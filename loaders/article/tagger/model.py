"""The tagger: its file of weights, and sentences in, words with their kinds out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from loaders.article.tagger.network import Direction, Floats, Network
from loaders.article.tagger.words import Dictionary

#: Words read in one go: more do not run faster, and take more memory.
BATCH = 6_000

#: Words after which a sentence is cut, so that a table without a full stop costs no more than prose.
LONGEST = 500


class Token(NamedTuple):
    """A word of a sentence: where it stands in it, and its kind.

    Kinds are LAC's: LOC, ORG, PER, TIME; n nouns, nz other proper names, nw titles of works, v verbs,
    vn verbal nouns, a adjectives, m numerals, p prepositions, c conjunctions, u particles, w punctuation, …
    """

    start: int
    end: int
    kind: str


class Tagger:
    """Tags sentences; one object serves any number of documents."""

    def __init__(self, file: Any) -> None:
        """Read the weights from an `.npz` file, or a path to one."""
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        self._rows = dict(zip(_lines(arrays["keys"]), arrays["rows"].tolist(), strict=True))
        self._unknown = int(arrays["unknown"])
        self._embeddings = arrays["embeddings"]
        self._labels = [(label[:-2], label.endswith(("-B", "-S"))) for label in _lines(arrays["labels"])]
        self._dictionary = Dictionary(_lines(arrays["words"]), float(arrays["total"]))
        self._network = _network(arrays)
        self._threads = ThreadpoolController()

    def tag(self, sentences: Iterable[str]) -> Iterator[list[Token]]:
        """Return every sentence's words in order, spaces and punctuation included; an empty one has none.

        Sentences are read in batches of about BATCH words, so memory does not grow with the document.
        """
        batch: list[tuple[str, list[int], list[int]]] = []
        size = 0
        for sentence in sentences:
            rows, lengths = self._read(sentence)
            batch.append((sentence, rows, lengths))
            size += len(rows)
            if size >= BATCH:
                yield from self._tag(batch)
                batch, size = [], 0
        yield from self._tag(batch)

    def _read(self, sentence: str) -> tuple[list[int], list[int]]:
        """Return the rows of the embeddings for a sentence's words, and how many characters each stands for."""
        rows: list[int] = []
        lengths: list[int] = []
        known = self._rows
        for word in self._dictionary.cut(sentence):
            row = known.get(word)
            if row is not None:
                rows.append(row)
                lengths.append(len(word))
            else:
                rows.extend(known.get(character, self._unknown) for character in word)
                lengths.extend([1] * len(word))
        return rows, lengths

    def _tag(self, batch: Sequence[tuple[str, list[int], list[int]]]) -> Iterator[list[Token]]:
        """Return the tokens of a batch's sentences."""
        pieces = [
            rows[at : at + LONGEST] for _, rows, _ in batch for at in range(0, len(rows), LONGEST)
        ]  # fmt: skip
        labels: Iterator[int] = iter(())
        if pieces:
            embedded: Floats = self._embeddings[[row for piece in pieces for row in piece]].astype(np.float32)
            # One thread: the products are small, and threads that wait for each other cost ten times the work.
            with self._threads.limit(limits=1, user_api="blas"):
                found = self._network.labels(embedded, [len(piece) for piece in pieces])
            labels = (label for piece in found for label in piece)
        for _, _, lengths in batch:
            tokens: list[Token] = []
            begin = end = 0
            kind = ""
            for length in lengths:
                name, opens = self._labels[next(labels)]
                if opens and end > begin:
                    tokens.append(Token(begin, end, kind))
                    begin = end
                end += length
                kind = name  # a word's last label names it
            if end > begin:
                tokens.append(Token(begin, end, kind))
            yield tokens


@cache
def tagger() -> Tagger | None:
    """Return the tagger, or None where its weights were not built; then rules and lists alone must do."""
    file = resources.files("loaders.article.tagger") / "lac.npz"
    if not file.is_file():
        return None
    with resources.as_file(file) as path:
        return Tagger(path)


def _lines(text: np.ndarray[Any, Any]) -> list[str]:
    """Return the lines of a text that is stored as bytes."""
    return bytes(text).decode().split("\n")


def _network(arrays: dict[str, np.ndarray[Any, Any]]) -> Network:
    """Return the network of a file's arrays."""
    directions = [
        Direction(*(arrays[f"{part}_{number}"] for part in ("inputs", "bias", "gates", "candidate")))
        for number in range(4)
    ]
    return Network(
        layers=((directions[0], directions[1]), (directions[2], directions[3])),
        weights=arrays["weights"],
        bias=arrays["bias"],
        first=arrays["first"],
        last=arrays["last"],
        transitions=arrays["transitions"],
    )
