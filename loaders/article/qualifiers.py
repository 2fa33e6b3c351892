"""What the words round a number say of it: over, more than, at least, nearly, at most, less than, about."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import Decimal

from loaders.article import anchored
from loaders.article.anchored import Words

_BETWEEN = re.compile(r"(?:了|有|为|达到|达|至|到|人民币|价值|金额|资金)$")
#: Characters that make 近, 约 … the end of another word.
_NOT_AFTER = {
    "近": "附最靠就远亲邻切",
    "约": "节契合签预特简条制履违公邀相",
    "超": "高赶反彩B",
    "快": "加尽飞轻畅较更很不外最赶",
    "破": "打冲攻爆侦识",
    "最高": "", "逾": "",
}  # fmt: skip
#: Qualifiers that may stand away from their number in the clause: 保底额度50万元.
_DISTANT = re.compile(
    r"(?P<ge>保底|托底|至少|最低(?![时点的谷价])|不低于|不少于|起步价)|(?P<le>最高(?![的时者])|最多(?![的时者])|至多|上限|封顶|不超过|不高于)"
)
_ALLOWED = re.compile(r"可|贷|补|奖|赔|授信|额度|限|报销|资助|给予|支持|不|保额|担保")
_BARE_UP = re.compile(r"(?P<ge>上)|(?P<gt>过)")
_PERIOD = re.compile(r"\d|[一二三四五六七八九十百千万]+[个名户家元人]")


@dataclass(frozen=True, slots=True)
class Qualified:
    """A qualifier, where its words begin or end beside the number, and the row that gave it."""

    qualifier: str
    begin: int
    end: int
    refs: tuple[str, ...] = ()


@functools.cache
def _words(place: str) -> Words:
    return Words(tuple(w for w in anchored.entries("qualifiers") if w.normalised == place))


def prefix(text: str, begin: int, low: int, *, bare: bool) -> Qualified | None:
    """Return the qualifier that stands before a number."""
    end = begin
    between = _BETWEEN.search(text, max(low, begin - 3), begin)
    for stop in (begin, between.start()) if between else (begin,):
        word = _words("prefix").before(text, stop, low)
        if word is None:
            continue
        start = stop - len(word.surface)
        if start > low and text[start - 1] in _NOT_AFTER.get(word.surface, ""):
            continue
        if word.surface == "控制在":
            continue
        return Qualified(word.kind, start, end, (word.ref,))
    if bare and begin > low:
        up = _BARE_UP.match(text, begin - 1, begin)
        if up and (up["gt"] or begin - 2 < low or text[begin - 2] not in "以网线路身晚早天地海陆会"):
            return Qualified("ge" if up["ge"] else "gt", begin - 1, begin)
    return None


def distant(text: str, begin: int, low: int) -> Qualified | None:
    """Return a floor or ceiling word that stands in the clause before a number, with no other number between."""
    for found in reversed(list(_DISTANT.finditer(text, max(low, begin - 14), begin))):
        if found["le"] in {"最高", "最多", "至多"} and not _ALLOWED.search(text, found.end(), begin):
            continue  # 最高亩产712公斤: the highest there was, not the most there may be
        if not _PERIOD.search(text, found.end(), begin):
            return Qualified("ge" if found["ge"] else "le", begin, begin)
    return None


def suffix(text: str, end: int, high: int, kind: str) -> Qualified | None:
    """Return the qualifier that stands after a unit of a class."""
    word = _words("suffix").at(text, end, high)
    if word is None:
        return None
    stop = end + len(word.surface)
    following = text[stop : stop + 1]
    if word.surface == "内" and (kind not in {"time", "length"} or following in "容部外的地蒙设"):
        return None
    if word.surface == "起" and (kind != "money" or following in "来步点初伏草"):
        return None
    if word.surface == "许" or (word.surface == "前后" and kind != "time"):
        return None
    if word.surface in {"不到", "不足"} and following and following not in "，,。；、;的":
        return None
    if word.surface in {"封顶", "上下"} and following in "游级联":
        return None
    return Qualified(word.kind, end, stop, (word.ref,))


def strength(text: str, end: int) -> Qualified | None:
    """Return what 强 and 弱 say after a fraction: 三分之一强 is more than a third."""
    if text[end : end + 1] in {"强", "弱"} and text[end + 1 : end + 2] not in tuple("化势度大制力项壮者小"):
        return Qualified("over" if text[end] == "强" else "lt", end, end + 1)
    return None


def bounds(qualifier: str, value: Decimal, upper: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Return the bounds that the words give: 余 and 多 reach to the next step of the last written digit."""
    if upper is not None:
        return value, upper
    if qualifier == "over":
        return value, value + _step(value) if value == round(value, 6) else None  # a third and more has no next step
    if qualifier in {"gt", "ge"}:
        return value, None
    if qualifier in {"nearly", "le", "lt"}:
        return None, value
    return None, None


def _step(value: Decimal) -> Decimal:
    """The place of the last digit that is not nought: 100,000 for 2,200,000, 1 for 5."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)
