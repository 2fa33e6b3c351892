"""Bodies by the ends of their names: how far a name reaches to the left of 医院 or 教育局."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from loaders.article import tables
from loaders.article.bodies.parts import is_plain
from loaders.article.bodies.words import Found, head_rows, heads, words
from loaders.article.places.names import Mention, areas, plain_word
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
#: What a task force is for, and where, stands between its home and its end: 佛山市对口凉山扶贫协作工作组.
_TASKS: Final = frozenset(
    (
        "援", "驻", "赴", "对口", "对口支援", "对口帮扶", "支援", "帮扶", "扶贫", "协作", "扶贫协作",
        "前方", "工作", "东西部",
    )
)  # fmt: skip


class Heads:
    """Finds the bodies of a text whose names end in a word of `body_heads.tsv`."""

    def __init__(
        self, text: str, tokens: Tokens, beginning: Mapping[int, Mention], ending: Mapping[int, Mention]
    ) -> None:
        """Take the view's text, its words, and its places by where they begin and end."""
        self.text, self.tokens = text, tokens
        self.places_beginning, self.places_ending = beginning, ending

    def find(self, begin: int, end: int) -> Iterator[Found]:
        """Yield the bodies of a sentence; some may overlap."""
        text = self.text
        for hit in heads().longest(text, begin, end):
            found = self._headed(begin, hit.begin, hit.end, hit.entry)
            if found is not None:
                yield found
        at = text.find("委", begin, end)
        while at >= 0:
            if _LEVEL.search(text[max(begin, at - 3) : at]) and text[at + 1 : at + 2] not in tuple("员托派会任屈"):
                found = self._headed(begin, at, at + 1, head_rows()["委"])
                if found is not None:
                    yield found
            at = text.find("委", at + 1, end)

    def _headed(self, floor: int, begin: int, end: int, row: tables.Row) -> Found | None:
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
                start = min(start, begin - len(level))
                while (place := self.places_ending.get(start)) is not None and place.begin >= floor:
                    start = place.begin
            if not proper and end - start < 5 and self._titled(end) and start not in self.places_beginning:
                return None  # 市委常委: a person's office
            return Found(start, end, _refined(self.text[start:end], row["kind"]), "body.department", rows)
        if row["needs"] == "weak":
            token = self.tokens.at(end - 1)
            told = proper and token is not None and token.kind == "ORG" and token.end == end
            if not told or self.text.startswith("企业", end):
                return None
        if row["surface"] == "学会" and begin in self.places_ending:
            return None  # 在合肥学会了烘焙
        level = self._level_before(floor, begin) if row["surface"].startswith(_OF_A_TOWN) else ""
        if not proper and level:
            return Found(begin - len(level), end, row["kind"], "body.department", rows)
        if not proper and not (row["surface"] in _FIRMS and self._unusual(floor, start, begin)):
            return None
        return Found(start, end, _refined(self.text[start:end], row["kind"]), "body.head", rows)

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
            inside = self.clean_start(token.start, begin)
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

    def clean_start(self, start: int, begin: int) -> int:
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


def _begins_with_area(text: str, begin: int, end: int) -> bool:
    """Whether characters begin with the name of an area that is no plain word, though the tagger saw no place."""
    if end - begin < 4:
        return False
    return any(areas().get(text[begin : begin + n]) and plain_word(text[begin : begin + n]) is None for n in (4, 3, 2))


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
