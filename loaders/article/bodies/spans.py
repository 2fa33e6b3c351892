"""Where names of bodies begin and end.

A name ends in a word such as 医院 or 教育局 (`body_heads.tsv`), is on a list (`bodies.tsv`), or the tagger takes it for
one. To the left it reaches over places, proper names and nouns until a verb, particle, preposition or comma; what
then has no place and no proper name in it is no name (龙头企业).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loaders.article import tables
from loaders.article.bodies.lists import members
from loaders.article.bodies.parts import is_complete, is_plain, kind_of, parts
from loaders.article.bodies.words import Body, generic, head_rows, heads, known, words
from loaders.article.matching import Hit
from loaders.article.places.names import GENERIC, Mention, areas, plain_word
from loaders.article.tagger.model import Token
from loaders.article.tokens import Tokens

_LONGEST: Final = 32
_PROPER: Final = ("nz", "PER", "xc", "nw")
_NOUNS: Final = ("n", "vn", "an", "s", "f", "a", "b", "q", "ad")
_ORDINAL: Final = re.compile(r"第[一二三四五六七八九十百\d]+(?:批|医|人民|中|小|师|届)?$|^[一二三四五六七八九十]$")
_LEVEL: Final = re.compile(r"(?:省|市|州|县|区|旗|盟|镇|乡|街道|村|地|团|师|兵团)$")
#: Hospitals that every county has one of: with 市 or 县 before them they are a certain one.
_OF_A_TOWN: Final = ("人民医院", "中心医院", "中医院", "妇幼保健院")
#: Words of one character that the tagger sometimes takes for the beginning of a name.
_FRONT: Final = "与由和在赴向经从为对及到让据以请把将"
_FIRMS: Final = ("商会", "基金会", "集团", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "控股", "股份")
_TASKS: Final = frozenset(
    (
        "援",
        "驻",
        "赴",
        "对口",
        "对口支援",
        "对口帮扶",
        "支援",
        "帮扶",
        "扶贫",
        "协作",
        "扶贫协作",
        "前方",
        "工作",
        "东西部",
    )
)
_QUOTE_NAMES: Final = re.compile(r"[”》]")
_NO_BODY: Final = re.compile(
    r"(?:干部|地区|贫困村|队员|老师|医生|专家|群众|人民|产品|农产品|项目|活动|行动|工程|协作|合作|模式|品牌|精神|经验|会议|大会|论坛|博览会|展销会|"
    r"推介会|洽谈会|交易会|招聘会|座谈会|现场会|联席会|经济|市场|企业家|学生|师生|班|课堂|计划|机制|基地|园区|产业园|示范区|开发区|专柜|专区|专馆|"
    r"总部|商城|大桥|公路|铁路|高速|机场|车站|景区|古城|社区|村|镇|乡|县|区|市|省|州|旗|人|奖|奖章|证书|商标|标志|茶|酒|米|羊|牛|鸡|菜|果|系统|战略|"
    r"政策|意见|方案|规划|协议|平台|APP|小组|时报|频道|栏目|节|周|月|日|展|杯|赛|馆|店|仓|中国|党|代表团|工作会|运动会)$"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A span that may be a name."""

    begin: int
    end: int
    kind: str
    rule: str
    rows: tuple[str, ...]
    named: bool = True
    name: str = ""
    seat: str = ""


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
        for mention in places:  # the outermost of several in a row
            before = self.places_ending.get(mention.begin)
            if before is not None and before.candidates and mention.candidates:
                self.places_ending[mention.end] = mention

    def find(self, begin: int, end: int) -> list[Body]:
        """Return the bodies of a sentence in order, without overlap, those without a name included."""
        self.unsure: list[_Found] = []
        self.doubtful: list[Hit[tables.Row]] = []
        found = [*self._by_head(begin, end), *self._by_list(begin, end), *self._by_tagger(begin, end)]
        chosen = _without_overlap(self._without_front(found))
        chosen = _without_overlap([*chosen, *self._beside(chosen)])
        chosen = _without_overlap([*chosen, *self._members(begin, end, chosen)])
        chosen = self._joined(chosen)
        taken = [(f.begin, f.end) for f in chosen]
        for hit in generic().longest(self.text, begin, end):
            if not any(a < hit.end and hit.begin < b for a, b in taken):
                row = hit.entry
                chosen.append(
                    _Found(
                        hit.begin, hit.end, row["kind"], "body.generic", (tables.cite("generic_bodies", row),), False
                    )
                )
        return [
            Body(f.begin, f.end, f.name or self.text[f.begin : f.end], f.kind, f.rule, f.rows, f.named, f.seat or None)
            for f in sorted(chosen, key=lambda f: f.begin)
        ]

    # By the end of the name

    def _by_head(self, begin: int, end: int) -> Iterator[_Found]:
        text = self.text
        for hit in heads().longest(text, begin, end):
            found = self._headed(begin, hit.begin, hit.end, hit.entry)
            if found is not None:
                yield found
        at = text.find("委", begin, end)
        while at >= 0:
            if _LEVEL.search(text[max(begin, at - 3) : at]) and text[at + 1 : at + 2] not in (
                "员",
                "托",
                "派",
                "会",
                "任",
                "屈",
            ):
                found = self._headed(begin, at, at + 1, head_rows()["委"])
                if found is not None:
                    yield found
            at = text.find("委", at + 1, end)

    def _headed(self, floor: int, begin: int, end: int, row: tables.Row) -> _Found | None:
        """Return the body whose name ends in a head at `begin` to `end`; `floor` is where its sentence begins."""
        if not self._ends_here(begin, end, row):
            return None
        start, proper = self._left(floor, begin, row)
        if start == begin and not (row["needs"] == "dept" and self._level_before(floor, begin)):
            return None
        rows = (tables.cite("body_heads", row),)
        if row["needs"] == "dept":
            level = self._level_before(floor, begin)
            if not proper and not level:
                return None
            if not proper:
                start = min(start, begin - len(level)) if start == begin else start
                start = min(start, begin - len(level))
                while (place := self.places_ending.get(start)) is not None and place.begin >= floor:
                    start = place.begin
            if not proper and end - start < 5 and self._titled(end) and start not in self.places_beginning:
                return None  # 市委常委: a person's office
            return _Found(start, end, _refined(self.text[start:end], row["kind"]), "body.department", rows)
        if row["needs"] == "weak":
            token = self.tokens.at(end - 1)
            told = proper and token is not None and token.kind == "ORG" and token.end == end
            if not told or self.text.startswith("企业", end):
                return None
        if row["surface"] == "学会" and begin in self.places_ending:
            return None  # 在合肥学会了烘焙
        level = self._level_before(floor, begin) if row["surface"].startswith(_OF_A_TOWN) else ""
        if not proper and level:
            return _Found(begin - len(level), end, row["kind"], "body.department", rows)
        if not proper and not (row["surface"] in _FIRMS and self._unusual(floor, start, begin)):
            return None
        return _Found(start, end, _refined(self.text[start:end], row["kind"]), "body.head", rows)

    def _titled(self, end: int) -> bool:
        """Whether the title of an office follows."""
        return bool(
            re.match(r"副?(?:常委|书记|秘书长|市长|省长|州长|县长|区长|主席|委员|主任)", self.text[end : end + 5])
        )

    def _unusual(self, floor: int, start: int, begin: int) -> bool:
        """Whether what stands before 集团 or 有限公司 is no description, so that it must be a name: 巨石集团."""
        before = self.tokens.at(start - 1) if start > floor else None
        return (
            2 <= begin - start <= 6
            and not is_plain(self.text[start:begin])
            and all(t.kind in ("n", "nz", "a", "vn") for t in self.tokens.within(start, begin))
            and (before is None or before.kind in ("w", "u", "c", "p"))
        )

    def _ends_here(self, begin: int, end: int, row: tables.Row) -> bool:
        """Whether the sentence's words let a name end here: 公司 does not in 公司化, 学院 not in 学院路."""
        token = self.tokens.at(end - 1)
        if token is None or token.end == end:
            return True
        if row["needs"] == "dept" and end - begin > 2 and begin in self.places_ending:
            return True  # 卫健委派出 is easily cut wrongly
        rest = self.text[end : token.end]
        if token.kind == "ORG" or any(rest.startswith(word) for word in words("title")):
            return not any(
                self.text[begin:].startswith(longer)
                for longer in ("委员", "公司化", "学院路", "大学生", "中学生", "小学生")
            )
        return (
            row["needs"] == "dept"
            and token.start <= begin
            and token.kind in ("n", "nz")
            and rest[:1] not in "员长化型级"
        )

    def _level_before(self, floor: int, begin: int) -> str:
        """Return the level word directly before a head (市 before 国资委), which must begin a word."""
        for length in (3, 2, 1):
            word = self.text[max(floor, begin - length) : begin]
            if (
                len(word) == length
                and word in words("level")
                and (word not in "地师团" or self.text.startswith("委", begin))
                and not self.text[max(floor, begin - length - 1) : begin].startswith(
                    ("全", "各", "两", "该", "本", "跨", "多", "三", "几", "当", "外")
                )
            ):
                return word
        return ""

    def _left(self, floor: int, begin: int, row: tables.Row) -> tuple[int, bool]:
        """Return where the name with this head begins, and whether it has a place or proper name in it."""
        text, tokens = self.text, self.tokens
        at, proper_at, place_seen = begin, -1, False
        token = tokens.at(begin)
        if token is not None and token.start < begin and token.kind in ("ORG", "LOC", "nz", "n", "vn", "nw", "PER"):
            inside = self._clean_start(token.start, begin)
            if token.kind in ("ORG", "nz", "LOC", "nw") and inside < begin and not is_plain(text[inside:begin]):
                proper_at = inside
            at = inside
            place = self.places_beginning.get(inside)
            if place is not None and place.end <= begin:
                proper_at, place_seen = inside, True
        task_force = row["kind"] == "government task force"
        while at > floor and begin - at < _LONGEST:
            place = self.places_ending.get(at)
            if (
                place is not None
                and place.begin >= floor
                and (not place_seen or task_force or at in self.places_beginning)
            ):
                at = place.begin
                proper_at, place_seen = at, True
                continue
            token = tokens.at(at - 1)
            if token is None:
                if not place_seen and not tokens.items and (place := self._place_before(floor, at)) is not None:
                    return place.begin, True
                break
            start = max(token.start, floor)
            word = text[start:at]
            if place_seen and not (task_force and word in _TASKS):
                if token.kind in ("ORG", "nz") and row["surface"] in ("分公司", "分行", "支行", "分院", "分局", "分校"):
                    at = proper_at = start
                    continue
                break
            right = tokens.at(at)
            if (
                token.kind in ("v", "vd")
                and right is not None
                and right.start == at
                and right.kind == "ORG"
                and proper_at == at
            ):
                break  # 云南建设中德培训中心: the verb has the body as its object
            step = self._step(token, word, row)
            if step == "stop":
                if task_force and word in _TASKS:
                    at, place_seen = start, False
                    continue
                if word in ("）", ")", "”") and (opening := self._opening(floor, at, word)) >= 0:
                    at = opening
                    continue
                break
            at = start
            if step == "proper":
                proper_at = start
        if task_force and proper_at >= 0:
            return proper_at, True
        if proper_at >= 0 or _begins_with_area(text, at, begin):
            return proper_at if proper_at >= 0 else at, True
        return at, False

    def _place_before(self, floor: int, at: int) -> Mention | None:
        """Return a place a few characters before, where no words are known and nothing ends a name in between."""
        for end in range(at - 1, max(floor, at - 9), -1):
            if not self.text[end].isalpha() or any(self.text.startswith(word, end) for word in words("stop")):
                return None
            place = self.places_ending.get(end)
            if place is not None:
                return place
        return None

    def _step(self, token: Token, word: str, row: tables.Row) -> str:
        """Say what a word to the left does to a name: stop, join or proper."""
        if word in words("stop"):
            return "stop"
        if is_plain(word):
            return "join"
        if token.kind == "ORG":
            return "proper"
        if token.kind in _PROPER and re.search(r"[\u4e00-\u9fffA-Za-z0-9]", word):
            return "proper"
        if token.kind == "LOC":
            return "proper"
        if token.kind == "m":
            return "join" if _ORDINAL.search(word) else "stop"
        if token.kind in _NOUNS or token.kind in ("v", "vd"):
            if token.kind in ("v", "vd", "ad") and word not in words("inner"):
                return "stop"
            return "join"
        return "stop"

    def _clean_start(self, start: int, begin: int) -> int:
        """Return where a name within one word begins: verbs that the tagger left at its front are cut off."""
        first = self.text[start]
        if first == "的" or (first in _FRONT and start + 1 in self.places_beginning):
            return start + 1
        return start

    def _opening(self, floor: int, at: int, closing: str) -> int:
        opening = {"）": "（", ")": "(", "”": "“"}[closing]
        found = self.text.rfind(opening, max(floor, at - 14), at)
        if found < 0 or (closing == "”" and at - found > 10):
            return -1
        return found

    def _joined(self, chosen: Sequence[_Found]) -> list[_Found]:
        """Return the spans with 农工党上海市委 as one, and with the town in brackets behind a university."""
        joined: list[_Found] = []
        for f in chosen:
            last = joined[-1] if joined else None
            if last is not None and last.end == f.begin and last.kind == f.kind == "party committee":
                joined[-1] = _Found(last.begin, f.end, f.kind, f.rule, (*last.rows, *f.rows))
                continue
            branch = self.places_beginning.get(f.end) if f.rule == "body.list" and f.kind == "enterprise" else None
            if branch is not None and self.text.startswith("电力", branch.end):  # 国网宁夏电力
                joined.append(_Found(f.begin, branch.end + 2, f.kind, f.rule, f.rows))
                continue
            town = self.places_beginning.get(f.end + 1) if self.text[f.end : f.end + 1] == "(" else None
            if f.kind == "university" and town is not None and self.text[town.end : town.end + 1] == ")":
                joined.append(_Found(f.begin, town.end + 1, f.kind, f.rule, f.rows))
                continue
            joined.append(f)
        return joined

    def _members(self, begin: int, end: int, chosen: Sequence[_Found]) -> Iterator[_Found]:
        bodies = {f.end: f.begin for f in chosen}
        for start, stop in members(self.text, self.tokens, self.places_ending, begin, end, bodies):
            yield _Found(start, stop, "enterprise", "body.enumeration", ())

    # By lists, by the tagger

    def _by_list(self, begin: int, end: int) -> Iterator[_Found]:
        for hit in known().longest(self.text, begin, end):
            row = hit.entry
            if row["risk"] == "alone":
                if not self._alone(hit.begin, hit.end):
                    continue
            elif not self._stands(hit.begin, hit.end, row["risk"] == "word"):
                if row["risk"] != "word":
                    continue
                self.doubtful.append(hit)
                continue
            yield _listed(hit)

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

    def _without_front(self, found: Sequence[_Found]) -> list[_Found]:
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

    def _beside(self, chosen: Sequence[_Found]) -> Iterator[_Found]:
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

    def _by_tagger(self, begin: int, end: int) -> Iterator[_Found]:
        text = self.text
        for token in self.tokens.within(begin, end):
            if token.kind != "ORG":
                continue
            start = self._clean_start(token.start, token.end)
            word = text[start : token.end]
            if (
                len(word) < 2
                or word in head_rows()
                or _NO_BODY.search(word)
                or word in words("stop")
                or word in GENERIC
            ):
                continue
            if text[start - 1 : start] in ("“", "《") and text[token.end : token.end + 1] in ("”", "》"):
                continue
            if (
                areas().get(word) is not None
                or generic().get(word) is not None
                or not re.search(r"[\u4e00-\u9fff]{2}|[A-Z]", word)
            ):
                continue
            if re.match(r"^(?:两|各|全|该|本|多|几|当地)", word):
                continue
            kind, head = kind_of(word)
            found = _Found(start, token.end, kind or "enterprise", "body.tagger", ())
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


