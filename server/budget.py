"""How much of the engine's time each client may use: so many seconds in a minute, and no more."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from graph.engine import Exhausted, Limit
from ontology.errors import Problem

#: Seconds over which the budget is spread.
WINDOW: Final = 60.0
#: How many clients are remembered; those that asked least lately are forgotten first.
_REMEMBERED: Final = 10_000


class OverBudget(Exhausted):
    """A client has used its time; `wait` is in how many seconds there will be some again."""

    def __init__(self, seconds: float, wait: int) -> None:
        self.wait: Final = wait
        super().__init__(
            Limit.BUDGET,
            Problem(
                f"You have used the {seconds:g} seconds of the engine's time that a client may have in a minute",
                remedy=f"Ask again in {wait} seconds, or ask for less at a time",
            ),
        )


class Budget:
    """What clients have used; it is forgotten evenly over a minute. Safe to use from several threads."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds: Final = seconds
        self._clock = clock
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def check(self, client: str, running: float = 0.0) -> None:
        """Raise `OverBudget` if a client has used its time, `running` being what its queries have used so far."""
        with self._guard:
            over = self._now(client) + running - self._seconds
        if over >= 0:
            raise OverBudget(self._seconds, max(1, math.ceil(over * WINDOW / self._seconds)))

    def charge(self, client: str, seconds: float) -> None:
        """Note that a client has used so many seconds."""
        with self._guard:
            self._used[client] = self._now(client) + seconds, self._clock()
            self._used.move_to_end(client)
            while len(self._used) > _REMEMBERED:
                self._used.popitem(last=False)

    def _now(self, client: str) -> float:
        used, at = self._used.get(client, (0.0, 0.0))
        return max(0.0, used - (self._clock() - at) * self._seconds / WINDOW)
