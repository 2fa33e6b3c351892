"""SPARQL's own tokens, as far as they matter for finding names, words and braces in a text.

Only for changing a text in places that the standard leaves to us, never for deciding what a query may
do: that is the engine's parser's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""(?P<skip>\s+|\#[^\n\r]*)
      | (?P<opaque><[^<>"{}|^`\\\s]*>
          | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\" | '''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
          | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
          | [?$]\w+ | @[A-Za-z-]+
          | (?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:(?:[\w:%-]|\\.|\.(?=[\w:%\\-]))+)?
          | _:\w[\w.-]* | \d+(?:\.\d+)?(?:[eE][+-]?\d+)? | \.\d+(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d_]\w*)
      | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_PREFIX: Final = re.compile(r"\bPREFIX\s+([^\s:]*):\s*<([^<>\"{}|^`\\\s]*)>", re.IGNORECASE)
_BASE: Final = re.compile(r"\bBASE\s*<([^<>\"{}|^`\\\s]*)>", re.IGNORECASE)
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


class Token(NamedTuple):
    """A piece of the text; `is_word` tells keywords from names, strings and signs."""

    text: str
    start: int
    end: int
    is_word: bool


def read(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, without spaces and comments."""
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "skip":
            yield Token(found[0], found.start(), found.end(), found.lastgroup == "word")


def prefixes(text: str) -> dict[str, str]:
    """Return the prefixes that a text declares."""
    return dict(_PREFIX.findall(text))


def base(text: str) -> str | None:
    """Return the base IRI that a text declares, or None."""
    found = _BASE.search(text)
    return found[1] if found else None


def iri(token: str, declared: Mapping[str, str]) -> str | None:
    """Return the IRI that a token names, or None if it names none or its prefix is not declared."""
    if token.startswith("<"):
        return token[1:-1]
    prefix, colon, local = token.partition(":")
    if not colon or prefix not in declared:
        return None
    return declared[prefix] + re.sub(r"\\(.)", r"\1", local)


def string(token: str) -> str:
    """Return the text of a string token."""
    quote = 3 if token[:3] in ('"""', "'''") and len(token) >= 6 else 1
    return _ESCAPE.sub(
        lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _ESCAPES.get(m[3], m[3]), token[quote:-quote]
    )
