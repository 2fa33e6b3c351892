"""Dates and periods in Chinese prose, and the date of a document."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from loaders.article.numbers import chinese_value
from loaders.article.segments import Structure

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_COUNT = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3}|几|数|多)"
_YEAR = r"(?:(?:19|20)\d\d|[一二][九〇零○][〇零○一二三四五六七八九]{2})"
#: Quarters from the year's first one on: 前三季度, 一至三季度.
_FIRST_QUARTERS = r"前[二两三23]个?季度|[一1][至到—-][二三23]季度"
_PART = (
    rf"(?:上半年|下半年|{_FIRST_QUARTERS}|第?[一二三四1-4]季度|年初|年中|年底|年末|岁末|底|末|初|春季?|夏季?|秋季?|冬季?|"
    r"暑期|暑假|寒假|春节|全年|前后|以来|起|间)"
)
_RELATIVE = r"(?:今年|去年|前年|明年|后年|上年|本年度?|当年|同年|翌年|次年|今春|今秋|今夏|今冬)"
#: With what a date may begin: a look at one character spares a look at all forms.
_FIRST = (
    "0-9一二三四五六七八九十两几数多今去前明后上下本当同翌次近过最未头这此之随接每"
    '日目截如现年岁全长周星礼中晚早凌清世“"'
)
DATE = re.compile(
    rf"(?=[{_FIRST}])(?:(?P<iso>(?P<iy>(?:19|20)\d\d)[-./](?P<im>[01]?\d)[-./](?P<id>[0-3]?\d)(?!\d))"
    rf"|(?P<years>(?P<y1>{_YEAR})年?(?:至|到|—{{1,2}}|–|-|~)(?P<y2>{_YEAR})(?:年度?|学年))"
    rf"|(?P<year>(?P<y>{_YEAR})年度?|(?P<rel>{_RELATIVE}))"
    rf"(?:(?P<m>{_N})月份?(?:(?:至|到|—{{1,2}}|-|~)(?P<m2>{_N})月份?)?(?:(?P<d>{_N})[日号])?)?"
    rf"(?:至(?P<thisyear>今))?(?P<part>{_PART})?"
    rf"|(?P<month>(?<![\d个一二三四五六七八九十])(?P<mm>{_N})月份?(?:(?:至|到|—{{1,2}}|-|~)(?P<mm2>{_N})月份?)?(?!球|亮|嫂|季|供|刊|均|收)(?:(?P<md>{_N})[日号])?(?P<mpart>[底初末中上下]旬?)?)"
    rf"|(?P<day>(?<![\d.]){_N}日(?![元常均产用]))"
    rf"|(?P<clock>(?:上午|下午|中午|晚上|早上|凌晨|当晚|清晨)?\d{{1,2}}[时点:](?:\d{{1,2}}分?|整|半|许)(?!\d)|(?:上午|下午|中午|晚上|早上|凌晨|清晨){_N}[时点](?:半|多|许)?|(?<![.\d])\d{{1,2}}[时点](?=[,，开许左起至到整]))"
    rf"|(?P<decade>(?:上?(?:个)?世纪|本世纪)?[\d二三四五六七八九]0?十?年代(?:初|末|中期)?|(?:[\d]{{1,2}}|[一二十]{{1,3}})世纪)"
    rf"|(?P<plan>[“\"]?十[一二三四五六七八]?五(?:[”\"]|(?=规划|期间|时期|以来|末|初|收官|开局|时))(?:规划|期间|时期|以来|末|初|收官|开局)?(?:期间)?)"
    rf"|(?P<week>(?<!每)(?:周|星期|礼拜)[一二三四五六日天](?![个天]))"
    rf"|(?P<span>(?<!历时)(?<!用了)(?<!长达)(?<!为期)(?<!经过)(?<!花了)(?<!耗时)(?<!持续)(?<!历经)(?:每(?:半|{_COUNT}|\d+)个?(?:年|月|天|周|季度|星期|小时)|(?:近|过去|最近|未来|今后|(?<![提目日之此])前|头|这|此后|之后|随后|接下来的?|下一个|上一个){_COUNT}个?(?:多)?(?:年|个?月|周|天|载)(?:多)?(?:来|间|里|中|内|时间)?(?!级))"
    rf"|{_COUNT}多?(?:年|个多?月|天|载)多?(?:以来|来(?![自到源])|间(?![隔断接])|里(?!程))|{_COUNT}年多?下来|{_COUNT}年过去|{_COUNT}年内(?!部)|{_N}年前|{_N}年后|前{_COUNT}(?:秒|分钟)|(?:数|多|几|近)(?:年|月)来|近日|近期|近年|(?<![\d一二三四五六七八九十百千万])多年|日前|{_N}月龄)"
    rf"|(?P<half>上半年|下半年|{_FIRST_QUARTERS}|[一二三四]季度)(?!度)"
    rf"|(?P<named>目前|截至目前|截止目前|如今|现在|年初|年中|年底|年末|岁末|全年|长期以来|一直以来))"
)  # fmt: skip
_KINDS = ("iso", "years", "year", "month", "day", "clock", "decade", "plan", "week", "span", "half", "named")
#: Behind a date that 自 or 从 stands before: 自1996年对口协作以来 goes on.
_EVER_SINCE = re.compile(r"[^，。；;、！？!?\n]{0,24}?以来")
_AS_OF = re.compile(r"(?:截至|截止|截止到|至)$")
_DAY_OF_POVERTY = re.compile(r"第([一二三四五六七八九十\d]{1,3})个(?:国家扶贫日|“?扶贫日)")
_DATELINE = re.compile(r"(?P<y>20\d\d|19\d\d)[年\-./](?P<m>[01]?\d)[月\-./](?P<d>[0-3]?\d)日?")
_MONTHLINE = re.compile(r"(?P<y>20\d\d|19\d\d)年(?P<m>[01]?\d)月")


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date or period, from `begin` to `end` in the view; `interval` is ISO 8601, None where nothing is fixed."""

    begin: int
    end: int
    kind: str
    interval: str | None
    #: The words end in 截至 or stand after it: the figure is of that day, not of a stretch.
    as_of: bool = False


