"""Which unit or classifier follows a number, and whether the characters there are one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from loaders.article import anchored
from loaders.article.anchored import Word
from loaders.article.numbers import NUMBER, Numeral, numeral_of

_RANGE = re.compile(r"—{1,2}|–|-|~|至|到")
#: 七、八户: two digits that follow each other, of one number.
_NEIGHBOURS = re.compile(r"[二三四五六七八]、[三四五六七八九](?=[个户人名家天年里岁十百千万])")
_CHANGE = re.compile(r"(?:从|由)[^，,。；;\d]{0,6}$")
_ENOUGH = re.compile(r"成(?![立为功员本果效交长熟都品人套型规就份分像绩活片千百各年天团])")
_ELECTRIC = re.compile(r"电|光伏|千瓦|发")
_HALF_AFTER = re.compile(r"半(?![径天夜路山生个])")
_LASTING = re.compile(
    r"(?:[由从满]|[待住干学]了|为期|历时|长达|学制|工期|期限|整整|培训|进修|服务期|任期|时长|需要?|用了?|不到|超过|近|约|耗时)$"
)
_PRICE = re.compile(
    r"每(?:公斤|斤|吨|天|月|人|户|亩|只|头|个|件)|价|卖|钱|工资|收入|挣|赚|公斤|一斤|一天|涨|跌|块|元|花|费"
)
_STILL_A_NUMBER = tuple("0123456789十百千万亿.个只头斤公家名人户")
_REACHED = re.compile(
    r"[上过近超逾破数达捐]$|捐[赠款]$|投[入资]$|[增创]收$|收入$|筹集$|募集$|产值$|价值$|拨付$|奖励$|补助$|(?:突破|超过|接近)$"
)
_MARKS = re.compile(r"平均分|成绩|得分|满意度|评分|总分|积分")
#: What may follow 成, by its tenths of a tenth; 半 stands at the end.
_TENTHS = "零一二三四五六七八九半"
_DIGITS = "零一二三四五六七八九"


class Range(NamedTuple):
    """Two numbers of one unit: the lower, the upper, the unit after the second, and the second itself."""

    lower: Decimal
    upper: Decimal
    unit: Word | None
    second: Numeral


def unit_at(view: str, numeral: Numeral, end: int) -> Word | None:
    """Return the row of the unit or classifier after a numeral; None where a noun follows, or nothing known."""
    if numeral.style == "half":
        unit = anchored.words("units").at(view, end, end + 6)
        return unit if unit and unit.kind in {"time", "area", "length", "mass"} else None
    unit = anchored.words("units").at(view, end, end + 6)
    if unit is None and numeral.infix == "" and view.startswith("多", end):
        return None
    if unit is None or unit.kind in {"area-unit", "thing"}:
        return None
    after = end + len(unit.surface)
    if unit.note.startswith("!") and view[after : after + 1] in tuple(unit.note[1:]):
        noun = anchored.words("nouns").at(view, end, end + 10)
        if noun is not None and noun.kind != "skip" and len(noun.surface) > len(unit.surface):
            return None  # 1.2万群众: no 群 is counted
    return unit


def measure_at(view: str, position: int) -> bool:
    """Whether a measure of time, area, length or mass stands at a position."""
    unit = anchored.words("units").at(view, position, position + 5)
    return unit is not None and unit.kind in {"time", "area", "length", "mass"}


def range_at(view: str, numeral: Numeral, unit: Word | None) -> Range | None:
    """Return the range that begins with a numeral (3至5, 3万—5万, 5万元到20万元): the second number is the larger."""
    at = numeral.end + (len(unit.surface) if unit else 0)
    joint = _RANGE.match(view, at)
    if unit is None and _NEIGHBOURS.match(view, numeral.begin):
        joint = re.compile("、").match(view, at)
    if joint is None:
        return None
    second_match = NUMBER.match(view, joint.end())
    second = numeral_of(second_match) if second_match else None
    if second is None or second.style not in {"arabic", "chinese"} or second.upper is not None:
        return None
    second_unit = unit_at(view, second, second.end)
    if unit is not None and (second_unit is None or second_unit.normalised != unit.normalised):
        return None
    if second_unit is None and second.scale == 1 and numeral.scale == 1:
        noun = anchored.words("nouns").at(view, second.end, second.end + 10)
        if noun is None or noun.kind == "skip":
            return None
    value = numeral.value
    if numeral.scale == 1 and second.scale > 1 and value < second.value / second.scale:
        value *= second.scale
    if value >= second.value or (joint[0] == "、" and second.value != value + 1):
        return None
    if unit is not None and _CHANGE.search(view, max(0, numeral.begin - 9), numeral.begin):
        tail = second.end + (len(second_unit.surface) if second_unit else 0)
        if not view.startswith("不等", tail):
            return None
    return Range(value, second.value, second_unit, second)


def with_half(view: str, numeral: Numeral, unit: Word, stop: int, value: Decimal) -> tuple[int, Decimal]:
    """Return where a unit ends and the value, with the half that 三年半 and 四个半月 add."""
    if unit.surface.startswith("个半"):
        return stop, value + Decimal("0.5")
    if (
        unit.kind in {"time", "mass", "area", "length", "times"}
        and _HALF_AFTER.match(view, stop)
        and numeral.style != "half"
    ):
        return stop + 1, value + Decimal("0.5")
    return stop, value


def with_tenths(view: str, unit: Word, stop: int, value: Decimal) -> tuple[int, Decimal]:
    """Return the end and the value of a number of 成, with what stands after it: 八成五, 三成半."""
    tenths = _TENTHS.find(view[stop : stop + 1])
    if unit.surface != "成" or tenths <= 0:
        return stop, value
    return stop + 1, value + (Decimal(tenths) / 10 if tenths < 10 else Decimal("0.5"))


def as_price(view: str, numeral: Numeral, unit: Word, stop: int, value: Decimal) -> tuple[Word, int, Decimal]:
    """Return the unit, end and value of a number of 块: money where a price or wage is spoken of (9块5)."""
    if unit.surface == "毛" and (tenths := _DIGITS.find(view[stop : stop + 1] or "-")) > 0:  # 一毛二
        return unit, stop + 1, value + Decimal(tenths) / 10
    noun = anchored.words("nouns").at(view, stop, stop + 6)
    if unit.surface != "块" or noun is not None or not _PRICE.search(view, max(0, numeral.begin - 20), numeral.begin):
        return unit, stop, value
    unit = anchored.words("units").at("块钱", 0, 2) or unit
    digit = view[stop : stop + 1]
    tenths = int(digit) if digit.isdecimal() else _DIGITS.find(digit or "-")
    small = _DIGITS.find(view[stop + 2 : stop + 3] or "-") if view[stop + 1 : stop + 2] == "毛" else -1
    if tenths > 0 and small > 0:  # 一块一毛五
        return unit, stop + 3, value + Decimal(tenths) / 10 + Decimal(small) / 100
    if tenths > 0 and view[stop + 1 : stop + 2] not in _STILL_A_NUMBER:
        return unit, stop + 1 + (view[stop + 1 : stop + 2] in ("毛", "角")), value + Decimal(tenths) / 10
    return unit, stop, value


def plausible(view: str, numeral: Numeral, unit: Word, end: int, stop: int) -> bool:
    """Whether the characters after a numeral are its unit here, and not the beginning of something else."""
    surface = unit.surface
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


def one_counts(view: str, numeral: Numeral, unit: Word | None, stop: int) -> bool:
    """一 is a number only where something is added to it: 一年半, 一百, 一倍, 一成."""
    if numeral.infix or numeral.upper is not None or unit is None:
        return bool(numeral.infix or numeral.upper is not None)
    if unit.surface in {"倍", "成", "个百分点", "刻钟"}:
        return True
    if unit.surface.startswith("个半") or (unit.surface in {"毛", "块钱"} and view[stop - 1] in _DIGITS):
        return True
    if unit.kind == "time" and _LASTING.search(view, max(0, numeral.begin - 4), numeral.begin):
        return True
    if unit.kind in {"length", "mass", "area"} and view.startswith("多", stop):
        return True
    if unit.kind in {"time", "length", "mass", "area"} and view.startswith(("以上", "以内", "以下"), stop):
        return True
    return unit.kind == "time" and (view[stop - 1] == "半" or view.startswith("多", stop) or "多" in unit.surface)
