"""The front-end: `server/frontend` bundled into `server/static/dist` by esbuild, with libraries from npm.

`DUIKOU_NO_FRONTEND=1` leaves it out: every page works without. In a checkout what only checks and tests
need (types, axe-core) is installed too.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import node
from step import StepError, fingerprint

#: Written last: with it the bundles are whole.
_MADE = "made.json"


def requirements() -> list[str]:
    """Return what this step needs installed: Node, where it is missing and wanted."""
    return [] if os.environ.get("DUIKOU_NO_FRONTEND") else node.requirements()


def build(root: Path) -> str | None:
    """Bundle the front-end; None where it is there already, or is not wanted."""
    folder, out = root / "server" / "frontend", root / "server" / "static" / "dist"
    if os.environ.get("DUIKOU_NO_FRONTEND"):
        shutil.rmtree(out, ignore_errors=True)
        return None
    is_checkout = (root / ".git").exists()
    inputs = [p for p in folder.rglob("*") if p.is_file() and "node_modules" not in p.parts]
    now = fingerprint([*inputs, *(root / "server" / "static" / "style").glob("*.css")])
    made = out / _MADE
    installed = not is_checkout or (folder / "node_modules" / "axe-core").is_dir()
    if installed and made.is_file() and json.loads(made.read_text()).get("inputs") == now:
        return None
    try:
        node.npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if is_checkout else ["--omit=dev"]))
        node.npm(folder, "run", "build")
    except StepError as error:
        raise StepError(
            f"The front-end could not be built in {folder}: {error}. "
            "Set DUIKOU_NO_FRONTEND=1 to go on without it; every page still works."
        ) from error
    files = [p for p in out.iterdir() if p.suffix in {".js", ".css"}]
    made.write_text(json.dumps({"inputs": now}))
    return f"front-end bundled, {len(files)} files, {sum(p.stat().st_size for p in files) // 1024} kB"
