"""What a document consists of: paragraphs, headings, sentences, clauses."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from loaders.article.view import BREAK, Builder, View, normalise

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_TERMINAL = re.compile(r"(?:[。！？!?…]|[\u4e00-\u9fff][.])[”’」』》）)\]】\"']*$")
_CONTINUES = re.compile(r"[,，、;；（(“‘《〈「『—~-]$")
_NUMBERED = re.compile(
    r"(?:第?[一二三四五六七八九十百]{1,3}[、.．)章节篇]|第[一二三四五六七八九十百零\d]{1,6}条|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．)](?!\d)|[①-⑳]"
    r"|【?(?:典型)?(?:案例|实例|事例|范例|样本|故事)[一二三四五六七八九十百\d]{1,3})"
)
_CASE_MARK = re.compile(
    r"[【\[（(]?(?:典型|优秀)?(?:案例|实例|事例|范例|样本)(?:之)?[一二三四五六七八九十百\d]{1,3}(?![个项例])"
)
_ITEM = re.compile(r"[-*•·●■◆]\s|[一二三四五六七八九十]{1,2}是")
_TABLE = re.compile(r"\t|\|.*\||\S {3,}\S+ {3,}\S")
_MARKDOWN = re.compile(r"#{1,6}\s+")
_SENTENCE = re.compile(r"[^。！？!?\n\t]*(?:[。！？!?]+[”’」』）)\"']*|[\n\t]|$)")
_CLAUSE = re.compile(
    r"[^，,；;：:。！？!?\n\t…—]*(?:(?:[，；;：:。！？!?…—]|,(?!\d{3}(?!\d))|,(?<!\d.))+[”’」』）)\"']*|[,\n\t ]|$)"
)
#: A line that ends in a number and its classifier, or in the middle of a number, is no title.
_CUT_NUMBER = re.compile(r"\d[余多]?[十百千万亿]*[余多]?[个家所户人名项种元年月只]?$")
_TITLE_LENGTH = 45


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or heading, from `begin` to `end` in the view."""

    begin: int
    end: int
    heading: bool = False
    table: bool = False


