"""The data directory: numbered snapshots that never change, and one name for the current one.

A write starts from a hard-linked copy of the current snapshot, and is published by moving the copy
into place and replacing CURRENT: readers see all of it or nothing, a crash at any point leaves the
last good snapshot, and going back is naming another number.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from pyoxigraph import Store

from graph.directory import Directory, sync, sync_tree, unreachable
from graph.draft import Draft
from graph.reader import Reader
from graph.snapshot import Snapshot, now, software_version
from ontology.errors import Problem, StoreError

KEEP: Final = 10
#: Seconds a writer waits for another one to finish.
PATIENCE: Final = 10.0
#: Seconds for which a look at the current snapshot holds for those that have looked themselves before.
_RECENT: Final = 0.005


class _GoneError(Exception):
    """A snapshot was deleted between being named and being locked."""


class Database:
    """A data directory. Cheap to make; nothing is created before the first write."""

    def __init__(self, path: str | os.PathLike[str], *, keep: int = KEEP, patience: float = PATIENCE) -> None:
        self.path: Final = Path(path)
        self._directory: Final = Directory(path)
        self.keep = keep
        self.patience = patience
        self._guard = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._reader: Reader | None = None
        #: When that was last found to be the current one.
        self._looked = -math.inf

    # -- looking --------------------------------------------------------------

    @property
    def current(self) -> Snapshot | None:
        """The published snapshot, or None before the first one."""
        number = self._directory.current_number()
        return None if number is None else self._directory.snapshot(number, current=number)

    def snapshots(self) -> list[Snapshot]:
        """Return every snapshot that is kept, oldest first."""
        current = self._directory.current_number()
        return [self._directory.snapshot(number, current=current) for number in self._directory.numbers()]

    def reader(self) -> Reader:
        """Return a reader of the current snapshot, the same one until another is published."""
        with self._guard:
            looked, seen = time.monotonic(), self._directory.stamp()
            if self._reader is None or seen != self._seen:
                self._reader, self._seen = self._open(), seen
            self._looked = looked
            return self._reader

    def at_once(self, *, recent: bool = False) -> Reader | None:
        """Return what `reader` would, or `recent`; None where another snapshot has to be opened for it."""
        if recent and time.monotonic() - self._looked < _RECENT:
            return self._reader
        if not self._guard.acquire(blocking=False):
            return None  # somebody opens it just now
        try:
            looked, seen = time.monotonic(), self._directory.stamp()
            if seen != self._seen:
                return None
            self._looked = looked
            return self._reader
        finally:
            self._guard.release()

    def recent(self) -> Reader:
        """Return the reader of whoever looked last, when that is at most a few milliseconds ago.

        Whoever has just called `reader` gets no older snapshot than there.
        """
        found = self._reader
        return found if found is not None and time.monotonic() - self._looked < _RECENT else self.reader()

    def at(self, number: int) -> Reader:
        """Return a reader of one snapshot that is still kept."""
        self._directory.check()
        try:
            return self._hold(number)
        except _GoneError:
            raise StoreError(self._directory.no_such(number)) from None

    # -- changing -------------------------------------------------------------

    @contextlib.contextmanager
    def write(self, command: str) -> Iterator[Draft]:
        """Work on a copy of the current snapshot: published on a clean end, dropped on any exception.

        `command` is kept in the manifest, for people. `StoreError` if another writer does not
        finish in time.
        """
        with self._directory.writing(command, self.patience), self._directory.disk():
            self._directory.prepare()
            base = self.current
            work = Path(tempfile.mkdtemp(prefix="work-", dir=self.path))
            work.chmod(0o755)
            draft = None
            try:
                if base:
                    Store.read_only(str(base.path / "store")).backup(work / "live")
                draft = Draft(Store(work / "live"), base, work / "new")
                draft.path.mkdir()
                yield draft
                if not draft.dropped:
                    self._publish(draft, work, command)
            finally:
                if draft is not None:
                    draft.close()
                shutil.rmtree(work, ignore_errors=True)

    def rollback(self, number: int | None = None) -> Snapshot:
        """Publish an earlier snapshot again, by default the parent of the current one; return it."""
        with self._directory.writing("rollback", self.patience), self._directory.disk():
            self._directory.check()
            if number is None:
                current = self.current
                if current is None or current.parent is None:
                    raise StoreError(
                        Problem("There is no earlier snapshot to go back to", remedy=self._directory.kept())
                    )
                number = current.parent
            if number not in self._directory.numbers():
                raise StoreError(self._directory.no_such(number))
            self._directory.point_at(number)
            return self._directory.snapshot(number, current=number)

    def prune(self, keep: int | None = None) -> list[int]:
        """Delete all but the newest snapshots and the current one; return the numbers deleted.

        A snapshot that somebody reads is left for the next time.
        """
        with self._directory.writing("prune", self.patience):
            return self._prune(self.keep if keep is None else keep)

    # -- how ------------------------------------------------------------------

    def _publish(self, draft: Draft, work: Path, command: str) -> None:
        """Make a draft the current snapshot. What can be done before is done before: who writes waits to be told."""
        base = draft.base
        if draft.bulk:
            draft.store.optimize()
        draft.store.flush()
        draft.store.backup(draft.path / "store")  # whole and closed, even if somebody still holds draft.store
        number = max(self._directory.numbers(), default=0) + 1
        graphs = draft.counts()
        repeated = draft.unite(sum(graphs.values()))
        draft.index(sum(graphs.values()))
        manifest = Snapshot(
            number=number,
            parent=base.number if base else None,
            created=now(),
            command=command,
            quads=sum(graphs.values()),
            graphs=graphs,
            repeated=repeated,
            software=software_version(),
            rules=draft.rules,
        )
        manifest = replace(manifest, since=draft.states({"", *graphs}, manifest.state))
        fields = {k: v for k, v in asdict(manifest).items() if k not in ("path", "is_current")}
        (draft.path / "manifest.json").write_text(json.dumps(fields, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (draft.path / "readers.lock").touch()
        draft.close()
        shutil.rmtree(work / "live", ignore_errors=True)
        sync_tree(draft.path)
        draft.path.rename(self.path / "snapshots" / manifest.name)
        sync(self.path / "snapshots")
        self._prune(self.keep)
        self._directory.point_at(number)
        draft.snapshot = replace(manifest, path=self.path / "snapshots" / manifest.name, is_current=True)

    def _open(self) -> Reader:
        for _ in range(5):
            number = self._directory.current_number()
            if number is None:
                return Reader(Store(), None)
            try:
                return self._hold(number)
            except _GoneError:
                continue  # pruned between reading CURRENT and locking: CURRENT has moved on
        raise StoreError(self._directory.no_such(number or 0))

    def _hold(self, number: int) -> Reader:
        """Open a snapshot with a shared lock on it. `_GoneError` if it was deleted meanwhile."""
        snapshot = self._directory.snapshot(number, current=self._directory.current_number())
        try:
            descriptor = os.open(snapshot.path / "readers.lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _GoneError from None
        except OSError as error:
            raise unreachable(snapshot.path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if os.fstat(descriptor).st_nlink == 0 or not snapshot.path.exists():
                raise _GoneError
            beside = snapshot.path / "union"
            store = Store.read_only(str(snapshot.path / "store"))
            reader = Reader(store, snapshot, union=Store.read_only(str(beside)) if snapshot.repeated else None)
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError) and not isinstance(error, StoreError):
                raise StoreError(
                    Problem(
                        f"Snapshot {number} cannot be opened: {error}",
                        remedy=f"Go back with `duikou rollback`. {self._directory.kept()}",
                    )
                ) from error
            raise
        weakref.finalize(reader, os.close, descriptor)
        return reader

    def _prune(self, keep: int) -> list[int]:
        numbers = self._directory.numbers()
        current = self._directory.current_number()
        gone = []
        for number in numbers[: -keep or None]:
            if number == current:
                continue
            path = self._directory.place(number)
            with contextlib.suppress(OSError), (path / "readers.lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                doomed = self.path / f"gone-{number:06}"
                path.rename(doomed)
                shutil.rmtree(doomed, ignore_errors=True)
                gone.append(number)
        return gone
