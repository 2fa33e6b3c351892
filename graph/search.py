"""Finding things by name: an index of labels beside each snapshot, for both languages and pinyin.

The engine's own CONTAINS reads every label, a second on ten million quads. The index is a SQLite
full-text table over overlapping pairs of Chinese characters, Latin words, and pinyin written together
(楚雄 → 楚雄, chuxiong, cx). In a query it is the property ``dk:search``:

    SELECT ?area { ?area dk:search "楚雄" ; a dk:Area }

which is replaced, before the engine sees the query, by the things found, best first.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Store

from graph import tokens
from ontology.namespaces import expand, term

#: Properties that name a thing, most telling first.
NAMES: Final = tuple(
    expand(p) for p in ("rdfs:label", "skos:prefLabel", "dcterms:title", "skos:altLabel", "schema:name", "foaf:name")
)
#: A thing's preferred names; what is found by one of these comes before what is found by another name.
_PREFERRED: Final = NAMES[:3]
#: The most things that ``dk:search`` puts into a query.
AT_MOST: Final = 1000
PROPERTY: Final = term("search")

_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_WORD: Final = re.compile(r"[^\W_]+")
_FILE: Final = "labels.sqlite"


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing found: its IRI, the name that matched, that name's language, and whether it is the whole name."""

    iri: str
    name: str
    language: str | None
    exact: bool


def build(store: Store, path: Path) -> int:
    """Write the index of a store's names to a file and return how many there are."""
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(
            """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
               CREATE TABLE name (id INTEGER PRIMARY KEY, iri TEXT, text TEXT, language TEXT, preferred INTEGER,
                                  folded TEXT);
               CREATE VIRTUAL TABLE word USING fts5 (words, content = '', prefix = '1 2 3', detail = full,
                                                     tokenize = 'unicode61 remove_diacritics 2');"""
        )
        database.execute("BEGIN")
        count = 0
        for count, (iri, literal, preferred) in enumerate(_names(store), 1):
            row = (count, iri, literal.value, literal.language, preferred, fold(literal.value))
            database.execute("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO word (rowid, words) VALUES (?, ?)", (count, _indexed(literal.value)))
        database.execute("COMMIT")
        return count


def index_of(snapshot: Path) -> Path:
    """Return the place of a snapshot's index."""
    return snapshot / _FILE


