"""Answers from one snapshot: the embedded engine behind the seam of `graph.engine`."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Final

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    Store,
    Variable,
)

from graph import syntax
from graph.engine import Answer, Dataset, choose
from graph.formats import Format, Kind
from graph.search import AT_MOST, Hit, Index, opened, rewrite
from graph.snapshot import Snapshot
from graph.triples import ANSWER_SORTED_AT_MOST, escaping, write_triples
from ontology.errors import QueryError, StoreError
from ontology.namespaces import PREFIXES

Term = NamedNode | BlankNode | Literal | pyoxigraph.Triple
Result = QuerySolutions | QueryBoolean | QueryTriples

#: Formats of a line for each triple, in which order nobody reads them.
_LINES: Final = (Format.NTRIPLES, Format.NQUADS)
_UNKNOWN_FUNCTION: Final = re.compile(r"The custom function <([^>]*)> is not supported")


def _no_value(*_: object) -> None:
    """A function nobody knows: SPARQL calls that an error of the expression, not of the query."""
    return


class Reader:
    """One snapshot, read-only; the same answers for as long as you keep it, whatever is published.

    The snapshot's files are kept from deletion while a reader lives, so hold the reader while you
    iterate over what it returned. Safe to use from several threads.
    """

    def __init__(self, store: Store, snapshot: Snapshot | None, *, union: Store | None = None) -> None:
        #: The dataset as it was written, graph by graph.
        self.store: Final = store
        self.snapshot: Final = snapshot
        #: The same with the union as its default graph; None where no triple stands in two graphs.
        self.union: Final = union
        self._index: Index | None = None
        self._guard = threading.Lock()

    def query(
        self,
        text: str,
        *,
        dataset: Dataset | None = None,
        substitutions: Mapping[str, Term] | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> Result:
        """Evaluate a query and return the engine's lazy result.

        `substitutions` binds variables (names without ``?``) before evaluation: the fast way to ask
        about one thing. It works for variables of the projection only. `QueryError` as `answer`.
        """
        dataset = dataset or Dataset()
        declared = dict(prefixes) if prefixes else None
        text = syntax.standard(text, dataset.base)
        syntax.refuse_service(text, declared, dataset.base)
        text = rewrite(text, self._find, declared)
        default: list[NamedNode | BlankNode | DefaultGraph] | None = None
        named: list[NamedNode | BlankNode] | None = None
        store, union = self.store, False
        if dataset.default_graphs or dataset.named_graphs:
            default = [_graph(iri) for iri in dataset.default_graphs]
            named = [_graph(iri) for iri in dataset.named_graphs]
        elif dataset.union and self.union is not None:
            store = self.union
        elif dataset.union:
            union = not syntax.uses("from", text, declared, dataset.base)
        functions: dict[NamedNode, Callable[..., None]] = {}
        while True:
            try:
                return store.query(
                    text,
                    base_iri=dataset.base,
                    prefixes=declared,
                    use_default_graph_as_union=union,
                    default_graph=default,
                    named_graphs=named,
                    substitutions={Variable(k): v for k, v in substitutions.items()} if substitutions else None,
                    custom_functions=functions or None,  # type: ignore[arg-type]  # invariant in the stub
                )
            except SyntaxError as error:
                raise QueryError(syntax.explain(error, text)) from None
            except RuntimeError as error:
                unknown = _UNKNOWN_FUNCTION.search(str(error))
                if unknown is None or NamedNode(unknown[1]) in functions:
                    raise QueryError(f"The query cannot be evaluated: {error}") from None
                functions[NamedNode(unknown[1])] = _no_value
            except OSError as error:
                raise StoreError(f"The store cannot be read: {error}") from error

    def search(self, text: str, *, limit: int = 20, language: str | None = None) -> list[Hit]:
        """Return the things whose names match a text in Chinese, English or pinyin, best first.

        With a `language` only names in it, and those without one, are looked at. The index is made
        at the first search if the snapshot has none.
        """
        with self._guard:
            if self._index is None and self.snapshot is not None:
                self._index = opened(self.snapshot.path, self.store)
        return self._index.find(text, limit=limit, language=language) if self._index else []

    def _find(self, text: str, language: str | None) -> list[Hit]:
        return self.search(text, limit=AT_MOST, language=language)

    def select(self, text: str, **substitutions: Term) -> list[QuerySolution]:
        """Return the solutions of one of our own SELECTs over the union, prefixes predeclared."""
        result = self.query(text, substitutions=substitutions, prefixes=PREFIXES)
        if not isinstance(result, QuerySolutions):
            raise QueryError("A SELECT was expected")
        return list(result)

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        """See `graph.engine.Engine.answer`."""
        out = io.BytesIO()
        chosen = self.write(text, dataset, formats, out)
        return Answer(chosen.media_type, out.getvalue(), chosen, self.snapshot.number if self.snapshot else 0)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: BinaryIO) -> Format:
        """See `graph.engine.Engine.write`."""
        result = self.query(text, dataset=dataset)
        chosen = _choose(result, formats)
        try:
            if isinstance(result, QueryTriples) and chosen in _LINES:
                result.serialize(out, chosen.rdf)
            elif isinstance(result, QueryTriples):
                write_triples(result, chosen, out, ANSWER_SORTED_AT_MOST)
            else:
                result.serialize(escaping(out) if chosen is Format.XML else out, chosen.results)
        except RuntimeError as error:
            raise QueryError(f"The query cannot be evaluated: {error}") from None
        return chosen


def _choose(result: Result, formats: Sequence[Format]) -> Format:
    if isinstance(result, QueryTriples):
        fits, form = Format.of_kind(Kind.GRAPH, Kind.DATASET), "CONSTRUCT or DESCRIBE"
    elif isinstance(result, QueryBoolean):
        fits, form = (Format.JSON, Format.XML), "ASK"
    else:
        fits, form = Format.of_kind(Kind.RESULTS), "SELECT"
    return choose(form, fits, formats)


def _graph(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise QueryError(f"{iri!r} is not the IRI of a graph: {error}") from None
