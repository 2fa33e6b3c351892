"""Holding the evidence of a source against the text it was taken from."""

from __future__ import annotations

import hashlib

from graph.sources import Source
from ontology.errors import Problem
from ontology.records import SourceDocument, TextEvidence

#: How much of a text is shown in a message.
_SHOWN = 17


def check_against_text(source: Source, text: str, document: str | None = None) -> list[Problem]:
    """Return what does not agree between a source's evidence and the text of its document.

    Every piece of evidence must equal the characters at its position; where its words stand elsewhere, the
    nearest place is told. Where the source describes the document, length and checksum are compared too.
    `text` is the decoded file with its line breaks as they are (``newline=""``); `document` is the key of the
    document, where the source has evidence from several.
    """
    problems: list[Problem] = []
    for record in source.records:
        if isinstance(record, SourceDocument) and document in {None, record.key}:
            problems += _document(source, record, text)
        elif isinstance(record, TextEvidence) and document in {None, record.document.partition("/")[2]}:
            problems += _evidence(source, record, text)
    return problems


def _document(source: Source, record: SourceDocument, text: str) -> list[Problem]:
    problems = []
    checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if record.characters not in {None, len(text)}:
        message = f"the document has {len(text)} characters, not {record.characters}"
        problems.append(Problem(message, source.origin(record.ref, "characters"), "Was it another edition?"))
    if record.sha256 not in {None, checksum}:
        message = f"the document's SHA-256 is {checksum}, not {record.sha256}"
        problems.append(Problem(message, source.origin(record.ref, "sha256"), "Was it another edition?"))
    return problems


def _evidence(source: Source, record: TextEvidence, text: str) -> list[Problem]:
    found = text[record.begin : record.end]
    if found == record.text:
        return []
    where = source.origin(record.ref)
    near = _nearest(record.text, record.begin, text)
    stands = f"at {record.begin}–{record.end} stands “{_shown(found)}”" if found else "the text ends before that"
    message = f"“{_shown(record.text)}” is not at {record.begin}–{record.end}: {stands}"
    if near is None:
        return [Problem(message, where, "These words stand nowhere in the document")]
    return [Problem(message, where, f"These words stand at {near}–{near + len(record.text)}")]


def _nearest(words: str, begin: int, text: str) -> int | None:
    """Where the words stand nearest to a position, or None."""
    before = text.rfind(words, 0, begin + len(words))
    after = text.find(words, begin)
    there = [place for place in (before, after) if place >= 0]
    return min(there, key=lambda place: abs(place - begin), default=None)


def _shown(words: str) -> str:
    line = words.replace("\n", "⏎")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
