"""What tests of all packages share: the material that lies beside the repository and is no part of it."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from graph.database import Database
from graph.publish import build
from loaders.builtin import builtin_sources

# A slow machine is no failure.
hypothesis.settings.register_profile("duikou", deadline=None)
hypothesis.settings.load_profile("duikou")

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of source texts, hand annotations and sample files; the test is skipped where there is none."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the material in ../shared is not here")
    return folder


@pytest.fixture(scope="session")
def source_text(shared: Path) -> str:
    """The document of the ten cases, its line breaks as they are."""
    files = sorted((shared / "source").glob("*.txt"))
    if not files:
        pytest.skip("the source document is not in ../shared/source")
    return files[0].read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def ten_cases(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A data directory with the ten cases, built once; tests only read it."""
    database = Database(tmp_path_factory.mktemp("ten-cases") / "db")
    build(database, builtin_sources())
    return database
