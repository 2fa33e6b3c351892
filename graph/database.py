"""The data directory: numbered snapshots that never change, and one name for the current one.

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

A write starts from a hard-linked copy of the current snapshot, and is published by moving the copy
into place and replacing CURRENT: readers see all of it or nothing, a crash at any point leaves the
last good snapshot, and going back is naming another number.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import json
import math
import os
import re
import shutil
import socket
import tempfile
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, cast

from filelock import FileLock, Timeout
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from graph import search, union
from graph.reader import Reader
from graph.snapshot import FORMAT, Snapshot
from ontology.errors import Problem, StoreError

__all__ = ["FORMAT", "Database", "Draft", "Reader", "Snapshot", "now", "software_version"]

KEEP: Final = 10
#: Seconds a writer waits for another one to finish.
PATIENCE: Final = 10.0

#: Of graphs with more quads than this, what changed in them is not looked for quad by quad.
_COMPARED: Final = 100_000
#: Seconds for which a look at the current snapshot holds for those that have looked themselves before.
_RECENT: Final = 0.005
#: Of larger graphs the index of names is made after publishing: by whoever searches first.
_INDEXED: Final = 100_000
_NEW_MARKER: Final = "duikou.json.new"
_NUMBER: Final = re.compile(r"\d{6,}")


def software_version() -> str:
    """Return the installed version of Duikou; "0" in a checkout that was never installed."""
    try:
        return version("duikou")
    except PackageNotFoundError:
        return "0"


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second; SOURCE_DATE_EPOCH fixes it for repeatable builds."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Draft:
    """A writer's working copy, with the changes that are to be published together.

    `store` may be changed in any way, but what changes has to be told, by quads (`note`), by graphs
    (`touch`) or not at all (`touch_everything`): publishing looks at nothing else, and so costs what
    the change costs. After large loads set `bulk`, so that the engine puts its files in order before
    they are published.
    """

    def __init__(self, store: Store, base: Snapshot | None, path: Path) -> None:
        self.store = store
        self.base: Final = base
        #: The working directory; what is put beside ``store`` here is published with the snapshot.
        self.path: Final = path
        self.bulk = False
        #: Set to have the index of names made with the snapshot, not at the first search, unless the graph is large.
        self.indexed = False
        #: The edition of the rules to which the inferred graph has been brought up to date.
        self.rules: str | None = None
        #: Set to drop the draft in the end, as a dry run does.
        self.dropped = False
        #: What was published, once it is.
        self.snapshot: Snapshot | None = None
        self._touched: set[str] | None = set()
        self._noted: set[Quad] = set()

    def close(self) -> None:
        """Let go of the store, not to be used any more: if its files go first, its engine waits for a second."""
        if hasattr(self, "store"):
            del self.store

    def note(self, quads: Iterable[Quad]) -> None:
        """Say which single quads this draft may add or remove, in graphs not touched as a whole."""
        self._noted.update(quads)

    def touch(self, *graphs: str) -> None:
        """Say which graphs (IRIs; "" is the default graph) this draft changes."""
        if self._touched is not None:
            self._touched.update(graphs)

    def touch_everything(self) -> None:
        """Say that any graph may have been changed, as by a SPARQL Update."""
        self._touched = None

    @property
    def may_change_anything(self) -> bool:
        """Whether nobody could say which graphs this draft changes."""
        return self._touched is None

    def replace(self, graph: str, quads: Iterable[Quad]) -> tuple[int, int]:
        """Replace a named graph, whole, and return how many of its quads are new and how many went."""
        name = NamedNode(graph)
        old = set(self.store.quads_for_pattern(None, None, None, name))
        new = set(quads)
        for quad in old - new:
            self.store.remove(quad)
        added = [quad for quad in new if quad not in old]
        self.store.extend(added)
        if new:
            self.store.add_graph(name)
        else:
            self.touch(graph)
            self.store.remove_graph(name)
        self.note(old ^ new)
        return len(added), len(old - new)

    def difference(self) -> tuple[set[Quad], set[Quad]] | None:
        """Return the quads added to the base and removed from it; None where finding out would take too long."""
        if self._touched is None or self.base is None:
            return None
        base = Store.read_only(str(self.base.path / "store"))
        if sum(self.base.graphs.get(graph, 0) for graph in self._touched) > _COMPARED:
            return None
        before, after = _kept(base, self._noted), _kept(self.store, self._noted)
        for graph in self._touched:
            before.update(base.quads_for_pattern(None, None, None, _named(graph)))
            for quad in self.store.quads_for_pattern(None, None, None, _named(graph)):
                after.add(quad)
                if len(after) > len(self._noted) + 2 * _COMPARED:
                    return None
        return after - before, before - after

    def changed_graphs(self) -> set[str]:
        """Return the graphs (IRIs) in which something was touched or noted."""
        return (self._touched or set()) | {_graph_of(quad) for quad in self._noted}

    def states(self, graphs: Iterable[str], now: str) -> dict[str, str]:
        """Return the state of each of some graphs: `now` where it may have been changed, else as in the base."""
        changed = self.changed_graphs()
        if self.base is None or self._touched is None:
            return dict.fromkeys(graphs, now)
        return {graph: now if graph in changed else self.base.state_of(graph) for graph in graphs}

    def counts(self) -> dict[str, int]:
        """Return the number of quads by graph: counted for those touched, else as in the base."""
        store = self.store
        found: dict[str, int] = {}
        if self._touched is not None:
            found.update(self.base.graphs if self.base else {})
            noted = {_graph_of(quad) for quad in self._noted} - self._touched
            base = Store.read_only(str(self.base.path / "store")) if self.base and noted else None
            for graph in self._touched if base else self._touched | noted:
                found[graph] = _number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", graph=_named(graph))
            if base:
                for which, sign in ((store, 1), (base, -1)):
                    for quad in _kept(which, self._noted):
                        if (graph := _graph_of(quad)) in noted:
                            found[graph] = found.get(graph, 0) + sign
            for graph in self._touched | noted:
                if not found.get(graph) and not (graph and store.contains_named_graph(NamedNode(graph))):
                    found.pop(graph, None)
            return dict(sorted(found.items()))
        for row in _solutions(store, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"):
            found[_iri(row["g"])] = int(row["n"].value)
        for graph_name in store.named_graphs():
            found.setdefault(_iri(graph_name), 0)
        default = _number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", graph=DefaultGraph())
        if default:
            found[""] = default
        return dict(sorted(found.items()))


class _GoneError(Exception):
    """A snapshot was deleted between being named and being locked."""


class Database:
    """A data directory. Cheap to make; nothing is created before the first write."""

    def __init__(self, path: str | os.PathLike[str], *, keep: int = KEEP, patience: float = PATIENCE) -> None:
        self.path: Final = Path(path)
        self._current_file: Final = str(self.path / "CURRENT")
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
        number = self._current_number()
        return None if number is None else self._snapshot(number, current=number)

    def snapshots(self) -> list[Snapshot]:
        """Return every snapshot that is kept, oldest first."""
        current = self._current_number()
        return [self._snapshot(number, current=current) for number in self._numbers()]

    def reader(self) -> Reader:
        """Return a reader of the current snapshot, the same one until another is published."""
        with self._guard:
            looked, seen = time.monotonic(), self._stamp()
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
            looked, seen = time.monotonic(), self._stamp()
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
        self._check()
        try:
            return self._hold(number)
        except _GoneError:
            raise StoreError(self._no_such(number)) from None

    # -- changing -------------------------------------------------------------

    @contextlib.contextmanager
    def write(self, command: str) -> Iterator[Draft]:
        """Work on a copy of the current snapshot: published on a clean end, dropped on any exception.

        `command` is kept in the manifest, for people. `StoreError` if another writer does not
        finish in time.
        """
        with self._writing(command), self._disk():
            self._prepare()
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
        with self._writing("rollback"), self._disk():
            self._check()
            if number is None:
                current = self.current
                if current is None or current.parent is None:
                    raise StoreError(Problem("There is no earlier snapshot to go back to", remedy=self._kept()))
                number = current.parent
            if number not in self._numbers():
                raise StoreError(self._no_such(number))
            self._point_at(number)
            return self._snapshot(number, current=number)

    def prune(self, keep: int | None = None) -> list[int]:
        """Delete all but the newest snapshots and the current one; return the numbers deleted.

        A snapshot that somebody reads is left for the next time.
        """
        with self._writing("prune"):
            return self._prune(self.keep if keep is None else keep)

    # -- how ------------------------------------------------------------------

    def _publish(self, draft: Draft, work: Path, command: str) -> None:
        """Make a draft the current snapshot. What can be done before is done before: who writes waits to be told."""
        base = draft.base
        if draft.bulk:
            draft.store.optimize()
        draft.store.flush()
        draft.store.backup(draft.path / "store")  # whole and closed, even if somebody still holds draft.store
        number = max(self._numbers(), default=0) + 1
        graphs = draft.counts()
        repeated = _unite(draft, sum(graphs.values()))
        _index(draft, sum(graphs.values()))
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
        _sync_tree(draft.path)
        draft.path.rename(self.path / "snapshots" / manifest.name)
        _sync(self.path / "snapshots")
        self._prune(self.keep)
        self._point_at(number)
        draft.snapshot = replace(manifest, path=self.path / "snapshots" / manifest.name, is_current=True)

    def _point_at(self, number: int) -> None:
        temporary = self.path / f"CURRENT.{os.getpid()}"
        with temporary.open("w", encoding="ascii") as file:
            file.write(f"{number:06}\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path / "CURRENT")
        _sync(self.path)

    def _prepare(self) -> None:
        """Make the directory on first use, and clear what a crashed writer left; the lock is held."""
        marker = self.path / "duikou.json"
        self._check()
        if not marker.exists():
            # The marker comes first and whole: whoever looks in meanwhile holds no lock.
            unseen = self.path / _NEW_MARKER
            unseen.write_text(json.dumps({"format": FORMAT, "what": "Duikou data directory"}) + "\n", "utf-8")
            unseen.replace(marker)
        for folder in ("snapshots", "documents"):
            (self.path / folder).mkdir(exist_ok=True)
        for stray in (*self.path.glob("work-*"), *self.path.glob("gone-*"), *self.path.glob("CURRENT.*")):
            shutil.rmtree(stray, ignore_errors=True) if stray.is_dir() else stray.unlink(missing_ok=True)

    def _check(self) -> None:
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
            raise _unreachable(self.path, error) from error
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

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            stat = os.stat(self._current_file)  # noqa: PTH116  # called several times for every request
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreachable(self.path, error) from error
        return stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns

    def _current_number(self) -> int | None:
        self._check()
        try:
            text = (self.path / "CURRENT").read_text("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreachable(self.path, error) from error
        if not _NUMBER.fullmatch(text):
            raise StoreError(
                Problem(
                    f"{self.path / 'CURRENT'} is damaged: it should hold the number of a snapshot",
                    remedy=f"Name a snapshot with `duikou rollback`. {self._kept()}",
                )
            )
        return int(text)

    def _numbers(self) -> list[int]:
        folder = self.path / "snapshots"
        try:
            return sorted(int(p.name) for p in folder.iterdir() if _NUMBER.fullmatch(p.name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreachable(folder, error) from error

    def _snapshot(self, number: int, *, current: int | None) -> Snapshot:
        path = self.path / "snapshots" / f"{number:06}"
        try:
            fields = json.loads((path / "manifest.json").read_text("utf-8"))
            return Snapshot(**fields, path=path, is_current=number == current)
        except FileNotFoundError:
            raise StoreError(self._no_such(number)) from None
        except (ValueError, TypeError) as error:
            raise StoreError(
                Problem(
                    f"{path / 'manifest.json'} is damaged: {error}",
                    remedy=f"Go back with `duikou rollback`. {self._kept()}",
                )
            ) from error
        except OSError as error:
            raise _unreachable(path, error) from error

    def _open(self) -> Reader:
        for _ in range(5):
            number = self._current_number()
            if number is None:
                return Reader(Store(), None)
            try:
                return self._hold(number)
            except _GoneError:
                continue  # pruned between reading CURRENT and locking: CURRENT has moved on
        raise StoreError(self._no_such(number or 0))

    def _hold(self, number: int) -> Reader:
        """Open a snapshot with a shared lock on it. `_GoneError` if it was deleted meanwhile."""
        snapshot = self._snapshot(number, current=self._current_number())
        try:
            descriptor = os.open(snapshot.path / "readers.lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _GoneError from None
        except OSError as error:
            raise _unreachable(snapshot.path, error) from error
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
                        remedy=f"Go back with `duikou rollback`. {self._kept()}",
                    )
                ) from error
            raise
        weakref.finalize(reader, os.close, descriptor)
        return reader

    def _prune(self, keep: int) -> list[int]:
        numbers = self._numbers()
        current = self._current_number()
        gone = []
        for number in numbers[: -keep or None]:
            if number == current:
                continue
            path = self.path / "snapshots" / f"{number:06}"
            with contextlib.suppress(OSError), (path / "readers.lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                doomed = self.path / f"gone-{number:06}"
                path.rename(doomed)
                shutil.rmtree(doomed, ignore_errors=True)
                gone.append(number)
        return gone

    @contextlib.contextmanager
    def _writing(self, command: str) -> Iterator[None]:
        """Hold the directory against all other writers."""
        self._check()
        holder = self.path / "writer.json"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / "write.lock", thread_local=False)
            lock.acquire(timeout=self.patience)
        except Timeout:
            raise StoreError(
                Problem(
                    f"{self.path} is being written by another process{_who(holder)}",
                    remedy="Try again when it has finished",
                )
            ) from None
        except OSError as error:
            raise _unreachable(self.path, error) from error
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
    def _disk(self) -> Iterator[None]:
        """Turn the system's errors while writing into ours."""
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            if getattr(error, "filename", None) is None and "No space left" not in str(error) and error.errno is None:
                raise
            raise _unreachable(self.path, error) from error

    def _no_such(self, number: int) -> Problem:
        return Problem(f"{self.path} has no snapshot {number}", remedy=self._kept())

    def _kept(self) -> str:
        numbers = self._numbers()
        if not numbers:
            return "There is no snapshot yet: `duikou build` makes one"
        return "Snapshots kept: " + ", ".join(map(str, numbers))


