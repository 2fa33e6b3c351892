"""Texts of source documents that a user chose to keep in the data directory.

Facts cite a document by SHA-256 and position. When the document itself is at hand, its text is kept
under that digest, every citation is held against it, and pages can show the words in their context.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
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
    folder = db.path / "documents"
    temporary = folder / f".{digest}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(folder / f"{digest}.txt")
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(Problem(f"{folder} cannot be written: {error.strerror}")) from error
    return Kept(document=described[0], sha256=digest, characters=len(text), citations=agreed)


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
