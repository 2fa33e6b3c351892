"""A snapshot as an rdflib Dataset, read in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rdflib
from oxrdflib import OxigraphStore
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.query import Result

from graph.reader import Reader
from ontology.namespaces import PREFIXES


def dataset(reader: Reader) -> rdflib.Dataset:
    """Return a Dataset over a reader's snapshot; its default graph is the union of all graphs."""
    view = rdflib.Dataset(store=_SnapshotStore(reader), default_union=True)
    for prefix, namespace in PREFIXES.items():
        view.bind(prefix, namespace)
    return view


class _SnapshotStore(OxigraphStore):
    """oxrdflib's store, keeping the snapshot from deletion, and asking of the union as a set of triples."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        super().__init__(store=reader.store)

    def query(
        self,
        query: Any,
        initNs: Mapping[str, Any],  # noqa: N803  # rdflib's names
        initBindings: Mapping[str, Any],  # noqa: N803
        queryGraph: str,  # noqa: N803
        **kwargs: object,
    ) -> Result:
        if queryGraph != "__UNION__" or self._reader.union is None:
            return super().query(query, initNs, initBindings, queryGraph, **kwargs)
        union = OxigraphStore(store=self._reader.union)
        for prefix, namespace in self.namespaces():
            union.bind(prefix, namespace)
        return union.query(query, initNs, initBindings, DATASET_DEFAULT_GRAPH_ID, **kwargs)

    def add_graph(self, graph: rdflib.Graph) -> None:
        """Do nothing: rdflib calls this for every graph it looks at, and a view makes none."""

    def add(self, *_: Any, **__: Any) -> None:
        raise TypeError("a snapshot is never changed: publish to the data directory, or copy the graph first")

    addN = remove = remove_graph = update = add  # noqa: N815  # rdflib's names