def _unite(draft: Draft, quads: int) -> int:
    """Put the union beside a draft's store of so many quads if that repeats triples; return how many it repeats."""
    base = draft.base
    difference = None if draft.bulk else draft.difference()
    if base is None or difference is None:
        repeated = union.repeated(draft.store, quads)
    else:
        repeated = base.repeated + union.repeated_more(draft.store, *difference)
    if not repeated:
        return 0
    path = draft.path / "union"
    if base is None or difference is None or not base.repeated:
        union.build(draft.store, path, quads)
    else:
        union.follow(draft.store, base.path / "union", path, *difference, [_named(g) for g in draft.changed_graphs()])
    return repeated


def _index(draft: Draft, quads: int) -> None:
    """Put the index of names beside a draft's store: the base's where no name changed, a new one where it is wanted."""
    path = search.index_of(draft.path)
    base = search.index_of(draft.base.path) if draft.base else None
    difference = draft.difference() if base and base.exists() else None
    if base and difference is not None and not search.names_change(itertools.chain(*difference)):
        path.hardlink_to(base)
    elif draft.indexed and quads <= _INDEXED:
        search.build(draft.store, path)


def _kept(store: Store, quads: Iterable[Quad]) -> set[Quad]:
    """Return those of some quads that a store has, in the form it keeps them: 01 and 1 are one number."""
    return {kept for quad in quads for kept in store.quads_for_pattern(*quad)}


def _named(graph: str) -> NamedNode | DefaultGraph:
    return NamedNode(graph) if graph else DefaultGraph()


def _graph_of(quad: Quad) -> str:
    return "" if isinstance(quad.graph_name, DefaultGraph) else _iri(quad.graph_name)


def _solutions(
    store: Store, text: str, *, union: bool = False, graph: NamedNode | DefaultGraph | None = None
) -> QuerySolutions:
    return cast(QuerySolutions, store.query(text, use_default_graph_as_union=union, default_graph=graph))


def _number(store: Store, text: str, *, union: bool = False, graph: NamedNode | DefaultGraph | None = None) -> int:
    return int(next(_solutions(store, text, union=union, graph=graph))["n"].value)


def _iri(name: Any) -> str:
    return str(name) if isinstance(name, BlankNode) else str(name.value)


def _unreachable(path: Path, error: OSError) -> StoreError:
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


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(path: Path) -> None:
    for folder, _, files in os.walk(path):
        for name in files:
            _sync(Path(folder, name))
        _sync(Path(folder))
