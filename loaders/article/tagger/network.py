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

    Backwards a sentence joins at its own last word, with the zero state that its row still has. The logistic
    function of a gate is (1 + tanh(x / 2)) / 2: NumPy has tanh vectorised, and it cannot overflow.
    """
    units = len(direction.candidate)
    half = np.float32(0.5)
    gates_drive = packed @ (direction.inputs[:, : 2 * units] * half)
    gates_drive += direction.bias[: 2 * units] * half
    drive = packed @ direction.inputs[:, 2 * units :]
    drive += direction.bias[2 * units :]
    recurrent, candidates = direction.gates * half, direction.candidate * half
    states = np.empty((len(packed), units), np.float32)
    state = np.zeros((active[0], units), np.float32)
    offsets = np.cumsum([0, *active])
    steps = range(len(active))
    for step in reversed(steps) if backward else steps:
        begin, end = offsets[step], offsets[step + 1]
        held = state[: active[step]]
        gates = held @ recurrent
        gates += gates_drive[begin:end]
        np.tanh(gates, out=gates)
        gates += 1
        candidate = (gates[:, units:] * held) @ candidates
        candidate += drive[begin:end]
        np.tanh(candidate, out=candidate)
        candidate -= held
        candidate *= gates[:, :units]
        candidate *= half
        held += candidate
        states[begin:end] = held
    return states
