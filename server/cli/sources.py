"""Which kind of source a file is: guessed from its name, and where that says little from its content."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Final

from graph.formats import Format
from graph.formats import Kind as Holds
from loaders.files import read_file
from loaders.links.source import is_table
from ontology.errors import Origin, Problem, SourceError


class Kind(Enum):
    """The kinds of source that `load` reads. The value is what ``--as`` says."""

    CASE = "case"
    RDF = "rdf"
    DOCUMENT = "document"
    ARTICLE = "article"
    LINKS = "links"


#: What may come one day, by ending; said plainly until then.
_NOT_YET: Final = {
    ".csv": "table", ".tsv": "table", ".xlsx": "table", ".ods": "table", ".json": "table", ".xml": "IATI",
}  # fmt: skip
_ARTICLES: Final = frozenset({".md", ".markdown", ".html", ".htm", ".docx", ".pdf"})
_HEAD: Final = 4096


def kind_of(path: Path, told: str | None) -> Kind:
    """Return the kind of a source; a .txt file may be an article too. `SourceError` where it cannot be told."""
    if not path.is_file():
        read_file(path, 0)  # says what is the matter
    if told is not None:
        return Kind(told)
    if is_table(path):
        return Kind.LINKS
    ending = path.suffix.lower()
    if ending in (".yaml", ".yml"):
        return Kind.CASE
    format = Format.of_file(path, Holds.GRAPH, Holds.DATASET)
    if format is not None and (ending not in _NOT_YET or _looks_like_rdf(path)):
        return Kind.RDF
    if ending == ".txt":
        return Kind.DOCUMENT
    if ending in _ARTICLES:
        return Kind.ARTICLE
    if ending in _NOT_YET:
        raise SourceError(
            Problem(
                f"this version reads no sources of the kind “{_NOT_YET[ending]}”",
                Origin(str(path)),
                "It reads case files (.yaml), RDF (.ttl .nt .nq .trig .rdf .jsonld), articles "
                "(.txt .md .html .docx .pdf) and links (.sssom.tsv)",
            )
        )
    raise SourceError(
        Problem(
            "its name does not say what it is",
            Origin(str(path)),
            "Say so with --as case, rdf, article, document or links",
        )
    )


def _looks_like_rdf(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return b"@context" in head or b"http://www.w3.org/1999/02/22-rdf-syntax-ns#" in head
