"""Number words that are no figures: names, slogans, ordinals, idioms, addresses, grades.

Each guard says why; what a guard holds is left out of the figures and, where it looks like one, told as unread.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from loaders.article import anchored
from loaders.article.genres import genres
from loaders.article.segments import Structure

_CN = "一二两三四五六七八九十百千万亿双"
_ORDINAL = re.compile(
    r"(?=[0-9第首前名排位分小初高大一二三四五六七八九十百])(?:第(?:\d{1,9}(?:[至到—-]\d{1,9})?|[一二三四五六七八九十百千零〇]{1,9})[^，,。；;\s]?"
    r"|首[批次个届家所期轮条座例台套支位名年创季只笔单站场部届]"
    r"|(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:期|号)(?:工程|项目|建设|投资|厂房|楼|院|地|园|基地|完工|开工)"
    r"|(?:(?<![目之以此先提日年月天从当面眼跟])前|名列第?|排名第?|位列第?|位居第?)(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:名|位|强|甲)(?!学|专|干|教|医)"
    r"|(?:\d{1,3}|[一二三四五六七八九十百]{1,4})周年"
    r"|(?:\d{1,2}|[一二三四五六])级(?!以)|[\d一二三四五][AaＡ]+级?|\d[GＧ](?![BbＢ])|(?:[一二三四五六七八九]|\d{1,2})(?:年级(?:[（(]?(?:[一二三四五六七八九十]{1,2}|\d{1,2})[）)]?班)?|等奖|星级|类区|线城市|线品牌|品官|号楼|号线|号店|号院|号文|路公交|小时圈|点半)"
    r"|(?:\d{1,3}|[一二三四五六七八九十]{2,3})届"
    r"|分(?:为|成|作)?(?:\d{1,2}|[两二三四五六七八九十])个?(?:组|期|路|步|档|层|级|阶段|批次)(?!建)"
    r"|[一二三四五六七八九十]{1,3}(?:是|来(?=[，,])|则)(?![一二三四五六七八九十])"
    r"|(?<!\d)[5-9]0后|(?<!\d)0[05]后"
    r"|(?<![\d.])\d{1,2}\.0(?!\d)(?:版|时代)?"
    r"|(?<![最提增升扩加更较很])(?:小|初|高|大)[一二三四](?=[年学的，,、]))"
)
_CODES = re.compile(
    r"(?=[0-9A-Za-zＮ〔\[【（(第热电传邮微编代信账帐卡证文批图表一二三四五六七八九+])(?:[〔\[【（(]\s*(?:19|20)\d\d\s*[〕\]】）)]\s*第?\d{1,9}\s*号|(?<!\d)\d{1,9}号(?=文件|令|公告|决定)|(?<!\d)第?\d{1,9}号(?:文|令)"
    r"|(?<![\d])0\d{2,3}-?\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)(?:400|800)-?\d{3}-?\d{4}|(?<!\d)\d{5,8}(?:热线|客服|平台(?!化))|(?:热线|电话|传真|邮编|邮政编码|(?:QQ|微信号?|编号|代码|信用代码|账号|帐号|卡号|证号|文号|批准文号)[：:])[：:]?[A-Za-z]{0,9}[\d\-]{4,40}"
    r"|(?<![A-Za-z])(?![A-Za-z]{2,9}\d+[个台辆套盏件项款部家名])[A-Za-z]{1,20}[-_]?\d[\d.\-]{0,20}[A-Za-z]{0,20}|[SGXYCZ]\d{1,4}(?=[\u4e00-\u9fff])|\d{2,4}国道|\d{2,4}省道|(?<![\d])\d{1,9}[A-Za-z](?![A-Za-z])(?<!\d[mtgLGWKkVv])"
    r"|[图表](?:\d{1,2}|[一二三四五六七八九十]{1,2})(?![个家户名人])|https?://\S{1,400}|www\.\S{1,400}|\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?<![\d一二三四五六七八九NnXx+])(?:\d|[一二三四五六七八九NnXx]){1,4}(?:\+(?:\d|[一二三四五六七八九NnXx]){1,4}){1,20}|[NnXxＮ]\+|\+[NnXxＮ]"
    r"|(?<![\d])\d{1,2}[×xX*]\d{1,3}(?:小时)?|(?<![\d.:])\d{1,9}(?:\.\d{1,6})?:\d{1,9}(?:\.\d{1,6})?(?::\d{1,6}(?:\.\d{1,6})?)?|[一二三四五六七八九]比[一二三四五六七八九])"
)
_LIST_MARK = re.compile(
    r"(?:^|(?<=\n))(?:[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|\d{1,2}[、.．)）](?!\d)|[一二三四五六七八九十]{1,3}、|案例[一二三四五六七八九十\d]+)|[（(][一二三四五六七八九十]{1,3}[)）]|[①-⑳]|(?<=[。；;])\d{1,2}[.、](?=[\u4e00-\u9fff])"
)
_QUOTED = re.compile(
    r"“([^“”\n]{1,14})”|\"([^\"\n]{1,20})\"|‘([^‘’\n]{1,20})’|「([^「」\n]{1,20})」|【([^【】\n]{1,20})】"
)
_TITLED = re.compile(r"《[^《》\n]{1,60}》|〈[^〈〉\n]{1,40}〉")
#: 百县百品, 三带两转: number, a word, number, a word. Digits never make one, nor does a classifier with its noun.
_SLOGAN = re.compile(
    rf"(?<![\d{_CN}])[{_CN}]([^{_CN}\d\W几余多来成点分年月天个名到至斤亩吨元克])[{_CN}]([^{_CN}\d\W个])(?![{_CN}\d])"
)
_BARE = r"(?<![\d一二两三四五六七八九十百千几数近上超逾过约破达满.])[百千万]"
_SLOGAN_LONG = re.compile(
    _BARE + r"[企村校县乡镇社店团名家人户场]{1,2}[^，,。；;、\d]{0,6}?[百千万][企村校县乡镇社店团户家人品岗业里物]"
)
_CAMPAIGN = re.compile(
    _BARE
    + r"(?![余多几来分亩元吨斤])[^，,。；;、\d“”\n的]{1,9}(?:工程|行动|计划|活动|进万家|下基层|下乡|进乡村|大走访|入户)"
)
_SAID = re.compile(r"[，,。！？!?；;]|\d{2,}[^\d]*[元人户家个亩]|\d(?:万|亿)")
_FACT_INSIDE = re.compile(
    r"[一二两三四五六七八九十]+[十百千万亿][一二三四五六七八九十百千万]*[余多]?(?:元|块|斤|亩|户|人|吨|公里)|\d+(?:\.\d+)?[余多]?[万亿]?(?:元|人|户|亩|吨|家|名|公里)"
)


@dataclass(frozen=True, slots=True)
class Guard:
    """A stretch of the view in which number words are no figures, and why."""

    begin: int
    end: int
    kind: str
    why: str
    ref: str = ""


class Guards:
    """All guards of a text."""

    def __init__(self, found: Iterable[Guard]) -> None:
        """Take the guards in any order."""
        self._sorted = sorted(found, key=lambda g: g.begin)
        self._begins = [g.begin for g in self._sorted]
        self._longest = max((g.end - g.begin for g in self._sorted), default=0)

    def over(self, begin: int, end: int) -> Guard | None:
        """Return a guard that overlaps a stretch."""
        i = bisect_right(self._begins, end - 1) - 1
        while i >= 0 and self._sorted[i].begin > begin - self._longest:
            if self._sorted[i].end > begin:
                return self._sorted[i]
            i -= 1
        return None


def guards(structure: Structure) -> Guards:
    """Return the guards of a document (dates are no part of them, nor are idioms: see `idiom`)."""
    text = structure.view.text
    found = [Guard(begin, end, kind, why) for begin, end, kind, why in genres(structure)]
    for pattern, kind, why in (
        (_ORDINAL, "ordinal", "an ordinal, grade or step, not a count"),
        (_CODES, "code", "a number in a name, code, ratio or formula"),
        (_LIST_MARK, "mark", "the number of a list"),
        (_TITLED, "title", "inside a title"),
        (_SLOGAN_LONG, "slogan", "a slogan, not a count"),
        (_CAMPAIGN, "slogan", "the name of a campaign, not a count"),
    ):
        found += [Guard(m.start(), m.end(), kind, why) for m in pattern.finditer(text)]
    for m in _SLOGAN.finditer(text):
        if not _counts(text, m):
            found.append(Guard(m.start(), m.end(), "slogan", "a slogan, not a count"))
    for m in _QUOTED.finditer(text):
        inside = next(g for g in m.groups() if g is not None)
        if not _SAID.search(inside) and not _FACT_INSIDE.search(inside):
            found.append(Guard(m.start(), m.end(), "quoted", "inside a quoted name or slogan"))
    return Guards(found)


def _counts(text: str, m: re.Match[str]) -> bool:
    """两省五县 after 、 or before a classifier's noun is counted; 三带两转 is not."""
    units = [anchored.words("units").at(word, 0, 1) for word in (m[1], m[2])]
    if all(unit is not None and unit.kind not in {"area-unit", "thing"} for unit in units):
        return True  # 一栋四层的楼
    places = "省市县区州镇乡村校院"
    return m[1] in places and m[2] in places and m[0][0] not in "百千万" and m[0][0] != m[0][2] and m[0][0] != "一"


def idiom(text: str, begin: int, end: int) -> anchored.Word | None:
    """Return the idiom, term or name of the lexicon that holds the numeral from `begin` to `end`."""
    lexicon = anchored.words("idioms")
    stop = min(len(text), end + 9)
    for start in range(max(0, begin - 7), begin + 1):
        word = lexicon.at(text, start, stop)
        if word is not None and start + len(word.surface) > begin:
            stop_at = start + len(word.surface)
            unit = anchored.words("units").at(text, end, end + 6)
            # 一点二亿 is more than 一点, and 一刻钟 more than 一刻.
            longer = start == begin and max(end, end + len(unit.surface) if unit else 0) > stop_at
            return None if longer or (start == begin and _counts_after_all(text, end, stop_at)) else word
    return None


def _counts_after_all(text: str, end: int, stop: int) -> bool:
    """两头牛: what would be an idiom is a number and the classifier of the animal or thing that follows."""
    unit = anchored.words("units").at(text, end, stop)
    if unit is None or end + len(unit.surface) != stop:
        return False
    noun = anchored.words("nouns").at(text, stop, stop + 8)
    return noun is not None and noun.kind in {"animal", "thing", "person", "plant"}
