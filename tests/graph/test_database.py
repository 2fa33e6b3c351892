"""The data directory: published whole or not at all, whoever crashes, reads or writes meanwhile."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.database import Database
from ontology.errors import StoreError

S, P, G = (NamedNode(f"http://example.com/{x}") for x in "spg")


def numbers(*values: int) -> list[Quad]:
    return [Quad(S, P, Literal(value), G) for value in values]


def write(db: Database, *values: int) -> int:
    with db.write(f"write {values}") as draft:
        draft.replace(G.value, numbers(*values))
    assert draft.snapshot is not None
    return draft.snapshot.number


def read(db: Database) -> list[int]:
    return sorted(int(row["o"].value) for row in db.reader().select("SELECT ?o { ?s ?p ?o }"))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "data", patience=0.2)


def test_an_absent_directory_reads_as_an_empty_store(db: Database) -> None:
    assert db.current is None
    assert db.snapshots() == []
    assert read(db) == []
    assert not db.path.exists()


def test_a_write_is_published_whole(db: Database) -> None:
    write(db, 1, 2)
    current = db.current
    assert current is not None
    assert (current.number, current.parent, current.quads, current.command) == (1, None, 2, "write (1, 2)")
    assert current.graphs == {G.value: 2}
    assert current.is_current
    assert read(db) == [1, 2]


def test_a_reader_keeps_its_snapshot_and_the_next_reader_sees_the_new_one(db: Database) -> None:
    write(db, 1)
    before = db.reader()
    assert db.reader() is before
    write(db, 2)
    assert [q.object.value for q in before.store] == ["1"]
    assert read(db) == [2]


def test_another_process_sees_what_is_published(db: Database) -> None:
    write(db, 1)
    assert read(db) == [1]
    code = f"""
from graph.database import Database
from pyoxigraph import *
with Database({str(db.path)!r}).write("elsewhere") as draft:
    draft.store.add(Quad(NamedNode("http://example.com/s"), NamedNode("http://example.com/p"), Literal(7)))
    draft.touch("")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert read(db) == [1, 7]


def test_an_exception_drops_the_draft(db: Database) -> None:
    write(db, 1)

    def fail() -> None:
        with db.write("fails") as draft:
            draft.replace(G.value, numbers(5))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert read(db) == [1]
    assert [s.number for s in db.snapshots()] == [1]
    assert not list(db.path.glob("work-*"))


def test_a_dry_run_publishes_nothing(db: Database) -> None:
    with db.write("dry") as draft:
        draft.replace(G.value, numbers(5))
        draft.dropped = True
    assert draft.snapshot is None
    assert db.current is None


CRASHING = """
import sys, time
from graph.database import Database
from pyoxigraph import *
import graph.database as module
stage = sys.argv[2]
def stop(*_):
    print("here", flush=True)
    time.sleep(60)
if stage == "manifest":
    module.sync_tree = stop
elif stage == "flip":
    module.Directory.point_at = stop
with Database(sys.argv[1]).write("crash") as draft:
    draft.replace("http://example.com/g", [Quad(NamedNode("http://example.com/s"), NamedNode("http://example.com/p"),
        Literal(i), NamedNode("http://example.com/g")) for i in range(1000)])
    if stage == "work":
        stop()
"""