class Index:
    """The names of one snapshot. Open it once a thread, or once a process with one thread."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def find(self, text: str, *, limit: int = 20, language: str | None = None) -> list[Hit]:
        """Return the things whose names match a text, best first, each once.

        A whole name comes before a beginning, a preferred name before another, a short one before a
        long one. Nothing is found by a text without a letter or digit.
        """
        wanted = _wanted(text)
        if not wanted:
            return []
        folded = fold(text)
        rows = self._database.execute(
            """SELECT iri, text, language, folded = :folded AS exact FROM word JOIN name ON name.id = word.rowid
               WHERE word MATCH :wanted AND (:language IS NULL OR language IS NULL OR language = :language)
               ORDER BY exact DESC, preferred DESC, length(text), iri LIMIT :limit""",
            {"wanted": wanted, "folded": folded, "language": language, "limit": limit * 8},
        )
        hits: dict[str, Hit] = {}
        for iri, name, tag, exact in rows:
            hits.setdefault(iri, Hit(iri, name, tag, bool(exact)))
        return list(hits.values())[:limit]

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def rewrite(text: str, index: Index) -> str:
    """Return a query with each ``?thing dk:search "text"`` replaced by the things found.

    The object must be a string that is written there; anything else finds nothing, as the graph has
    no such triple.
    """
    if "search" not in text:
        return text
    found, declared = list(tokens.read(text)), tokens.prefixes(text)
    cuts: list[tuple[int, int, str]] = []
    for n, (before, verb, name) in enumerate(zip(found, found[1:], found[2:], strict=False)):
        if tokens.iri(verb.text, declared) != PROPERTY or name.text[0] not in "\"'":
            continue
        subject = _subject(found, n)
        if subject is None:
            continue
        hits = index.find(tokens.string(name.text), limit=AT_MOST)
        values = " ".join(str(NamedNode(hit.iri)) for hit in hits)
        after = found[n + 3] if n + 3 < len(found) else None
        last = found[n + 4] if n + 4 < len(found) else None
        more = after is not None and after.text == ";" and last is not None and last.text not in (".", "}", ";")
        cuts.append((subject.start, subject.start, f"{{ VALUES {subject.text} {{ {values} }} }} "))
        if before.text == ";":
            cuts.append((before.start, name.end, ""))
        elif more and after is not None:
            cuts.append((verb.start, after.end, ""))
        else:
            end = after.end if after is not None and after.text == ";" else name.end
            cuts.append((subject.start, end, ""))
    parts, copied = [], 0
    for start, end, put in sorted(cuts):
        parts += [text[copied:start], put]
        copied = end
    return "".join((*parts, text[copied:]))


def _subject(found: Sequence[tokens.Token], n: int) -> tokens.Token | None:
    """Return the variable that the verb after the n-th token is said of, or None if it is something else."""
    if found[n].text == ";":
        depth = 0
        while n >= 0:
            depth += (found[n].text in (")", "]")) - (found[n].text in ("(", "["))
            if depth == 0 and found[n].text in (".", "{", "}"):
                break
            n -= 1
        n += 1
    return found[n] if found[n].text[0] in "?$" else None


def fold(text: str) -> str:
    """Return a name as it is compared: compatibility forms, case, marks and inner spaces laid aside."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in unicodedata.normalize("NFC", plain) if not unicodedata.combining(c) and c.isalnum())


def _names(store: Store) -> Iterator[tuple[str, Literal, bool]]:
    seen: set[tuple[str, str, str | None]] = set()
    for name in NAMES:
        for quad in store.quads_for_pattern(None, NamedNode(name), None):
            if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, Literal):
                continue
            key = (quad.subject.value, quad.object.value, quad.object.language)
            if key not in seen:
                seen.add(key)
                yield quad.subject.value, quad.object, name in _PREFERRED


def _indexed(text: str) -> str:
    """Return the words a name is found by."""
    return " ".join((*_pieces(text), *_pinyin(text)))


def _pieces(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    for word in _WORD.findall(plain):
        for piece in _split(word):
            if _HAN.fullmatch(piece):
                yield from (piece[n : n + 2] for n in range(len(piece)))
            else:
                yield piece


def _split(word: str) -> Iterator[str]:
    """Part a run of letters where Chinese and other scripts meet."""
    at = 0
    for run in _HAN.finditer(word):
        if run.start() > at:
            yield word[at : run.start()]
        yield run[0]
        at = run.end()
    if at < len(word):
        yield word[at:]


def _pinyin(text: str) -> Iterable[str]:
    runs = _HAN.findall(text)
    if not runs:
        return
    from pypinyin import lazy_pinyin  # noqa: PLC0415  its tables take a moment, and only indexing needs them

    for run in runs:
        syllables = lazy_pinyin(run, errors="ignore")
        yield "".join(syllables)
        yield "".join(s[0] for s in syllables if s)
        for n in range(1, len(syllables)):
            yield "".join(syllables[n:])


def _wanted(text: str) -> str:
    """Return the full-text query of what somebody types: all its pieces, the last of each run as a beginning."""
    wanted = []
    plain = unicodedata.normalize("NFKC", text).casefold()
    for word in _WORD.findall(plain):
        for piece in _split(word):
            if _HAN.fullmatch(piece):
                pairs = [piece[n : n + 2] for n in range(len(piece) - 1)]
                wanted.append('"' + " ".join(pairs) + '"' if pairs else f'"{piece}"*')
            else:
                wanted.append(f'"{piece}"*')
    return " ".join(wanted)
