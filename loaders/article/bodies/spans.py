"""Which bodies a sentence names.

A name ends in a word such as 医院 or 教育局 (`body_heads.tsv`), is on a list (`bodies.tsv`), or the tagger takes it for
one. To the left it reaches over places, proper names and nouns until a verb, particle, preposition or comma; what
then has no place and no proper name in it is no name (龙头企业).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from loaders.article import tables
from loaders.article.bodies.heads import Heads
from loaders.article.bodies.lists import members
from loaders.article.bodies.parts import is_complete, is_plain, kind_of, parts
from loaders.article.bodies.words import Body, Found, generic, head_rows, known, words
from loaders.article.matching import Hit
from loaders.article.places.names import GENERIC, Mention, areas
from loaders.article.tokens import Tokens

_NO_BODY: Final = re.compile(
    r"(?:干部|地区|贫困村|队员|老师|医生|专家|群众|人民|产品|农产品|项目|活动|行动|工程|协作|合作|模式|品牌|精神|经验|会议|大会|论坛|博览会|展销会|"
    r"推介会|洽谈会|交易会|招聘会|座谈会|现场会|联席会|经济|市场|企业家|学生|师生|班|课堂|计划|机制|基地|园区|产业园|示范区|开发区|专柜|专区|专馆|"
    r"总部|商城|大桥|公路|铁路|高速|机场|车站|景区|古城|社区|村|镇|乡|县|区|市|省|州|旗|人|奖|奖章|证书|商标|标志|茶|酒|米|羊|牛|鸡|菜|果|系统|战略|"
    r"政策|意见|方案|规划|协议|平台|APP|小组|时报|频道|栏目|节|周|月|日|展|杯|赛|馆|店|仓|中国|党|代表团|工作会|运动会)$"
)


class Finder:
    """Finds bodies in a text whose words and places are known."""

    def __init__(self, text: str, tokens: Tokens, places: Sequence[Mention]) -> None:
        """Take the view's text, its words and the places found in it."""
        self.text = text
        starts = {m.begin: m.end for m in places}
        self.tokens = Tokens(text, [part for token in tokens.items for part in parts(text, token, starts)])
        self.counts = Counter(self.tokens.word(t) for t in self.tokens.items if t.kind == "ORG")
        self.places_ending = {m.end: m for m in places}
        self.places_beginning = {m.begin: m for m in places}
        self.heads = Heads(text, self.tokens, self.places_beginning, self.places_ending)

    def find(self, begin: int, end: int) -> list[Body]:
        """Return the bodies of a sentence in order, without overlap, those without a name included."""
        self.unsure: list[Found] = []
        self.doubtful: list[Hit[tables.Row]] = []
        found = [*self.heads.find(begin, end), *self._by_list(begin, end), *self._by_tagger(begin, end)]
        chosen = _without_overlap(self._without_front(found))
        chosen = _without_overlap([*chosen, *self._beside(chosen)])
        chosen = _without_overlap([*chosen, *self._members(begin, end, chosen)])
        chosen = self._joined(chosen)
        taken = [(f.begin, f.end) for f in chosen]
        for hit in generic().longest(self.text, begin, end):
            if not any(a < hit.end and hit.begin < b for a, b in taken):
                row = hit.entry
                chosen.append(
                    Found(hit.begin, hit.end, row["kind"], "body.generic", (tables.cite("generic_bodies", row),), False)
                )
        return [
            Body(f.begin, f.end, f.name or self.text[f.begin : f.end], f.kind, f.rule, f.rows, f.named, f.seat or None)
            for f in sorted(chosen, key=lambda f: f.begin)
        ]

    def _joined(self, chosen: Sequence[Found]) -> list[Found]:
        """Return the spans with 农工党上海市委 as one, and with the town in brackets behind a university."""
        joined: list[Found] = []
        for f in chosen:
            last = joined[-1] if joined else None
            if last is not None and last.end == f.begin and last.kind == f.kind == "party committee":
                joined[-1] = Found(last.begin, f.end, f.kind, f.rule, (*last.rows, *f.rows))
                continue
            branch = self.places_beginning.get(f.end) if f.rule == "body.list" and f.kind == "enterprise" else None
            if branch is not None and self.text.startswith("电力", branch.end):  # 国网宁夏电力
                joined.append(Found(f.begin, branch.end + 2, f.kind, f.rule, f.rows))
                continue
            town = self.places_beginning.get(f.end + 1) if self.text[f.end : f.end + 1] == "(" else None
            if f.kind == "university" and town is not None and self.text[town.end : town.end + 1] == ")":
                joined.append(Found(f.begin, town.end + 1, f.kind, f.rule, f.rows))
                continue
            joined.append(f)
        return joined

    def _members(self, begin: int, end: int, chosen: Sequence[Found]) -> Iterator[Found]:
        bodies = {f.end: f.begin for f in chosen}
        for start, stop in members(self.text, self.tokens, self.places_ending, begin, end, bodies):
            yield Found(start, stop, "enterprise", "body.enumeration", ())

    # By lists, by the tagger

    def _by_list(self, begin: int, end: int) -> Iterator[Found]:
        for hit in known().longest(self.text, begin, end):
            row = hit.entry
            if row["risk"] == "alone":
                stands = self._alone(hit.begin, hit.end)
            else:
                stands = self._stands(hit.begin, hit.end, row["risk"] == "word")
            if stands:
                yield _listed(hit)
            elif row["risk"] == "word":
                self.doubtful.append(hit)

    def _alone(self, begin: int, end: int) -> bool:
        """Whether a word such as 中央 stands for the body itself: no noun follows that it would only qualify."""
        token = self.tokens.at(begin)
        if token is None or token.start != begin or token.end != end:
            return False
        following = self.tokens.at(end)
        return following is None or (
            following.kind in ("c", "p", "v", "u", "w", "d", "f") and self.text[end : end + 1] not in "级属"
        )

    def _stands(self, begin: int, end: int, risky: bool) -> bool:
        """Whether a known name fills words of the sentence here."""
        first, last = self.tokens.at(begin), self.tokens.at(end - 1)
        if first is None or last is None:
            return not risky
        if self.text[end : end + 1] in ("城", "节", "街", "杯", "馆"):
            return False
        aligned = first.start == begin and last.end == end
        if self.text[begin - 1 : begin] in ("“", "《", "‘") and self.text[end : end + 1] not in ("”", "》", "’"):
            close = self.text.find("”", end, end + 12)
            if close >= 0 and "“" not in self.text[end:close] and "，" not in self.text[end:close]:
                return False  # a part of a longer name
        if not risky:
            if aligned or first.kind == "ORG":
                return not self.text.startswith("门", end)  # 教育部门
            return end - begin > 3 and (last.end == end or first.start == begin)
        if self.text[begin - 1 : begin] in ("“", "《", "‘") and self.text[end : end + 1] in ("”", "》", "’"):
            return False
        if first is last:
            return aligned and first.kind == "ORG" and begin not in self.places_beginning
        return False

    def _without_front(self, found: Sequence[Found]) -> list[Found]:
        """Return the spans without those that a known body ends and a short word begins: 致信中交集团."""
        known_ends = {f.end: f for f in found if f.rule == "body.list" and f.end - f.begin > 3}
        kept = []
        for f in found:
            inner = known_ends.get(f.end)
            front = self.text[f.begin : inner.begin] if inner else ""
            if 0 < len(front) < 4 and f.begin not in self.places_beginning and not is_complete(front):
                continue
            kept.append(f)
        return kept

    def _beside(self, chosen: Sequence[Found]) -> Iterator[Found]:
        """Yield names that are also plain words, and what only the tagger takes for bodies, beside a body in a list."""
        begins, ends = {f.begin for f in chosen}, {f.end for f in chosen}
        candidates = [_listed(hit) for hit in self.doubtful] + self.unsure
        for f in candidates:
            left, right = self.text[f.begin - 1 : f.begin], self.text[f.end : f.end + 1]
            if not (self._edge(f.begin) and self._edge(f.end)):
                continue
            if (left in ("、", "和", "与", "及") and f.begin - 1 in ends) or (
                right in ("、", "和", "与", "及") and f.end + 1 in begins
            ):
                begins.add(f.begin)
                ends.add(f.end)
                yield f

    def _edge(self, position: int) -> bool:
        """Whether a word begins or ends here."""
        token = self.tokens.at(position)
        return token is None or token.start == position

    def _by_tagger(self, begin: int, end: int) -> Iterator[Found]:
        text = self.text
        for token in self.tokens.within(begin, end):
            if token.kind != "ORG":
                continue
            start = self.heads.clean_start(token.start, token.end)
            word = text[start : token.end]
            quoted = text[start - 1 : start] in ("“", "《") and text[token.end : token.end + 1] in ("”", "》")
            if quoted or _is_none(word) or text[start - 1 : start + 2] in ("援青医", "援疆医", "援藏医"):
                continue
            kind, head = kind_of(word)
            found = Found(start, token.end, kind or "enterprise", "body.tagger", ())
            placed = self.places_beginning.get(start)
            if kind and (placed is not None or not is_plain(word.removesuffix(head))):
                yield found
            elif placed is None and not self._quoted_in(start, token.end):
                if self.counts.get(word, 0) > 1:
                    yield found
                else:
                    self.unsure.append(found)

    def _quoted_in(self, begin: int, end: int) -> bool:
        """Whether a span is the beginning or end of longer words in quotation marks."""
        return (self.text[begin - 1 : begin] == "“") != (self.text[end : end + 1] == "”")


def _is_none(word: str) -> bool:
    """Whether a word is no name of a body, whatever the tagger says."""
    return (
        not re.search(r"[\u4e00-\u9fff]{2}|[A-Z]", word)
        or bool(re.match(r"两|各|全|该|本|多|几|当地", word) or _NO_BODY.search(word))
        or word in head_rows()
        or word in words("stop")
        or word in GENERIC
        or word in areas()
        or word in generic()
    )


def _listed(hit: Hit[tables.Row]) -> Found:
    row = hit.entry
    return Found(
        hit.begin, hit.end, row["kind"], "body.list", (tables.cite("bodies", row),), True, row["name"], row["seat"]
    )


_ORDER: Final = {"body.list": 4, "body.department": 3, "body.head": 3, "body.enumeration": 0, "body.tagger": 1}


def _without_overlap(found: Sequence[Found]) -> list[Found]:
    """Return the spans that stay where some overlap: the longest, then the better rule."""
    chosen: list[Found] = []
    for f in sorted(found, key=lambda f: (-(f.end - f.begin), -_ORDER[f.rule], f.begin)):
        if not any(c.begin < f.end and f.begin < c.end for c in chosen):
            chosen.append(f)
    return sorted(chosen, key=lambda f: f.begin)
