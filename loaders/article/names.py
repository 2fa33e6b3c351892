"""Names of programmes, events, products, works, awards and the like, told by their quotes, heads and endings.

A quoted name takes its kind from the noun after it (“…”项目), from its own last word (“…行动”), or from another
mention of it in the document. Slogans and words in quotes for effect have neither, and are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from loaders.article import mechanisms
from loaders.article.facts import Name
from loaders.article.scope import Scope
from loaders.article.tables import alternatives, by_surface, cite, pattern, rows

_QUOTED: Final = re.compile(r"“([^“”\n]{2,40})”|「([^「」\n]{2,40})」|\"([^\"\n]{2,40})\"|‘([^‘’\n]{2,40})’")
_TITLED: Final = re.compile(r"《([^《》\n]{1,60})》")
#: Between a quoted name and the noun that says what it is: a few characters, no break, no second thought.
_AFTER: Final = re.compile(r"(?:和谐|[^，。、；：,;:！？!?“”《》()（）\n\t的了在是为和与及等]){1,12}")
_ALSO: Final = re.compile(r"[、和与及]?")
_STOPS: Final = "，。、；：,;:！？!?“”‘’《》「」()（）\n\t"
#: How far behind the name the noun may begin, by kind; and the kinds that may follow 的.
_REACH: Final = {"programme": 8, "model": 8, "event": 6}
_OF: Final = frozenset({"programme", "model", "event", "award"})
_LONGEST: Final = 24
#: Kinds whose names are recognised again in the rest of the document.
_REMEMBERED: Final = frozenset(
    {"programme", "product", "product (insurance)", "product (geographical indication)", "brand", "scheme", "platform",
     "scenic spot", "work (promotional film)", "work (dance drama)"}
)  # fmt: skip
_ORDINAL: Final = r"第[一二三四五六七八九十百\d]{1,4}[届个次轮]"
_WIDE: Final = (
    r"中国|全国|国家|国际|世界|亚洲|东盟|长三角|长江|粤港澳|西部|东部|北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    r"广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|深圳|广州|杭州|南京|成都|西安|纽约|巴黎|伦敦|米兰|东京"
)
_PROVINCES: Final = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川黔贵滇云藏陕甘青宁新疆喀深杭甬穗"
_COOPERATION: Final = re.compile(
    rf"[{_PROVINCES}]{{2,3}}(?:东西部)?(?:扶贫协作|对口协作|对口支援|对口帮扶|东西部协作|劳务协作|产业协作|协作|合作)"
)
_CERTIFIED: Final = re.compile(
    r"(?:国家)?(?:农产品)?地理标志(?:产品|农产品)?(?:保护产品|认证|证明商标|登记保护|保护|商标)|(?:有机|绿色|无公害|富硒|欧盟|生态原产地)(?:食品|产品|农产品)?认证|“?三品一标”?认证"
)
_AWARD: Final = re.compile(
    r"(?:全国|国家|省|市|中国|上海市|国务院)[\u4e00-\u9fff]{2,20}?(?:先进集体|先进个人|优秀案例|示范(?:县|村|镇|区|基地|项目)|奖)"
)
_EXEMPLARY: Final = re.compile(
    r"(?:打造|创建|建设|成为|建成)(?:了|为)?(?:国家级?|省级|全国)?([\u4e00-\u9fff]{2,8}示范(?:镇|县|区|村|带))"
)
_BREED: Final = re.compile(r"(?:^|[。，\n])([\u4e00-\u9fff]{3,6})是[^，。]{0,14}(?:品种|特产|良种|名产)")
_TEAM: Final = re.compile(r"组团式(?:[\u4e00-\u9fff]{0,6}?(?:帮扶|援[藏疆青黔滇川桂宁贵]|支援|支教|医疗|扶贫))")
_MODEL_UNQUOTED: Final = re.compile(
    r"(?:引入|引进|采用|采取|实行|推行|探索|推广|创新|借鉴|运用)(?:了|出)?(?:德国|日本|荷兰|以色列|新加坡|英国|法国|美国|瑞士|韩国|台湾)?([\u4e00-\u9fffA-Za-z]{2,8}?)(?:教学|育人|培养|管理|运营|帮扶|新)?模式"
)
_NO_MODEL: Final = re.compile(r"[这该此其]|一种|新的|多种|各种|帮扶$|扶贫$|发展$|市场化|传统")
_COUNTED: Final = re.compile(r"^[一二两三四五六七八九十百千万双多\d]")
_INNER_PROGRAMME: Final = re.compile(r"(?:工程|行动|计划|项目|活动|帮扶|扶贫|援藏|援疆|援青|结对|专项|助学|公益行)$")
_INNER_EVENT: Final = re.compile(r"(?:博览会|推介会|[^环季细情]节|论坛|大赛|座谈会|峰会|[^发进拓施开]展)$")
_COMMON: Final = re.compile(r"[\u4e00-\u9fff]{2}(?:扶贫|帮扶|结对|活动|项目)$")
_CHANGES: Final = re.compile(r"(?:[\u4e00-\u9fff]{1,4}变[\u4e00-\u9fff]{1,4}[、，,]?){2,4}$")
_INNER_PRODUCT: Final = re.compile(r"(?:保|险)$")
_INNER_SCHEME: Final = re.compile(r"(?:银行|超市|积分)$")
_INNER_SITE: Final = re.compile(r"(?:景区|公园|花果山|小镇)$")
_INNER_AWARD: Final = re.compile(r"(?:典型案例|先进集体|示范县|示范村|先进个人)$")
_ENTERED: Final = re.compile(r"(?:入选|荣获|获得|获评|被评为|评为|获|荣膺|列入|授予)[^，。]{0,12}$")
_EXAMPLE: Final = re.compile(r"以$")
_GRIP: Final = re.compile(r"[（(][^（）()]{1,40}[）)]为(?:抓手|载体|路径)|为(?:抓手|载体)")


@dataclass(slots=True)
class Memory:
    """Names that the document has used so far: name → kind and the rule's citations."""

    kinds: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None

    def pattern(self) -> re.Pattern[str]:
        """Return what finds the names that are remembered."""
        if self._pattern is None:
            self._pattern = alternatives(self.kinds)
        return self._pattern

    def learn(self, found: Iterable[Name]) -> None:
        """Remember names that may come again."""
        self._pattern = None
        for name in found:
            if name.kind in _REMEMBERED and len(name.name) >= 3:
                self.kinds.setdefault(name.name, (name.kind, name.rows))


