"""Names of programmes, events, products, works, awards and the like, told by their quotes, heads and endings.

A quoted name takes its kind from the noun after it (“…”项目), from its own last word (“…行动”), or from another
mention of it in the document. Slogans and words in quotes for effect have neither, and are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from loaders.article import mechanisms, unquoted
from loaders.article.facts import Name
from loaders.article.scope import Scope
from loaders.article.tables import alternatives, by_surface, cite, pattern, rows
from loaders.article.unquoted import ENTERED, Found

_QUOTED: Final = re.compile(r"“([^“”\n]{2,40})”|「([^「」\n]{2,40})」|\"([^\"\n]{2,40})\"|‘([^‘’\n]{2,40})’")
_TITLED: Final = re.compile(r"《([^《》\n]{1,60})》")
#: Between a quoted name and the noun that says what it is: a few characters, no break, no second thought.
_AFTER: Final = re.compile(r"(?:和谐|[^，。、；：,;:！？!?“”《》()（）\n\t的了在是为和与及等]){1,12}")
_ALSO: Final = re.compile(r"[、和与及]?")
#: How far behind the name the noun may begin, by kind; and the kinds that may follow 的.
_REACH: Final = {"programme": 8, "model": 8, "event": 6}
_OF: Final = frozenset({"programme", "model", "event", "award"})
_LONGEST: Final = 24
#: Kinds whose names are recognised again in the rest of the document.
_REMEMBERED: Final = frozenset(
    {"programme", "product", "product (insurance)", "product (geographical indication)", "brand", "scheme", "platform",
     "scenic spot", "work (promotional film)", "work (dance drama)"}
)  # fmt: skip
_INNER_PROGRAMME: Final = re.compile(
    r"(?:工程|行动|计划|项目|活动|帮扶|扶贫|援藏|援疆|援青|结对|专项|助学|公益行|课堂|讲堂|学堂|工匠班|培训班|订单班|夏令营|冬令营)$"
)
_INNER_PLATFORM: Final = re.compile(r"(?:平台|商城|[^白风祥]云|服务网|小程序|APP)$")
_INNER_EVENT: Final = re.compile(r"(?:博览会|推介会|[^环季细情]节|论坛|大赛|座谈会|峰会|[^发进拓施开]展)$")
_COMMON: Final = re.compile(r"[\u4e00-\u9fff]{2}(?:扶贫|帮扶|结对|活动|项目)$")
_CHANGES: Final = re.compile(r"(?:[\u4e00-\u9fff]{1,4}变[\u4e00-\u9fff]{1,4}[、，,]?){2,4}$")
_INNER_PRODUCT: Final = re.compile(r"(?:保|险)$")
_INNER_SCHEME: Final = re.compile(r"(?:银行|超市|积分)$")
_INNER_SITE: Final = re.compile(r"(?:景区|公园|小镇|古镇|古城|[花果茶石]山|峡谷|瀑布|湿地)$")
_INNER_AWARD: Final = re.compile(r"(?:典型案例|先进集体|示范县|示范村|先进个人)$")
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
    for one in (*certain, *_remembered(scope, memory), *_in_title(scope), *unquoted.find(scope.text)):
        if taken.take(one.begin, one.end):
            found.append(_name(scope, one))
    return sorted(found, key=lambda name: name.start)


def _as_before(scope: Scope, memory: Memory, found: Found) -> Found:
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


def _name(scope: Scope, found: Found) -> Name:
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


def _certain(scope: Scope) -> list[Found]:
    """Names in quotes whose kind their surroundings say."""
    text = scope.text
    quotes = [(found.start(), found.end()) for found in _QUOTED.finditer(text)]
    found: list[Found] = []
    later: Found | None = None  # the quote to the right, for “A”“B”活动
    for begin, end in reversed(quotes):
        inner = text[begin + 1 : end - 1]
        if mechanisms.PLUS.search(inner):
            later = None
            continue
        one = _certified(text, begin, end) or _by_head(text, begin, end)
        if one is None and later is not None and _ALSO.fullmatch(text[end : later.begin - 1]):
            one = Found(begin + 1, end - 1, later.kind, "name.coordinated", later.rows)
        one = one or _by_itself(text, begin, end)
        if one is not None:
            found.append(one)
        later = one
    found += [one for one in (_work(text, match) for match in _TITLED.finditer(text)) if one]
    return sorted(found, key=lambda one: one.begin)


def _by_head(text: str, begin: int, end: int) -> Found | None:
    of = text[end : end + 1] == "的"
    after = _AFTER.match(text, end + of)
    inner = text[begin + 1 : end - 1]
    if _SPOKEN.search(inner):
        return None
    if text[begin - 1 : begin] and _EXAMPLE.search(text[:begin]) and _GRIP.match(text, end):
        return Found(begin + 1, end - 1, "model", "name.means")
    if not after:
        return None
    words = after[0]
    slogan = _first(words, "slogan_heads")
    head = _first(words, "name_heads")
    if head is None or (slogan is not None and slogan[0] <= head[0]):
        return None
    row = head[1]
    kind = row["kind"]
    if _PAIRING.fullmatch(inner):
        return None  # “一对一”帮扶 names no programme
    if head[0] > (2 if of else _REACH.get(kind, 4)) or len(inner) > _LONGEST or (of and kind not in _OF):
        return None
    if (inner.endswith("式") and kind != "model") or (row["surface"] == "建设" and head[0]):
        return None
    if kind == "product (insurance)" and not _INNER_PRODUCT.search(inner) and row["surface"] in {"协议", "保单"}:
        return None
    if kind == "site" and head[0] + len(row["surface"]) < len(words):
        return None
    return Found(begin + 1, end - 1, kind, f"name.head-{_slug(kind)}", (cite("name_heads", row),))


_PAIRING: Final = re.compile(r"[一多几]对[一多几]|一帮一|[一多]帮[一多]")


def _certified(text: str, begin: int, end: int) -> Found | None:
    if re.match(r"(?:成功)?(?:获得?|荣获|通过|成为|入选)[^，。]{0,6}(?:地理标志|有机|绿色食品)", text[end : end + 16]):
        return Found(begin + 1, end - 1, "product (geographical indication)", "name.certified")
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
    (_INNER_SITE, "scenic spot"), (_INNER_PLATFORM, "platform"),
)  # fmt: skip


#: Verbs before a quoted name that no noun follows: what they begin, build or apply is of that kind.
_BEFORE: Final = (
    (
        re.compile(r"(?:合办|开办|举办|创办|开设|开通|启动|发起|实施|推出|认领|开展)(?:了|的)?$"),
        "programme",
        "name.begun",
    ),
    (re.compile(r"(?:搭建|上线|开发|研发|共建)(?:了|的)?$"), "platform", "name.built"),
    (re.compile(r"(?:采用|推行|实行|首创|创新)(?:了|的)?$"), "model", "name.applied"),
)
_SPOKEN: Final = re.compile(r"[。！？!?]$|我们|你们|他们")
_LONGEST_BARE: Final = 10
_SENTENCE_LIKE: Final = re.compile(r"[，。！？!?；;]|就是|我们|你们|他们|了$|吗$")


def _by_itself(text: str, begin: int, end: int) -> Found | None:
    inner = text[begin + 1 : end - 1]
    if len(inner) < 3 or _SENTENCE_LIKE.search(inner):
        return None
    after = _AFTER.match(text, end + (text[end : end + 1] == "的"))
    slogan = _first(after[0], "slogan_heads") if after else None
    if (slogan and slogan[0] <= 4) or _COMMON.fullmatch(inner):
        return None
    if _CHANGES.fullmatch(inner):
        return Found(begin + 1, end - 1, "model", "name.changes")
    for ending, kind in _OWN_WORD:
        if ending.search(inner):
            return Found(begin + 1, end - 1, kind, f"name.own-{_slug(kind)}")
    before = text[max(0, begin - 16) : begin]
    if ENTERED.search(before):
        return Found(begin + 1, end - 1, "award", "name.awarded")
    for verb, kind, rule in _BEFORE:
        if verb.search(before) and len(inner) <= _LONGEST_BARE:
            return Found(begin + 1, end - 1, kind, rule)
    return None


def _work(text: str, match: re.Match[str]) -> Found | None:
    inner = match[1]
    ending = next((row for row in rows("document_endings") if inner.endswith(row["surface"])), None)
    if ending:
        return Found(match.start(1), match.end(1), "document", "name.document", (cite("document_endings", ending),))
    after = _AFTER.match(text, match.end())
    head = _first(after[0], "work_heads") if after else None
    if head:
        kind = head[1]["kind"]
        return Found(match.start(1), match.end(1), kind, "name.work", (cite("work_heads", head[1]),))
    return Found(match.start(1), match.end(1), "work", "name.titled")


#: After a quoted phrase in a title: it says how something is done, not what.
_AT_REST: Final = re.compile(r"式|的|地|般|$|\n| ")


def _in_title(scope: Scope) -> Iterator[Found]:
    """A name in quotes in the title of a case: what the case is about, if it opens a phrase or the text takes it up."""
    for match in _QUOTED.finditer(scope.text, 0, scope.title_end):
        begin, end = match.start() + 1, match.end() - 1
        inner = scope.text[begin:end]
        opens = match.start() == 0 or scope.text[match.start() - 1] in " \u3000：:—"
        again = inner in scope.text[scope.title_end :]
        if 3 <= end - begin <= _LONGEST_BARE and (
            again or (opens and end - begin >= 4 and not _AT_REST.match(scope.text, match.end()))
        ):
            yield Found(begin, end, "programme", "name.title")


def _remembered(scope: Scope, memory: Memory) -> Iterator[Found]:
    if not memory.kinds:
        return
    for match in memory.pattern().finditer(scope.text):
        name = match[0]
        quoted = scope.text[match.start() - 1 : match.start()] in {"“", "《", "「"}
        whole = scope.text[match.end() : match.end() + 1] in {"”", "》", "」"}
        if quoted != whole or (not quoted and len(name) < 4):
            continue
        kind, cited = memory.kinds[name]
        yield Found(match.start(), match.end(), kind, "name.remembered", cited)


def _slug(kind: str) -> str:
    return re.sub(r"[^a-z]+", "-", kind).strip("-")
