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
    format: int = FORMAT
    path: Path = field(default=Path(), compare=False)
    is_current: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """The name of its directory: the number, with leading zeros."""
        return f"{self.number:06}"
