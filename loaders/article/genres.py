"""Stretches of a document that are no report: verse, provisions of a law, recipes. No figure is read from them."""

from __future__ import annotations

import re

from loaders.article.segments import Paragraph, Structure

_LINE_OF_VERSE = re.compile(r"[\u4e00-\u9fff]{5}|[\u4e00-\u9fff]{7}")
_PAUSE = re.compile(r"[，,。！？!?；;、:：]+")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零\d]{1,6}条[\s　]*")
_ITEM = re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]")
_CHAPTER = re.compile(r"第[一二三四五六七八九十百]{1,4}[章节编]")
_COOKING = (
    "用料",
    "食材",
    "配料",
    "翻炒",
    "焯",
    "腌",
    "炖",
    "小火",
    "中火",
    "大火",
    "切成",
    "切块",
    "热锅",
    "下锅",
    "料酒",
    "生抽",
    "出锅",
    "葱姜",
)
_AID = re.compile(r"帮扶|对口|协作|扶贫|脱贫|援[建助疆藏青派]|振兴")

#: Where it begins and ends in the view, its kind, and why no figure is read from it.
Stretch = tuple[int, int, str, str]


def genres(structure: Structure) -> list[Stretch]:
    """Return the stretches of a document from which no figures are read."""
    return [*verses(structure), *_provisions(structure), *_recipe(structure)]


def _provisions(structure: Structure) -> list[Stretch]:
    """Three articles (第十二条 …) or more make a law or rule; their items and chapters belong to them."""
    view = structure.view.text
    articles = [p for p in structure.paragraphs if _ARTICLE.match(view, p.begin, p.end)]
    if len(articles) < 3:
        return []
    found: list[Stretch] = []
    inside = False
    for paragraph in structure.paragraphs:
        begins = any(pattern.match(view, paragraph.begin, paragraph.end) for pattern in (_ARTICLE, _CHAPTER))
        inside = begins or (inside and bool(_ITEM.match(view, paragraph.begin, paragraph.end)))
        if inside:
            found.append((paragraph.begin, paragraph.end, "provision", "in a provision of a law or rule"))
    return found


def _recipe(structure: Structure) -> list[Stretch]:
    """A short text of cookery words that speaks of no aid."""
    view = structure.view.text
    if not view or len(view) > 5000 or _AID.search(view) or sum(word in view for word in _COOKING) < 4:
        return []
    return [(0, len(view), "recipe", "in a recipe")]


def verses(structure: Structure) -> list[Stretch]:
    """Return the stanzas of a text: four lines or more, all of five or all of seven characters."""
    found: list[Stretch] = []
    run: list[Paragraph] = []
    lines: list[int] = []
    for paragraph in (*structure.paragraphs, None):
        here = _verse_lines(structure, paragraph) if paragraph is not None else []
        if here and (not lines or here[0] == lines[0]):
            assert paragraph is not None
            run.append(paragraph)
            lines += here
            continue
        if len(lines) >= 4:
            found.append((run[0].begin, run[-1].end, "verse", "in a poem"))
        run, lines = ([paragraph], here) if here and paragraph is not None else ([], [])
    return found


def _verse_lines(structure: Structure, paragraph: Paragraph) -> list[int]:
    if paragraph.end - paragraph.begin > 600:
        return []
    text = structure.view.text[paragraph.begin : paragraph.end]
    lines = [line for line in _PAUSE.split(text) if line]
    lengths = {len(line) for line in lines}
    alike = len(lengths) == 1 and all(_LINE_OF_VERSE.fullmatch(line) for line in lines)
    return [len(line) for line in lines] if alike else []
