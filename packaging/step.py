"""What the steps of a build share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


class StepError(RuntimeError):
    """A step could not make its output; the message says what failed and what to do."""


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    """Return the sha256 of files' names and contents and of further words, such as the versions of inputs."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for word in more:
        digest.update(word.encode() + b"\0")
    return digest.hexdigest()