def date_spans(text: str, today: str | None) -> list[DateSpan]:
    """Return the dates and periods of a view's text; relative ones are counted from `today` (ISO 8601)."""
    spans = []
    year: int | None = int(today[:4]) if today else None
    for found in DATE.finditer(text):
        kind = found.lastgroup or ""
        as_of = bool(_AS_OF.search(text, max(0, found.start() - 3), found.start()))
        interval = _interval(found, year, today)
        kind = next(k for k in _KINDS if found[k])
        if interval and _goes_on(text, found, kind):
            interval = f"{interval.partition('/')[0]}/.."
        spans.append(DateSpan(found.start(), found.end(), kind, interval, as_of))
    return spans


def _goes_on(text: str, found: re.Match[str], kind: str) -> bool:
    """Whether a date is the beginning of a period without an end: 2018年起, 自2018年3月开展以来."""
    if kind == "year" and found[0].endswith(("起", "以来")):
        return True
    behind_from = kind in ("iso", "year", "month") and text[found.start() - 1 : found.start()] in ("自", "从")
    return behind_from and _EVER_SINCE.match(text, found.end()) is not None


def _interval(found: re.Match[str], year: int | None, today: str | None) -> str | None:
    if found["iso"]:
        day = _day(int(found["iy"]), int(found["im"]), int(found["id"]))
        return f"{day}/{day}" if day else None
    if found["years"]:
        return f"{_number(found['y1'])}-01/{_number(found['y2'])}-12"
    if found["year"]:
        named = _number(found["y"]) if found["y"] else _relative(found["rel"], year)
        return _of_year(found, named)
    if found["month"] and year:
        return _months(year, found["mm"], found["mm2"], found["md"])
    if found["plan"]:
        return _of_plan(found["plan"])
    if found["half"] and year:
        return _part(year, found["half"])
    if found["named"] and today and found["named"] not in {"长期以来", "一直以来"}:
        named_part = found["named"]
        if named_part in {"年初", "年中", "年底", "年末", "岁末", "全年"} and year:
            return _part(year, named_part)
        return f"../{today}"
    return None


def _of_year(found: re.Match[str], year: int | None) -> str | None:
    if year is None:
        return None
    if found["m"]:
        return _months(year, found["m"], found["m2"], found["d"])
    part = found["part"]
    if found["thisyear"]:
        return f"{year}-01/.."
    return _part(year, part) if part else f"{year}-01/{year}-12"


