"""Bodies that stand in a list with others: A、B、C等企业."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from loaders.article.bodies.parts import kind_of
from loaders.article.bodies.words import generic, words
from loaders.article.places.names import Mention, areas
from loaders.article.tokens import Tokens

_ENUMERATION: Final = re.compile(
    r"等(?:(?:十|百|数|多|几|一|\d)?[余多数几十百]*(?:\d+|[一二三四五六七八九十百]+)?[余多]?[家所个]?(?:著名|知名|大型|行业|标杆|龙头|重点|骨干|爱心|国有|民营|中央|三甲|三级甲等|"
    r"上海|本地|当地|东部|电商|互联网|高等|职业|医疗|科研|金融|社会|公益|农业|食品|旅游|文化|上市|国际|国内|外资|头部|主流|一批)*"
    r"(?:企业|公司|集团|国企|央企|民企|高校|院校|大学|学校|医院|银行|机构|平台|单位|部门|组织|商会|协会|超市|电商|媒体))"
)


def members(
    text: str, tokens: Tokens, places: Mapping[int, Mention], begin: int, end: int, bodies: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """Yield the spans of members of A、B、C等企业 that nothing else tells, where one of them is told.

    `places` are places by where they end, `bodies` the ends of the bodies found → where they begin.
    """
    for match in _ENUMERATION.finditer(text, begin, end):
        at, items, told = match.start(), [], 0
        while at > begin:
            known_body = bodies.get(at)
            start = known_body if known_body is not None else _item(text, tokens, places, begin, at)
            if start < 0:
                break
            told += known_body is not None
            if known_body is None:
                items.append((start, at))
            at = start
            if text[at - 1 : at] == "、" or (text[at - 1 : at] in ("和", "与", "及") and tokens.ends(at)):
                at -= 1
            else:
                break
        if told or len(items) > 1:
            for start, stop in items:
                yield start, stop


def _item(text: str, tokens: Tokens, places: Mapping[int, Mention], floor: int, at: int) -> int:
    """Return where an unknown member of a list of bodies that ends at a position begins; -1 where it is none."""
    start = at
    while start > floor and text[start - 1] not in "、，,。；：:（(“”和与及":
        place = places.get(start)
        if place is not None and start < at:
            start = place.begin
            continue
        token = tokens.at(start - 1)
        if token is None or (
            token.kind not in ("nz", "ORG", "n", "PER", "LOC", "xc", "vn", "nw") and token.end - token.start > 1
        ):
            return -1
        if text[token.start : start] in words("stop"):
            return -1
        start = token.start
    word = text[start:at]
    proper = any(t.kind in ("nz", "ORG", "PER", "xc", "nw") for t in tokens.within(start, at)) or bool(kind_of(word)[0])
    if not 2 <= len(word) <= 12 or not proper or generic().get(word) or areas().get(word):
        return -1
    return start
