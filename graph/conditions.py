"""Writes on a condition, against lost updates: made only if nobody else wrote since."""

from __future__ import annotations

from dataclasses import dataclass

from ontology.errors import Problem, QueryError


class Moved(QueryError):  # noqa: N818  # it is no error of the client's
    """What a write was to change is not as its sender believes; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so for a write to be made; looked at while no other write can come between.

    `state` is that of the graph written to, or for an update of the whole dataset (see
    `graph.snapshot.Snapshot`); `exists` is whether the graph must, or must not, be there. None is no matter.
    """

    state: str | None = None
    exists: bool | None = None

    def check(self, state: str, exists: bool = True) -> None:
        """Raise `Moved` unless it is fulfilled."""
        if self.exists is not None and exists != self.exists:
            what = "There is such a graph already" if exists else "There is no such graph any more"
            raise Moved(Problem(f"{what}, and nothing was changed", remedy="Read it anew, and decide again"))
        if self.state is not None and state != self.state:
            raise Moved(
                Problem(
                    "It was changed by somebody else since you read it, and nothing was changed now",
                    remedy="Read it anew, make your change again, and send that with the new entity tag",
                )
            )


@dataclass(frozen=True, slots=True)
class Change:
    """What a write came to: how many quads there were and are, None where nobody knows.

    `is_new` says that a graph was made, `found` that there was one to delete.
    """

    before: int | None = None
    quads: int | None = None
    is_new: bool = False
    found: bool = True
