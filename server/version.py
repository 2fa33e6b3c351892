"""Which version of the program this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """Return the version of the installed distribution; ``0+source`` where it runs from a source tree."""
    try:
        return metadata.version("duikou")
    except metadata.PackageNotFoundError:
        return "0+source"
