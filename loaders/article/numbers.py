"""The grammar of numbers in Chinese prose: what a numeral is, and what it is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
STEPS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}

_ARABIC = r"(?:(?<!\d)\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_CHINESE = r"[一二两三四五六七八九十百千万亿零〇]+(?:点[一二三四五六七八九零〇]+)?"
#: 余, 多 and 几 after the digits; not where they begin a word of their own.
_INFIX = r"[余几]|多(?!元化|样|彩|民族|功能|媒体|语种|形式|层次|渠道|方式)"
#: What may stand between 来 and its noun.
_COUNTABLE = "万亿个名户人家位只头亩种件台元岁年天斤吨公里次场条座所间张辆棵株块口部套项款批篇册本度分米平"
_INFIX += rf"|来(?=[{_COUNTABLE}])"
_INFIX += r"|\+(?=[个家名户人种款项场次万])"
_INFIX += r"|(?<=[百千万])把(?=[个名户人口斤元块里亩号])"
NUMBER = re.compile(
    rf"(?P<hundredths>(?:{_ARABIC}|{_CHINESE})分之(?:{_ARABIC}|{_CHINESE})(?P<fraction_infix>[多余几])?)"
    r"|(?P<slash>(?<![\d/])\d{1,2}/\d{1,2}(?![\d/]))"
    r"|(?P<vague>(?:好几|几|数)[十百千万亿]+[余多]?)"
    r"|(?P<half>一[多大]?半(?!会|晌|点|天)|过半(?=[数的农村群受学员以贫脱牧])|半数|(?<![上下前后大多过一二三四五六七八九十年天个月])半(?=个?(?:年|月|天|小时|学期|亩|吨|斤|公里|里)))"
    rf"|(?P<arabic>{_ARABIC})(?:(?P<infix>{_INFIX})?(?P<scale>[十百千]?[万亿]{{1,2}}|[十百]|千(?![米瓦克伏])|个亿)"
    r"(?P<rest>(?:\d+(?:\.\d+)?[千百十万](?![分]))*))?"
    rf"|(?P<chinese>{_CHINESE})"
)
_TAIL = re.compile(rf"(?P<infix>{_INFIX})(?P<scale>[十百千]?[万亿]{{1,2}}|[百千])?")
_REST = re.compile(r"(\d+(?:\.\d+)?)([千百十万])")


#: No numeral is longer: what is, is a code or noise.
_LONGEST = 24


@dataclass(slots=True)
class Numeral:
    """A numeral from `begin` to `end`, its infix (余 多 几 来) included.

    `upper` is given for an approximation by two digits (三五天). `bare` says that a step stands without a digit
    (百余), `style` is arabic, chinese, fraction, half or vague.
    """

    begin: int
    end: int
    value: Decimal
    style: str
    infix: str = ""
    upper: Decimal | None = None
    bare: bool = False
    #: The step written after the digits: 10,000 for 3万, 1 for 3.
    scale: int = 1


def numerals(text: str, begin: int = 0, end: int | None = None) -> Iterator[Numeral]:
    """Yield the numerals of a text in order; what only looks like one (a row of digits) is left out."""
    for found in NUMBER.finditer(text, begin, len(text) if end is None else end):
        numeral = numeral_of(found)
        if numeral is not None:
            yield numeral


def numeral_of(found: re.Match[str]) -> Numeral | None:
    """Return the numeral that a match of `NUMBER` is, or None where its characters make no number."""
    if found.end() - found.start() > _LONGEST:
        return None
    kind = found.lastgroup if found.lastgroup in {"vague", "half", "slash"} else None
    if found["hundredths"]:
        return _fraction(found)
    if kind == "slash":
        over, under = found["slash"].split("/")
        if not 0 < int(over) < int(under):
            return None
        return Numeral(found.start(), found.end(), Decimal(over) / Decimal(under), "fraction")
    if kind == "vague":
        return Numeral(found.start(), found.end(), Decimal(0), "vague")
    if kind == "half":
        return Numeral(
            found.start(), found.end(), Decimal("0.5"), "half", infix="多" if found["half"][1:2] in ("多", "大") else ""
        )
    if found["arabic"]:
        return _arabic(found)
    return _chinese(found)


def _arabic(found: re.Match[str]) -> Numeral:
    value = Decimal(found["arabic"].replace(",", ""))
    infix = found["infix"] or ""
    end = found.end()
    scale = 1
    if found["scale"]:
        scale = _scale(found["scale"])
        value *= scale
        for digits, step in _REST.findall(found["rest"]):
            value += Decimal(digits) * _scale(step)
    tail = None if infix else _TAIL.match(found.string, end)
    if tail and not (tail["scale"] and found["scale"]):
        infix, end = tail["infix"], tail.end() if tail["scale"] and not found["scale"] else tail.end("infix")
        if tail["scale"] and not found["scale"]:
            scale = _scale(tail["scale"])
            value *= scale
    return Numeral(found.start(), end, value, "arabic", infix, scale=scale)


def _chinese(found: re.Match[str]) -> Numeral | None:
    words = found["chinese"]
    end = found.end()
    if words == "千" and found.string[end : end + 1] in tuple("米克瓦伏"):
        return None  # 千克 is one word
    tail = _TAIL.match(found.string, end)
    infix = ""
    scale = 1
    if tail:
        infix, end = tail["infix"], tail.end()
        scale = _scale(tail["scale"]) if tail["scale"] else 1
    parsed = chinese_value(words)
    if parsed is None:
        return None
    value, upper = parsed
    if "点" in words and not tail and found.string[end : end + 1] in MYRIADS:  # 三点五万
        scale, end = MYRIADS[found.string[end]], end + 1
    bare = words[0] in "百千万亿"
    return Numeral(
        found.start(), end, value * scale, "chinese", infix, None if upper is None else upper * scale, bare,
        scale * (_scale(words[-1]) if len(words) > 1 and words[-1] in MYRIADS else 1),
    )  # fmt: skip


def _fraction(found: re.Match[str]) -> Numeral | None:
    under_words, over_words = found["hundredths"].split("分之")
    infix = found["fraction_infix"] or ""
    if infix:
        over_words = over_words[: -len(infix)]
    under, over = _plain(under_words), _plain(over_words)
    if under is None or over is None or under == 0:
        return None
    return Numeral(found.start(), found.end(), over / under, "fraction", infix)


def _plain(words: str) -> Decimal | None:
    if words[0].isdigit():
        return Decimal(words.replace(",", ""))
    parsed = chinese_value(words)
    return parsed[0] if parsed else None


def _scale(words: str) -> int:
    size = 1
    for character in words.lstrip("个"):
        size *= STEPS.get(character) or MYRIADS[character]
    return size


def chinese_value(words: str) -> tuple[Decimal, Decimal | None] | None:
    """Return what a Chinese numeral is worth, with the upper end of an approximation (三五百); None if it is none."""
    whole, _, decimals = words.partition("点")
    if decimals:
        low = _whole(whole)
        if low is None:
            return None
        digits = "".join(str(DIGITS[c]) for c in decimals)
        return Decimal(f"{low}.{digits}"), None
    approximate = _approximation(whole)
    if approximate is not None:
        return approximate
    value = _whole(whole)
    return None if value is None else (Decimal(value), None)


def _approximation(words: str) -> tuple[Decimal, Decimal] | None:
    """三五, 七八十, 两三万: two digits that follow each other before the same step."""
    tens = re.fullmatch(r"([二三四五六七八九]?十)([一二三四五六七八])([二三四五六七八九])([万亿]?)", words)
    if tens and DIGITS[tens[3]] == DIGITS[tens[2]] + 1:
        base, size = DIGITS.get(tens[1][0], 1) * 10, MYRIADS.get(tens[4], 1)
        return Decimal((base + DIGITS[tens[2]]) * size), Decimal((base + DIGITS[tens[3]]) * size)
    long = re.fullmatch(
        r"([一二两三四五六七八九][百千万亿].*?|[百千])([二三四五六七八])([三四五六七八九])([十百千])([万亿]?)", words
    )
    if long and DIGITS[long[3]] == DIGITS[long[2]] + 1:
        larger, unit, size = _whole(long[1]), STEPS[long[4]], MYRIADS.get(long[5], 1)
        if larger is not None and larger % (unit * 10) == 0:
            one, other = (Decimal((larger + DIGITS[long[at]] * unit) * size) for at in (2, 3))
            return one, other
    if len(words) < 2 or words[0] not in DIGITS or words[1] not in DIGITS:
        return None
    low, high = DIGITS[words[0]], DIGITS[words[1]]
    if not (0 < low < high <= low + 2) or any(c in DIGITS for c in words[2:]):
        return None
    step = _scale(words[2:])
    return Decimal(low * step), Decimal(high * step)


def _whole(words: str) -> int | None:
    if len(words) >= 3 and all(c in DIGITS for c in words):  # 二〇一九
        return int("".join(str(DIGITS[c]) for c in words)) if "〇" in words or "零" in words else None
    total = 0
    rest = words
    for sign in ("亿", "万"):
        high, found, low = rest.rpartition(sign)
        if found:
            section = _section(high) if "万" not in high else _whole(high)
            if section is None and high:
                return None
            total += (section or 1) * MYRIADS[sign]
            rest = low
    if not rest:
        return total
    section = _section(rest, after=total > 0)
    if section is None:
        return None
    if total and len(rest) == 1 and rest in DIGITS and words[-2] in MYRIADS:  # 三万五
        section *= MYRIADS[words[-2]] // 10
    return total + section


def _section(words: str, *, after: bool = False) -> int | None:
    """The value below 10,000; None where the characters are no number."""
    total, digit, last = 0, None, 10_000
    for i, character in enumerate(words):
        if character in DIGITS:
            if digit is not None and digit != 0:
                return None
            digit = DIGITS[character]
            continue
        step = STEPS.get(character, last)
        if step >= last:
            return None
        if digit is None and i and words[i - 1] in STEPS:
            return None
        total += (1 if digit is None or (digit == 0 and step == 10) else digit) * step
        digit, last = None, step
    if digit is not None:
        short = len(words) >= 2 and words[-2] in "百千" and last < 10_000  # 三百五
        total += digit * (last // 10 if short else 1)
    if not words or (digit is None and total == 0 and not after):
        return None if not words else total
    return total
