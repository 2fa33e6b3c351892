"""What can be told of a SPARQL text by the engine's own parser, without a store.

The engine has no call that only parses. A query asked of an empty store in memory comes near enough,
and whether a keyword is used is decided by spelling it wrongly: if the text still parses, the word
stood only in names, strings and comments. No lexer of ours has to agree with the parser then, so
neither escapes, comments nor a cunning ``<`` can hide a SERVICE from us.
"""

from __future__ import annotations

import re
import secrets
from typing import Final
from urllib.parse import urljoin

import pyoxigraph

from graph import tokens
from graph.engine import NotOffered
from ontology.errors import Origin, Problem, QueryError
from ontology.namespaces import PREFIXES

#: How the engine words a syntax error: line, column, what it could have read there.
_MESSAGE: Final = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_UPDATE: Final = re.compile(
    r"(?:\s|#[^\n\r]*[\n\r]|(?:BASE\s*<[^>]*>)|(?:PREFIX\s*[^\s:]*:\s*<[^>]*>))*"
    r"(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)\b",
    re.IGNORECASE,
)
_PREFIXED: Final = re.compile(r"(?<![\w:?$@<\"'-])([A-Za-z][\w-]*):[\w%\\-]")
_DECLARED: Final = re.compile(r"\bPREFIX\s+([A-Za-z][\w.-]*)?:", re.IGNORECASE)
#: IRIs, strings and comments, roughly: enough for a hint, never for a decision.
_OPAQUE: Final = re.compile(r"<[^<>\"{}|^`\\\s]*>|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*")


#: A boolean with a capital letter.
_LOUD: Final = re.compile(r"\b(?!(?-i:true|false)\b)(?:true|false)\b", re.IGNORECASE)


def spelt(word: str) -> re.Pattern[str]:
    """Match a word in any case, each letter plain or as a codepoint escape."""
    letters = (
        f"(?:{c}|" + "|".join(f"\\\\(?:u00|U000000){ord(x):02x}" for x in (c, c.upper())) + ")" for c in word.lower()
    )
    return re.compile("".join(letters), re.IGNORECASE)


_KEYWORDS: Final = {word: spelt(word) for word in ("service", "from")}


def uses(keyword: str, text: str, prefixes: dict[str, str] | None = None, base: str | None = None) -> bool:
    """Return whether a keyword ("service" or "from") may be used in a query.

    False is certain. True may also mean that the text is malformed. To ask about "from", be sure
    first that there is no SERVICE: the text is handed to the engine.
    """
    if "\\" not in text and keyword not in text.casefold():  # many times faster to look for
        return False
    if not _KEYWORDS[keyword].search(text):
        return False
    nonsense = f"z{secrets.token_hex(8)}"
    renamed = _KEYWORDS[keyword].sub(nonsense, text)
    try:
        pyoxigraph.Store().query(renamed, prefixes=prefixes, base_iri=base)
    except SyntaxError:
        return True
    except (RuntimeError, OSError, ValueError):
        return False  # read, but not to be evaluated: an unknown function, say
    return False


def standard(text: str, base: str | None = None) -> str:
    """Return a query in a spelling that the engine reads as the standard means it.

    Booleans are keywords, and so may have capitals (SPARQL 1.1, §19.8); the engine wants them small.
    The longest token counts (§19.8, note 1), so ``?x<?a&&?b>?y`` has an IRI in it; the engine would
    read a comparison, but not if the IRI is written out.
    """
    small = text.casefold()
    is_loud = ("true" in small or "false" in small) and _LOUD.search(text) is not None
    if not is_loud and "<?" not in text:
        return text
    parts, copied, base = [], 0, tokens.base(text) or base
    for token in tokens.read(text):
        put = token.text
        if token.is_word and put.lower() in ("true", "false"):
            put = put.lower()
        elif put.startswith("<?") and put.endswith(">") and base:
            put = f"<{urljoin(base, put[1:-1])}>"
        if put != token.text:
            parts += [text[copied : token.start], put]
            copied = token.end
    return "".join((*parts, text[copied:]))


