"""Places that the whole text tells: names that waited for it, and further mentions of what it has named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from loaders.article.matching import Hit, Matcher
from loaders.article.places.names import Mention, abbreviations, bare, plain_word
from loaders.article.tokens import Tokens
from loaders.gazetteer import Candidate, ancestors, is_common_word

#: A listed name in a text.
Listed = Hit[tuple[Candidate, ...]]

#: Words that ask for a place behind them.
_ASKS = re.compile(r"(?:对口|支援|帮扶|援建|援助|赴|来到|走进|前往|落户|进驻|抵达|奔赴|深入|驻|挂职)$")

#: Behind these even a common word is the place that the text has named in full: 落户安定, 选中延长.
_ASKS_FOR_ONE = re.compile(r"(?:落户|入驻|选中|帮扶|支援|结对|[赴援驻回抵给])$")


def supported(text: str, found: Sequence[Mention], waiting: Sequence[Listed], tokens: Tokens) -> Iterator[Mention]:
    """Yield the names that waited for the rest of the text."""
    units = {c.unit.code for m in found for c in m.candidates if not bare(text[m.begin : m.end])}
    above = {c.unit.code for m in found for c in m.candidates}
    free = -1
    for hit in waiting:
        if hit.begin < free or any(m.begin < hit.end and hit.begin < m.end for m in _near(found, hit.begin)):
            continue
        word = text[hit.begin : hit.end]
        token = tokens.at(hit.begin)
        named = any(c.unit.code in units for c in hit.entry)
        entry = plain_word(word)
        verbal = entry is not None and token is not None and token.kind in ("v", "vn", "ad", "a")
        if verbal and not is_common_word(word):
            verbal = text[hit.begin - 1 : hit.begin] not in ("在", "到", "赴", "于", "从", "向", "、")
        if verbal and named and _ASKS_FOR_ONE.search(text, max(0, hit.begin - 2), hit.begin):
            verbal = False
        aligned = token is None or not bare(word) or (token.start == hit.begin and tokens.ends(hit.end))
        aligned = aligned or (token is not None and token.kind == "PER" and token.start == hit.begin - 1)
        inside = any({u.code for u in ancestors(c.unit.code)} & above for c in hit.entry) or bool(
            _ASKS.search(text, max(0, hit.begin - 5), hit.begin)
        )
        if not ((named and not verbal and (aligned or entry is None)) or (aligned and entry is None and inside)):
            continue
        free = hit.end
        yield Mention(hit.begin, hit.end, "place.supported", hit.entry)


def remembered(text: str, found: Sequence[Mention], tokens: Tokens) -> list[Mention]:
    """Return further mentions of towns and villages that the text has named: 大地社区, and 米箩 after 米箩镇."""
    names: dict[str, Mention] = {}
    for mention in found:
        if mention.rule == "place.supported":
            names.setdefault(text[mention.begin : mention.end], mention)
    letters = abbreviations().keys()
    for mention in found:
        if not mention.candidates and mention.rule in ("place.town", "place.tagger"):
            names.setdefault(mention.name, mention)
            short = mention.name[:-1]
            if len(short) > 1 and mention.name[-1] in "镇乡" and not (is_common_word(short) or set(short) <= letters):
                names.setdefault(short, mention)
    more: list[Mention] = []
    for hit in Matcher(names).longest(text):
        if any(m.begin < hit.end and hit.begin < m.end for m in _near(found, hit.begin)):
            continue
        token, last = tokens.at(hit.begin), tokens.at(hit.end - 1)
        if (
            token is None
            or last is None
            or (token.start == hit.begin and last.end == hit.end and token.kind not in ("v", "PER"))
        ):
            known = hit.entry
            more.append(
                Mention(hit.begin, hit.end, "place.memory", known.candidates, name=known.name, level=known.level)
            )
    return more


def _near(found: Sequence[Mention], at: int) -> Iterator[Mention]:
    """Yield the mentions around a position."""
    low, high = 0, len(found)
    while low < high:
        middle = (low + high) // 2
        if found[middle].end <= at:
            low = middle + 1
        else:
            high = middle
    yield from found[low : low + 2]
