"""Where the cases of a collection begin and end, numbered or not."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from loaders.article.facts import CaseSpan
from loaders.article.segments import Paragraph, Structure

#: 案例一, 【案例3】, 典型案例之二: a case whatever else the document looks like.
_NUMBERED_CASE = re.compile(
    r"[【\[（(]?(?:典型|优秀|精选)?(?:案例|实例|范例|样本|事例)(?:之)?[一二三四五六七八九十百\d]{1,3}[】\]）)]?[：:、.．\s——-]*|Case\s+(?:[Ss]tudy\s+)?\d{1,3}[:.\s]*"
)
_NUMBERED = (
    re.compile(r"[一二三四五六七八九十]{1,3}、"),
    re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]"),
    re.compile(r"\d{1,2}[、.．](?!\d)"),
    re.compile(r"第[一二三四五六七八九十]{1,3}[、章篇]"),
)
_ANY_NUMBER = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．](?!\d)|[①-⑳]|第[一二三四五六七八九十]{1,3}[、章节篇部]"
)
#: Words of a title or an introduction that announce several cases.
_COLLECTION = re.compile(
    r"案例|实例|事例|典型|选编|汇编|集锦|范例|故事集|十佳|十大|优秀(?:项目|做法|实践)|经验做法|case stud|cases",
    re.IGNORECASE,
)
#: Headings of the sections that any one report has.
_SECTION = re.compile(
    r"背景|做法|成效|启示|经验|问题|措施|下一步|基本情况|概况|意义|体会|思考|建议|总体要求|工作思路|主要目标|保障|结语|前言|引言|摘要|附件|"
    r"background|results|lessons|conclusion|introduction|summary",
    re.IGNORECASE,
)
_TWO_PART = re.compile(r"[\u4e00-\u9fff”》！][ \u3000]+[\u4e00-\u9fff“《]|^[“《]")


_SUBTITLE = ("——", "--", "(", "（")


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of headings, and the paragraphs below it."""

    headings: tuple[Paragraph, ...]
    body: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """A document's title (empty where it has none) and its cases, at least one where there is text."""

    title: str
    cases: list[CaseSpan]


def divide(structure: Structure, text: str) -> Division:
    """Return the title and the cases of a document; without any mark of cases the whole of it is one.

    Spans are the document's: from a case's title to its last paragraph. `text` is the document.
    """
    parts = _parts(structure)
    if not parts:
        return Division("", [])
    starts = _numbered_cases(structure) or _by_number(structure, parts) or _by_title(structure, parts)
    title = _document_title(structure, parts, {start.begin for start in starts})
    if not starts:
        return Division(title, [_whole(structure, text, title)])
    last = structure.paragraphs[-1].end
    ends = [*(start.begin for start in starts[1:]), last]
    cases = [_case(structure, text, i + 1, s, e) for i, (s, e) in enumerate(zip(starts, ends, strict=True))]
    return Division(title, cases)


def _parts(structure: Structure) -> list[_Part]:
    parts: list[_Part] = []
    headings: list[Paragraph] = []
    body: list[Paragraph] = []
    for paragraph in structure.paragraphs:
        if paragraph.heading and body:
            parts.append(_Part(tuple(headings), tuple(body)))
            headings, body = [], []
        (headings if paragraph.heading else body).append(paragraph)
    if headings or body:
        parts.append(_Part(tuple(headings), tuple(body)))
    return parts


def _words(structure: Structure, paragraph: Paragraph) -> str:
    return structure.view.text[paragraph.begin : paragraph.end]


def _numbered_cases(structure: Structure) -> list[Paragraph]:
    marks = [p for p in structure.paragraphs if _NUMBERED_CASE.match(_words(structure, p)) and p.end - p.begin < 100]
    return marks if any(p.heading for p in marks) or len(marks) > 1 else []


def _announced(structure: Structure, parts: list[_Part]) -> bool:
    """Whether the title or the introduction speaks of cases."""
    first = parts[0]
    opening = " ".join(_words(structure, p) for p in (*first.headings, *first.body[:6]))
    return bool(_COLLECTION.search(opening))


