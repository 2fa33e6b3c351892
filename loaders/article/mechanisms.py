"""Mechanisms: ways of working that are written as a sum of their parts (公司+合作社+农户)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from loaders.article.facts import Name
from loaders.article.scope import Scope
from loaders.article.tables import alternatives, by_surface, cite, rows

#: A sign that joins two parts.
PLUS: Final = re.compile(r"[\u4e00-\u9fffA-Za-z”]\s*[+＋]\s*[\u4e00-\u9fffA-Za-z“]")
_PART: Final = r"[\u4e00-\u9fffA-Za-z0-9]{1,14}(?:[(（][^()（）\n]{1,12}[)）])?"
_SUM: Final = re.compile(rf"{_PART}(?:[+＋]{_PART})+")
#: Dashes join parts only where the words after the quotes say that it is a mechanism, as they join much else.
_CHAIN: Final = re.compile(rf"“({_PART}(?:(?:——|[-—–→]){_PART})+)”(?=[^，。；\n]{{0,10}}?(?:模式|机制|联结|方式))")
_JOINERS: Final = re.compile(r"\s*(?:[+＋→]|——|[-—–])\s*")
_NAMED: Final = re.compile(r"[^，。；\n“”]{0,12}?(?:模式|机制|方式|体系|做法|路径|格局|联结|经营|架构|链条)")
#: Parts that say only that something goes on the net: a slogan, not a mechanism.
_SLOGAN_PARTS: Final = frozenset(
    {"互联网", "旅游", "生态", "文化", "电商", "智能", "大数据", "数字", "科技", "N", "X", "n", "x"}
)
_LEFT_PARTICLE: Final = re.compile(r"[的了以用按将在为由]")


def find(scope: Scope) -> list[Name]:
    """Return the mechanisms of a stretch, each with its parts; a slogan such as 互联网+ is none."""
    return list(_sums(scope))


def part_type(surface: str) -> tuple[str | None, str | None]:
    """Return the kind of a part (a key of concept/component-type) and the lexicon row that says so, or None twice."""
    plain = re.sub(r"[(（].*", "", surface)
    exact = by_surface("mechanism_parts").get(plain)
    if exact:
        return exact["type"], cite("mechanism_parts", exact)
    endings = [row for row in rows("mechanism_parts") if plain.endswith(row["surface"]) and len(row["surface"]) > 1]
    if endings:
        row = max(endings, key=lambda row: len(row["surface"]))
        return row["type"], cite("mechanism_parts", row)
    return None, None


def _sums(scope: Scope) -> Iterator[Name]:
    text = scope.text
    for match in _SUM.finditer(text):
        begin, end = match.span()
        opening = text.rfind("“", max(0, begin - 30), begin + 1)
        quoted = opening >= 0 and "”" not in text[opening:begin] and text[end : end + 1] == "”"
        begin = opening + 1 if quoted else _without_verb(text, begin, end)
        if not quoted:
            end = _without_tail(text, begin, end)
        parts = _parts(text, begin, end)
        named = bool(_NAMED.match(text, end + quoted))
        if len(parts) < 2 or (not named and not quoted) or _is_slogan(parts, text, end + quoted, named):
            continue
        if not named and len(parts) == 2 and not any(part_type(text[a:b])[0] for a, b in parts):
            continue
        yield _name(scope, begin, end, parts, "mechanism.sum" if named else "mechanism.bare-sum")
    for match in _CHAIN.finditer(text):
        parts = _parts(text, match.start(1), match.end(1))
        if len(parts) > 1 and sum(bool(part_type(text[a:b])[0]) for a, b in parts) * 2 >= len(parts):
            yield _name(scope, match.start(1), match.end(1), parts, "mechanism.chain")


def _parts(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    parts, at = [], begin
    for joiner in _JOINERS.finditer(text, begin, end):
        parts.append((at, joiner.start()))
        at = joiner.end()
    parts.append((at, end))
    return [(a, b) for a, b in parts if b > a]


def _is_slogan(parts: list[tuple[int, int]], text: str, after: int, named: bool) -> bool:
    words = [text[a:b] for a, b in parts]
    if any(word.isascii() and len(word) < 3 for word in words):
        return True  # 1+1+1, 1+N
    if text[after : after + 1] in {"+", "＋"} or words[-1] == "":
        return True
    return not named and len(words) == 2 and words[0] in _SLOGAN_PARTS


@cache
def _verbs() -> re.Pattern[str]:
    return alternatives(row["surface"] for row in rows("name_boundaries") if len(row["surface"]) > 1)


def _without_verb(text: str, begin: int, end: int) -> int:
    """Return where the first part begins after the verb that governs the sum: 采用公司+农户 → 公司."""
    stop = _JOINERS.search(text, begin, end)
    first_end = stop.start() if stop else end
    first = text[begin:first_end]
    for match in _verbs().finditer(first):
        if match.end() < len(first):
            begin = max(begin, first_end - len(first) + match.end())
    for match in _LEFT_PARTICLE.finditer(text, begin, first_end):
        if match.end() < first_end:
            begin = match.end()
    return begin


def _without_tail(text: str, begin: int, end: int) -> int:
    """Return where the last part ends before the noun that names the sum: 公司+农户模式 → 农户."""
    joiner = list(_JOINERS.finditer(text, begin, end))
    last = joiner[-1].end() if joiner else begin
    tail = re.compile(
        r"(?:的)?(?:利益联结|带贫|经营|产业|合作|运营|发展|帮扶|新)?(?:模式|机制|方式|体系|做法|路径|格局)"
    ).search(text, last, end)
    if tail and tail.start() > last:
        return tail.start()
    of = text.find("的", last, end)
    return of if of > last else end


def _name(scope: Scope, begin: int, end: int, parts: list[tuple[int, int]], rule: str) -> Name:
    start, stop = scope.span(begin, end)
    placed = []
    cited = []
    for a, b in parts:
        first, last = scope.span(a, b)
        placed.append((first, last, scope.document[first:last]))
        row = part_type(scope.text[a:b])[1]
        if row:
            cited.append(row)
    return Name(
        start=start,
        end=stop,
        surface=scope.document[start:stop],
        case=scope.number,
        rule=rule,
        rows=tuple(dict.fromkeys(cited)),
        name=scope.text[begin:end],
        kind="model",
        parts=tuple(placed),
    )
