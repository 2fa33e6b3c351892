"""Files that a user may name by mistake: each is refused with a sentence, at once and without reading it."""

from __future__ import annotations

import os
import time
import tracemalloc
from pathlib import Path

import pytest

from loaders.case_file import read_case_file
from loaders.files import read_file
from ontology.errors import Problem, SourceError


def refused(path: Path) -> Problem:
    with pytest.raises(SourceError) as caught:
        read_case_file(path)
    assert len(caught.value.problems) == 1
    problem = caught.value.problems[0]
    assert problem.where is not None
    assert problem.where.file == str(path)
    return problem


def test_a_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing.yaml").message == "there is no such file"


def test_a_missing_folder(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere" / "a.yaml").message == "there is no such file"


def test_a_folder(tmp_path: Path) -> None:
    assert refused(tmp_path).message == "this is a folder"


def test_a_file_used_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    assert "cannot be read: Not a directory" in refused(tmp_path / "a" / "b.yaml").message


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert refused(tmp_path / "pipe").message == "this is not a regular file"


def test_a_path_that_no_file_can_have() -> None:
    assert "cannot be read" in refused(Path("a\0b.yaml")).message
    assert "cannot be read" in refused(Path("a" * 5000)).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.touch(mode=0o000)

    assert "cannot be read: Permission denied" in refused(path).message


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.touch()

    assert refused(path).message == "the file is empty"


def test_two_hundred_megabytes_are_refused_by_their_size(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    begin = time.perf_counter()
    try:
        problem = refused(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert "the file is too large: 200,000,000 bytes, where at most 4,194,304 are read" in problem.message
    assert time.perf_counter() - begin < 0.5
    assert peak < 1_000_000


def test_a_file_that_hides_its_size_is_read_to_the_limit_only() -> None:
    endless = Path("/proc/self/maps")
    if not endless.exists():
        pytest.skip("there is no /proc here")

    with pytest.raises(SourceError, match="more than 10 bytes"):
        read_file(endless, 10)
