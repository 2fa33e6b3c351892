"""What is known of one published state of the graph: its manifest."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
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


def software_version() -> str:
    """Return the installed version of Duikou; "0" in a checkout that was never installed."""
    try:
        return version("duikou")
    except PackageNotFoundError:
        return "0"


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second; SOURCE_DATE_EPOCH fixes it for repeatable builds."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
