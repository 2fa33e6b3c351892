"""Which version of the program this is."""

# ruff: noqa: PLC0415  the version of the program is told without reading anything else

from __future__ import annotations

import hashlib
import re
from importlib import metadata


def version() -> str:
    """Return the version of the installed distribution; ``0+source`` where it runs from a source tree."""
    try:
        return metadata.version("duikou")
    except metadata.PackageNotFoundError:
        return "0+source"


def ontology_version() -> str:
    """Return the version that the ontology says it has."""
    from ontology.vocabulary import CORE

    said = re.search(r'owl:versionInfo\s+"([^"]+)"', CORE.read_text(encoding="utf-8"))
    return said[1] if said else "unversioned"


def data_version() -> str:
    """Return a short digest of the built-in data: the areas and the ten cases."""
    from loaders.builtin import builtin_files

    digest = hashlib.sha256()
    for file in builtin_files():
        digest.update(file.read_bytes())
    return f"ten cases {digest.hexdigest()[:12]}"
