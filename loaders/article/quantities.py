"""Figures in Chinese prose: numbers that measure or count something, each with the words it stands on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from loaders.article import anchored, qualifiers
from loaders.article.anchored import Word
from loaders.article.counted import Counted, counted
from loaders.article.dates import DateSpan, date_spans
from loaders.article.facts import CaseSpan, Quantity, Unread
from loaders.article.guards import Guard, Guards, guards, idiom
from loaders.article.indicators import indicator
from loaders.article.measured import confidence
from loaders.article.numbers import NUMBER, Numeral, numeral_of
from loaders.article.segments import Structure
from loaders.article.status import Sentence

_RANGE = re.compile(r"—{1,2}|–|-|~|至|到")
_SENTENCE_END = re.compile(r"[。！？!?\n\t]")
_CLAUSE_END = re.compile(r"[，；;：:。！？!?\n\t]|,(?!\d{3}(?!\d))")
_CHANGE = re.compile(r"(?:从|由)[^，,。；;\d]{0,6}$")
_CURRENCY = re.compile(
    r"(?P<USD>美元|美金|US\$|\$)|(?P<CNY>人民币|￥|¥|RMB)|(?P<EUR>欧元|€)|(?P<HKD>港币|港元)|(?P<JPY>日元)|(?P<GBP>英镑|£)"
)
_CURRENCY_BEFORE = re.compile(r"(美元|美金|US\$|\$|人民币|￥|¥|RMB|欧元|€|港币|港元|日元|英镑|£)\s?$")
_MONEY_BEFORE = re.compile(
    r"(?:额|收入|资金|产值|投资|金额|价值|资产|经费|营收|善款|款|利润|税收|收益|成本|贷款|投|捐|筹|投入|出资|耗资|斥资|融资|注资|拨付)(?:累计|共计|合计|总计|达到|达|为|共|约|近|超过|超|突破|逾|已|高达|的)*$"
)
_PEOPLE_BEFORE = re.compile(
    r"(?:人口|人数|人员|粉丝数?|用户|劳动力|人次|关注者|会员)(?:数量)?(?:已经?|涨到|增至|增加到|增长到|发展到|扩大到|累计|共计|总数|达到|达|为|共|约|近|超过|超|突破|逾|已|有)*$"
)
_EARN_BEFORE = re.compile(r"(?:挣|赚|[月年日]入|工资|月薪|卖了?|领到?|进账|收入)了?个?(?:大约|将近|能有|有|到|上)?$")
_VIEWS_BEFORE = re.compile(
    r"(?:点击量?|播放量?|浏览量?|阅读量?|观看量?|访问量|转发量|点赞量?)(?:累计|共计|达到|达|为|共|约|近|超过|超|突破|逾|已|有)*$"
)
_ENOUGH = re.compile(r"成(?![立为功员本果效交长熟都品人套型规就份分像绩活片千百各年天团])")
_ELECTRIC = re.compile(r"电|光伏|千瓦|发")
_HALF_AFTER = re.compile(r"半(?![径天夜路山生个])")
_TIME_AND_HALF = re.compile(r"个?半(?=小时|月|学期|钟头|年)")
_DIRECT = re.compile(
    r"[县区市州省镇乡村校院店企旗寨国岗](?=[，,。；;、）)的以及和与共联等就已均都各开建设]|\d|$|[一二三四五六七八九十]|\n)"
)
#: 施甸、龙陵 before 两县.
_LISTED = re.compile(r"[、和与及][^，,。、；;\d]{1,8}$")
_PERIODIC = re.compile(
    r"(?P<annual>每年|年均|年(?=[产加销接发出处营供收均总培输旅交度屠存提消生纯可综游创])|全年)|(?P<monthly>每月|每个月|月均|月(?=[产销薪工收均]))"
)
_LASTING = re.compile(
    r"(?:[由从满]|为期|历时|长达|学制|工期|期限|整整|培训|进修|服务期|任期|时长|需要?|用了?|不到|超过|近|约|耗时)$"
)
#: The part of a rule's id that tells units apart; all other classifiers with a unit of their own are one.
_RULES = dict.fromkeys(("length", "area", "mass", "volume", "power", "data", "times", "point"), "measure")
_RULES |= {kind: kind for kind in ("money", "ratio", "time", "person", "person-time", "household")}
#: What follows a number whose noun was named before: 42个同学，有31个是….
_ELLIPSIS = re.compile(
    r"是|为(?!民)|都|均|已|被|属|位于|有了|获得?|成为|通过|实现|完[成工]|开工|建成|投产|复工|复产|脱贫|摘帽|达标|出列|未|停|正在|还"
)
_PRICE = re.compile(r"每(?:公斤|斤|吨|天|月|人|户|亩|只|头|个|件)|价|卖|钱|工资|收入|挣|赚|一斤|一天|涨|跌|块|元|花|费")
_AFTER_PRICE = tuple("，,。；;、！”的左多")
_REACHED = re.compile(
    r"[上过近超逾破数达捐]$|捐[赠款]$|投[入资]$|[增创]收$|收入$|筹集$|募集$|产值$|价值$|拨付$|奖励$|补助$|(?:突破|超过|接近)$"
)
_MARKS = re.compile(r"平均分|成绩|得分|满意度|评分|总分")
#: After a number without a unit, where its clause said before what it is of: 人次由18.6万上升到31万.
_GOES_ON = re.compile(r"[，,。；;、！)”]|上升|下降|增|减|提|降|涨|升|扩|跃|到|以上|左右|$")
_SPOKEN = re.compile(
    r"(?P<times>人次)|(?P<people>人口|人数|用户|粉丝|会员|劳动力|就业人员)|(?P<views>点击量?|播放量?|浏览量?|阅读量?|观看量?|访问量)"
    r"|(?P<money>销售额|交易额|成交额|产值|收入|资金|投资|金额|总额|利润|税收|营收|元|投入|贷款?|捐|钱|补贴)"
)
_NAMES = {"times": "person-time", "people": "person", "views": "view", "money": "CNY"}
_LONGEST = 1000
#: What may follow 成, by its tenths of a tenth; 半 stands at the end.
_TENTHS = "零一二三四五六七八九半"
_NOTHING_FOLLOWS = re.compile(
    r"[，,。；;、：:！!？?)）”\n\t]|$|" + _ELLIPSIS.pattern + r"|以上|左右|用于|在|由|从|给|到|新"
)
_UNKNOWN = Word("", "", "item", "bare", "")


@dataclass(slots=True)
class Figures:
    """The figures of a document, and number words that were not made one."""

    quantities: list[Quantity] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """A number with its unit and qualifier, in positions of the view."""

    begin: int
    end: int
    value: Decimal
    upper: Decimal | None
    qualifier: str
    count: Counted
    kind: str
    form: str
    refs: list[str]


def read_quantities(structure: Structure, text: str, cases: Sequence[CaseSpan], *, today: str | None = None) -> Figures:
    """Return the figures of a document. `today` is its date (ISO 8601), from which 今年 and 去年 are counted."""
    return _Reader(structure, text, cases, today).read()


class _Reader:
    def __init__(self, structure: Structure, text: str, cases: Sequence[CaseSpan], today: str | None) -> None:
        self.structure = structure
        self.document = text
        self.view = structure.view.text
        self.cases = cases
        self.case_starts = [case.start for case in cases]
        self.today = today
        self.dates = date_spans(self.view, today)
        self.date_guards = Guards(Guard(d.begin, d.end, "date", "a date or period") for d in self.dates)
        self.date_begins = [d.begin for d in self.dates]
        self.guards = guards(structure)
        self.sentence_ends = [m.end() for m in _SENTENCE_END.finditer(self.view)]
        self.clause_ends = [m.end() for m in _CLAUSE_END.finditer(self.view)]
        self.sentence: Sentence | None = None
        #: By classifier: what it counted last, and where.
        self.latest: dict[str, tuple[Counted, int]] = {}
        self.last_noun_end = -1
        self.figures = Figures()

    def read(self) -> Figures:
        position = 0
        view = self.view
        while (match := NUMBER.search(view, position)) is not None:
            position = match.end()
            numeral = numeral_of(match)
            if numeral is None:
                continue
            guard = self.date_guards.over(numeral.begin, numeral.end) or self.guards.over(numeral.begin, numeral.end)
            if guard is not None:
                if numeral.begin >= guard.begin:
                    position = max(position, min(guard.end, numeral.end + 40))
                if guard.kind not in {"date", "mark", "code", "verse", "provision", "recipe"}:
                    self._unread(numeral.begin, numeral.end, guard.why, f"guard-{guard.kind}")
                continue
            found = self._figure(numeral)
            if found is not None:
                position = max(position, found.end)
                self._add(found)
        return self.figures

    def _bounds(self, ends: list[int], position: int) -> tuple[int, int]:
        i = bisect_right(ends, position)
        begin, end = (ends[i - 1] if i else 0), (ends[i] if i < len(ends) else len(self.view))
        if end - begin > _LONGEST:  # no sentence of prose: what is looked through for each figure stays bounded
            block = position - (position - begin) % _LONGEST
            begin, end = block, min(end, block + _LONGEST)
        return begin, end

    def _figure(self, numeral: Numeral) -> _Found | None:
        view, begin, end = self.view, numeral.begin, numeral.end
        if numeral.style == "vague":
            self._unread(begin, end, "a vague number: nothing says how many", "vague")
            return None
        if numeral.style == "chinese":
            word = idiom(view, begin, end)
            if word is not None and not (word.surface in {"百年", "千年"} and numeral.infix):
                return None
        clause = self._bounds(self.clause_ends, begin)
        if numeral.style == "fraction" or (
            numeral.style == "half" and view[end - 1] in "半数" and not self._time_at(end)
        ):
            return self._ratio(numeral, clause)
        value, upper, refs = numeral.value, numeral.upper, []
        unit = self._unit(numeral, end)
        first = None
        if upper is None and not numeral.infix:
            first = self._range(numeral, unit)
        form = numeral.style
        if first is not None:
            value, upper, end, unit, second = first
            numeral = Numeral(begin, second.end, value, numeral.style, second.infix, None, False, second.scale)
            form = "range"
        approximate = numeral.upper is not None
        stop = end
        if unit is not None:
            stop = end + len(unit.surface)
            refs.append(unit.ref)
            stop, value = self._half(numeral, unit, end, stop, value)
        if unit is not None and unit.surface == "块" and self._price(numeral, stop):
            unit = anchored.words("units").at("块钱", 0, 2) or unit
            if (
                view[stop : stop + 1] in tuple("一二三四五六七八九123456789")
                and view[stop + 1 : stop + 2] in _AFTER_PRICE
            ):
                value += (
                    Decimal(
                        "0123456789".find(view[stop])
                        if view[stop].isdigit()
                        else "零一二三四五六七八九".find(view[stop])
                    )
                    / 10
                )
                stop += 1
        kind = unit.kind if unit else "noun"
        if unit is not None and not self._plausible(numeral, unit, end, stop):
            return None
        count = self._counted(numeral, unit, begin, stop, clause)
        if count is None:
            numbered = view[numeral.end : numeral.end + 1] in tuple("号时点月日室")
            if numeral.style == "arabic" and not numbered and not self.structure.paragraph_at(begin).table:
                self._unread(begin, numeral.end, "a number, and nothing tells what it counts", "no-unit")
            return None
        if count.how == "direct":
            stop = count.end
        if unit is not None and (count.begin != stop or count.how == "tail") and _ELLIPSIS.match(view, stop):
            count = self._inherited(unit, begin) or count
        elif unit is not None and count.begin > stop and self.last_noun_end == begin:
            count = self._inherited(unit, begin) or count  # 10个村8个…
        if count.how == "default" and unit is not None and _NOTHING_FOLLOWS.match(view, stop):
            count = self._inherited(unit, begin) or count
        elif unit is not None and count.noun is not None:
            self.latest[unit.surface] = (count, begin)
            self.last_noun_end = count.end
        if count.noun is not None:
            refs.append(count.noun.ref)
        if numeral.style == "chinese" and numeral.value == 1 and not self._one_counts(numeral, unit, stop):
            self._unread(begin, stop, "一 as an article: nothing is counted", "article")
            return None
        if unit is not None and unit.surface == "成" and (half := _TENTHS.find(view[stop : stop + 1])) > 0:
            value += Decimal(half) / 10 if half < 10 else Decimal("0.5")  # 八成五, 三成半
            stop += 1
        qualifier, begin, stop, extra = self._qualifier(numeral, begin, stop, kind, clause, unit)
        refs += extra
        if approximate and qualifier == "exact":
            qualifier = "about"
        if unit is not None and unit.note.startswith("*"):
            value *= Decimal(unit.note[1:])
        if kind == "ratio":
            value = value / (10 if unit is not None and unit.surface == "成" else 100)
            upper = upper / 100 if upper is not None else None
        return _Found(begin, stop, value, upper, qualifier, count, kind, form, refs)

    def _inherited(self, unit: Word, begin: int) -> Counted | None:
        """What the figure before in the same sentence counted with the same classifier (16个，其中两个)."""
        count, at = self.latest.get(unit.surface, (None, -1))
        if count is None or at < self._bounds(self.sentence_ends, begin)[0]:
            return None
        return replace(count, how="inherited", begin=-1, end=-1)

    def _price(self, numeral: Numeral, stop: int) -> bool:
        """Whether 块 is money here: a price, wage or cost is spoken of, and no thing is counted."""
        view = self.view
        if anchored.words("nouns").at(view, stop, stop + 6) is not None:
            return False
        return bool(_PRICE.search(view, max(0, numeral.begin - 20), numeral.begin))

    def _time_at(self, position: int) -> bool:
        unit = anchored.words("units").at(self.view, position, position + 5)
        return unit is not None and unit.kind in {"time", "area", "length", "mass"}

    def _ratio(self, numeral: Numeral, clause: tuple[int, int]) -> _Found | None:
        view, begin, end = self.view, numeral.begin, numeral.end
        if numeral.style == "half" and view[begin:end] == "一半" and view[end : end + 1] in "是个":
            return None
        before = qualifiers.prefix(view, begin, clause[0], bare=False)
        after = qualifiers.suffix(view, end, clause[1], "ratio") or qualifiers.strength(view, end)
        qualifier = (before or after).qualifier if (before or after) else ("over" if numeral.infix else "exact")  # type: ignore[union-attr]
        if view.startswith("过半", begin):
            qualifier = "gt"
        refs = [ref for found in (before, after) if found for ref in found.refs]
        begin = before.begin if before else begin
        end = after.end if after else end
        return _Found(
            begin, end, numeral.value, None, qualifier, Counted("1 (ratio)", "unit"), "ratio", "fraction", refs
        )

    def _unit(self, numeral: Numeral, end: int) -> Word | None:
        view = self.view
        if numeral.style == "half":
            unit = anchored.words("units").at(view, end, end + 6)
            return unit if unit and unit.kind in {"time", "area", "length", "mass"} else None
        unit = anchored.words("units").at(view, end, end + 6)
        if unit is None and numeral.infix == "" and view.startswith("多", end):
            return None
        if unit is not None and unit.kind in {"area-unit", "thing"}:
            return None
        return unit

    def _range(self, numeral: Numeral, unit: Word | None) -> tuple[Decimal, Decimal, int, Word | None, Numeral] | None:
        """3至5, 3万—5万, 5万元到20万元: two numbers of one unit, the second larger."""
        view = self.view
        at = numeral.end + (len(unit.surface) if unit else 0)
        joint = _RANGE.match(view, at)
        if joint is None:
            return None
        second_match = NUMBER.match(view, joint.end())
        second = numeral_of(second_match) if second_match else None
        if second is None or second.style not in {"arabic", "chinese"} or second.upper is not None:
            return None
        second_unit = self._unit(second, second.end)
        if unit is not None and (second_unit is None or second_unit.normalised != unit.normalised):
            return None
        if second_unit is None and second.scale == 1 and numeral.scale == 1:
            noun = anchored.words("nouns").at(view, second.end, second.end + 10)
            if noun is None or noun.kind == "skip":
                return None
        value = numeral.value
        if numeral.scale == 1 and second.scale > 1 and value < second.value / second.scale:
            value *= second.scale
        if value >= second.value:
            return None
        if unit is not None and _CHANGE.search(view, max(0, numeral.begin - 9), numeral.begin):
            tail = second.end + (len(second_unit.surface) if second_unit else 0)
            if not view.startswith("不等", tail):
                return None
        return value, second.value, second.end, second_unit, second

    def _half(self, numeral: Numeral, unit: Word, end: int, stop: int, value: Decimal) -> tuple[int, Decimal]:
        """三年半, 四个半月: half a unit more."""
        view = self.view
        if unit.surface.startswith("个半"):
            return stop, value + Decimal("0.5")
        if unit.kind == "time" and _HALF_AFTER.match(view, stop) and numeral.style != "half":
            return stop + 1, value + Decimal("0.5")
        return stop, value

    def _plausible(self, numeral: Numeral, unit: Word, end: int, stop: int) -> bool:
        """Whether the characters after a numeral are its unit here, and not the beginning of something else."""
        view, surface = self.view, unit.surface
        following = view[stop : stop + 1]
        small = numeral.style == "chinese" and numeral.scale == 1 and numeral.value <= 10 and not numeral.infix
        before = view[max(0, numeral.begin - 24) : numeral.begin]
        if unit.note.startswith("!") and following and following in unit.note[1:]:
            return False
        if numeral.bare and not numeral.infix and unit.kind == "money":
            return bool(_REACHED.search(before))
        match surface:
            case "成":
                return numeral.value <= 10 and bool(_ENOUGH.match(view, end)) and (small or numeral.style == "arabic")
            case "番":
                return False
            case "度":
                return numeral.value >= 10 and bool(_ELECTRIC.search(view, max(0, end - 40), stop + 6))
            case "年":
                a_year = numeral.style == "arabic" and 1900 <= numeral.value <= 2100 and not numeral.infix
                return not a_year and not view.startswith(("计划", "规划", "行动", "制", "期"), stop)
            case "大":
                return numeral.value <= 20 and not numeral.infix
            case "里":
                return not small and not numeral.bare and following in tuple("，,。；;、地路外山长远的多以")
            case "分":
                return numeral.style == "arabic" and bool(_MARKS.search(before))
            case "户":
                return not (small and following in tuple("村乡镇"))
            case "家":
                return not (small and following in tuple("人子里"))
            case "方" | "手" | "面" | "把" | "线":
                return not small
            case "期":
                return not small or before[-1:] in tuple("了办开有班共达训计")
        return True

    def _counted(
        self, numeral: Numeral, unit: Word | None, begin: int, stop: int, clause: tuple[int, int]
    ) -> Counted | None:
        view = self.view
        if unit is not None:
            count = counted(view, begin, stop, unit, clause)
            if unit.kind == "money" and unit.normalised == "CNY":
                currency = _CURRENCY_BEFORE.search(view, max(0, begin - 4), begin)
                name = _CURRENCY.fullmatch(currency[1]) if currency else None
                if name:
                    count = replace(count, unit=name.lastgroup or "CNY")
            if unit.surface == "大" and (count.how != "after" or count.begin - stop > 8):
                return None
            return count
        if numeral.style == "half":
            return None
        if numeral.style == "arabic" and (unknown := self._unknown_classifier(numeral, begin, clause)):
            return unknown
        currency = _CURRENCY_BEFORE.search(view, max(0, begin - 4), begin)
        if currency:
            name = _CURRENCY.fullmatch(currency[1])
            return Counted(name.lastgroup or "CNY" if name else "CNY", "unit")
        direct = anchored.words("nouns").at(view, numeral.end, min(clause[1], numeral.end + 12))
        if numeral.style == "chinese" and numeral.scale == 1 and not numeral.infix and numeral.value < 100:
            listed = _LISTED.search(view, max(0, begin - 12), begin)
            if numeral.value < 2 or direct is None or not (_DIRECT.match(view, numeral.end) or listed):
                return None
            if listed and (len(direct.surface) > 2 or direct.kind != "area"):
                return None
            if direct.surface in "省市国校院企店" and view[max(0, begin - 1)] not in "、及和":
                return None
            return Counted(direct.normalised, "direct", numeral.end, numeral.end + len(direct.surface), direct)
        if numeral.bare and not numeral.infix and direct is None:
            return None
        count = counted(view, begin, numeral.end, None, clause)
        big = numeral.scale > 1 or numeral.infix or numeral.value >= 20
        if count.noun is not None and (count.begin == numeral.end or (big and count.begin - numeral.end <= 8)):
            near = count.begin == numeral.end
            if count.noun.kind in {"person", "household", "area"} or (near and numeral.style == "arabic"):
                short = near and count.noun.kind == "area" and len(count.noun.surface) <= 2
                return replace(count, how="direct") if short else replace(count, how="noun")
        if (
            numeral.value >= 100
            and view[numeral.end : numeral.end + 1] in "，,。；;、！"
            and _EARN_BEFORE.search(view, max(0, begin - 8), begin)
        ):
            return Counted("CNY", "bare")
        if numeral.scale >= 10_000:
            sentence = self._bounds(self.sentence_ends, begin)[0]
            spoken = list(_SPOKEN.finditer(view, max(sentence, begin - 60), begin))
            if spoken and _GOES_ON.match(view, numeral.end):
                return Counted(_NAMES[spoken[-1].lastgroup or ""], "bare")
            low = max(clause[0], begin - 16)
            for pattern, counts in ((_VIEWS_BEFORE, "view"), (_PEOPLE_BEFORE, "person"), (_MONEY_BEFORE, "CNY")):
                if pattern.search(view, low, begin):
                    return Counted(counts, "bare")
        return None

    def _unknown_classifier(self, numeral: Numeral, begin: int, clause: tuple[int, int]) -> Counted | None:
        """A noun, its number, one character that no lexicon knows, and a pause: the noun is counted."""
        view, end = self.view, numeral.end
        if not ("\u4e00" <= view[end : end + 1] <= "\u9fff") or view[end + 1 : end + 2] not in tuple("，,。；;、"):
            return None
        if view[end] in "年月日号时点分版级期届后前多余以内外左右不成" or numeral.value < 2:
            return None
        if anchored.words("nouns").at(view, end, end + 2) is not None:
            return None
        count = counted(view, begin, end + 1, _UNKNOWN, clause)
        return replace(count, how="unknown") if count.how == "before" else None

    def _one_counts(self, numeral: Numeral, unit: Word | None, stop: int) -> bool:
        """一 is a number only where something is added to it: 一年半, 一百, 一倍, 一成."""
        if numeral.infix or numeral.upper is not None or unit is None:
            return bool(numeral.infix or numeral.upper is not None)
        if unit.surface in {"倍", "成", "个百分点"}:
            return True
        if unit.surface.startswith("个半"):
            return True
        if unit.kind == "time" and _LASTING.search(self.view, max(0, numeral.begin - 4), numeral.begin):
            return True
        if unit.kind in {"length", "mass", "area"} and self.view.startswith("多", stop):
            return True
        return unit.kind == "time" and (
            self.view[stop - 1] == "半" or self.view.startswith("多", stop) or "多" in unit.surface
        )

    def _qualifier(
        self, numeral: Numeral, begin: int, stop: int, kind: str, clause: tuple[int, int], unit: Word | None
    ) -> tuple[str, int, int, list[str]]:
        view = self.view
        low = max(clause[0], begin - 10)
        currency = _CURRENCY_BEFORE.search(view, max(0, begin - 4), begin)
        at = currency.start() if currency else begin
        before = qualifiers.prefix(view, at, low, bare=numeral.bare)
        infix = {"余": "over", "多": "over", "几": "over", "来": "about", "把": "about"}.get(numeral.infix)
        if (unit is not None and "多" in unit.surface) or (unit is not None and "余" in unit.surface):
            infix = "over"
        if (
            unit is not None
            and infix is None
            and view.startswith(("多", "余"), stop)
            and kind in {"time", "length", "area", "mass", "times", "ratio", "volume", "money"}
            and not re.match(
                r"[多余](?:元化|样|彩|个|种|家|次|名|方|年生|功能|地|数|额|热|粮|党)", view[stop : stop + 4]
            )
        ):
            infix, stop = "over", stop + 1
        after = qualifiers.suffix(view, stop, clause[1], kind)
        if after is not None:
            stop = after.end
        if before is not None:
            begin = before.begin
        elif currency:
            begin = at
        refs = [ref for found in (before, after) if found for ref in found.refs]
        if before is not None and not (before.qualifier == "about" and (infix or after)):
            return before.qualifier, begin, stop, refs
        if infix == "over" or (infix and not after):
            return infix, begin, stop, refs
        if after is not None:
            return after.qualifier, begin, stop, refs
        far = qualifiers.distant(view, begin, clause[0])
        return (far.qualifier if far else "exact"), begin, stop, refs

    def _add(self, found: _Found) -> None:
        view = self.view
        clause = self._bounds(self.clause_ends, found.begin)
        bounds = self._bounds(self.sentence_ends, found.begin)
        if self.sentence is None or self.sentence.begin != bounds[0]:
            self.sentence = Sentence(view, *bounds)
        status, status_refs = self.sentence.status(found.begin, found.end, clause, found.count.unit, found.qualifier)
        noun = view[found.count.begin : found.count.end] if found.count.begin >= 0 else ""
        words = view[max(clause[0], found.begin - 40) : min(clause[1], found.end + 24)]
        key, indicator_ref = indicator(found.count.unit, words, noun)
        period, basis, period_span = self._period(found.begin, clause, bounds)
        origin = self.structure.view.origin
        start, end = self.structure.view.span(found.begin, found.end)
        lower, upper = qualifiers.bounds(found.qualifier, found.value, found.upper)
        how = _RULES.get(found.kind, "classifier") if found.count.how == "unit" else found.count.how
        rule = f"{found.form}-{how}"
        every = _PERIODIC.search(view, max(clause[0], found.begin - 12), found.begin)
        self.figures.quantities.append(
            Quantity(
                start=start,
                end=end,
                surface=self.document[start:end],
                case=self._case(start),
                rule=rule,
                rows=tuple(dict.fromkeys((*found.refs, *status_refs, *filter(None, (indicator_ref,))))),
                confidence=confidence(rule),
                value=found.value.normalize() + 0,
                qualifier=found.qualifier,
                lower=lower,
                upper=upper,
                unit=found.count.unit,
                counted=noun or None,
                counted_start=origin(found.count.begin) if noun else None,
                indicator=key,
                status=status,
                period=period,
                period_basis=basis,
                period_surface=self._words(period_span),
                period_start=origin(period_span.begin) if period_span else None,
                every=every.lastgroup if every else None,
            )
        )

    def _words(self, span: DateSpan | None) -> str | None:
        if span is None:
            return None
        start, end = self.structure.view.span(span.begin, span.end)
        return self.document[start:end]

    def _period(
        self, begin: int, clause: tuple[int, int], sentence: tuple[int, int]
    ) -> tuple[str | None, str | None, DateSpan | None]:
        """The period that the clause names, else the sentence before the figure, else the document's year."""
        i = bisect_right(self.date_begins, clause[1] - 1) - 1
        best: DateSpan | None = None
        while i >= 0 and self.dates[i].begin >= sentence[0]:
            span = self.dates[i]
            if span.interval and (
                span.begin < begin or (best is None and span.begin < clause[1] and span.begin >= clause[0])
            ):
                best = span
                if span.begin < begin:
                    break
            i -= 1
        if best is not None and best.interval:
            interval = best.interval
            if best.as_of and not interval.startswith(".."):
                interval = f"../{interval.partition('/')[2]}"
            return interval, "explicit", best
        if self.today:
            return (
                f"{self.today[:4]}-01/{self.today}" if len(self.today) > 4 else f"{self.today}-01/{self.today}-12",
                "document",
                None,
            )
        return None, None, None

    def _case(self, start: int) -> int | None:
        i = bisect_right(self.case_starts, start) - 1
        return self.cases[i].number if i >= 0 and start < self.cases[i].end else None

    def _unread(self, begin: int, end: int, why: str, rule: str) -> None:
        start, stop = self.structure.view.span(begin, end)
        self.figures.unread.append(
            Unread(start=start, end=stop, surface=self.document[start:stop], why=why, rule=rule, case=self._case(start))
        )