def refuse_service(text: str, prefixes: dict[str, str] | None = None, base: str | None = None) -> None:
    """Raise `QueryError` if a query would call another endpoint, or may."""
    if not uses("service", text, prefixes, base):
        return
    # NUL can stand nowhere, so this never runs; if the fault found lies before it, the text is malformed.
    probe = f"{text}\n\0"
    try:
        pyoxigraph.Store().query(probe, prefixes=prefixes, base_iri=base)
    except SyntaxError as error:
        problem = explain(error, text)
        last = text.count("\n") + 1
        if problem.where and problem.where.line and problem.where.line <= last:
            raise QueryError(problem) from None
    found = _KEYWORDS["service"].search(text)
    where = _position(text, found.start()) if found else Origin("query")
    raise NotOffered(
        Problem(
            "SERVICE is not offered here: a query reaches no other endpoint",
            where,
            "Ask the other endpoint by itself, or load its data first",
        )
    )


def explain(error: SyntaxError, text: str, what: str = "query") -> Problem:
    """Turn the engine's syntax error into a problem with line, column and words a person can use.

    `what` the text is, "query" or "update".
    """
    found = _MESSAGE.search(str(error.msg if error.msg else error))
    if found is None:
        return Problem(f"The {what} cannot be read: {error}", Origin(what))
    line, column, expected = int(found[1]), int(found[2]), found[3]
    update = _UPDATE.match(text)
    if update and what == "query":
        return Problem(
            f"{update[1].upper()} is an update, and this is the place for queries",
            _position(text, update.start(1)),
            "Send updates as application/sparql-update, with the write token",
        )
    undeclared = _undeclared_prefix(text)
    if undeclared:
        name, start = undeclared
        known = (
            f"Add the line PREFIX {name}: <{PREFIXES[name]}>" if name in PREFIXES else f"Declare it: PREFIX {name}: <…>"
        )
        return Problem(f"The prefix {name}: is not declared", _position(text, start), known)
    where = Origin(what, line, column)
    if "unbound" in expected:
        return Problem(
            "SELECT names a variable that is neither grouped by nor aggregated, or names one twice",
            where,
            "Group by it, or wrap it in an aggregate such as SAMPLE(?x)",
        )
    if "not authorized with GROUP BY" in expected:
        return Problem("SELECT * cannot be used with GROUP BY", where, "Name the variables")
    if "IRI parsing failed" in expected:
        return Problem("An IRI is malformed, or relative with no BASE to resolve it", where)
    words = _expectations(expected)
    return Problem(
        f"The {what} cannot be read {_near(text, line, column)}" + (f"; expected {words}" if words else ""), where
    )


def _position(text: str, offset: int) -> Origin:
    line = text.count("\n", 0, offset) + 1
    return Origin("query", line, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _near(text: str, line: int, column: int) -> str:
    """Say where in words: the parser names the farthest place it looked at, the fault is there or just before."""
    lines = text.split("\n")
    offset = sum(len(part) + 1 for part in lines[: line - 1]) + column - 1
    if not text.strip():
        return "because it is empty"
    before = " ".join(text[:offset].split())[-24:]
    after = " ".join(text[offset:].split())[:24]
    if not after:
        return f"to its end: something is missing or wrong at or before “{before}”"
    return f"at “{after}”, or just before it" + (f" at “{before}”" if before else "")


def _expectations(expected: str) -> str:
    """Return the readable ones of what the parser could have read; "" if there are none or more than six."""
    plain = re.findall(
        r'(?<!\S)"([^"\\]{1,3})"|\b(?!LATERAL|SERVICE|or\b)([A-Z]{2,}(?: BY)?)\b', re.sub(r"\[[^\]]*\]", "", expected)
    )
    unique = list(dict.fromkeys(sign or word for sign, word in plain))
    return " or ".join(filter(None, (", ".join(unique[:-1]), unique[-1]))) if 0 < len(unique) <= 6 else ""


def _undeclared_prefix(text: str) -> tuple[str, int] | None:
    clear = _OPAQUE.sub(lambda m: " " * len(m[0]), text)
    declared = {name or "" for name in _DECLARED.findall(clear)}
    for found in _PREFIXED.finditer(clear):
        if found[1] not in declared and found[1] != "_":
            return found[1], found.start(1)
    return None
