"""Reading RDF files into a store: Turtle, N-Triples, RDF/XML, JSON-LD, TriG and N-Quads, also gzipped.

Blank nodes of two files never meet: each file's get names of their own. Relative IRIs are resolved
against the graph the file fills, never against a path. JSON-LD contexts are not fetched from anywhere.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final, cast
from xml.parsers import expat

from pyoxigraph import NamedNode, Store

from graph.formats import Format, Kind
from ontology.errors import Origin, Problem, SourceError
from ontology.namespaces import named_graph

#: Files of at least this many bytes go through the bulk loader, which always writes new files.
_BULK: Final = 4_000_000
#: Lines of a file that are searched for the place of a fault.
_LOOKED_AT: Final = 1_000_000
#: What stands between the parts of IRIs and names in any of the formats.
_BETWEEN: Final = re.compile(r"[\s<>\"'/#:\\;,()\[\]{}]+|\.(?=\s|$)")
_WHERE: Final = re.compile(r"^Parser error at line (\d+)(?: (?:column|between columns) (\d+))?[^:]*: ")
_RESERVED: Final = frozenset({"ontology", "inferred", "provenance"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RdfFile:
    """A file to read: its format, and the named graph (an IRI) that its triples go to."""

    path: Path
    format: Format
    graph: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file as it was read: digest and size of its bytes; `bulk` if the bulk loader wrote it."""

    sha256: str
    size: int
    bulk: bool


def rdf_file(path: Path, graph: str | None = None) -> RdfFile:
    """Return what a file name tells. `SourceError` for an ending that no RDF format has.

    `graph` is the IRI of a graph, or the name of one (``tongji`` for ``source/tongji``); by default
    it is named after the file.
    """
    chosen = Format.of_file(path.name, Kind.GRAPH, Kind.DATASET)
    if chosen is None:
        endings = ", ".join(f".{f.extension}" for f in Format.of_kind(Kind.GRAPH, Kind.DATASET))
        raise SourceError(
            Problem(
                "its name does not end like an RDF file", Origin(str(path)), f"Name it {endings}, or those with .gz"
            )
        )
    return RdfFile(path=path, format=chosen, graph=graph_iri(graph) if graph else named_graph(f"source/{key_of(path)}"))


def key_of(path: Path) -> str:
    """Return a key made of a file name: lower-case ASCII words, else a digest of the name."""
    stem = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    key = "-".join(re.findall(r"[a-z0-9]+", plain))
    has_others = any(ord(c) > 0x2E7F for c in stem)
    digest = hashlib.sha256(stem.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return "-".join(filter(None, (key, digest if has_others or not key else "")))


def graph_iri(name: str) -> str:
    """Return the IRI of a graph that somebody named. `SourceError` for one that Duikou keeps itself."""
    if name.removeprefix(named_graph("")) in _RESERVED:
        raise SourceError(Problem(f"The graph {name!r} is kept by Duikou itself", remedy="Choose another name"))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name):
        try:
            return NamedNode(name).value
        except ValueError as error:
            raise SourceError(Problem(f"{name!r} is not the IRI of a graph: {error}")) from None
    if name.startswith("source/") or name in ("areas", "links"):
        return named_graph(name)
    return named_graph(f"source/{name}")


