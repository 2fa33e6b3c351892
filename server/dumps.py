"""``/dump/…``: the whole graph as files, with their size and digest: N-Quads, Turtle, and the figures as a table.

A file is made once for each snapshot, beside the snapshots, and kept while the snapshot is served.
`/dump/duikou.nq.gz` is always of the current one; `/dump/000012/duikou.nq.gz` is of that one and
never changes. Of large graphs the files are made in the background, once somebody asks.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, redirect, send_file

from graph.database import Database
from graph.formats import Format
from graph.reader import Reader
from server import access, dumping
from server.problems import HttpError, refused

blueprint = Blueprint("dumps", __name__)

#: Up to so many quads the files are made while somebody waits; above the second, an operator exports them.
AT_ONCE: Final = 200_000
AT_ALL: Final = 5_000_000
_log = logging.getLogger("duikou.server")
_guard = threading.Lock()
_making: set[Path] = set()
_failed: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Dump:
    """One file: its name, format, snapshot, bytes, and the sha256 of them."""

    name: str
    format: Format
    snapshot: int
    size: int
    sha256: str

    @property
    def href(self) -> str:
        """Where it always is."""
        return f"/dump/{self.name}"

    @property
    def permanent(self) -> str:
        """Where this very version is."""
        return f"/dump/{self.snapshot:06}/{self.name}"


def current() -> Sequence[Dump] | None:
    """Return the files of the snapshot that is served; none where there can be none, None while they are made."""
    database, reader = access.current().database, access.reader()
    if not isinstance(database, Database) or not isinstance(reader, Reader) or reader.snapshot is None:
        return ()
    folder = database.path / "dumps" / reader.snapshot.name
    if (found := _known(folder)) is not None:
        return found
    if reader.snapshot.quads > AT_ALL or folder in _failed:
        return ()
    if reader.snapshot.quads > AT_ONCE:
        _in_background(folder, database, reader.snapshot.number)
        return None
    with _guard:
        if _known(folder) is None:
            dumping.make(folder, reader)
    return _known(folder) or ()


@blueprint.get("/dump/<name>")
def newest(name: str) -> Response:
    """Send the client to the file of the current snapshot."""
    for dump in current() or ():
        if dump.name == name:
            sent = redirect(dump.permanent, 303)
            assert isinstance(sent, Response)
            sent.headers["Cache-Control"] = "no-cache"
            return sent
    raise _none(name)


@blueprint.get("/dump/<int(fixed_digits=6):number>/<name>")
def dump(number: int, name: str) -> Response:
    """Return one file of one snapshot."""
    database = access.current().database
    if isinstance(database, Database) and name in dict(dumping.FILES):
        folder = database.path / "dumps" / f"{number:06}"
        for known in _known(folder) or ():
            if known.name == name:
                media_type = "application/gzip" if name.endswith(".gz") else "text/csv; charset=utf-8"
                response = send_file(folder.resolve() / name, media_type, download_name=name, etag=known.sha256)
                response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
                return response
    raise _none(name)


def _none(name: str) -> HttpError:
    known = ", ".join(name for name, _ in dumping.FILES)
    return refused(404, "Not found", "refused.dump", name=name, known=known)


def _known(folder: Path) -> tuple[Dump, ...] | None:
    try:
        told = json.loads((folder / dumping.LISTED).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    formats = dict(dumping.FILES)
    return tuple(Dump(d["name"], formats[d["name"]], int(folder.name), d["size"], d["sha256"]) for d in told)


def _in_background(folder: Path, database: Database, number: int) -> None:
    with _guard:
        if folder in _making:
            return
        _making.add(folder)

    def make() -> None:
        try:
            if not dumping.make_apart(database, number):
                _failed.add(folder)
        except OSError as error:
            _log.error("dumps of %s could not be made: %s", folder.name, error.strerror)
        finally:
            _making.discard(folder)

    threading.Thread(target=make, name="dumps", daemon=True).start()