@dataclass(frozen=True, slots=True)
class _Found:
    begin: int
    end: int
    kind: str
    rule: str
    rows: tuple[str, ...] = ()


def learn(scope: Scope, memory: Memory) -> None:
    """Remember the names of a stretch; called for all of them before the first `find`."""
    memory.learn(_name(scope, found) for found in _certain(scope))


def find(scope: Scope, memory: Memory) -> list[Name]:
    """Return the names of a stretch in order, none inside another; mechanisms with their parts."""
    taken = _Taken()
    found: list[Name] = []
    for model in mechanisms.find(scope):
        if taken.take(*scope.inside(model.start, model.end)):
            found.append(model)
    certain = [_as_before(scope, memory, one) for one in _certain(scope)]
    for one in (*certain, *_remembered(scope, memory), *_in_title(scope), *_unquoted(scope)):
        if taken.take(one.begin, one.end):
            found.append(_name(scope, one))
    return sorted(found, key=lambda name: name.start)


def _as_before(scope: Scope, memory: Memory, found: _Found) -> _Found:
    """Let a name keep the kind it was introduced with where its surroundings only hint at one (“…”做法, “…”名单)."""
    known = memory.kinds.get(scope.text[found.begin : found.end])
    if known is None or known[0] == found.kind or found.kind not in {"model", "award list", "site", "platform"}:
        return found
    return replace(found, kind=known[0], rule="name.remembered", rows=known[1])


