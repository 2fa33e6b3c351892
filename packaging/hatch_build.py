"""The build hook: what is made at build time, and never committed, is made here.

Every module of `packaging/steps` is one step. It has

- `requirements() -> list[str]`: what it needs installed, besides the build requirements of pyproject.toml;
- `build(root: pathlib.Path) -> str | None`: makes its outputs below `root` and says in a few words what it
  made, or returns None when they were there already and its inputs have not changed. It raises StepError with
  one sentence, what failed and what to do, where it cannot.

The outputs are ignored by git and named under `artifacts` in pyproject.toml. `python packaging/hatch_build.py`
runs the steps in a checkout, as an editable installation does; with the word `requirements` it prints what
they need installed and runs nothing.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def steps(root: Path) -> list[ModuleType]:
    """Return the modules of `packaging/steps` below a root, in the order of their names."""
    found: list[ModuleType] = []
    sys.path.insert(0, str(root / "packaging"))  # for `from step import StepError`
    for path in sorted((root / "packaging" / "steps").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"duikou_step_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return found


class BuildHook(BuildHookInterface[Any]):
    """Runs the steps before a wheel, editable ones included, is made. A source archive needs none."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the steps need, so that a step's tools are fetched only where it runs."""
        if self.target_name != "wheel":
            return []
        return [requirement for step in steps(Path(self.root)) for requirement in step.requirements()]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run every step; the first that fails stops the build with its one sentence."""
        if self.target_name == "wheel":
            run(Path(self.root))


def run(root: Path) -> None:
    """Run the steps in a checkout; what each made goes to standard error."""
    for step in steps(root):
        started = time.monotonic()
        made = step.build(root)
        if made and not os.environ.get("DUIKOU_QUIET"):
            print(f"duikou: {made} ({time.monotonic() - started:.1f} s)", file=sys.stderr)


def main(arguments: list[str]) -> int:
    """Run the steps of this checkout, or print their requirements; 1 where a step could not make its output."""
    root = Path(__file__).resolve().parent.parent
    if arguments == ["requirements"]:
        print(*(requirement for step in steps(root) for requirement in step.requirements()))
        return 0
    try:
        run(root)
    except RuntimeError as error:
        print(f"duikou: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
