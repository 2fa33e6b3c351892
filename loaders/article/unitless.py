"""Numbers without a unit: what is counted is the noun that follows, or was named before (收入800万)."""

from __future__ import annotations

import re
from dataclasses import replace

from loaders.article import anchored
from loaders.article.anchored import Word
from loaders.article.counted import Counted, counted
from loaders.article.numbers import Numeral

_CURRENCY = re.compile(
    r"(?P<USD>美元|美金|US\$|\$)|(?P<CNY>人民币|￥|¥|RMB)|(?P<EUR>欧元|€)|(?P<HKD>港币|港元)|(?P<JPY>日元)|(?P<GBP>英镑|£)"
)
_CURRENCY_BEFORE = re.compile(r"(美元|美金|US\$|\$|人民币|￥|¥|RMB|欧元|€|港币|港元|日元|英镑|£)\s?$")
_MONEY_BEFORE = re.compile(
    r"(?:额|收入|资金|产值|投资|金额|价值|资产|经费|营收|善款|款|利润|税收|收益|成本|贷款|投|捐|筹|投入|出资|耗资|斥资|融资|注资|拨付)(?:累计|共计|合计|总计|达到|达|为|共|约|近|超过|超|突破|逾|已|高达|的)*$"
)
#: 销售额过千万, 产值破亿: a step without a digit is a number where money reaches it.
_REACHED_BEFORE = re.compile(
    r"(?:额|收入|产值|投资|资产|营收|利润|税收|利税|收益|流水)(?:已|就|也|将|有望|首次|双双)*(?:突破|超过|接近|[过破超逾达近])$"
)
_PEOPLE_BEFORE = re.compile(
    r"(?:人口|人数|人员|工人|员工|职工|学员|师生|居民|游客|粉丝数?|用户|劳动力|人次|关注者|会员)(?:数量)?(?:已经?|涨到|增至|增加到|增长到|发展到|扩大到|累计|共计|总数|达到|达|为|共|约|近|超过|超|突破|逾|已|有)*$"
)
_EARN_BEFORE = re.compile(
    r"(?:挣|赚|到手|寄回家?|攒[够下]?|存[了够下]|[月年日]入|工资|月薪|卖了?|领到?|进账|收入)了?个?(?:大约|将近|能有|有|到|上)?$"
)
_VIEWS_BEFORE = re.compile(
    r"(?:点击量?|播放量?|浏览量?|阅读量?|观看量?|访问量|转发量|点赞量?)(?:累计|共计|达到|达|为|共|约|近|超过|超|突破|逾|已|有)*$"
)
_DIRECT = re.compile(
    r"(?:县市|县区|市县|区县|[县区市州省镇乡村校院店企旗寨国岗])(?=[，,。；;、）)的以及和与共联等就已均都各开建设]|\d|$|[一二三四五六七八九十]|\n)"
)
#: 施甸、龙陵 before 两县.
_LISTED = re.compile(r"[、和与及][^，,。、；;\d]{1,8}$")
#: After a number without a unit, where its clause said before what it is of: 人次由18.6万上升到31万.
_GOES_ON = re.compile(r"[+，,。；;、！)”]|上升|下降|增|减|提|降|涨|升|扩|跃|到|以上|左右|上下|之多|出头|不等|$")
_PAUSE = re.compile(r"(?:出头|左右|上下|以上|不等)?(?:[，,。；;、！!”]|$)")
_SPOKEN = re.compile(
    r"(?P<times>人次)|(?P<people>人口|人数|用户|粉丝|会员|劳动力|就业人员)|(?P<views>点击量?|播放量?|浏览量?|阅读量?|观看量?|访问量)"
    r"|(?P<money>销售额|交易额|成交额|产值|收入|资金|投资|金额|总额|利润|税收|营收|元|投入|贷款?|捐|钱|补贴)"
)
_NAMES = {"times": "person-time", "people": "person", "views": "view", "money": "CNY"}
_UNKNOWN = Word("", "", "item", "bare", "")


