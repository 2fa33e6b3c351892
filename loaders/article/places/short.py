"""One-character names: 援疆, 沪滇协作, 入沪, 滇品.

A character is a name in the company that the rules here name, and nowhere else. Those of prefectures (喀, 甬) count in
a pair or behind such a verb as 来, and only where the text names their prefecture too, or 两地 follows the pair.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from loaders.article.places.names import Mention, abbreviations, candidate
from loaders.article.tables import Row, rows
from loaders.article.tokens import Tokens
from loaders.gazetteer import unit

_PAIR_AFTER: Final = re.compile(
    r"(?:两地|两省|两市|两县|两州|两区|双方|三地|协作|合作|对口|扶贫|携手|情|一家|手足|东西部|劳务|消费|产业|教育|结对|帮扶|干部|"
    r"文化|医疗|交流|共建|山海|直销|农产品|直航|专列|班列|对接|联合|心连心|之间|同心|一线|牵手|互动|职教|友好)"
)
_GOODS: Final = "货品企籍商味"
#: Behind these 藏, 蒙 and 粤 name a people, a kitchen, a breed.
_PEOPLE: Final = tuple("族文语药香羊猪鸡毯餐装区医戏式牦獒历菜剧绣派茶音红")
_VERBS: Final = "赴入来进在驻抵离返出到留访"
_AIDED: Final = re.compile(r"(?:干部|医|教师|工作|指挥|前指|人才|扶贫|项目|资金|专家|总指挥|以来|[，。、；,的”\n]|$)")
#: Pairs that are words or one name of their own.
_WORDS: Final = frozenset(
    (
        "新疆", "云贵", "青藏", "陕甘", "川藏", "滇池", "贵州", "云南", "甘青", "青海", "黑河", "晋宁",
        "新晋", "辽宁", "豫章", "秦川", "苏州", "桂冠", "桂川", "川贝", "川桂",
    )
)  # fmt: skip
_PERSON: Final = ("PER", "TIME")
#: Behind three provinces or more in a row: 滇黔桂交界, 川滇黔三省.
_BORDER: Final = re.compile(r"(?:交界|三省|四省|毗邻|接壤|结合部|边区|边界|边境|石漠化|片区|地区|革命|三地|等省|等地)")
#: Behind a pair of which one is the initial of a county: 甬册协作.
_INITIAL_AFTER: Final = re.compile(r"(?:两地|协作|携手|情|一家亲|帮扶|劳务|山海|扶贫|合作|同心|牵手|结对|东西部)")


@cache
def _pairs() -> frozenset[str]:
    """Return the pairs of provinces that are known as such: 闽宁, 沪滇."""
    return frozenset(row["surface"] for row in rows("place_pairs"))


def abbreviated(
    text: str, sentences: Sequence[tuple[int, int]], tokens: Tokens, known: Sequence[Mention], codes: set[str]
) -> Iterator[Mention]:
    """Yield the one-character names of a text beside the places already found, whose codes are given."""
    begins = [m.begin for m in known]
    table = abbreviations()

    def taken(at: int) -> bool:
        number = bisect_right(begins, at) - 1
        return number >= 0 and at < known[number].end

    for begin, end in sentences:
        at = begin
        while at < end:
            found = table.get(text[at])
            if found is None or taken(at):
                at += 1
                continue
            token = tokens.at(at)
            if token is not None and token.kind == "ORG" and token.end - token.start > 4 and text[at - 1] != "援":
                at += 1  # a body's name; its parts are no mentions of their own
                continue
            reading = _Character(text, at, begin, end, tokens, codes)
            provinces = reading.chain(found)
            if provinces:
                for offset, province in enumerate(provinces):
                    yield _mention(at + offset, province, "place.chain")
                at += len(provinces)
                continue
            second = reading.pair(found) if at + 1 < end and not taken(at + 1) else None
            if second is not None:
                yield _mention(at, second[0], "place.pair")
                yield _mention(at + 1, second[1], "place.pair")
                at += 2
                continue
            initial = reading.initial(found) if at + 1 < end and not taken(at + 1) else None
            if initial is not None:
                yield _mention(at, initial[0], "place.pair")
                yield Mention(at + 1, at + 2, "place.initial", (candidate(initial[1]),))
                at += 2
                continue
            single = reading.single(found)
            if single is not None:
                yield _mention(at, *single)
            at += 1


class _Character:
    """One character of a sentence that may be a name."""

    def __init__(self, text: str, at: int, begin: int, end: int, tokens: Tokens, codes: set[str]) -> None:
        self.text, self.at, self.end, self.tokens, self.codes = text, at, end, tokens, codes
        self.token = tokens.at(at)
        self.before = text[at - 1] if at > begin else ""
        self.after = text[at + 1] if at + 1 < end else ""

    def pair(self, rows: Sequence[Row]) -> tuple[Row, Row] | None:
        """Return the rows of this and the next character where the two are a pair of places."""
        followers = abbreviations().get(self.after, ())
        if self.text[self.at + 2 : self.at + 3] in ("号", "风", "线", "铁", "高"):
            return None
        if not followers or self.text[self.at : self.at + 2] in _WORDS:
            return None
        if (
            self.token is not None
            and self.token.start < self.at
            and self.token.kind not in ("LOC", "nz", "ORG", "n", "PER")
        ):
            return None
        told = bool(_PAIR_AFTER.match(self.text, self.at + 2, self.end))
        if self.text[self.at : self.at + 2] in _pairs():
            return rows[0], followers[0]  # a province's row comes before a prefecture's
        for first in rows:
            for second in followers:
                if first["code"][:2] == second["code"][:2]:
                    continue
                if self._pairs(first, second, told):
                    return first, second
        return None

    def chain(self, rows: Sequence[Row]) -> list[Row]:
        """Return the provinces that stand in a row here, three or more, one for each character; none elsewhere."""
        found: list[Row] = []
        at, several = self.at, rows
        while at < self.end and (province := next((r for r in several if r["level"] == "province"), None)):
            found.append(province)
            at += 1
            several = abbreviations().get(self.text[at : at + 1], ())
        strong = sum(row["risk"] != "weak" for row in found)
        return found if len(found) >= 3 and strong >= 2 and _BORDER.match(self.text, at, self.end) else []

    def initial(self, rows: Sequence[Row]) -> tuple[Row, str] | None:
        """Return the row of this character and the code of a unit that the next one begins, as in 甬册协作.

        Both are named in the text; no other unit named there begins so.
        """
        if not _INITIAL_AFTER.match(self.text, self.at + 2, self.end):
            return None
        first = next((row for row in rows if row["code"] in self.codes and row["risk"] != "weak"), None)
        if first is None:
            return None
        begun = {c for c in self.codes if (found := unit(c)) is not None and found.name.startswith(self.after)}
        begun = {c for c in begun if c[:2] != first["code"][:2] and not c.endswith("0000")}
        return (first, begun.pop()) if len(begun) == 1 else None

    def _pairs(self, first: Row, second: Row, told: bool) -> bool:
        provinces = (first["level"] == "province") + (second["level"] == "province")
        known = self._known(first) + self._known(second)
        weak = (first["risk"] == "weak") + (second["risk"] == "weak")
        token = self.token
        alone = token is not None and token.start == self.at and token.end <= self.at + 2
        if provinces == 2:
            if told:
                return weak < 2 or known == 2
            return (
                weak == 0 and (alone or known > 0) and (token is None or token.kind in ("LOC", "nz", "n", "ORG", "PER"))
            )
        if provinces == 1 and weak == 0:
            return (told and known > 0) or (known == 2 and alone) or (told and alone)
        return known == 2 and (told or alone)

    def _known(self, row: Row) -> bool:
        """Whether the text names the place, or for a prefecture one within it."""
        code = row["code"]
        return code in self.codes or any(
            c.startswith(code[:4] if row["level"] == "prefecture" else code[:2]) for c in self.codes
        )

    def single(self, rows: Sequence[Row]) -> tuple[Row, str] | None:
        """Return the row and the rule where the character alone is a name."""
        token = self.token
        province = next((row for row in rows if row["level"] == "province"), None)
        if province is not None and not self._known(province) and any(self._known(row) for row in rows):
            province = None  # 抵青 is to Qingdao in a text about Qingdao
        alone = token is not None and token.start == self.at and token.end == self.at + 1
        is_place = alone and token is not None and token.kind == "LOC"
        if province is not None:
            strong = province["risk"] != "weak"
            if self.before == "援" and self.after not in ("助", "建"):
                if strong or is_place or _AIDED.match(self.text[self.at + 1 : self.at + 4]):
                    return province, "place.aided"
                return None
            if token is not None and token.kind in _PERSON and not alone:
                return None
            if self.before and self.before in _VERBS and self._behind_verb(strong, is_place):
                return province, "place.behind-verb"
            if strong and self.after and self.after in _GOODS and (alone or self._begins()):
                return province, "place.goods"
            if is_place and strong and self.after not in _PEOPLE:
                return province, "place.one-character"
        for row in rows:
            behind = row["level"] == "prefecture" and self.before and self.before in _VERBS and self._known(row)
            one = token is None or alone or (token.start == self.at - 1 and token.end == self.at + 1)
            if behind and one:
                return row, "place.behind-verb"
        return None

    def _begins(self) -> bool:
        return not self.tokens.items or self.tokens.starts(self.at)

    def _behind_verb(self, strong: bool, is_place: bool) -> bool:
        token = self.token
        if self.before in "赴驻抵" and (strong or is_place or self.after in "，。、；！"):
            return True
        if not strong:
            return is_place
        if token is None:
            return True
        return (
            token.end == self.at + 1
            and token.start >= self.at - 1
            and token.kind not in ("d", "p", "a", "c", "TIME", "nr")
        )


def _mention(at: int, row: Row, rule: str) -> Mention:
    return Mention(at, at + 1, rule, (candidate(row["code"]),), rows=(f"place_abbreviations:{row['id']}",))
