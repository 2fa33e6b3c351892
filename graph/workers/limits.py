"""What one query may cost, and how many there may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may cost, and how many there may be.

    `seconds` count from arrival, waiting included; `megabytes` is the memory of one worker beyond
    what it has after its start; `answer` the most bytes of one answer. `waiting` queries may wait
    in each lane. No `megabytes` (0) are told where the memory is not ours to bound.
    """

    seconds: float = 30.0
    megabytes: int = 1024
    answer: int = 64 << 20
    short: int = 2
    long: int = 2
    patience: float = 0.2
    waiting: int = 64
    #: Idle workers kept ready beyond those at work.
    spare: int = 2
