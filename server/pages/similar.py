"""What somebody may have meant who asks for what is not there: things whose names are like the words of the address."""

from __future__ import annotations

import re
import sqlite3
from typing import Final
from urllib.parse import unquote

from graph.reader import Reader
from ontology.errors import DuikouError
from server import access, links
from server.naming import Labels, Link

#: So many are offered; words of the address beyond the first few are not looked for.
MOST: Final = 6
_WORDS: Final = 4
_LONGEST: Final = 60
_SEPARATORS: Final = re.compile(r"[\s/._+,，、-]+")


def similar(lang: str, path: str) -> list[Link]:
    """Return things with names like the last part of a path, best first; none where names are not indexed."""
    try:
        return _similar(lang, path)
    except (DuikouError, OSError, sqlite3.Error):
        return []  # a page about an error must not fail over it


def _similar(lang: str, path: str) -> list[Link]:
    reader = access.reader()
    if not isinstance(reader, Reader):
        return []
    last = unquote(path.rstrip("/").rpartition("/")[2])[:_LONGEST]
    words = [w for w in _SEPARATORS.split(last) if len(w) > 1][:_WORDS]
    found: dict[str, None] = {}
    for text in dict.fromkeys([" ".join(words), *words]):
        for hit in reader.search(text, limit=MOST * 3):
            name = links.parse(hit.iri)
            if name is not None and name.kind in links.KINDS and name.kind not in ("evidence", "participation"):
                found.setdefault(hit.iri)
    labels = Labels(access.engine())
    chosen = list(found)[:MOST]
    labels.load(chosen)
    return [labels.link(iri, lang) for iri in chosen]
