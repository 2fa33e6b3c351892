"""The files of a data directory: which there are, read and checked, and who may write.

DIR/
  duikou.json            says that this is a data directory, and of which format
  CURRENT                the number of the published snapshot; replaced in one step
  write.lock writer.json one writer at a time, in whichever process; who that is
  work-…                 the copy a writer works on; what a crash leaves is cleared by the next writer
  documents/             texts of source documents that a user loaded
  snapshots/000012/
    manifest.json        number, parent, when, by which command, quads by graph, versions
    store/               the engine's files (RocksDB), shared with other snapshots by hard links
    labels.sqlite        the index of names, made with the snapshot or at the first search
    union/               only where graphs repeat triples: the same with the union as default graph
    readers.lock         readers hold it shared, so that nobody deletes a snapshot under them
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from graph.snapshot import FORMAT, Snapshot, now
from ontology.errors import Problem, StoreError

_NEW_MARKER: Final = "duikou.json.new"
_NUMBER: Final = re.compile(r"\d{6,}")


class Directory:
    """A data directory as files. Nothing is created before `prepare`, `point_at` or `writing`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Final = Path(path)
        self._current_file: Final = str(self.path / "CURRENT")

    def check(self) -> None:
        """Raise `StoreError` unless the directory is ours, absent or empty."""
        marker = self.path / "duikou.json"
        try:
            if not self.path.exists():
                return
            if not self.path.is_dir():
                raise StoreError(Problem(f"{self.path} is a file, not a data directory", remedy="Name a directory"))
            if not marker.exists():
                ours = {"write.lock", "writer.json", _NEW_MARKER}
                is_foreign = any(entry.name not in ours for entry in self.path.iterdir())
                if is_foreign and not marker.exists():  # it may have been made while we looked
                    raise StoreError(
                        Problem(
                            f"{self.path} holds other files and is no Duikou data directory",
                            remedy="Name an empty directory, or one made by `duikou build`",
                        )
                    )
                return
            found = json.loads(marker.read_text("utf-8"))["format"]
        except StoreError:
            raise
        except OSError as error:
            raise unreachable(self.path, error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                Problem(
                    f"{marker} is damaged", remedy='Write {"format": 1} into it if the snapshots beside it are whole'
                )
            ) from error
        if found > FORMAT:
            raise StoreError(
                Problem(
                    f"{self.path} was written by a newer Duikou (format {found}; this one reads up to {FORMAT})",
                    remedy="Upgrade Duikou, or build the directory anew",
                )
            )

    def prepare(self) -> None:
        """Make the directory on first use, and clear what a crashed writer left; the lock is held."""
        marker = self.path / "duikou.json"
        self.check()
        if not marker.exists():
            # The marker comes first and whole: whoever looks in meanwhile holds no lock.
            unseen = self.path / _NEW_MARKER
            unseen.write_text(json.dumps({"format": FORMAT, "what": "Duikou data directory"}) + "\n", "utf-8")
            unseen.replace(marker)
        for folder in ("snapshots", "documents"):
            (self.path / folder).mkdir(exist_ok=True)
        for stray in (*self.path.glob("work-*"), *self.path.glob("gone-*"), *self.path.glob("CURRENT.*")):
            shutil.rmtree(stray, ignore_errors=True) if stray.is_dir() else stray.unlink(missing_ok=True)

    def stamp(self) -> tuple[int, int, int] | None:
        """Return what changes with every snapshot that is published; None before the first."""
        try:
            stat = os.stat(self._current_file)  # noqa: PTH116  # called several times for every request
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unreachable(self.path, error) from error
        return stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns

    def current_number(self) -> int | None:
        """Return the number of the published snapshot; None before the first."""
        self.check()
        try:
            text = (self.path / "CURRENT").read_text("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unreachable(self.path, error) from error
        if not _NUMBER.fullmatch(text):
            raise StoreError(
                Problem(
                    f"{self.path / 'CURRENT'} is damaged: it should hold the number of a snapshot",
                    remedy=f"Name a snapshot with `duikou rollback`. {self.kept()}",
                )
            )
        return int(text)

    def numbers(self) -> list[int]:
        """Return the numbers of the snapshots that are kept, the oldest first."""
        folder = self.path / "snapshots"
        try:
            return sorted(int(p.name) for p in folder.iterdir() if _NUMBER.fullmatch(p.name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreachable(folder, error) from error

    def place(self, number: int) -> Path:
        """Return where a snapshot is, or would be."""
        return self.path / "snapshots" / f"{number:06}"

    def snapshot(self, number: int, *, current: int | None) -> Snapshot:
        """Return what is known of a snapshot; `current` is the number of the published one."""
        path = self.place(number)
        try:
            fields = json.loads((path / "manifest.json").read_text("utf-8"))
            return Snapshot(**fields, path=path, is_current=number == current)
        except FileNotFoundError:
            raise StoreError(self.no_such(number)) from None
        except (ValueError, TypeError) as error:
            raise StoreError(
                Problem(
                    f"{path / 'manifest.json'} is damaged: {error}",
                    remedy=f"Go back with `duikou rollback`. {self.kept()}",
                )
            ) from error
        except OSError as error:
            raise unreachable(path, error) from error

    def point_at(self, number: int) -> None:
        """Publish a snapshot, in one step."""
        temporary = self.path / f"CURRENT.{os.getpid()}"
        with temporary.open("w", encoding="ascii") as file:
            file.write(f"{number:06}\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path / "CURRENT")
        sync(self.path)

    @contextlib.contextmanager
    def writing(self, command: str, patience: float) -> Iterator[None]:
        """Hold the directory against all other writers; `StoreError` if one does not finish in so many seconds."""
        self.check()
        holder = self.path / "writer.json"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / "write.lock", thread_local=False)
            lock.acquire(timeout=patience)
        except Timeout:
            raise StoreError(
                Problem(
                    f"{self.path} is being written by another process{_who(holder)}",
                    remedy="Try again when it has finished",
                )
            ) from None
        except OSError as error:
            raise unreachable(self.path, error) from error
        try:
            with contextlib.suppress(OSError):
                holder.write_text(
                    json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "command": command, "since": now()}),
                    "utf-8",
                )
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    @contextlib.contextmanager
    def disk(self) -> Iterator[None]:
        """Turn the system's errors while writing into ours."""
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            if getattr(error, "filename", None) is None and "No space left" not in str(error) and error.errno is None:
                raise
            raise unreachable(self.path, error) from error

    def no_such(self, number: int) -> Problem:
        """Return the problem of a number that no snapshot has."""
        return Problem(f"{self.path} has no snapshot {number}", remedy=self.kept())

    def kept(self) -> str:
        """Return which snapshots there are, for people."""
        numbers = self.numbers()
        if not numbers:
            return "There is no snapshot yet: `duikou build` makes one"
        return "Snapshots kept: " + ", ".join(map(str, numbers))


def unreachable(path: Path, error: OSError) -> StoreError:
    """Return what to tell of an error of the system: what cannot be used, why, and what to do."""
    what = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return StoreError(
            Problem(
                f"{path} may not be used by this user: {what}",
                remedy="Change its owner or its mode, or name another directory",
            )
        )
    if error.errno == errno.ENOSPC or "No space left" in str(error):
        return StoreError(
            Problem(f"The disk of {path} is full", remedy="Nothing was published. Make room and try again")
        )
    if error.errno == errno.EROFS:
        return StoreError(Problem(f"{path} is on a read-only disk", remedy="Name a directory that can be written"))
    return StoreError(Problem(f"{path} cannot be used: {what}"))


def _who(holder: Path) -> str:
    try:
        found = json.loads(holder.read_text("utf-8"))
        return f" (process {found['pid']} on {found['host']}, {found['command']!r}, since {found['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def sync(path: Path) -> None:
    """Have a file, or the names in a directory, on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(path: Path) -> None:
    """Have a directory with all in it on the disk before going on."""
    for folder, _, files in os.walk(path):
        for name in files:
            sync(Path(folder, name))
        sync(Path(folder))
