"""The private data directory: the ten cases, built when it is empty or when they have changed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from graph.database import Database
from graph.publish import build
from loaders.builtin import builtin_sources
from server.cli import options, output
from server.version import version

_PACKAGES: Final = ("ontology", "loaders")
_DATA: Final = frozenset({".ttl", ".rq", ".yaml"})
_MARK: Final = "builtin.sha256"


def private() -> Database:
    """Return the user's own data directory, with the ten cases of this version of the program in it."""
    database = Database(options.home())
    digest = builtin_digest()
    mark = database.path / _MARK
    if database.current is not None and mark.is_file() and mark.read_text("ascii", "replace").strip() == digest:
        return database
    build_cases(database)
    mark.write_text(f"{digest}\n", "ascii")
    return database


def build_cases(database: Database) -> None:
    """Build ontology, areas and the ten cases into a database, with a bar on stderr."""
    with output.progress() as report:
        build(database, builtin_sources(), progress=report)


def builtin_digest() -> str:
    """Return a digest of what is built: ontology, code lists, shapes, rules, areas, cases, and the version."""
    digest = hashlib.sha256(version().encode())
    root = Path(__file__).parents[2]
    for package in _PACKAGES:
        for file in sorted((root / package).rglob("*")):
            if file.suffix in _DATA and file.is_file():
                digest.update(f"{file.relative_to(root)}\n".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