def read_into(store: Store, file: RdfFile, tell: Callable[[int, int], None]) -> Read:
    """Read a file into a store. `SourceError` with line and column for bad syntax; the store is spoilt then.

    `tell` is called with the bytes read so far and those of the whole file.
    """
    to_graph = NamedNode(file.graph) if file.format.kind is Kind.GRAPH else None
    try:
        size = file.path.stat().st_size
        with file.path.open("rb") as raw:
            counted = _Counted(raw, size, tell)
            stream = _unpacked(counted) if file.path.suffix.lower() == ".gz" else counted
            bulk = size >= _BULK
            load = store.bulk_load if bulk else store.load
            load(cast(IO[bytes], stream), file.format.rdf, base_iri=file.graph, to_graph=to_graph)
            counted.drain()
        return Read(sha256=counted.digest.hexdigest(), size=size, bulk=bulk)
    except SyntaxError as error:
        raise SourceError(_syntax_problem(error, file)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(Problem(f"is no whole gzip file: {error}", Origin(str(file.path)), "Pack it again")) from None
    except FileNotFoundError:
        raise SourceError(Problem("does not exist", Origin(str(file.path)))) from None
    except (IsADirectoryError, PermissionError) as error:
        raise SourceError(Problem(f"cannot be read: {error.strerror}", Origin(str(file.path)))) from None


def locate_in(files: Sequence[RdfFile], things: Iterable[str]) -> dict[str, Origin]:
    """Return where the files first speak of things (IRIs), as far as that can be seen in their text.

    RDF parsers keep no places, so each IRI is looked for as it may be written: whole, or its last part
    after a prefix. Each file is read once, however many things are looked for. A single file is named
    even where a thing is not found.
    """
    wanted: dict[str, list[str]] = {}
    for thing in dict.fromkeys(things):
        wanted.setdefault(_last_part(thing), []).append(thing)
    found: dict[str, Origin] = {}
    for file in files:
        opener = gzip.open if file.path.suffix.lower() == ".gz" else open
        try:
            with opener(file.path, "rt", encoding="utf-8", errors="replace") as lines:
                for number, line in enumerate(itertools.islice(lines, _LOOKED_AT), 1):
                    if not wanted:
                        break
                    _look(line, wanted, found, Origin(str(file.path), number))
        except OSError:
            continue
    if len(files) == 1:
        whole = Origin(str(files[0].path))
        return {thing: found.get(thing, whole) for thing in (*found, *(t for rest in wanted.values() for t in rest))}
    return found


def _last_part(iri: str) -> str:
    return _BETWEEN.split(iri)[-1]


def _look(line: str, wanted: dict[str, list[str]], found: dict[str, Origin], line_of: Origin) -> None:
    """Move what a line speaks of from `wanted` to `found`."""
    for part in {p for p in _BETWEEN.split(line) if p in wanted}:
        for thing in list(wanted[part]):
            whole = re.escape(thing)
            last = re.escape(part) or r"(?!)"  # an IRI that ends with a slash is never written after a prefix
            after_prefix = rf"[\w.-]*:(?:[\w.-]+\\?/)*{last}(?![\w-])|[/#]{last}[>\"]"
            if written := re.search(rf"<{whole}>|\"{whole}\"|{after_prefix}", line):
                found[thing] = replace(line_of, column=written.start() + 1)
                wanted[part].remove(thing)
        if not wanted[part]:
            del wanted[part]


class _Counted(io.RawIOBase):
    """A file that is hashed and counted as it is read."""

    def __init__(self, raw: IO[bytes], size: int, tell: Callable[[int, int], None]) -> None:
        self._raw = raw
        self._size = size
        self._tell = tell
        self._done = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self.digest.update(data)
        self._done += len(data)
        self._tell(self._done, self._size)
        return data

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def drain(self) -> None:
        """Read what a parser left, so that the digest is of the whole file."""
        while self.read(1 << 20):
            pass


def _unpacked(counted: _Counted) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=io.BufferedReader(counted, 1 << 16), mode="rb")


def _syntax_problem(error: SyntaxError, file: RdfFile) -> Problem:
    message = str(error.msg)
    line, column = error.lineno, error.offset
    told = _WHERE.match(message)
    if told:
        message = message[told.end() :]
        line, column = line or int(told[1]), column or (int(told[2]) if told[2] else None)
    if file.format is Format.RDFXML and line is None:
        line, column = _xml_fault(file)
    remedy = None
    if "LoadDocumentCallback" in message:
        message = "its @context names an address, and nothing is fetched from the network"
        remedy = "Write the context itself into the file"
    where = Origin(str(file.path), line, column)
    return Problem(f"is not valid {file.format.title}: {message}", where, remedy)


def _xml_fault(file: RdfFile) -> tuple[int | None, int | None]:
    """Find where XML stops being well-formed; the RDF parser does not say."""
    parser = expat.ParserCreate()
    opener = gzip.open if file.path.suffix.lower() == ".gz" else open
    try:
        with opener(file.path, "rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        return error.lineno, error.offset + 1
    except OSError:
        return None, None
    return None, None
