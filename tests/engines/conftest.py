"""The stores that the tests of the seam run against: the embedded one, a small endpoint, Fuseki and Virtuoso."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from graph.database import Database
from graph.engine import Engine
from graph.remote.connection import Address
from graph.remote.store import RemoteStore
from graph.remote.writer import RemoteWriter
from graph.store import Store, Writing
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from graph.workers.writer import Writer


def _beside(name: str) -> ModuleType:
    """Import a file of this folder: test folders are no packages."""
    full = f"tests_engines_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[full]


endpoints = _beside("endpoint")
peers = _beside("peers")

NAMES = ("embedded", "endpoint", "fuseki", "virtuoso")
LIMITS = Limits(seconds=10, megabytes=500, answer=3 << 20, short=3, long=3)


@dataclass(frozen=True)
class Served:
    """A store with what reads and writes it."""

    name: str
    store: Store
    engine: Engine
    writer: Writing
    url: str = ""

    @property
    def has_unnamed(self) -> bool:
        """Whether the store has a graph without a name."""
        return self.name != "virtuoso"


@pytest.fixture(scope="session", params=NAMES)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Each store in turn; tests leave nothing behind in it."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    with ExitStack() as stack:
        if name == "embedded":
            database = Database(folder / "db")
            writer = Writer(database)
            stack.callback(writer.close)
            yield Served(name, database, stack.enter_context(Pool(database, LIMITS)), writer)
            return
        if name == "endpoint":
            url = stack.enter_context(endpoints.endpoint()).url
            addresses = (url, url, None)
        elif name == "fuseki":
            url = stack.enter_context(peers.fuseki(folder))
            addresses = (f"{url}/sparql", f"{url}/update", None)
        else:
            url = stack.enter_context(peers.virtuoso(folder))
            addresses = (f"{url}/sparql", f"{url}/sparql", f"{url}/sparql-graph-crud")
        query, update, graphs = addresses
        store = RemoteStore(query, limits=LIMITS)
        stack.callback(store.close)
        yield Served(
            name, store, store, RemoteWriter(store, Address.of(update), Address.of(graphs) if graphs else None), query
        )


@pytest.fixture
def endpoint() -> Iterator[object]:
    """A small endpoint that can be told to misbehave."""
    with endpoints.endpoint() as made:
        yield made
