"""Writes on a condition, against lost updates: made only if nobody else wrote since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from graph.engine import NotOffered
from ontology.errors import Problem, QueryError


class Moved(QueryError):  # noqa: N818  # it is no error of the client's
    """What a write was to change is not as its sender believes; nothing was changed."""


class Invalid(QueryError):  # noqa: N818  # it is no error of the syntax
    """What a write says of things of ours breaks the shapes; nothing was changed."""


def covers(scope: Iterable[str], graph: str) -> bool:
    """Return whether a graph is one of some: IRIs, or beginnings of IRIs with ``*`` behind; "" is the default graph."""
    return any(graph.startswith(one[:-1]) if one.endswith("*") else graph == one for one in scope)


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so for a write to be made; looked at while no other write can come between.

    `state` is that of the graph written to, or for an update of the whole dataset (see
    `graph.snapshot.Snapshot`); `exists` is whether the graph must, or must not, be there; `scope` are
    the graphs that may be written to (see `covers`). None is no matter.
    """

    state: str | None = None
    exists: bool | None = None
    scope: Collection[str] | None = None

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

    def check_scope(self, graphs: Iterable[str] | None) -> None:
        """Raise `NotOffered` unless these graphs may be written to; None are perhaps any."""
        if self.scope is None:
            return
        if graphs is None:
            raise NotOffered(
                Problem(
                    "It cannot be told from the update which graphs it writes to, and this token is for some only",
                    remedy="Name each graph by its IRI: no variable, no ALL and no NAMED",
                )
            )
        if outside := sorted({graph for graph in graphs if not covers(self.scope, graph)}):
            named = ", ".join(f"<{graph}>" if graph else "the default graph" for graph in outside[:3])
            raise NotOffered(
                Problem(f"This token may not write to {named}", remedy="Ask the operator which graphs it is for")
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
