"""The network: embedded words in, the best sequence of labels out; many sentences at once.

Sentences are packed by time: row `offsets[t] + k` is word `t` of the `k`-th longest sentence, so that one step
of a recurrent layer is one matrix product over all sentences that are still running, without padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of a recurrent layer, of H units."""

    inputs: Floats  # (in, 3H): update gate, reset gate, candidate
    bias: Floats  # (3H,)
    gates: Floats  # (H, 2H)
    candidate: Floats  # (H, H)


@dataclass(frozen=True, slots=True)
class Network:
    """Two recurrent layers in both directions, a linear layer, transitions between labels."""

    layers: tuple[tuple[Direction, Direction], ...]
    weights: Floats  # (2H, labels)
    bias: Floats  # (labels,)
    first: Floats  # (labels,): a label at the beginning of a sentence
    last: Floats  # (labels,)
    transitions: Floats  # (labels, labels): from, to

    def labels(self, embedded: Floats, lengths: Sequence[int]) -> list[list[int]]:
        """Return the labels of every sentence.

        `embedded` has the words of all sentences one after the other; `lengths`, all above 0, are their
        numbers of words.
        """
        order, rows, active = _packing(lengths)
        packed = embedded[rows]
        for forward, backward in self.layers:
            packed = np.concatenate((_run(forward, packed, active, False), _run(backward, packed, active, True)), 1)
        best = self._decode(packed @ self.weights + self.bias, active)
        answer: list[list[int]] = [[]] * len(lengths)
        for rank, sentence in enumerate(order):
            answer[sentence] = best[rank, : lengths[sentence]].tolist()
        return answer

    def _decode(self, emissions: Floats, active: Sequence[int]) -> NDArray[np.intp]:
        """Return the best labels as (sentences, longest), valid up to each sentence's length (Viterbi)."""
        count, steps = active[0], len(active)
        into = np.ascontiguousarray(self.transitions.T)  # (to, from)
        score = self.first + emissions[:count]
        origins = np.zeros((steps, count, len(self.bias)), np.int16)
        labels = np.zeros((count, steps), np.intp)
        offset = count
        for step in range(1, steps):
            running = active[step]
            ways = score[:running, None, :] + into
            came = ways.argmax(2)
            origins[step, :running] = came
            score[:running] = np.take_along_axis(ways, came[:, :, None], 2)[:, :, 0]
            score[:running] += emissions[offset : offset + running]
            offset += running
        at = (score + self.last).argmax(1)
        rows = np.arange(count)
        for step in range(steps - 1, -1, -1):
            running = active[step]
            labels[:running, step] = at[:running]
            if step:
                at[:running] = origins[step, rows[:running], at[:running]]
        return labels


def _packing(lengths: Sequence[int]) -> tuple[list[int], NDArray[np.intp], list[int]]:
    """Return the sentences by falling length, each packed row's place in the input, how many run at each step."""
    sizes = np.asarray(lengths)
    order = np.argsort(-sizes, kind="stable")
    begins = (np.cumsum(sizes) - sizes)[order]
    falling = sizes[order]
    active = [int(np.searchsorted(-falling, -step, side="left")) for step in range(int(falling[0]))]
    rows = np.concatenate([begins[:running] + step for step, running in enumerate(active)])
    return order.tolist(), rows, active


def _run(direction: Direction, packed: Floats, active: Sequence[int], backward: bool) -> Floats:
    """Return a layer's states, packed like its input.

    Backwards a sentence joins at its own last word, with the zero state that its row still has.
    """
    units = len(direction.candidate)
    drive = packed @ direction.inputs
    drive += direction.bias
    states = np.empty((len(packed), units), np.float32)
    state = np.zeros((active[0], units), np.float32)
    offsets = np.cumsum([0, *active])
    steps = range(len(active))
    for step in reversed(steps) if backward else steps:
        running, begin = active[step], offsets[step]
        here = drive[begin : begin + running]
        held = state[:running]
        gates = held @ direction.gates
        gates += here[:, : 2 * units]
        _logistic(gates)
        update, reset = gates[:, :units], gates[:, units:]
        candidate = (reset * held) @ direction.candidate
        candidate += here[:, 2 * units :]
        np.tanh(candidate, out=candidate)
        candidate -= held
        candidate *= update
        held += candidate
        states[begin : begin + running] = held
    return states


def _logistic(values: Floats) -> None:
    """Replace values by 1 / (1 + e^-x), through tanh, which NumPy has vectorised and which cannot overflow."""
    values *= np.float32(0.5)
    np.tanh(values, out=values)
    values += np.float32(1)
    values *= np.float32(0.5)
