"""Names of projects and programmes in an English text, and what the bodies around have to do with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from loaders.article.english.bodies import Body
from loaders.article.english.spans import positions
from loaders.article.tables import alternatives, by_surface

_KINDS: Final = r"(?:[Pp]roject|[Pp]rogramme|[Pp]rogram|[Ii]nitiative|[Ss]cheme|[Cc]ampaign)"
_NAME: Final = re.compile(
    rf"(?<![\w-])((?:[A-Z][\w'-]+ )(?:(?:[A-Z][\w'-]+|of|for|and|the|in|to) ){{0,6}}?{_KINDS})\b(?! [A-Z])"
    rf'|{_KINDS}, (?:known as|called|named) "?([A-Z][\w-]*(?: [A-Z][\w-]*)*)'
    rf'|"([A-Z][\w\' -]{{2,40}})" {_KINDS}'
)
PREDICATES: Final = {"donor": "donorOf", "implementer": "implements", "partner": "partnerOf"}


class Title(NamedTuple):
    """The name of a programme from `begin` to `end`."""

    begin: int
    end: int


def titles(copy: str, spans: list[tuple[int, int]], bodies: list[Body]) -> list[Title]:
    """Return the names of programmes in order: those told by a word like project, and where they stand again."""
    found: dict[str, None] = {}
    starts = by_surface("english_starts").keys() | {"the", "a", "an"}
    for begin, end in spans:
        for match in _NAME.finditer(copy, begin, end):
            name = (match[1] or match[2] or match[3]).strip()
            words = name.split()
            while words and words[0] in starts:
                words.pop(0)
            name = " ".join(words)
            if len(words) > 1 or (words and not match[1]):
                found[name] = None
    return sorted({Title(*m.span()) for m in _mentions(copy, found, positions(bodies))}) if found else []


def _mentions(copy: str, found: Iterable[str], taken: set[int]) -> Iterator[re.Match[str]]:
    for match in re.finditer(rf"(?<!\w)(?:{alternatives(found).pattern})(?!\w)", copy):
        if taken.isdisjoint(range(*match.span())):
            yield match
