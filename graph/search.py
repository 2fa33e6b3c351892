"""Finding things by name: an index of labels beside each snapshot, for both languages and pinyin.

The engine's own CONTAINS reads every label, a second on ten million quads. The index is a SQLite
full-text table over overlapping pairs of Chinese characters, Latin words, and pinyin written together
(楚雄 → 楚雄, chuxiong, cx). In a query it is the property ``dk:search``:

    SELECT ?area { ?area dk:search "楚雄" ; a dk:Area }

which is replaced, before the engine sees the query, by the things found, best first.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sqlite3
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store

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

#: Up to so many characters SQLite has an index of beginnings.
_SHORT: Final = 3
#: So many words that begin alike are asked for one by one; with more SQLite is as fast by itself.
_FEW: Final = 64
#: So many names are looked through one by one, in less than ten milliseconds.
_CHECKED: Final = 100
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
               CREATE TABLE term (word TEXT PRIMARY KEY) WITHOUT ROWID;
               CREATE VIRTUAL TABLE word USING fts5 (words, content = '', prefix = '1 2 3', detail = full,
                                                     tokenize = 'unicode61 remove_diacritics 2');"""
        )
        database.execute("BEGIN")
        count = 0
        for count, (iri, literal, preferred) in enumerate(_names(store), 1):
            row = (count, iri, literal.value, literal.language, preferred, fold(literal.value))
            database.execute("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO word (rowid, words) VALUES (?, ?)", (count, _indexed(literal.value)))
        database.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, word, row)")
        database.execute("INSERT INTO term SELECT term FROM temp.vocabulary")
        database.execute("COMMIT")
        return count


def index_of(snapshot: Path) -> Path:
    """Return the place of a snapshot's index."""
    return snapshot / _FILE


def opened(snapshot: Path, store: Store) -> Index:
    """Open the index of a snapshot, which is made first if it is not there yet.

    It comes into its place whole; while another process makes it, this one waits. Where the directory cannot
    be written to, it is kept in a temporary file for as long as it is open.
    """
    path = index_of(snapshot)
    if path.exists():
        return Index(path)
    turn, scratch = snapshot / f"{_FILE}.making", snapshot / f"{_FILE}.{os.getpid()}-{threading.get_ident()}"
    try:
        held = turn.open("wb")
    except OSError:
        with tempfile.TemporaryDirectory() as folder:
            build(store, Path(folder, _FILE))
            return Index(Path(folder, _FILE))
    with held:
        fcntl.flock(held, fcntl.LOCK_EX)  # let go of when this process ends, however that comes about
        try:
            if not path.exists():
                build(store, scratch)
                scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
            turn.unlink(missing_ok=True)
    return Index(path)


def names_change(quads: Iterable[Quad]) -> bool:
    """Return whether an index has to be made anew when such quads come or go."""
    return any(quad.predicate.value in NAMES for quad in quads)


