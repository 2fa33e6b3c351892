"""The text of a document, where the data directory holds it: for showing words in their context."""

from __future__ import annotations

import pyoxigraph as ox

from graph.documents import document_text
from ontology.namespaces import expand
from server import access
from server.neighbourhood import Neighbourhood, facts
from server.pages.evidence import Texts


def document_texts(around: Neighbourhood) -> Texts:
    """Return a function from a document's IRI to its text, None where the directory does not hold it."""
    known: dict[str, str | None] = {}

    def text(document: str) -> str | None:
        if document not in known:
            known[document] = _text(document)
        return known[document]

    return text


def _text(document: str) -> str | None:
    said = facts(access.engine(), [document], [expand("dk:sha256")]).get(document, {}).get(expand("dk:sha256"), [])
    for statement in said:
        if isinstance(statement.value, ox.Literal):
            return document_text(access.current().database, statement.value.value)
    return None
