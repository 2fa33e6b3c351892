"""Reading a file that a user names, with the limits and the messages that all loaders share."""

from __future__ import annotations

import stat
from pathlib import Path

from ontology.errors import Origin, Problem, SourceError


def read_file(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file of at most `limit` bytes.

    The size is asked for before anything is read, so that a huge file costs nothing, and no more
    than the limit is read, should the file grow meanwhile. Raises `SourceError` for a missing or
    unreadable file, a directory, a device or pipe (which might never end), and a file too large.
    """
    where = Origin(str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise SourceError(Problem("this is a folder", where, "Name the file inside it"))
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(Problem("this is not a regular file", where, "Save its content to a file first"))
        if status.st_size > limit:
            raise SourceError(_too_large(where, f"{status.st_size:,} bytes", limit))
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise SourceError(Problem("there is no such file", where, "Check the spelling of its path")) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, SourceError):
            raise
        raise SourceError(Problem(f"the file cannot be read: {reason}", where)) from error
    if len(data) > limit:
        raise SourceError(_too_large(where, f"more than {limit:,} bytes", limit))
    return data


def _too_large(where: Origin, size: str, limit: int) -> Problem:
    return Problem(f"the file is too large: {size}, where at most {limit:,} are read", where, "Split it into several")
