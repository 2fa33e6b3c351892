"""Making the dumps of a snapshot: in the process that asks, or, of a large one, in a process of its own.

    python -m server.dumping DIR NUMBER

An export of a million quads takes ten seconds in which a Python process hardly answers anybody else.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from graph.database import Database
from graph.export import export
from graph.formats import Format
from graph.reader import Reader
from graph.workers import confine

#: What is made, and how.
FILES: Final = (
    ("duikou.nq.gz", Format.NQUADS),
    ("duikou.ttl.gz", Format.TURTLE),
    ("figures.csv", Format.CSV),
)
#: The file that says what was made; it comes into its place with the others.
LISTED: Final = "dumps.json"
#: By how much a process that makes dumps gives way to all others.
_NICE: Final = 10
#: Seconds after which nobody works any more in a folder that was begun.
_ABANDONED: Final = 3600
_log = logging.getLogger("duikou.server")


def make(folder: Path, reader: Reader) -> bool:
    """Write the files of a snapshot into a folder, whole or not at all; False where it cannot be written."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    except OSError as error:
        _log.warning("no dumps: %s cannot be written: %s", folder.parent, error.strerror)
        return False
    try:
        told = [_write(work / name, format, reader) for name, format in FILES]
        (work / LISTED).write_text(json.dumps(told), "utf-8")
        work.chmod(0o755)
        with contextlib.suppress(OSError):  # somebody else was quicker
            work.rename(folder)
        for old in folder.parent.iterdir():
            if old.name.isdecimal() and old.name != folder.name:
                shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return True


def make_apart(database: Database, number: int) -> bool:
    """Have a process of its own write the files of a snapshot, and wait for it; log what it says if it fails."""
    command = [sys.executable, "-m", "server.dumping", str(database.path.resolve()), str(number)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        _log.error("dumps of snapshot %d could not be made: %s", number, done.stderr.strip()[-2000:])
    return done.returncode == 0


def _write(path: Path, format: Format, reader: Reader) -> dict[str, str | int]:
    with path.open("wb") as file:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
                export(reader, format, packed)  # type: ignore[arg-type]  # it is written to, and no more
        else:
            export(reader, format, file)
        file.flush()
        os.fsync(file.fileno())
    digest = hashlib.sha256()
    with path.open("rb") as written:
        while block := written.read(1 << 20):
            digest.update(block)
    return {"name": path.name, "size": path.stat().st_size, "sha256": digest.hexdigest()}


def main(arguments: list[str]) -> None:
    """Make the dumps of one snapshot, giving way to everything else, and end with who started this."""
    confine.end_with(os.getppid())
    os.nice(_NICE)
    database, number = Database(Path(arguments[0])), int(arguments[1])
    reader = database.at(number)
    folder = database.path / "dumps"
    for left in folder.glob(".making-*"):  # of a process that was stopped
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
    if not make(folder / f"{number:06}", reader):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
