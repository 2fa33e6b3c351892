"""Options that several commands share, and the data directory they mean."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from graph.database import Database

F = TypeVar("F", bound=Callable[..., Any])


def db(required: bool = False, help: str | None = None) -> Callable[[F], F]:
    """Return the option ``--db``."""
    return click.option(
        "--db",
        "directory",
        metavar="DIR",
        type=click.Path(path_type=Path),
        required=required,
        help=help or "The data directory.",
    )


def home() -> Path:
    """Return the private data directory: DUIKOU_HOME, or ``duikou`` in the user's data home (XDG)."""
    if told := os.environ.get("DUIKOU_HOME"):
        return Path(told).expanduser()
    data_home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data_home) / "duikou"


def existing(directory: Path) -> Database:
    """Return the database in a directory that must have a published snapshot. `StoreError` if it has none."""
    from graph.database import Database
    from ontology.errors import Problem, StoreError

    database = Database(directory)
    if database.current is None:
        raise StoreError(
            Problem(
                f"There is no data in {directory}",
                remedy=f"Make it with `duikou build --db {directory}` or `duikou load … --db {directory}`",
            )
        )
    return database
