"""The graph for Python programs and notebooks: rows with Python values, pandas, rdflib."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions

from graph.database import Database
from graph.engine import Dataset as Asked
from graph.snapshot import Snapshot
from ontology.errors import Problem, StoreError
from ontology.namespaces import PREFIXES

if TYPE_CHECKING:
    import pandas
    import rdflib

_XSD = PREFIXES["xsd"]
_INTEGERS = frozenset(
    _XSD + name
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt")
)
_SHOWN = 50


class Text(str):
    """A text in a language: a `str` that also knows its language tag, `lang`."""

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, text: str, lang: str) -> Text:
        """Make a text in a language."""
        self = super().__new__(cls, text)
        self.lang = lang
        return self

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Pickle with the language."""
        return str(self), self.lang


class Iri(str):
    """An IRI: a `str`, whose `key` is its last part (``532300`` of ``…/id/area/532300``)."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """What follows the last ``/`` or ``#``."""
        return self[max(self.rfind("/"), self.rfind("#")) + 1 :]


class Row(tuple[Any, ...]):
    """One solution: by position, by name (``row["label"]``) or as an attribute (``row.label``).

    A variable that is not bound is None. A name that tuples use for a method (``count``, ``index``)
    is reached by ``row["count"]``.
    """

    _columns: tuple[str, ...]

    def __new__(cls, values: Sequence[Any], columns: tuple[str, ...]) -> Row:
        """Make a row of values under the names of their columns."""
        self = super().__new__(cls, values)
        self._columns = columns
        return self

    @overload  # type: ignore[override]
    def __getitem__(self, key: int | str) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Any:
        """Return a value by position or by the name of its column."""
        if isinstance(key, str):
            try:
                key = self._columns.index(key)
            except ValueError:
                raise KeyError(f"there is no column {key}; there are {', '.join(self._columns)}") from None
        return super().__getitem__(key)

    def __getattr__(self, name: str) -> Any:
        """Return the value of a column."""
        if name.startswith("_") or name not in self._columns:
            raise AttributeError(f"there is no column {name}; there are {', '.join(self.__dict__.get('_columns', ()))}")
        return self[name]

    def asdict(self) -> dict[str, Any]:
        """Return the values by column."""
        return dict(zip(self._columns, self, strict=True))

    def __repr__(self) -> str:
        """Show the values by name."""
        return f"Row({', '.join(f'{k}={v!r}' for k, v in self.asdict().items())})"


class Rows(Sequence[Row]):
    """The solutions of a SELECT, all of them, in order; a notebook shows them as a table."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = tuple(columns)
        self._rows = [Row(row, self.columns) for row in rows]

    def __len__(self) -> int:
        """Return how many solutions there are."""
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the solutions."""
        return iter(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> Row | Rows:
        """Return a solution, or several as `Rows`."""
        return Rows(self.columns, self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def to_pandas(self) -> pandas.DataFrame:
        """Return the solutions as a pandas DataFrame. Numbers become numbers, unbound values NaN or None."""
        try:
            import pandas  # noqa: PLC0415  # optional
        except ImportError:
            raise ImportError("to_pandas needs pandas: pip install 'duikou[pandas]'") from None
        data = {
            column: [float(v) if isinstance(v, Decimal) else v for v in (row[i] for row in self._rows)]
            for i, column in enumerate(self.columns)
        }
        return pandas.DataFrame(data, columns=list(self.columns))

    @property
    def pandas(self) -> pandas.DataFrame:
        """The solutions as a pandas DataFrame, as `to_pandas`."""
        return self.to_pandas()

    def __repr__(self) -> str:
        """Say how many rows of which columns."""
        return f"<{len(self)} rows of {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(c)}</th>" for c in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{'' if v is None else html.escape(str(v))}</td>" for v in row) + "</tr>"
            for row in self._rows[:_SHOWN]
        )
        more = f"<p>… {len(self) - _SHOWN} more</p>" if len(self) > _SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


class Graph:
    """A snapshot of a data directory, for reading; a context manager."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        database = Database(path)
        if database.current is None:
            raise StoreError(
                Problem(
                    f"{os.fspath(path)} holds no graph yet", remedy=f"Make one: duikou build --db {os.fspath(path)}"
                )
            )
        self._reader = database.reader()
        self._path = os.fspath(path)

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that is read: its number, when it was made, its quads by graph."""
        found = self._reader.snapshot
        assert found is not None
        return found

    def query(self, text: str, *, union: bool = True) -> Rows | bool | rdflib.Graph:
        """Ask a SPARQL query: `Rows` for SELECT, `bool` for ASK, an rdflib Graph for CONSTRUCT and DESCRIBE.

        The prefixes of `ontology.namespaces` need no declaration. The default graph is the union of
        all graphs, or with ``union=False`` the one stored. `QueryError` with line and column.
        """
        result = self._reader.query(text, dataset=Asked(union=union), prefixes=PREFIXES)
        if isinstance(result, QueryBoolean):
            return bool(result)
        if isinstance(result, QuerySolutions):
            names = [variable.value for variable in result.variables]
            return Rows(names, [[_value(value) for value in row] for row in result])
        import rdflib  # noqa: PLC0415  # slow to import
        from pyoxigraph import RdfFormat, serialize  # noqa: PLC0415

        found = rdflib.Graph()
        for prefix, namespace in PREFIXES.items():
            found.bind(prefix, namespace)
        return found.parse(data=serialize(result, format=RdfFormat.N_TRIPLES), format="nt")

    def dataset(self) -> rdflib.Dataset:
        """Return an rdflib Dataset that reads the snapshot in place; its default graph is the union.

        Queries on it are answered by the snapshot's engine, not by rdflib. It cannot be written to.
        """
        from graph.rdflib_view import dataset  # noqa: PLC0415  # slow to import

        return dataset(self._reader)

    def __enter__(self) -> Graph:
        """Return the graph itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the snapshot."""
        del self._reader

    def __repr__(self) -> str:
        """Say which snapshot of which directory this is, and how large."""
        return f"<graph {self._path}, snapshot {self.snapshot.number}, {self.snapshot.quads} quads>"


def _value(term: Any) -> Any:
    """Return a term as the Python value that fits: str, Text, Iri, int, Decimal, float, bool, date, datetime.

    A literal of another type, or one that its type does not allow, is its text.
    """
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return Iri(term.value)
    if isinstance(term, BlankNode) or not isinstance(term, Literal):
        return str(term)
    if term.language:
        return Text(term.value, term.language)
    kind = term.datatype.value
    try:
        if kind in _INTEGERS:
            return int(term.value)
        if kind == f"{_XSD}decimal":
            return Decimal(term.value)
        if kind in (f"{_XSD}double", f"{_XSD}float"):
            return float(term.value.replace("INF", "inf"))
        if kind == f"{_XSD}boolean":
            return term.value in ("true", "1")
        if kind == f"{_XSD}date":
            return date.fromisoformat(term.value)
        if kind == f"{_XSD}dateTime":
            return datetime.fromisoformat(term.value)
    except (ValueError, ArithmeticError):
        return term.value
    return term.value
