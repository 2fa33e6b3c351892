"""What is known of one published state of the graph: its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

#: The layout of a data directory; raised when older software could not read it.
FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A published state of the graph. `graphs` counts quads by graph IRI ("" is the default graph)."""

    number: int
    parent: int | None
    created: str
    command: str
    quads: int
    graphs: Mapping[str, int]
    #: How many quads repeat a triple of another graph; 0 means the union holds no triple twice.
    repeated: int
    software: str
    #: By which rules its inferred graph follows from the others; None where it may not.
    rules: str | None = None
    #: In which state each graph was left when it was last written to: see `state_of`.
    since: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT
    path: Path = field(default=Path(), compare=False)
    is_current: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """The name of its directory: the number, with leading zeros."""
        return f"{self.number:06}"

    @property
    def state(self) -> str:
        """A word for the state of the whole dataset: another one after each write."""
        return f"{self.number} {self.created}"

    def state_of(self, graph: str) -> str:
        """Return a word for the state of a graph ("" is the default graph): another one after each write to it."""
        return self.since.get(graph, self.state)