class _Taken:
    """Which characters belong to a name already."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def take(self, begin: int, end: int) -> bool:
        if begin >= end or any(a < end and begin < b for a, b in self._spans):
            return False
        self._spans.append((begin, end))
        return True


def _name(scope: Scope, found: _Found) -> Name:
    start, end = scope.span(found.begin, found.end)
    return Name(
        start=start,
        end=end,
        surface=scope.document[start:end],
        case=scope.number,
        rule=found.rule,
        rows=found.rows,
        name=scope.text[found.begin : found.end],
        kind=found.kind,
    )


# -- with quotes --------------------------------------------------------------


def _certain(scope: Scope) -> list[_Found]:
    """Names in quotes whose kind their surroundings say."""
    text = scope.text
    quotes = [(found.start(), found.end()) for found in _QUOTED.finditer(text)]
    found: list[_Found] = []
    later: _Found | None = None  # the quote to the right, for “A”“B”活动
    for begin, end in reversed(quotes):
        inner = text[begin + 1 : end - 1]
        if mechanisms.PLUS.search(inner):
            later = None
            continue
        one = _certified(text, begin, end) or _by_head(text, begin, end)
        if one is None and later is not None and _ALSO.fullmatch(text[end : later.begin - 1]):
            one = _Found(begin + 1, end - 1, later.kind, "name.coordinated", later.rows)
        one = one or _by_itself(text, begin, end)
        if one is not None:
            found.append(one)
        later = one
    found += [one for one in (_work(text, match) for match in _TITLED.finditer(text)) if one]
    return sorted(found, key=lambda one: one.begin)


def _by_head(text: str, begin: int, end: int) -> _Found | None:
    of = text[end : end + 1] == "的"
    after = _AFTER.match(text, end + of)
    inner = text[begin + 1 : end - 1]
    if text[begin - 1 : begin] and _EXAMPLE.search(text[:begin]) and _GRIP.match(text, end):
        return _Found(begin + 1, end - 1, "model", "name.means")
    if not after:
        return None
    words = after[0]
    slogan = _first(words, "slogan_heads")
    head = _first(words, "name_heads")
    if head is None or (slogan is not None and slogan[0] <= head[0]):
        return None
    row = head[1]
    kind = row["kind"]
    if head[0] > (2 if of else _REACH.get(kind, 4)) or len(inner) > _LONGEST or (of and kind not in _OF):
        return None
    if (inner.endswith("式") and kind != "model") or (row["surface"] == "建设" and head[0]):
        return None
    if kind == "product (insurance)" and not _INNER_PRODUCT.search(inner) and row["surface"] in {"协议", "保单"}:
        return None
    if kind == "site" and head[0] + len(row["surface"]) < len(words):
        return None
    return _Found(begin + 1, end - 1, kind, f"name.head-{_slug(kind)}", (cite("name_heads", row),))


def _certified(text: str, begin: int, end: int) -> _Found | None:
    if re.match(r"(?:成功)?(?:获得?|荣获|通过|成为|入选)[^，。]{0,6}(?:地理标志|有机|绿色食品)", text[end : end + 16]):
        return _Found(begin + 1, end - 1, "product (geographical indication)", "name.certified")
    return None


def _first(words: str, table: str) -> tuple[int, dict[str, str]] | None:
    """Return where the first head noun among some words begins, with its row; the longest of those that begin there."""
    best: tuple[int, int, dict[str, str]] | None = None
    for match in pattern(table).finditer(words):
        row = dict(by_surface(table)[match[0]])
        key = (match.start(), -len(match[0]), row)
        if best is None or key[:2] < best[:2]:
            best = key
    return (best[0], best[2]) if best else None


_OWN_WORD: Final = (
    (_INNER_AWARD, "award list"), (_INNER_EVENT, "event"), (_INNER_PROGRAMME, "programme"), (_INNER_SCHEME, "scheme"),
    (_INNER_SITE, "scenic spot"),
)  # fmt: skip


def _by_itself(text: str, begin: int, end: int) -> _Found | None:
    inner = text[begin + 1 : end - 1]
    if len(inner) < 3:
        return None
    after = _AFTER.match(text, end + (text[end : end + 1] == "的"))
    slogan = _first(after[0], "slogan_heads") if after else None
    if (slogan and slogan[0] <= 4) or _COMMON.fullmatch(inner):
        return None
    if _CHANGES.fullmatch(inner):
        return _Found(begin + 1, end - 1, "model", "name.changes")
    for ending, kind in _OWN_WORD:
        if ending.search(inner):
            return _Found(begin + 1, end - 1, kind, f"name.own-{_slug(kind)}")
    if _ENTERED.search(text[max(0, begin - 16) : begin]):
        return _Found(begin + 1, end - 1, "award", "name.awarded")
    return None


def _work(text: str, match: re.Match[str]) -> _Found | None:
    inner = match[1]
    ending = next((row for row in rows("document_endings") if inner.endswith(row["surface"])), None)
    if ending:
        return _Found(match.start(1), match.end(1), "document", "name.document", (cite("document_endings", ending),))
    after = _AFTER.match(text, match.end())
    head = _first(after[0], "work_heads") if after else None
    if head:
        kind = head[1]["kind"]
        return _Found(match.start(1), match.end(1), kind, "name.work", (cite("work_heads", head[1]),))
    return _Found(match.start(1), match.end(1), "work", "name.titled")


def _in_title(scope: Scope) -> Iterator[_Found]:
    """A name in quotes in the title of a case: what the case is about."""
    for match in _QUOTED.finditer(scope.text, 0, scope.title_end):
        begin, end = match.start() + 1, match.end() - 1
        if end - begin >= 3:
            yield _Found(begin, end, "programme", "name.title")


# -- without ------------------------------------------------------------------


def _remembered(scope: Scope, memory: Memory) -> Iterator[_Found]:
    if not memory.kinds:
        return
    for match in memory.pattern().finditer(scope.text):
        name = match[0]
        quoted = scope.text[match.start() - 1 : match.start()] in {"“", "《", "「"}
        whole = scope.text[match.end() : match.end() + 1] in {"”", "》", "」"}
        if quoted != whole or (not quoted and len(name) < 4):
            continue
        kind, cited = memory.kinds[name]
        yield _Found(match.start(), match.end(), kind, "name.remembered", cited)


def _unquoted(scope: Scope) -> Iterator[_Found]:
    text = scope.text
    yield from _events(text)
    for match in _CERTIFIED.finditer(text):
        yield _Found(match.start(), match.end(), "certification", "name.certification")
    for match in pattern("known_programmes").finditer(text):
        row = by_surface("known_programmes")[match[0]]
        end = match.end()
        tail = re.compile(r"[\u4e00-\u9fff]{0,6}?(?:行动|活动|工程)").match(text, end)
        end = tail.end() if tail and not re.search(r"(?:工程|行动|计划)$", match[0]) else end
        yield _Found(match.start(), end, "programme", "name.known", (cite("known_programmes", row),))
    for match in _EXEMPLARY.finditer(text):
        yield _Found(match.start(1), match.end(1), "programme", "name.exemplary")
    for match in _BREED.finditer(text):
        yield _Found(match.start(1), match.end(1), "breed/product", "name.breed")
    for form, rule in ((_TEAM, "name.team"), (_COOPERATION, "name.cooperation")):
        for match in form.finditer(text):
            yield _Found(match.start(), match.end(), "programme", rule)
    for match in _AWARD.finditer(text):
        if _ENTERED.search(text[max(0, match.start() - 10) : match.start()]):
            yield _Found(match.start(), match.end(), "award", "name.award")
    for match in _MODEL_UNQUOTED.finditer(text):
        if not _NO_MODEL.search(match[1]) and not _COUNTED.search(match[1][:1]):
            yield _Found(match.start(1), match.end(1), "model", "name.model")


def _events(text: str) -> Iterator[_Found]:
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
            yield _Found(begin, match.end(), "event", "name.event", (cite("event_endings", row),))


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


def _slug(kind: str) -> str:
    return re.sub(r"[^a-z]+", "-", kind).strip("-")
