"""tcmalloc for the query workers: `graph/workers/lib`, from the system's package manager, without installing it.

Only in a checkout, where the system is a Debian or one of its children and does not have the library: what belongs
to one system has no place in a wheel. Nothing is changed in the system, and no rights are needed. Everything works
without it, a little slower: whatever fails here is told and nothing more. `DUIKOU_WITHOUT_ALLOCATOR=1` leaves it out.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from step import StepError

#: Its name in Debian 12 and Ubuntu 22.04, and in those after them.
PACKAGES = ("libtcmalloc-minimal4", "libtcmalloc-minimal4t64")
OUTPUT = Path("graph/workers/lib")
ADVICE = "query workers do without tcmalloc, up to a sixth slower; it is in gperftools"


def requirements() -> list[str]:
    """Return nothing: what this step needs, apt-get and dpkg-deb, is part of a system that it works on."""
    return []


def build(root: Path) -> str | None:
    """Put the library and its licence below `root`; None where it is there, or the system has it."""
    # it knows its name and where it is looked for; to import it would import the rest
    known = runpy.run_path(str(root / "graph" / "workers" / "allocator.py"))
    folder = root / OUTPUT
    if os.environ.get("DUIKOU_WITHOUT_ALLOCATOR"):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    if sys.platform != "linux" or not (root / ".git").exists() or known["library"]() is not None:
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="duikou-allocator-") as scratch:
            package = _unpacked(Path(scratch))
            _keep(package, folder, known["LIBRARY"])
    except StepError as error:
        return f"{ADVICE}. Not fetched: {error}"
    return "tcmalloc for query workers"


def _unpacked(scratch: Path) -> Path:
    """Return a folder with the files of the package; the lists of packages are fetched where the system has none."""
    for name in ("apt-get", "dpkg-deb"):
        if shutil.which(name) is None:
            raise StepError(f"there is no {name} here")
    try:
        return _downloaded(scratch, [])
    except StepError:  # no lists, or old ones
        own = [f"-oDir::State::Lists={scratch / 'lists'}", f"-oDir::Cache={scratch / 'cache'}"]
        own += ["-oAPT::Sandbox::User=root"] if os.geteuid() == 0 else []
    (scratch / "lists" / "partial").mkdir(parents=True)
    (scratch / "cache" / "archives" / "partial").mkdir(parents=True)
    _run(scratch, "apt-get", *own, "update")
    return _downloaded(scratch, own)


def _downloaded(scratch: Path, options: list[str]) -> Path:
    for last, package in enumerate(PACKAGES, 1):
        try:
            _run(scratch, "apt-get", *options, "download", package)
        except StepError:
            if last == len(PACKAGES):
                raise
        else:
            break
    archive = next(scratch.glob("*.deb"), None)
    if archive is None:
        raise StepError("apt-get downloaded nothing")
    _run(scratch, "dpkg-deb", "--extract", archive.name, "files")
    return scratch / "files"


def _keep(package: Path, folder: Path, library: str) -> None:
    """Copy the library and its licence into a folder, if a program can be started with it."""
    found = next(package.glob(f"usr/lib/**/{library}"), None)
    if found is None:
        raise StepError(f"the package has no {library}")
    check = "import sys; sys.exit(sys.argv[1] not in open('/proc/self/maps').read())"
    with_it = dict(os.environ, LD_PRELOAD=str(found))
    if subprocess.run([sys.executable, "-c", check, library], env=with_it, capture_output=True, check=False).returncode:
        raise StepError(f"no program can be started with its {library}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for licence in package.glob("usr/share/doc/*/copyright"):
        shutil.copyfile(licence, folder / "COPYRIGHT")
    part = folder / f"{library}.part"
    shutil.copyfile(found, part)  # the file itself, where the name is a link to it
    part.replace(folder / library)


def _run(folder: Path, *command: str) -> None:
    """Run a command in a folder; StepError with its last words where it fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepError(f"`{command[0]}` could not be run: {error}") from error
    if done.returncode:
        said = " ".join(done.stderr.split())[-200:]
        raise StepError(f"`{command[0]}` ended with {done.returncode}: {said}")
