"""What tests of loaders share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.sources import Source
from loaders.builtin import builtin_sources


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    """The sources that come with Duikou."""
    return builtin_sources()


@pytest.fixture(scope="session")
def gold(shared: Path) -> list[dict[str, Any]]:
    """The hand annotation of the document: the preamble and the ten cases."""
    path = shared / "gold" / "seed.json"
    if not path.exists():
        pytest.skip("the hand annotation is not in ../shared/gold")
    cases: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return cases
