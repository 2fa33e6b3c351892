"""Which kind of source a file is: guessed from its name, and where that says little from its content."""

from __future__ import annotations

import hashlib
from enum import Enum
from pathlib import Path
from typing import Final

from graph.formats import Format
from ontology.errors import Problem, SourceError


class Kind(Enum):
    """The kinds of source that `load` reads. The value is what ``--as`` says."""

    CASE = "case"
    RDF = "rdf"
    DOCUMENT = "document"


#: What may come one day, by ending; said plainly until then.
_NOT_YET: Final = {
    ".csv": "table", ".tsv": "table", ".xlsx": "table", ".ods": "table", ".json": "table", ".xml": "IATI",
    ".md": "article", ".html": "article", ".docx": "article", ".pdf": "article",
}  # fmt: skip
_HEAD: Final = 4096


def kind_of(path: Path, told: str | None) -> Kind:
    """Return the kind of a source. `SourceError` where it cannot be told, or is one that is not read yet."""
    head = _head(path)
    if told is not None:
        return Kind(told)
    ending = path.suffix.lower()
    if ending in (".yaml", ".yml"):
        return Kind.CASE
    format = Format.of_file(path)
    if format is not None and format.is_rdf and (ending not in _NOT_YET or _looks_like_rdf(head)):
        return Kind.RDF
    if ending == ".txt":
        return Kind.DOCUMENT
    if ending in _NOT_YET:
        raise SourceError(
            Problem(
                f"{path}: this version does not read sources of the kind “{_NOT_YET[ending]}”",
                remedy="It reads case files (.yaml), RDF (.ttl .nt .nq .trig .rdf .jsonld) and source documents (.txt)",
            )
        )
    raise SourceError(
        Problem(f"{path}: its name does not say what it is", remedy="Say so with --as case, --as rdf or --as document")
    )


def sha256(data: bytes) -> str:
    """Return the digest by which a document is known."""
    return hashlib.sha256(data).hexdigest()


def read(path: Path) -> bytes:
    """Return the bytes of a file. `SourceError` if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(Problem(f"{path} cannot be read: {error.strerror or error}")) from error


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise SourceError(Problem(f"{path} cannot be read: {error.strerror or error}")) from error


def _looks_like_rdf(head: bytes) -> bool:
    return b"@context" in head or b"http://www.w3.org/1999/02/22-rdf-syntax-ns#" in head