def _begins_with_area(text: str, begin: int, end: int) -> bool:
    """Whether characters begin with the name of an area that is no plain word, though the tagger saw no place."""
    if end - begin < 4:
        return False
    return any(areas().get(text[begin : begin + n]) and plain_word(text[begin : begin + n]) is None for n in (4, 3, 2))


def _listed(hit: Hit[tables.Row]) -> _Found:
    row = hit.entry
    return _Found(
        hit.begin, hit.end, row["kind"], "body.list", (tables.cite("bodies", row),), True, row["name"], row["seat"]
    )


_REFINED: Final = (
    (re.compile(r"(?:合作社|联社)$"), "cooperative", "cooperative"),
    (re.compile(r"^.*(?:大学|学院).*(?:医院)$"), "college", "hospital"),
)


def _refined(name: str, kind: str) -> str:
    """Return the kind of a body by its whole name."""
    for pattern, was, now in _REFINED:
        if kind == was and pattern.search(name):
            return now
    return kind


_ORDER: Final = {"body.list": 4, "body.department": 3, "body.head": 3, "body.enumeration": 0, "body.tagger": 1}


def _without_overlap(found: Sequence[_Found]) -> list[_Found]:
    """Return the spans that stay where some overlap: the longest, then the better rule."""
    chosen: list[_Found] = []
    for f in sorted(found, key=lambda f: (-(f.end - f.begin), -_ORDER[f.rule], f.begin)):
        if not any(c.begin < f.end and f.begin < c.end for c in chosen):
            chosen.append(f)
    return sorted(chosen, key=lambda f: f.begin)