class Index:
    """The names of one snapshot; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._guard = threading.Lock()
        #: Whether it lists its words; one made by an earlier version does not.
        self._lists_words = bool(self._database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'term'").fetchall())

    def find(self, text: str, *, limit: int = 20, language: str | None = None) -> list[Hit]:
        """Return the things whose names match a text, best first, each once.

        A whole name comes before a beginning, a preferred name before another, a short one before a
        long one. Nothing is found by a text without a letter or digit.
        """
        wanted = list(_wanted(text))
        if not wanted:
            return []
        folded = fold(text)
        with self._guard:
            asked = [(piece, self._words(piece) if begins else [piece]) for piece, begins in wanted]
            rows = self._rows_of(asked, folded, language, limit * 8)
        hits: dict[str, Hit] = {}
        for iri, name, tag, exact in rows:
            hits.setdefault(iri, Hit(iri, name, tag, bool(exact)))
        return list(hits.values())[:limit]

    def _words(self, piece: str) -> list[str] | None:
        """Return the words that begin with a piece, None where they are many or not known."""
        begin = fold(piece)
        if not self._lists_words or len(begin) <= _SHORT:
            return None
        found = self._database.execute(
            "SELECT word FROM term WHERE word >= ? AND word < ? LIMIT ?", (begin, f"{begin}\U0010ffff", _FEW + 1)
        ).fetchall()
        return [word for (word,) in found] or [piece] if len(found) <= _FEW else None

    def _rows_of(
        self, asked: Sequence[tuple[str, list[str] | None]], folded: str, language: str | None, limit: int
    ) -> list[tuple[str, str, str | None, int]]:
        """Return the rows of pieces, each with its words or, where it is the beginning of many, None.

        SQLite puts all that such a beginning finds together before it looks at the next word: tens of
        milliseconds for what stands in hundreds of thousands of names. So where the other pieces leave few names,
        the beginnings are looked for in those.
        """
        listed = " AND ".join("(" + " OR ".join(f'"{word}"' for word in words) + ")" for _, words in asked if words)
        beginnings = [piece for piece, words in asked if words is None]
        if beginnings and listed and self._are_few(listed):
            rows = self._rows(listed, folded, language, _CHECKED)
            return [row for row in rows if all(_begins(row[1], piece) for piece in beginnings)]
        every = [f'"{piece}"*' for piece in beginnings]
        return self._rows(" AND ".join([*every, listed] if listed else every), folded, language, limit)

    def _are_few(self, wanted: str) -> bool:
        found = self._database.execute("SELECT rowid FROM word WHERE word MATCH ? LIMIT ?", (wanted, _CHECKED + 1))
        return len(found.fetchall()) <= _CHECKED

    def _rows(
        self, wanted: str, folded: str, language: str | None, limit: int
    ) -> list[tuple[str, str, str | None, int]]:
        return self._database.execute(
            """SELECT iri, text, language, folded = :folded AS exact FROM word JOIN name ON name.id = word.rowid
               WHERE word MATCH :wanted AND (:language IS NULL OR language IS NULL OR language = :language)
               ORDER BY exact DESC, preferred DESC, length(text), iri LIMIT :limit""",
            {"wanted": wanted, "folded": folded, "language": language, "limit": limit},
        ).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def rewrite(
    text: str, find: Callable[[str, str | None], Sequence[Hit]], prefixes: Mapping[str, str] | None = None
) -> str:
    """Return a query with each ``?thing dk:search "text"`` replaced by the things that `find` finds.

    `find` is called with the text and its language tag, if it has one. The object must be a string that
    is written there, the subject a variable; anything else finds nothing, as the graph has no such triple.
    """
    if "search" not in text:
        return text
    declared = {**(prefixes or {}), **tokens.prefixes(text)}
    found = list(tokens.read(text))
    if not any(tokens.iri(token.text, declared) == PROPERTY for token in found):
        return text
    searches = _Searches(text, found, declared, find)
    searches.read()
    return searches.rewritten()


#: Words that begin something else than a triple in a group.
_WORDS: Final = frozenset(
    ("FILTER", "OPTIONAL", "UNION", "MINUS", "GRAPH", "SERVICE", "BIND", "VALUES", "SELECT", "LATERAL", "EXISTS")
)


class _Searches:
    """Walks through the groups of a query and changes the triples that search."""

    def __init__(
        self,
        text: str,
        found: Sequence[tokens.Token],
        declared: Mapping[str, str],
        find: Callable[[str, str | None], Sequence[Hit]],
    ) -> None:
        self._text = text
        self._found = found
        self._declared = declared
        self._find = find
        self._changes: list[tuple[int, int, str]] = []

    def rewritten(self) -> str:
        """Return the text with the changes made."""
        parts, copied = [], 0
        for start, end, put in self._changes:
            parts += [self._text[copied:start], put]
            copied = end
        return "".join((*parts, self._text[copied:]))

    def read(self) -> None:
        """Find the changes."""
        at = 0
        while at < len(self._found):
            if self._word(at) == "CONSTRUCT" and self._sign(at + 1) == "{":
                at = self._closing(at + 1)  # a template
            elif self._sign(at) == "{":
                at = self._group(at + 1)
            else:
                at += 1

    def _group(self, at: int) -> int:
        """Go through a group from after its brace; return the place after its end."""
        while at < len(self._found):
            word, sign = self._word(at), self._sign(at)
            if sign == "}":
                return at + 1
            if sign == "{":
                at = self._group(at + 1)
            elif word == "VALUES":
                at = self._values(at + 1)
            elif word == "SELECT":
                while at < len(self._found) and self._sign(at) != "{":
                    at = self._constraint(at) if self._sign(at) == "(" else at + 1
            elif word in ("FILTER", "BIND"):
                at += 1
                while at < len(self._found) and self._sign(at) not in ("(", "{"):
                    at += 1
                at = self._constraint(at) if self._sign(at) == "(" else at
            elif word in ("GRAPH", "SERVICE"):
                at += 1
                while at < len(self._found) and self._sign(at) != "{":
                    at += 1
            elif word in _WORDS or sign == ".":
                at += 1
            else:
                at = self._statement(at)
        return at

    def _constraint(self, at: int) -> int:
        """Go through what stands in parentheses; groups in it may search."""
        depth = 0
        while at < len(self._found):
            sign = self._sign(at)
            if sign == "{":
                at = self._group(at + 1)
                continue
            depth += (sign == "(") - (sign == ")")
            at += 1
            if depth == 0:
                break
        return at

    def _values(self, at: int) -> int:
        while at < len(self._found) and self._sign(at) != "{":
            at += 1
        return self._closing(at)

    def _statement(self, at: int) -> int:
        """Read a subject and what is said of it; return the place after that."""
        begin = at
        at = self._closing(at) if self._sign(at) in ("(", "[") else at + 1
        pieces = [[at, at]]
        while at < len(self._found) and self._sign(at) not in (".", "{", "}") and self._word(at) not in _WORDS:
            if self._sign(at) == ";":
                pieces.append([at + 1, at + 1])
                at += 1
            else:
                at = self._closing(at) if self._sign(at) in ("(", "[") else at + 1
            pieces[-1][1] = at
        subject = self._found[begin].text
        if subject[0] not in "?$":
            return max(at, begin + 1)
        found = [(piece, self._searched(*piece)) for piece in pieces]
        if any(wanted is not None for _, wanted in found):
            groups = [self._hits(subject, wanted, tag) for _, w in found for wanted, tag in w or ()]
            said = [self._between(*piece) for piece, wanted in found if wanted is None and piece[0] < piece[1]]
            put = " ".join(groups) + (f" {subject} " + " ; ".join(said) if said else "")
            self._changes.append((self._found[begin].start, self._found[at - 1].end, put))
        return max(at, begin + 1)

    def _searched(self, start: int, end: int) -> list[tuple[str, str | None]] | None:
        """Return the texts and language tags of a piece that searches, or None if it does not."""
        if start >= end or tokens.iri(self._found[start].text, self._declared) != PROPERTY:
            return None
        wanted: list[tuple[str, str | None]] = []
        at = start + 1
        while at < end:
            token = self._found[at].text
            if token[0] not in "\"'" or len(token) < 2:
                return None
            at += 1
            tag = self._found[at].text[1:].lower() if at < end and self._found[at].text[0] == "@" else None
            at += tag is not None
            wanted.append((tokens.string(token), tag))
            if at < end and self._sign(at) != ",":
                return None
            at += 1
        return wanted or None

    def _hits(self, subject: str, wanted: str, tag: str | None) -> str:
        things = " ".join(str(NamedNode(hit.iri)) for hit in self._find(wanted, tag))
        return f"{{ VALUES {subject} {{ {things} }} }}"

    def _between(self, start: int, end: int) -> str:
        return self._text[self._found[start].start : self._found[end - 1].end]

    def _closing(self, at: int) -> int:
        depth = 0
        while at < len(self._found):
            depth += (self._sign(at) in ("(", "[", "{")) - (self._sign(at) in (")", "]", "}"))
            at += 1
            if depth <= 0:
                break
        return at

    def _word(self, at: int) -> str:
        return self._found[at].text.upper() if at < len(self._found) and self._found[at].is_word else ""

    def _sign(self, at: int) -> str:
        return self._found[at].text if at < len(self._found) else ""


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


def _begins(text: str, piece: str) -> bool:
    """Return whether a name is found by a word that begins with a piece."""
    begin = fold(piece)
    return any(fold(word).startswith(begin) for word in (*_pieces(text), *_pinyin(text)))


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


def _wanted(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of what somebody types, and whether each is the beginning of a word."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for word in _WORD.findall(plain):
        for piece in _split(word):
            if _HAN.fullmatch(piece):
                pairs = [piece[n : n + 2] for n in range(len(piece) - 1)]
                yield (" ".join(pairs), False) if pairs else (piece, True)
            else:
                yield piece, True
