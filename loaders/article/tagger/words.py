"""A sentence cut into dictionary words, the units that the network reads."""

from __future__ import annotations

from collections.abc import Iterable
from math import log


class Dictionary:
    """Words, and every beginning of a word, so that a search stops where no word can follow."""

    def __init__(self, words: Iterable[str], total: float) -> None:
        """Take the words; `total` is the sum of their counts, of which only the size matters."""
        lengths: dict[str, int] = {}
        longest = 1
        for word in words:
            lengths[word] = length = len(word)
            longest = max(longest, length)
        beginnings = {word[:cut] for word in lengths for cut in range(1, len(word))}
        for beginning in beginnings - lengths.keys():
            lengths[beginning] = 0
        self._lengths = lengths
        self._weights = [log(max(length, 1)) - log(total) for length in range(longest + 1)]

    def cut(self, text: str) -> list[str]:
        """Return the words of a text in order: as few as possible; letters and digits in a row are one.

        A word weighs the logarithm of its length (not of its frequency, as one would expect): the network was
        trained on what that gives.
        """
        lengths, weights = self._lengths, self._weights
        end = len(text)
        single = weights[1]
        scores = [0.0] * (end + 1)
        nexts = [0] * end
        for start in range(end - 1, -1, -1):
            stop = start + 1
            best, following = single + scores[stop], stop
            length = lengths.get(text[start:stop])
            while length is not None and stop < end:
                stop += 1
                length = lengths.get(text[start:stop])
                if length:
                    score = weights[length] + scores[stop]
                    if score >= best:
                        best, following = score, stop
            scores[start] = best
            nexts[start] = following
        words: list[str] = []
        run = start = 0
        while start < end:
            stop = nexts[start]
            if stop == start + 1 and text[start].isascii() and text[start].isalnum():
                run += 1
            else:
                if run:
                    words.append(text[start - run : start])
                    run = 0
                words.append(text[start:stop])
            start = stop
        if run:
            words.append(text[end - run :])
        return words