def _of_plan(words: str) -> str:
    """Return the years of a five-year plan: the 13th is that of 2016 to 2020, and each has five."""
    number = chinese_value(re.sub(r"[^一二三四五六七八十]", "", words).removesuffix("五"))
    first = 2016 + 5 * (int(number[0]) - 13) if number else 2016
    if words.endswith("以来"):
        return f"{first}-01/.."
    year = first + 4 if words.endswith(("末", "收官")) else first if words.endswith(("初", "开局")) else None
    return f"{year or first}-01/{year or first + 4}-12"


def _part(year: int, part: str) -> str:
    quarters = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
    if part.endswith("季度") and (part[0] == "前" or len(part) > 4):
        return f"{year}-01/{year}-{quarters[part.replace('个', '')[-3]] * 3:02}"
    if part.endswith("季度"):
        quarter = quarters[part[-3]]
        return f"{year}-{quarter * 3 - 2:02}/{year}-{quarter * 3:02}"
    months = {
        "上半年": (1, 6),
        "下半年": (7, 12),
        "暑期": (7, 8),
        "暑假": (7, 8),
        "年初": (1, 1),
        "初": (1, 1),
        "年中": (6, 6),
    }
    months |= dict.fromkeys(("年底", "年末", "岁末", "底", "末"), (12, 12))
    first, last = months.get(part, (1, 12))
    return f"{year}-{first:02}/{year}-{last:02}"


def _months(year: int, first: str, last: str | None, day: str | None) -> str | None:
    a = _number(first)
    b = _number(last) if last else a
    if not 1 <= a <= 12 or not 1 <= b <= 12:
        return None
    if day and not last:
        whole = _day(year, a, _number(day))
        return f"{whole}/{whole}" if whole else None
    return f"{year}-{a:02}/{year}-{b:02}"


def _day(year: int, month: int, day: int) -> str | None:
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
        return f"{year}-{month:02}-{day:02}"
    return None


def _relative(word: str, year: int | None) -> int | None:
    if year is None:
        return None
    return year + {"去年": -1, "上年": -1, "前年": -2, "明年": 1, "后年": 2}.get(word, 0)


def _number(words: str) -> int:
    if words.isdecimal():
        return int(words)
    if len(words) == 4:
        return int("".join(str("〇一二三四五六七八九".find("〇" if c in "零○" else c)) for c in words))
    parsed = chinese_value(words)
    return int(parsed[0]) if parsed else 0


def document_date(structure: Structure, title: str, year: int | None = None) -> tuple[str | None, str | None]:
    """Return a document's date as ISO 8601, as precise as it is known, and how it is known.

    A day that stands alone at its head or foot comes first, then the National Poverty Alleviation Day that it
    counts (17 October, the first in 2014), the caller's year, the year in the title, and the last year named.
    """
    text = structure.view.text
    edges = [*structure.paragraphs[:4], *structure.paragraphs[-3:]]
    for paragraph in edges:
        line = text[paragraph.begin : paragraph.end]
        found = _DATELINE.search(line)
        if found and len(line) < 60 and not paragraph.table:
            day = _day(int(found["y"]), int(found["m"]), int(found["d"]))
            if day:
                return day, "dateline"
    found = _DAY_OF_POVERTY.search(text)
    if found:
        number = _number(found[1])
        if 1 <= number <= 30:
            return f"{2013 + number}-10-17", "named day"
    for paragraph in edges:
        line = text[paragraph.begin : paragraph.end]
        month = _MONTHLINE.fullmatch(line.strip("()（） "))
        if month:
            return f"{month['y']}-{int(month['m']):02}", "dateline"
    if year:
        return str(year), "given"
    named = re.search(r"(?:19|20)\d\d(?=年)", title)
    if named:
        return named[0], "title"
    years = [int(y) for y in re.findall(r"(?<![\d.])(20[012]\d|199\d)(?=年)(?!年底?前)", text[:200_000])]
    past = [y for y in years if y <= 2035]
    if past and re.search(r"今年|目前|日前|近日|如今|截至", text):
        return str(max(past)), "last year named"
    return (str(max(past)), "last year named") if past else (None, None)
