"""Texts of source documents that a user chose to keep in the data directory.

Facts cite a document by SHA-256 and position. When the document itself is at hand, its text is kept
under that digest, every citation is held against it, and pages can show the words in their context.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from graph.database import Database
from graph.quads import iri
from graph.reader import Reader
from graph.sources import Source
from graph.store import Store
from ontology.errors import Origin, Problem, SourceError, StoreError, ValidationError
from ontology.namespaces import expand
from ontology.records import Ref, SourceDocument, TextEvidence

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CITATIONS = """
SELECT ?evidence ?begin ?end ?words {
  ?document dk:sha256 ?sha256 . ?evidence dk:inDocument ?document ;
    dk:beginIndex ?begin ; dk:endIndex ?end ; dk:exactText ?words .
}
"""
_DESCRIBED = """
SELECT ?graph ?loader {
  GRAPH ?graph { ?document a dk:SourceDocument ; dk:sha256 ?sha256 }
  OPTIONAL { ?graph prov:wasGeneratedBy/schema:instrument ?loader }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document whose text is kept: its IRI, digest, length in code points, and citations that agree."""

    document: str
    sha256: str
    characters: int
    citations: int


def keep_document(db: Database, path: Path) -> Kept:
    """Keep the text of a document that the graph knows; return what it is.

    `SourceError` if the file is no UTF-8 text or no document of the graph has its digest,
    `ValidationError` naming every citation whose words are not at its position.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(Problem(f"cannot be read: {error.strerror}", Origin(str(path)))) from error
    digest = hashlib.sha256(data).hexdigest()
    text = _decode(data, str(path))
    reader = db.reader()
    documents = list(reader.store.quads_for_pattern(None, NamedNode(expand("dk:sha256")), Literal(digest)))
    described = [
        q.subject.value
        for q in documents
        if isinstance(q.subject, NamedNode)
        and any(reader.store.quads_for_pattern(q.subject, None, NamedNode(expand("dk:SourceDocument"))))
    ]
    if not described:
        raise SourceError(
            Problem(
                f"no source document of the graph has this content (SHA-256 {digest})",
                Origin(str(path)),
                "Load the facts that cite it first; a file that was edited or converted has another digest",
            )
        )
    agreed, wrong = _hold_against(reader, digest, text)
    if wrong:
        raise ValidationError(*wrong)
    _write(db, digest, data)
    return Kept(document=described[0], sha256=digest, characters=len(text), citations=agreed)


@contextmanager
def keeping(db: Database, texts: Iterable[str]) -> Iterator[None]:
    """Keep texts while a publication of facts that cite them runs; those that are new go again if it fails.

    The publication holds the citations against them. `StoreError` where they cannot be written.
    """
    missing = {hashlib.sha256(data).hexdigest(): data for data in (text.encode("utf-8") for text in texts)}
    missing = {digest: data for digest, data in missing.items() if document_text(db, digest) is None}
    if db.current is None:  # no directory of ours yet: the publication makes it one
        yield
        for digest, data in missing.items():
            _write(db, digest, data)
        return
    written: list[Path] = []
    try:
        for digest, data in missing.items():
            written.append(_write(db, digest, data))
        yield
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise


def loaders_of(db: Database, sha256: str) -> dict[str, str]:
    """Return the named graphs that describe a document with this digest, each with the loader that filled it."""
    if db.current is None or not _DIGEST.fullmatch(sha256):
        return {}
    rows = db.reader().select(_DESCRIBED.replace("?sha256", f'"{sha256}"'))
    return {row["graph"].value: row["loader"].value if row["loader"] is not None else "" for row in rows}


def _write(db: Database, digest: str, data: bytes) -> Path:
    folder = db.path / "documents"
    temporary = folder / f".{digest}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(folder / f"{digest}.txt")
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(Problem(f"{folder} cannot be written: {error.strerror}")) from error
    return folder / f"{digest}.txt"


def document_text(db: Store, sha256: str) -> str | None:
    """Return the text of a document that is kept, or None. Positions count its code points."""
    if not _DIGEST.fullmatch(sha256):
        return None
    try:
        data = (db.path / "documents" / f"{sha256}.txt").read_bytes()
    except OSError:
        return None
    return _decode(data, sha256)


def faults(db: Database, sources: Iterable[Source]) -> Iterator[Problem]:
    """Yield the citations of new sources that do not agree with a text that is kept."""
    digests = {record.ref: record.sha256 for source in sources for record in source.records
               if isinstance(record, SourceDocument) and record.sha256}  # fmt: skip
    texts: dict[Ref, str | None] = {}
    for source in sources:
        for record in source.records:
            if not isinstance(record, TextEvidence):
                continue
            if record.document not in texts:
                digest = digests.get(record.document) or _digest(db, record.document)
                texts[record.document] = document_text(db, digest) if digest else None
            text = texts[record.document]
            if text is not None and text[record.begin : record.end] != record.text:
                yield _disagreement(record.text, record.begin, record.end, text, source.origin(record.ref))


def _digest(db: Database, document: Ref) -> str | None:
    for quad in db.reader().store.quads_for_pattern(NamedNode(iri(document)), NamedNode(expand("dk:sha256")), None):
        if isinstance(quad.object, Literal):
            return quad.object.value
    return None


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            Problem(f"is not UTF-8 text: byte {error.start} cannot be read", Origin(name), "Save it as UTF-8")
        ) from error


def _hold_against(reader: Reader, digest: str, text: str) -> tuple[int, list[Problem]]:
    agreed, wrong = 0, []
    for row in reader.select(_CITATIONS.replace("?sha256", f'"{digest}"')):
        begin, end, words = int(row["begin"].value), int(row["end"].value), row["words"].value
        if text[begin:end] == words:
            agreed += 1
        else:
            wrong.append(_disagreement(words, begin, end, text, Origin(row["evidence"].value)))
    return agreed, wrong


def _disagreement(words: str, begin: int, end: int, text: str, where: Origin) -> Problem:
    there = text[begin:end]
    places = [m.start() for m in re.finditer(re.escape(words), text)] if words else []
    nearest = min(places, key=lambda place: abs(place - begin), default=None)
    remedy = (
        f"The words stand at {nearest} to {nearest + len(words)}"
        if nearest is not None
        else "The document has no such words"
    )
    return Problem(f"“{words}” is not what the document has at {begin} to {end}: “{there[:40]}”", where, remedy)
