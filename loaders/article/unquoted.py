"""Names without quotes: meetings and fairs, cooperations, certifications, awards, sights, breeds, known programmes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from loaders.article.tables import by_surface, cite, pattern

_STOPS: Final = "，。、；：,;:！？!?“”‘’《》「」()（）\n\t"
_COUNTED: Final = re.compile(r"^[一二两三四五六七八九十百千万双多\d]")
_CERTIFIED: Final = re.compile(
    r"(?:国家)?(?:农产品)?地理标志(?:产品|农产品)?(?:保护产品|认证|证明商标|登记保护|保护|商标)|(?:有机|绿色|无公害|富硒|欧盟|生态原产地)(?:食品|产品|农产品)?认证|“?三品一标”?认证"
)
ENTERED: Final = re.compile(r"(?:入选|荣获|获得|获评|被评为|评为|获|荣膺|列入|授予)[^，。]{0,12}$")
_ORDINAL: Final = r"第[一二三四五六七八九十百\d]{1,4}[届个次轮]"
_WIDE: Final = (
    r"中国|全国|国家|国际|世界|亚洲|东盟|长三角|长江|粤港澳|西部|东部|北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    r"广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|深圳|广州|杭州|南京|成都|西安|纽约|巴黎|伦敦|米兰|东京"
)
_PROVINCES: Final = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川黔贵滇云藏陕甘青宁新疆喀深杭甬穗"
_COOPERATION: Final = re.compile(
    rf"(?!辽宁|新疆|甘肃|贵州|云南|青海|西藏|陕西|宁夏|四川)[{_PROVINCES}]{{2,3}}(?:东西部)?(?:扶贫协作|对口协作|对口支援|对口帮扶|东西部协作|劳务协作|产业协作|协作|合作)"
)
_AWARD: Final = re.compile(
    r"(?:全国|国家|省|市|中国|上海市|国务院)[\u4e00-\u9fff]{2,20}?(?:先进集体|先进个人|优秀案例|示范(?:县|村|镇|区|基地|项目)|奖)"
)
_SCENIC: Final = re.compile(r"(?:国际|文化|生态)?旅游(?:小镇|度假区)|风景名?胜?区|国家森林公园|湿地公园|地质公园")
_VAGUE: Final = re.compile(r"等|批|级|各|个|类|座|处|重点|当地|家|周边|乡村|全域|文化|特色|旅游$|开放")
_EXEMPLARY: Final = re.compile(
    r"(?:打造|创建|建设|成为|建成)(?:了|为)?(?:国家级?|省级|全国)?([\u4e00-\u9fff]{2,8}示范(?:镇|县|区|村|带))"
)
_BREED: Final = re.compile(r"(?:^|[。，\n])([\u4e00-\u9fff]{3,6})是[^，。]{0,14}(?:品种|特产|良种|名产)")
_TEAM: Final = re.compile(r"组团式(?:[\u4e00-\u9fff]{0,6}?(?:帮扶|援[藏疆青黔滇川桂宁贵]|支援|支教|医疗|扶贫))")
_MODEL_UNQUOTED: Final = re.compile(
    r"(?:引入|引进|采用|采取|实行|推行|探索|推广|创新|借鉴|运用)(?:了|出)?(?:德国|日本|荷兰|以色列|新加坡|英国|法国|美国|瑞士|韩国|台湾)?([\u4e00-\u9fffA-Za-z]{2,8}?)(?:教学|育人|培养|管理|运营|帮扶|新)?模式"
)
_NO_MODEL: Final = re.compile(r"[这该此其]|一种|新的|多种|各种|帮扶$|扶贫$|发展$|市场化|传统")


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a stretch of text, with what made it one."""

    begin: int
    end: int
    kind: str
    rule: str
    rows: tuple[str, ...] = ()


def find(text: str) -> Iterator[Found]:
    """Yield the names that a text has without quotes, one kind after the other; they may overlap."""
    yield from _events(text)
    for match in _CERTIFIED.finditer(text):
        yield Found(match.start(), match.end(), "certification", "name.certification")
    for match in pattern("known_programmes").finditer(text):
        row = by_surface("known_programmes")[match[0]]
        end = match.end()
        tail = re.compile(r"[\u4e00-\u9fff]{0,6}?(?:行动|活动|工程)").match(text, end)
        end = tail.end() if tail and not re.search(r"(?:工程|行动|计划)$", match[0]) else end
        yield Found(match.start(), end, "programme", "name.known", (cite("known_programmes", row),))
    for match in _SCENIC.finditer(text):
        begin = _name_begin(text, match.start())
        if 2 <= match.start() - begin <= 10 and not _VAGUE.search(text[begin : match.start()]):
            yield Found(begin, match.end(), "scenic spot", "name.scenic")
    for match in _EXEMPLARY.finditer(text):
        yield Found(match.start(1), match.end(1), "programme", "name.exemplary")
    for match in _BREED.finditer(text):
        yield Found(match.start(1), match.end(1), "breed/product", "name.breed")
    for form, rule in ((_TEAM, "name.team"), (_COOPERATION, "name.cooperation")):
        for match in form.finditer(text):
            yield Found(match.start(), match.end(), "programme", rule)
    for match in _AWARD.finditer(text):
        if ENTERED.search(text[max(0, match.start() - 10) : match.start()]):
            yield Found(match.start(), match.end(), "award", "name.award")
    for match in _MODEL_UNQUOTED.finditer(text):
        if not _NO_MODEL.search(match[1]) and not _COUNTED.search(match[1][:1]):
            yield Found(match.start(1), match.end(1), "model", "name.model")


def _events(text: str) -> Iterator[Found]:
    for match in pattern("event_endings").finditer(text):
        row = by_surface("event_endings")[match[0]]
        begin = _name_begin(text, match.start())
        dated = re.compile(r"(?:\d{1,4}[年月日])+").match(text, begin, match.start())
        begin = dated.end() if dated else begin
        words = text[begin : match.end()]
        if len(words) - len(match[0]) < 2 or _COUNTED.match(words):
            continue
        if (
            re.match(rf"{_ORDINAL}|{_WIDE}|\d{{4}}", words)
            or "·" in words
            or (match[0] == "专题展示" and len(words) >= 7)
        ):
            yield Found(begin, match.end(), "event", "name.event", (cite("event_endings", row),))


def _name_begin(text: str, before: int) -> int:
    """Return where a name that ends at `before` begins: after the last stop, verb or particle before it."""
    low = max(0, before - 24)
    window = text[low:before]
    begin = max((window.rfind(stop) + 1 for stop in _STOPS), default=0)
    ordinal = list(re.finditer(_ORDINAL, window[begin:]))
    if ordinal:
        return low + begin + ordinal[-1].start()
    for match in pattern("name_boundaries").finditer(window, begin):
        if match.end() < len(window) and len(match[0]) > 1:
            begin = match.end()
    for particle in "在了和与及的把为对从到将由、和地":
        at = window.rfind(particle, begin)
        if at >= 0 and not re.search(rf"(?:{_WIDE})$", window[: at + 1]):
            begin = max(begin, at + 1)
    return low + begin