def _by_number(structure: Structure, parts: list[_Part]) -> list[Paragraph]:
    """Numbered headings of one kind, in a document that announces cases."""
    if not _announced(structure, parts):
        return []
    for pattern in _NUMBERED:
        found = [p for part in parts for p in part.headings if pattern.match(_words(structure, p))]
        sections = sum(bool(_SECTION.search(_words(structure, p))) for p in found)
        if len(found) >= 2 and sections < len(found) / 3:
            return found
    return []


def _by_title(structure: Structure, parts: list[_Part]) -> list[Paragraph]:
    """Title lines without numbers, where cases are announced or the titles are of the kind that cases have."""
    plain: list[Paragraph] = []
    for i, part in enumerate(parts):
        titles = [p for p in part.headings if not _ANY_NUMBER.match(_words(structure, p))]
        if not titles or not part.body:
            continue
        title = titles[-1] if i == 0 else titles[0]
        words = _words(structure, title)
        if i == 0 and (words.startswith(_SUBTITLE) or (len(titles) == 1 and _introduces(structure, part))):
            continue  # the document's own title
        if not _SECTION.fullmatch(words):
            plain.append(title)
    if len(plain) < 2:
        return []
    if _portraits(structure, parts, plain):
        return plain
    two_part = sum(bool(_TWO_PART.search(_words(structure, p))) for p in plain)
    if _announced(structure, parts) or (two_part > len(plain) / 2 and plain[0] in parts[0].headings):
        return plain
    return []


def _portraits(structure: Structure, parts: list[_Part], titles: list[Paragraph]) -> bool:
    """Whether a short opening is followed by three portraits or more, each one title over one long paragraph."""
    first = {title.begin for title in titles}
    sections = [part for part in parts if part.headings and part.headings[0].begin in first]
    opening = sum(p.end - p.begin for part in parts if part not in sections for p in part.body)
    return (
        len(sections) >= 3
        and len(sections) >= len(parts) - 1
        and opening <= 200
        and all(len(part.body) == 1 and part.body[0].end - part.body[0].begin >= 150 for part in sections)
    )


def _introduces(structure: Structure, part: _Part) -> bool:
    return bool(_COLLECTION.search(" ".join(_words(structure, p) for p in (*part.headings, *part.body))))


def _document_title(structure: Structure, parts: list[_Part], starts: set[int]) -> str:
    lines: list[str] = []
    for paragraph in parts[0].headings:
        if paragraph.begin in starts or (lines and not _words(structure, paragraph).startswith(_SUBTITLE)):
            break
        lines.append(_words(structure, paragraph))
    return "".join(lines)


def _case(structure: Structure, text: str, number: int, first: Paragraph, end: int) -> CaseSpan:
    paragraphs = structure.paragraphs
    inside = paragraphs[bisect_left(paragraphs, first.begin, key=_begin) : bisect_left(paragraphs, end, key=_begin)]
    start, stop = structure.view.origin(first.begin), structure.view.origin(inside[-1].end - 1) + 1
    mark = _NUMBERED_CASE.match(_words(structure, first)) or _ANY_NUMBER.match(_words(structure, first))
    begin = first.begin + (mark.end() if mark else 0)
    title = first
    if begin >= first.end and len(inside) > 1:
        title, begin = inside[1], inside[1].begin
    elif begin >= first.end:
        begin = first.begin
    title_start, title_end = structure.view.span(begin, title.end)
    return CaseSpan(
        number=number, start=start, end=stop, title=text[title_start:title_end].strip(), title_start=title_start
    )


def _begin(paragraph: Paragraph) -> int:
    return paragraph.begin


def _whole(structure: Structure, text: str, title: str) -> CaseSpan:
    first, last = structure.paragraphs[0], structure.paragraphs[-1]
    start, end = structure.view.origin(first.begin), structure.view.origin(last.end - 1) + 1
    if not title:
        sentences = structure.sentences(first)
        begin, stop = structure.view.span(*sentences[0]) if sentences else (start, end)
        title = text[begin : min(stop, begin + 40)].strip()
    return CaseSpan(number=1, start=start, end=end, title=title, title_start=start)
