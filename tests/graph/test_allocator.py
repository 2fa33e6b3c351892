"""Workers get their memory from tcmalloc where it is here, and the build fetches it where it may."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from graph.workers import allocator
from graph.workers.pool import Pool

ROOT = Path(__file__).parents[2]


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    monkeypatch.delenv("DUIKOU_WITHOUT_ALLOCATOR", raising=False)
    spec = importlib.util.spec_from_file_location("allocator_step", ROOT / "packaging" / "steps" / "allocator.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout on a system that has no tcmalloc."""
    root = tmp_path / "checkout"
    (root / ".git").mkdir(parents=True)
    (root / "graph" / "workers").mkdir(parents=True)
    text = (ROOT / "graph" / "workers" / "allocator.py").read_text(encoding="utf-8")
    for folder in ("/usr/lib64", "/usr/local/lib", "/usr/lib"):
        text = text.replace(f'"{folder}"', f'"{tmp_path}/none"')
    (root / "graph" / "workers" / "allocator.py").write_text(text, encoding="utf-8")
    return root


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def test_what_the_environment_says_stays() -> None:
    assert "LD_PRELOAD" not in allocator.variables({"LD_PRELOAD": ""})
    assert "GLIBC_TUNABLES" not in allocator.variables({"GLIBC_TUNABLES": "glibc.malloc.arena_max=1"})
    assert "GLIBC_TUNABLES" in allocator.variables({})


@pytest.mark.parametrize("folder", ["my projects", "a:b", "plain"])
def test_a_place_that_cannot_be_named_is_none(folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / folder / allocator.LIBRARY
    place.parent.mkdir()
    place.touch()
    monkeypatch.setattr(allocator, "LIBRARY", "no-system-has-it.so")
    monkeypatch.setattr(allocator, "OURS", place)
    assert allocator.library() == (place if folder == "plain" else None)


def test_it_is_told_which_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert allocator.name({"LD_PRELOAD": "/opt/libjemalloc.so.2"}) == "libjemalloc.so.2"
    assert allocator.name({"LD_PRELOAD": ""}) == "libc"
    monkeypatch.setattr(allocator, "library", lambda: None)
    assert allocator.name({}) == "libc"
    monkeypatch.setattr(allocator, "library", lambda: tmp_path / allocator.LIBRARY)
    assert allocator.name({}) == allocator.LIBRARY


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what a process has loaded")
@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_worker_gets_its_memory_from_it(is_wanted: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if is_wanted and allocator.library() is None:
        pytest.skip("tcmalloc is not here: apt-get install libtcmalloc-minimal4")
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    if not is_wanted:
        monkeypatch.setenv("LD_PRELOAD", "")
    with Pool(Database(tmp_path)) as pool:
        pool.answer("ASK {}", Dataset(), (Format.JSON,))
        loaded = [allocator.LIBRARY in Path(f"/proc/{worker.pid}/maps").read_text() for worker in list(pool._idle)]
    assert set(loaded) == {is_wanted}


def test_without_a_package_manager_the_build_goes_on(
    step: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = step.build(checkout)
    assert said is not None
    assert "there is no apt-get here" in said
    assert not (checkout / step.OUTPUT).exists()


def test_why_it_was_not_fetched_is_said(
    step: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "bin", "apt-get", "echo 'E: no network here' >&2; exit 100")
    program(tmp_path / "bin", "dpkg-deb", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    said = step.build(checkout)
    assert said is not None
    assert said.endswith("`apt-get` ended with 100: E: no network here")
    assert not (checkout / step.OUTPUT).exists()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not here")
def test_it_is_fetched_with_its_licence(
    step: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = allocator.library()
    if library is None:
        pytest.skip("tcmalloc is not here: apt-get install libtcmalloc-minimal4")
    package = tmp_path / "package"
    for folder in ("DEBIAN", "usr/lib/some-linux", "usr/share/doc/some"):
        (package / folder).mkdir(parents=True)
    fields = {
        "Package": "some",
        "Version": "1",
        "Architecture": "all",
        "Maintainer": "a <a@b.c>",
        "Description": "some",
    }
    control = "".join(f"{name}: {value}\n" for name, value in fields.items())
    (package / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    (package / "usr/share/doc/some/copyright").write_text("BSD", encoding="utf-8")
    shutil.copyfile(library, package / "usr/lib/some-linux" / f"{allocator.LIBRARY}.5")
    (package / "usr/lib/some-linux" / allocator.LIBRARY).symlink_to(f"{allocator.LIBRARY}.5")
    subprocess.run(["dpkg-deb", "--build", package, tmp_path / "some.deb"], check=True, capture_output=True)
    # the system's lists of packages are empty, and only the newer name is known
    program(
        tmp_path / "bin",
        "apt-get",
        f'case "$*" in *Lists*update) exit 0;; *Lists*download*t64) cp {tmp_path}/some.deb .;; *) exit 100;; esac',
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert step.build(checkout) == "tcmalloc for query workers"
    assert {p.name for p in (checkout / step.OUTPUT).iterdir()} == {allocator.LIBRARY, "COPYRIGHT"}
    assert step.build(checkout) is None  # it is there
    monkeypatch.setenv("DUIKOU_WITHOUT_ALLOCATOR", "1")
    assert step.build(checkout) is None
    assert not (checkout / step.OUTPUT).exists()


def test_what_is_no_checkout_gets_none(step: ModuleType, checkout: Path) -> None:
    (checkout / ".git").rmdir()
    assert step.build(checkout) is None
