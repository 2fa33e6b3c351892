"""Graphs that the tests of the ontology share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib

from ontology import vocabulary

EXAMPLE = Path(__file__).with_name("example.ttl")


@pytest.fixture(scope="session")
def java() -> None:
    """For tests that run HermiT."""
    if shutil.which("java") is None:
        pytest.skip("HermiT needs Java, and there is none here")


@pytest.fixture(scope="session")
def core() -> rdflib.Graph:
    """The core of the ontology, duikou.ttl. Not to be changed."""
    return rdflib.Graph().parse(vocabulary.CORE, format="turtle")


@pytest.fixture(scope="session")
def codelists() -> rdflib.Graph:
    """All code lists together. Not to be changed."""
    graph = rdflib.Graph()
    for file in sorted(vocabulary.CODELISTS.glob("*.ttl")):
        graph.parse(file, format="turtle")
    return graph


@pytest.fixture
def example() -> Callable[..., rdflib.Graph]:
    """Make the example graph, with texts replaced and Turtle added: `example("old", "new", add="…")`."""

    def make(*changes: str, add: str = "") -> rdflib.Graph:
        text = EXAMPLE.read_text(encoding="utf-8")
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text, f"the example has no {old!r} to replace"
            text = text.replace(old, new, 1)
        return rdflib.Graph().parse(data=f"{text}\n{add}", format="turtle")

    return make