def currency_before(view: str, begin: int) -> tuple[str, int] | None:
    """Return the code of a currency that stands before a number, and where it begins (美元50万, ￥300)."""
    found = _CURRENCY_BEFORE.search(view, max(0, begin - 4), begin)
    if found is None:
        return None
    name = _CURRENCY.fullmatch(found[1])
    return (name.lastgroup or "CNY" if name else "CNY"), found.start()


def without_unit(view: str, numeral: Numeral, clause: tuple[int, int], sentence: int) -> Counted | None:
    """Return what a number without a unit counts; None where nothing tells. `sentence` is where its sentence begins."""
    begin = numeral.begin
    if numeral.style == "half":
        return None
    if numeral.style == "arabic" and (unknown := _unknown_classifier(view, numeral, clause)):
        return unknown
    if currency := currency_before(view, begin):
        return Counted(currency[0], "unit")
    direct = anchored.words("nouns").at(view, numeral.end, min(clause[1], numeral.end + 12))
    if numeral.style == "chinese" and numeral.scale == 1 and not numeral.infix and numeral.value < 100:
        listed = _LISTED.search(view, max(0, begin - 12), begin)
        if numeral.value < 2 or direct is None or not (_DIRECT.match(view, numeral.end) or listed):
            return None
        of_theirs = view[numeral.end + 1 : numeral.end + 2] in tuple("主领党干部群政人")
        if listed and (len(direct.surface) > 2 or direct.kind != "area" or of_theirs):
            return None
        if direct.surface in "省市国校院企店" and view[max(0, begin - 1)] not in "、及和":
            return None
        return Counted(direct.normalised, "direct", numeral.end, numeral.end + len(direct.surface), direct)
    if numeral.bare and not numeral.infix and direct is None:
        reached = numeral.value >= 10_000 and _REACHED_BEFORE.search(view, max(clause[0], begin - 16), begin)
        return Counted("CNY", "bare") if reached and _GOES_ON.match(view, numeral.end) else None
    count = counted(view, begin, numeral.end, None, clause)
    big = numeral.scale > 1 or numeral.infix or numeral.value >= 20
    if count.noun is not None and (count.begin == numeral.end or (big and count.begin - numeral.end <= 8)):
        near = count.begin == numeral.end
        if count.noun.kind in {"person", "household", "area"} or (near and numeral.style == "arabic"):
            short = near and count.noun.kind == "area" and len(count.noun.surface) <= 2
            return replace(count, how="direct") if short else replace(count, how="noun")
    if numeral.value >= 100 and _PAUSE.match(view, numeral.end) and _EARN_BEFORE.search(view, max(0, begin - 8), begin):
        return Counted("CNY", "bare")
    if numeral.scale >= 10_000:
        spoken = list(_SPOKEN.finditer(view, max(sentence, begin - 60), begin))
        if spoken and _GOES_ON.match(view, numeral.end):
            return Counted(_NAMES[spoken[-1].lastgroup or ""], "bare")
        low = max(clause[0], begin - 16)
        for pattern, counts in ((_VIEWS_BEFORE, "view"), (_PEOPLE_BEFORE, "person"), (_MONEY_BEFORE, "CNY")):
            if pattern.search(view, low, begin):
                return Counted(counts, "bare")
    return None


def _unknown_classifier(view: str, numeral: Numeral, clause: tuple[int, int]) -> Counted | None:
    """A noun, its number, one character that no lexicon knows, and a pause: the noun is counted."""
    end = numeral.end
    if not ("\u4e00" <= view[end : end + 1] <= "\u9fff") or view[end + 1 : end + 2] not in tuple("，,。；;、"):
        return None
    if view[end] in "年月日号时点分版级期届后前多余以内外左右不成" or numeral.value < 2:
        return None
    if anchored.words("nouns").at(view, end, end + 2) is not None:
        return None
    count = counted(view, numeral.begin, end + 1, _UNKNOWN, clause)
    return replace(count, how="unknown") if count.how == "before" else None