@dataclass(slots=True)
class Structure:
    """A document's view and its paragraphs in order; all positions are the view's."""

    view: View
    paragraphs: list[Paragraph] = field(default_factory=list)
    _begins: list[int] = field(default_factory=list)

    def paragraph_at(self, position: int) -> Paragraph:
        """Return the paragraph that holds a position."""
        return self.paragraphs[max(0, bisect_right(self._begins, position) - 1)]

    def sentences(self, paragraph: Paragraph) -> list[tuple[int, int]]:
        """Return the sentences of a paragraph as (begin, end), their stops included."""
        return _spans(_SENTENCE, self.view.text, paragraph.begin, paragraph.end)

    def clauses(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Return what stands between commas, semicolons and colons from `begin` to `end`."""
        return _spans(_CLAUSE, self.view.text, begin, end)


def _spans(pattern: re.Pattern[str], text: str, begin: int, end: int) -> list[tuple[int, int]]:
    return [m.span() for m in pattern.finditer(text, begin, end) if m.end() > m.start()]


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str
    blank_before: bool
    indented: bool
    heading: bool = False
    table: bool = False
    marked: bool = False

    @property
    def closed(self) -> bool:
        return bool(_TERMINAL.search(self.text)) or self.text.endswith(("：", ":"))


def structure(text: str) -> Structure:
    """Return the paragraphs and headings of a text, words joined that a line break or space cuts in two."""
    plain = normalise(text)
    lines = _lines(plain)
    _find_headings(lines)
    builder = Builder(plain)
    paragraphs: list[Paragraph] = []
    i = 0
    while i < len(lines):
        first = lines[i]
        begin = builder.length
        builder.add_line(first.start, first.end, title=first.heading)
        while not first.heading and i + 1 < len(lines) and _goes_on(lines[i], lines[i + 1]):
            i += 1
            builder.add_line(lines[i].start, lines[i].end, title=False)
        paragraphs.append(Paragraph(begin, builder.length, first.heading, first.table))
        if lines[i].end < len(text):
            builder.mark(BREAK, lines[i].end)
        i += 1
    return Structure(builder.view(), paragraphs, [p.begin for p in paragraphs])


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    previous_end = 0
    for found in _LINE.finditer(text):
        raw = found[0]
        content = raw.strip().strip("\u200b\ufeff")
        if not content:
            continue
        start = found.start() + raw.index(content)
        gap = text.count("\n", previous_end, start) or text.count("\r", previous_end, start)
        line = _Line(start, start + len(content), content, gap > 1, raw.startswith("\u3000"))
        line.table = bool(_TABLE.search(content))
        mark = _MARKDOWN.match(content)
        if mark:
            line.marked = True
            line.start += mark.end()
            line.text = content[mark.end() :]
        previous_end = found.end()
        lines.append(line)
    return lines


def _find_headings(lines: list[_Line]) -> None:
    blank_parted = sum(line.blank_before for line in lines) > len(lines) / 3
    lengths = sorted(len(line.text) for line in lines)
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    cut = sum(not line.closed and len(line.text) > width * 0.7 for line in lines)
    # Where many lines of one width end in the middle of a sentence the text is wrapped.
    wrapped = len(lines) >= 6 and width <= 120 and cut > len(lines) * 0.4
    for _ in range(2):  # a title may be told by the title below it
        for i, line in enumerate(lines):
            before = lines[i - 1] if i else None
            after = lines[i + 1] if i + 1 < len(lines) else None
            line.heading = line.marked or _is_heading(line, before, after, blank_parted, width if wrapped else 0)


def _is_heading(line: _Line, before: _Line | None, after: _Line | None, blank_parted: bool, width: int) -> bool:
    text = line.text
    if (
        line.table
        or len(text) > _TITLE_LENGTH
        or len(text) < 2
        or "。" in text
        or (after is None and before is not None)
    ):
        return False
    if (line.closed and not text.endswith(("？", "！", "?", "!"))) or _CONTINUES.search(text):
        return False
    if _CASE_MARK.match(text) and len(text) <= 45 and not (before and _open(before)):
        return True
    if before is not None and not (before.closed or before.heading or (line.blank_before and not _open(before))):
        return False
    if text[0] in "(（【[" and text[-1] in ")）】]":
        return before is not None and before.heading
    if _ITEM.match(text) or not re.search(r"[\u4e00-\u9fffA-Za-z]", text):
        return False
    if text[-1] in "十百千万几":
        return False
    if _NUMBERED.match(text) or text.startswith(("——", "--")):
        return len(text) <= 45 or after is None
    if after is None or _CUT_NUMBER.search(text):
        return False
    if after.heading or (line.blank_before and after.blank_before):
        return True
    if blank_parted and not after.blank_before and not after.indented:
        return bool(width) is False and len(text) <= 30 and len(after.text) > 2 * len(text) and not _open(line)
    if width:
        return len(text) < width * 0.7 and (after.indented or line.blank_before or after.blank_before)
    if after.indented and not line.indented:
        return True
    return len(after.text) > len(text) or _title_like(text)


def _title_like(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff”][ \u3000]+[\u4e00-\u9fff“]", text)) or text.startswith(("“", "《"))


def _open(line: _Line) -> bool:
    """Whether a line breaks off: it ends in a comma, or is too long for a title and has no stop."""
    return bool(_CONTINUES.search(line.text)) or (not line.closed and len(line.text) > _TITLE_LENGTH)


def _goes_on(line: _Line, after: _Line) -> bool:
    if line.table or after.table or after.heading or line.closed:
        return False
    if line.text[0] in "(（【[" and line.text[-1] in ")）】]":
        return False
    if (_NUMBERED.match(after.text) and line.text[-1] not in "，,、") or _ITEM.match(after.text):
        return False
    if after.indented and not _CONTINUES.search(line.text) and len(line.text) < 40:
        return False
    return not (line.text.endswith(("；", ";")) and line.indented and after.indented)