@pytest.mark.parametrize("stage", ["work", "manifest", "flip"])
def test_a_writer_that_is_killed_leaves_the_last_good_snapshot(db: Database, stage: str) -> None:
    write(db, 1, 2)
    with subprocess.Popen([sys.executable, "-c", CRASHING, str(db.path), stage], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"here\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert read(Database(db.path)) == [1, 2]
    assert list(db.path.glob("work-*")) or stage == "flip"
    write(db, 3)
    assert read(db) == [3]
    assert not list(db.path.glob("work-*"))
    assert all(snapshot.quads >= 1 for snapshot in db.snapshots())


def test_a_second_writer_is_told_who_is_writing(db: Database) -> None:
    write(db, 1)
    with subprocess.Popen([sys.executable, "-c", CRASHING, str(db.path), "work"], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            with pytest.raises(StoreError, match=rf"process {child.pid} .*'crash'"):
                write(db, 2)
        finally:
            child.kill()
    write(db, 2)
    assert read(db) == [2]


def test_writers_in_threads_take_turns(db: Database) -> None:
    patient = Database(db.path, patience=60)
    threads = [threading.Thread(target=write, args=(patient, i)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [s.number for s in db.snapshots()] == [1, 2, 3, 4]
    assert [s.parent for s in db.snapshots()] == [None, 1, 2, 3]


def test_readers_in_threads_never_see_half_of_a_write(db: Database) -> None:
    write(db, 0, 0 + 100)
    seen: set[tuple[int, ...]] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(tuple(read(db)))

    threads = [threading.Thread(target=watch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(1, 5):
        write(db, i, i + 100)
    done.set()
    for thread in threads:
        thread.join()
    assert all(len(values) == 2 and values[1] == values[0] + 100 for values in seen)


def test_rollback_goes_to_the_parent_or_to_a_number(db: Database) -> None:
    for i in (1, 2, 3):
        write(db, i)
    assert db.rollback().number == 2
    assert read(db) == [2]
    assert write(db, 4) == 4
    current = db.current
    assert current is not None
    assert current.parent == 2
    assert db.rollback(3).number == 3
    assert read(db) == [3]


def test_rollback_to_nowhere_is_refused(db: Database) -> None:
    write(db, 1)
    with pytest.raises(StoreError, match="no earlier snapshot"):
        db.rollback()
    with pytest.raises(StoreError, match=r"no snapshot 9.*Snapshots kept: 1"):
        db.rollback(9)
    assert read(db) == [1]


def test_old_snapshots_are_deleted_but_never_under_a_reader(tmp_path: Path) -> None:
    db = Database(tmp_path / "data", keep=2)
    write(db, 1)
    reader = db.reader()
    other = Database(db.path, keep=2)
    for i in (2, 3, 4):
        write(other, i)
    assert [s.number for s in db.snapshots()] == [1, 3, 4]
    assert [q.object.value for q in reader.store] == ["1"]
    db.reader()
    del reader
    gc.collect()
    write(other, 5)
    assert [s.number for s in db.snapshots()] == [4, 5]


def test_the_current_snapshot_is_never_pruned(db: Database) -> None:
    for i in (1, 2, 3):
        write(db, i)
    db.rollback(1)
    assert db.prune(keep=1) == [2]
    assert read(db) == [1]


def test_a_snapshot_can_be_read_by_number_while_it_is_kept(db: Database) -> None:
    write(db, 1)
    write(db, 2)
    assert [q.object.value for q in db.at(1).store] == ["1"]
    with pytest.raises(StoreError, match="no snapshot 7"):
        db.at(7)


def test_a_directory_of_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir")
    db = Database(tmp_path)
    for attempt in (db.reader, db.snapshots, lambda: write(db, 1)):
        with pytest.raises(StoreError, match="no Duikou data directory"):
            attempt()
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError, match="is a file"):
        write(Database(file), 1)


def test_a_newer_format_is_refused(db: Database) -> None:
    write(db, 1)
    (db.path / "duikou.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(StoreError, match="newer Duikou"):
        Database(db.path).reader()


@pytest.mark.parametrize("content", ["", "latest\n", "\x00\x01"])
def test_a_damaged_current_is_told_and_mended_by_rollback(db: Database, content: str) -> None:
    write(db, 1)
    write(db, 2)
    (db.path / "CURRENT").write_text(content)
    with pytest.raises(StoreError, match=r"CURRENT is damaged.*duikou rollback.*Snapshots kept: 1, 2"):
        Database(db.path).reader()
    assert db.rollback(1).number == 1
    assert read(Database(db.path)) == [1]


def test_a_missing_snapshot_is_told(db: Database) -> None:
    write(db, 1)
    (db.path / "CURRENT").write_text("000042\n")
    with pytest.raises(StoreError, match="no snapshot 42"):
        Database(db.path).reader()


def test_a_damaged_manifest_or_store_is_told(db: Database) -> None:
    write(db, 1)
    write(db, 2)
    folder = db.path / "snapshots" / "000002"
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match=r"manifest.json is damaged"):
        Database(db.path).reader()
    (folder / "manifest.json").write_text(manifest)
    for file in (folder / "store").glob("MANIFEST*"):
        file.unlink()
    with pytest.raises(StoreError, match="Snapshot 2 cannot be opened"):
        Database(db.path).reader()
    db.rollback(1)
    assert read(Database(db.path)) == [1]


def test_a_directory_that_may_not_be_used_is_told(db: Database) -> None:
    write(db, 1)
    db.path.chmod(0o000)
    code = f"""
import os
from graph.database import Database
from ontology.errors import StoreError
if os.geteuid() == 0:  # root may do everything
    os.seteuid(65534)
try:
    Database({str(db.path)!r}).reader()
except StoreError as error:
    print(error)
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    db.path.chmod(0o755)
    assert "may not be used by this user" in child.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told_and_changes_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write(db, 1)

    def full(path: Path, *_: object, **__: object) -> int:
        with Path("/dev/full").open("w") as file:
            file.write("x")
            file.flush()
        return 0

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match=r"disk .* is full"):
        write(db, 2)
    monkeypatch.undo()
    assert read(db) == [1]


def test_a_reader_is_the_same_one_while_nothing_is_published(db: Database) -> None:
    write(db, 1)
    first = db.reader()
    assert all(db.reader() is first for _ in range(100))
    write(db, 2)
    assert db.reader() is not first


def test_what_stands_beside_the_store_in_a_draft_is_published_with_it(db: Database) -> None:
    with db.write("index") as draft:
        draft.replace(G.value, numbers(1))
        (draft.path / "index.txt").write_text("one")
    assert draft.snapshot is not None
    assert (draft.snapshot.path / "index.txt").read_text() == "one"


def test_only_touched_graphs_are_counted_again_and_a_full_count_agrees(db: Database) -> None:
    write(db, 1, 2)
    with db.write("two") as draft:
        draft.store.extend([Quad(S, P, Literal(i), NamedNode("http://example.com/h")) for i in range(5)])
        draft.touch("http://example.com/h")
    with db.write("all") as draft:
        draft.touch_everything()
    first, second = db.snapshots()[-2:]
    assert dict(first.graphs) == dict(second.graphs) == {G.value: 2, "http://example.com/h": 5}


def test_a_view_that_has_to_be_opened_is_not_there_at_once(tmp_path: Path) -> None:
    database, other = Database(tmp_path), Database(tmp_path)
    assert database.reader() is database.at_once()
    with other.write("test") as draft:
        draft.store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(1), NamedNode("urn:g")))
        draft.touch("urn:g")
    assert database.at_once() is None
    assert database.reader() is database.at_once()
