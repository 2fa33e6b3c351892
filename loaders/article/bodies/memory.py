"""Bodies that a text has named before: short forms that it defines, later mentions, full names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from loaders.article.bodies.parts import is_plain
from loaders.article.bodies.words import Body
from loaders.article.matching import Matcher
from loaders.article.places.names import Mention, areas
from loaders.article.tokens import Tokens

_CALLED: Final = re.compile(
    r"^[(（](?:以下|下文)?(?:简|下|统|合)?称(?:为)?[:：]?[“\"《]?([^”\"》)），。]{2,12})[”\"》]?[)）]"
)
_LEGAL: Final = re.compile(r"(?:（集团）)?(?:集团)?(?:股份有限公司|有限责任公司|有限公司|集团公司|总公司|公司|集团)$")


def remember(text: str, tokens: Tokens, bodies: list[Body], places: Sequence[Mention]) -> list[Body]:
    """Return the bodies of a text with further mentions of those that it has named; names become full ones."""
    forms = _forms(text, bodies, places)
    for body in bodies:
        known = None if body.named else forms.get(text[body.begin : body.end])
        if known is not None and body.kind.startswith(known[0].kind) and body.begin >= known[1]:
            body.named, body.name, body.kind, body.rule = True, known[0].name, known[0].kind, "body.memory"
    taken = sorted((b.begin, b.end) for b in bodies)
    more: list[Body] = []
    for hit in Matcher(forms).longest(text):
        body, begins, defined = hit.entry
        if _overlaps(taken, hit.begin, hit.end) or not (defined or _stands(hit.begin, hit.end, tokens, text)):
            continue
        if hit.begin >= begins:
            more.append(
                Body(hit.begin, hit.end, body.name, body.kind, "body.memory", body.rows, body.named, body.area)
            )  # fmt: skip
    found = sorted([*bodies, *more], key=lambda b: b.begin)
    _complete(text, found)
    return found


def _forms(text: str, bodies: Sequence[Body], places: Sequence[Mention]) -> dict[str, tuple[Body, int, bool]]:
    """Return the forms to look for, each with its body, from where on it counts, and whether the text defines it."""
    ends = {m.begin: m.end for m in places}
    forms: dict[str, tuple[Body, int, bool]] = {}
    for body in bodies:
        if not body.named:
            continue
        surface = text[body.begin : body.end]
        called = _CALLED.match(text[body.end : body.end + 24])
        if called:
            forms.setdefault(called[1], (body, body.end, True))
        if len(surface) > 3:
            forms.setdefault(surface, (body, 0, False))
        at = body.begin
        while at in ends and ends[at] < body.end:
            at = ends[at]
        if body.kind == "government task force" and surface.endswith("指挥部"):
            forms.setdefault("指挥部", (body, body.end, False))
        core = _LEGAL.sub("", text[at : body.end])
        if body.kind == "enterprise" and core != text[at : body.end] and len(core) > 1:
            for form in (core + "公司", core + "集团"):
                forms.setdefault(form, (body, body.end, False))
            own = not is_plain(core) and core not in areas()
            if own and (len(core) > 2 or surface.startswith("中国")):
                forms.setdefault(core, (body, body.end, False))  # 华电 after 中国华电集团有限公司
        for form in _local_forms(text[body.begin : at], text[at : body.end], body.kind):
            forms.setdefault(form, (body, body.end, False))
        if (
            body.kind in ("school", "college", "university", "hospital", "training centre")
            and at > body.begin
            and body.end - at > 3
        ):
            rest = text[at : body.end]
            if not re.match(
                r"^(?:第[一二三四五六七八九十]+)?(?:人民医院|中心医院|中医院|中医医院|妇幼保健院|中学|小学|高级中学|职业学校|职业技术学院|大学|高中)$",
                rest,
            ):
                forms.setdefault(rest, (body, body.end, False))
    return forms


def _local_forms(place: str, rest: str, kind: str) -> Iterator[str]:
    """Yield what people of the place call its hospital or school: 州医院, 六中."""
    if kind == "hospital" and place[-1:] in tuple("省市州县区旗") and rest in ("人民医院", "医院", "中心医院"):
        yield place[-1] + "医院"
        yield place[-1] + "人民医院"
    school = re.fullmatch(r"第?([一二三四五六七八九十]{1,3})(?:中学?|高级中学)", rest)
    if kind == "school" and school:
        yield school[1] + "中"


def _complete(text: str, bodies: Sequence[Body]) -> None:
    """Give a body whose surface ends the name of a longer one of its kind that one's name: 市国资委."""
    longest: dict[tuple[str, str], str] = {}
    for body in bodies:
        for length in range(3, len(body.name)):
            longest.setdefault((body.kind, body.name[-length:]), body.name)
    for body in bodies:
        if body.named and body.name == text[body.begin : body.end]:
            body.name = longest.get((body.kind, body.name), body.name)


def _stands(begin: int, end: int, tokens: Tokens, text: str) -> bool:
    first, last = tokens.at(begin), tokens.at(end - 1)
    if first is None or last is None:
        return True
    if text[begin - 1 : begin] == "“" and text[end : end + 1] == "”":
        return True
    return first.start == begin and last.end == end and not (first is last and first.kind in ("v", "d"))


def _overlaps(taken: Sequence[tuple[int, int]], begin: int, end: int) -> bool:
    low, high = 0, len(taken)
    while low < high:
        middle = (low + high) // 2
        if taken[middle][1] <= begin:
            low = middle + 1
        else:
            high = middle
    return low < len(taken) and taken[low][0] < end
