"""What the steps of a build share."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

_SECONDS = 300


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


def fetch(folder: Path, requirements: str, options: Sequence[str], what: str, advice: str) -> None:
    """Unpack packages into a folder by the package manager, checked against their hashes, nothing they depend on.

    `requirements` are lines with versions and hashes, `options` further ones of `uv pip install`. StepError
    where that fails: `what` could not be fetched, why, and `advice`.
    """
    listed = folder / "requirements.txt"
    listed.write_text(requirements.rstrip("\n") + "\n", encoding="utf-8")
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    command = [uv] if uv else [sys.executable, "-m", "uv"]
    command += ["pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder), "--no-deps"]
    command += [*options, "--require-hashes", "-r", str(listed)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepError(f"could not fetch {what}: {error}. {advice}") from error
    if done.returncode:
        why = " ".join(done.stderr.split())[-400:] or f"uv ended with {done.returncode}"
        raise StepError(f"could not fetch {what}: {why}. {advice}")
