"""The copy of an English text that rules match on, its sentences, and whether it is a report on aid at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from loaders.article.tables import alternatives, rows

#: A text with fewer cues than this, or with fewer in a thousand characters, is not read.
CUES: Final = 4
DENSITY: Final = 1.5
#: A sentence of more characters is none: it is cut, so that no rule looks at all of a text without a stop.
LONGEST: Final = 2000
#: Characters that are looked at.
SAMPLE: Final = 50_000
#: One of its cues at least is of these groups: a school story has the others by chance.
_TELLING: Final = frozenset({"aid", "project", "money", "poverty", "paired"})

_PLAIN: Final = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u3000": " "}
    | {"‐": "-", "‑": "-", "\t": " ", "，": ",", "．": ".", "％": "%", "＄": "$"}
    | {chr(0xFF10 + i): str(i) for i in range(10)}
)
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|ca|approx|e\.g|i\.e|etc|Co|Ltd|Inc|U\.S|U\.N|U\.K|Jr|Sr|Fig|Art|Ch|Vol|pp?|Gen)"
    r"|\b[A-Z])\.$"
)
_STOP: Final = re.compile(r"[.!?]+[\"')\]]*(?=\s+[\"'(]*[A-Z0-9$€£]|\s*$)|;\s|\n")
_ITEM: Final = re.compile(r"\s*(?:[-*•·–]|\d{1,2}[.)]|\([a-z\d]\)|[a-z]\))\s")
_LABEL: Final = re.compile(r"\s*[A-Z][\w /&-]{2,40}:\s")


class Sentence(NamedTuple):
    """A sentence, heading or item of a list, from `begin` to `end` of the text."""

    begin: int
    end: int
    heading: bool = False


def plain(text: str) -> str:
    """Return the text with quotes, spaces and digits in their plain forms, and wrapped lines joined by spaces.

    Its length is the text's, so that a position in one is a position in the other.
    """
    copy = list(text.translate(_PLAIN).replace("\r", " "))
    lines = [m.span() for m in re.finditer(r"[^\n]*\n?", text) if m.end() > m.start()]
    width = sorted(b - a for a, b in lines)[len(lines) * 9 // 10] if lines else 0
    for (a, b), (c, d) in pairwise(lines):
        line, after = text[a:b].rstrip(), text[c:d]
        wrapped = len(line) > 0.6 * width and len(line) > 40 and not _LABEL.match(after) and not _ITEM.match(after)
        goes_on = after[:1].islower() or (width < 110 and not line.endswith((".", ":", "!", "?", '"', "”")))
        if "\t" not in line and after.strip() and wrapped and goes_on:
            copy[b - 1] = " "
    return "".join(copy)


def sentences(copy: str) -> list[Sentence]:
    """Return the sentences of a plain text in order."""
    found: list[Sentence] = []
    begin = 0
    for match in _STOP.finditer(copy):
        if match[0].startswith(".") and _ABBREVIATION.search(copy, max(begin, match.start() - 8), match.start() + 1):
            continue
        _add(found, copy, begin, match.end())
        begin = match.end()
    _add(found, copy, begin, len(copy))
    return found


def _add(found: list[Sentence], copy: str, begin: int, end: int) -> None:
    piece = copy[begin:end]
    content = piece.strip()
    if content:
        start = begin + len(piece) - len(piece.lstrip())
        alone = (start == 0 or "\n" in copy[max(0, start - 2) : start]) and piece.endswith("\n")
        short = len(content) < 120 and not content.endswith((".", "!", "?", ";", ",")) and not _ITEM.match(content)
        heading = alone and short and not _LABEL.match(content)
        stop = start + len(content)
        while stop - start > LONGEST:
            cut = copy.rfind(" ", start + 1, start + LONGEST) + 1 or start + LONGEST
            found.append(Sentence(start, cut))
            start = cut
        found.append(Sentence(start, stop, heading))


def tables(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines of a text that are rows of a table: cells parted by tabs, bars or wide gaps."""
    for match in re.finditer(r"[^\n]+", text):
        line = match[0]
        cells = re.split(r"\t+|\s*\|\s*|\s{3,}", line.strip())
        if len(cells) > 2 and sum(bool(re.fullmatch(r"[\d.,%$€£ -]+", cell)) for cell in cells) * 2 >= len(cells) - 1:
            yield match.span()


@cache
def _cues() -> tuple[re.Pattern[str], dict[str, str]]:
    groups = {row["surface"]: row["group"] for row in rows("english_cues")}
    return re.compile(rf"\b(?:{alternatives(groups).pattern})\b", re.IGNORECASE), groups


def is_report(copy: str) -> bool:
    """Whether a text reads as a report on aid: enough words on aid, money, projects, villages, schools and the like.

    Words of projects alone do not make one, as software has them too.
    """
    pattern, groups = _cues()
    found = [groups[match[0].lower()] for match in pattern.finditer(copy[:SAMPLE])]
    enough = len(found) >= CUES and len(found) * 1000 >= DENSITY * min(len(copy), SAMPLE)
    return enough and any(g in _TELLING for g in found) and any(g != "project" for g in found)
