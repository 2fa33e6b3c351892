"""What a number counts: the head noun after its classifier or before the number, and the unit that follows from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from loaders.article import anchored
from loaders.article.anchored import Word

_STOPS = "，,。；;：:！？!?\n\t)》】…—+"
_CLOSERS = {"“": "”", "《": "》", "(": ")", "‘": "’", "【": "】", "「": "」"}
_FILLER = re.compile(
    r"(?:共有|共计|总计|累计|合计|总数|总量|数量|达到了?|已达|高达|多达|达|已有|有|共|为|计|各|分别|增至|增加到|增加至|发展到|扩大到|扩大至|减少到|"
    r"上升到|提高到|升至|降至|已|也|就|均|则|仅|只|从|由|到|至|了|不|是|的|:|：|在|中的|里的|当中的|规模|人数|个数|户数|家数|村数|总|现|还|又|另|另有|其中|先后|最初的?|现在的?|"
    r"超过|超|近|逾|约|突破|至少|不少于|不足|不到|第[一二三]|一期|二期|“|”|》|\))+$"
)
#: Words that make a noun before them the first half of a longer one (农产品|加工|项目).
_JOINTS = [
    "加工",
    "销售",
    "服务",
    "建设",
    "培训",
    "管理",
    "交易",
    "展示",
    "展销",
    "生产",
    "种植",
    "养殖",
    "物流",
    "扶贫",
    "帮扶",
    "示范",
    "研发",
    "保护",
    "收购",
    "配送",
    "孵化",
    "技术",
    "文化",
    "直播",
    "电商",
    "旅游",
    "体验",
    "保障",
    "治理",
    "合作",
    "协作",
    "检测",
    "指导",
    "采购",
    "供应",
    "推广",
    "推介",
    "繁育",
    "种养",
    "就业",
    "创业",
    "教育",
    "医疗",
    "卫生",
    "健康",
    "养老",
    "安全",
    "饮水",
    "仓储",
    "冷链",
    "科技",
    "信息",
    "电子商务",
    "深加工",
    "综合",
    "产业",
    "劳务",
    "实训",
    "基础",
    "志愿",
    "援助",
    "改造",
    "提升",
    "融合",
    "主题",
    "专业",
    "专项",
    "公共",
    "数字",
    "智慧",
    "绿色",
    "生态",
    "红色",
    "党建",
    "民生",
    "特色",
    "重点",
    "配套",
    "龙头",
    "品牌",
    "类",
    "型",
    "级",
    "化",
    "性",
    "式",
    "新",
    "大",
    "小",
    "老",
]
_JOINT = re.compile("|".join(sorted(_JOINTS, key=len, reverse=True)))
_ACTS = {"销售", "收购", "采购", "推广", "供应", "种植", "养殖", "加工", "生产", "展销", "推介", "配送"}
_PLACES = {"area"}
_PEOPLE = {"person", "household"}
#: Classes of nouns that a classifier counts; others are passed over.
_TAKES = {
    "bare-org": {"org", "shop", "facility", "school", "health"},
    "bare-team": {"org"},
    "session": {"event"},
    "bare-kind": {"product", "abstract", "plant", "animal", "thing", "facility"},
}
#: Classifiers whose unit is what they count, where that is known, and their own name where it is not.
_YIELDS = {
    "sheet", "session", "room", "building", "copy", "order", "article", "vehicle", "line", "lamp", "box", "bag", "pair",
    "grain", "class", "well", "round", "loan", "ship", "bottle", "course", "event", "medical", "cohort", "aircraft",
    "book",
}  # fmt: skip
_NEVER = {"sheet": _PEOPLE | {"area"}}
_WINDOW = 18


@dataclass(frozen=True, slots=True)
class Counted:
    """The noun counted (None where none is known), where it stands, the unit, and how it was found."""

    unit: str
    how: str
    begin: int = -1
    end: int = -1
    noun: Word | None = None


def counted(text: str, begin: int, number_end: int, unit: Word | None, clause: tuple[int, int]) -> Counted:
    """Return what a number counts; `begin` is where its words begin, `number_end` where number and classifier end.

    `unit` is the row of its unit or classifier, None where a noun follows the number directly.
    """
    kind = unit.kind if unit else "noun"
    after = _product(text, number_end) if kind == "bare-kind" else None
    after = after or _after(text, number_end, clause[1], kind)
    if unit is None:
        return after or Counted("", "none")
    if not kind.startswith("bare") and kind not in _YIELDS and kind not in {"animal", "plant", "household"}:
        near = after or _before(text, begin, clause[0], kind)
        return (
            Counted(unit.normalised, "unit", near.begin, near.end, near.noun)
            if near
            else Counted(unit.normalised, "unit")
        )
    before = _before(text, begin, clause[0], kind)
    chosen, how = _choose(text, number_end, after, before, kind)
    if chosen is None or chosen.noun is None:
        return Counted(unit.normalised, "default")
    if kind in {"animal", "plant", "household"}:
        return Counted(_of_living(kind, unit, chosen, number_end), "unit", chosen.begin, chosen.end, chosen.noun)
    if kind in {"event", "medical", "book"}:
        own = {
            "event": {"visit", "surgical operation", "lesson", "meeting"},
            "medical": {"surgical operation"},
            "book": {"certificate"},
        }.get(kind, set())
        if chosen.unit not in own or (kind == "medical" and unit.surface.startswith("例")):
            return Counted(unit.normalised, "unit", chosen.begin, chosen.end, chosen.noun)
    if unit.surface in {"套", "副"} and chosen.noun.kind == "thing":
        return Counted("set" if unit.surface == "套" else chosen.unit, how, chosen.begin, chosen.end, chosen.noun)
    if kind == "pair" and chosen.unit != "pair of shoes":
        return Counted(unit.normalised, "unit", chosen.begin, chosen.end, chosen.noun)
    if kind in _YIELDS and chosen.noun.kind == "product":
        return Counted(unit.normalised, "unit", chosen.begin, chosen.end, chosen.noun)  # boxes of honey are boxes
    if kind == "bare-kind":
        name = "product kind" if chosen.noun.kind in {"product"} else chosen.unit
        return Counted(name, how, chosen.begin, chosen.end, chosen.noun)
    return Counted(chosen.unit, how, chosen.begin, chosen.end, chosen.noun)


def _of_living(kind: str, unit: Word, chosen: Counted, number_end: int) -> str:
    assert chosen.noun is not None
    if kind == "household":
        direct = chosen.begin == number_end or chosen.how == "adjacent"
        direct = direct and (chosen.noun.kind == "org" or chosen.noun.surface == "商户")
        return chosen.unit if direct else unit.normalised
    if kind == "animal":
        return chosen.unit if chosen.noun.kind in {"thing", "facility"} or chosen.unit == "hive" else unit.normalised
    return chosen.unit if chosen.unit in {"tree", "seedling"} else unit.normalised


def _choose(
    text: str, number_end: int, after: Counted | None, before: Counted | None, kind: str
) -> tuple[Counted | None, str]:
    if after is not None:
        tail = after.how == "tail"
        passed = text[number_end : after.end if tail else after.begin]
        distance = len(passed) if not tail else int(bool(_VERB.search(passed)))
        strong = before is not None and before.how == "adjacent" and before.noun is not None
        if distance == 0 or not strong:
            return after, after.how
        assert before is not None
        assert before.noun is not None
        if after.how != "tail" and (before.noun.kind in _PLACES or not _VERB.search(passed)):
            return after, "after"
        return before, "before"
    if before is not None:
        return before, "before" if before.how == "adjacent" else "clause"
    return None, "default"


_VERB = re.compile(
    r"带动|吸纳|覆盖|惠及|实现|完成|用于|帮助|辐射|解决|落户|入驻|进驻|涉及|促进|推动|助力|支持|直接|投入|通过|获得|被|进入|来自|参与|参加|开展|受益|脱贫|分布|遍布|前往|赴|到|在|与|给|向|为|让|使|供|把|不|出"
)


def _after(text: str, begin: int, clause_end: int, kind: str) -> Counted | None:
    nouns = anchored.words("nouns")
    takes = _TAKES.get(kind)
    never = _NEVER.get(kind, set())
    limit = min(clause_end, begin + _WINDOW)
    if kind == "noun":
        limit = min(clause_end, begin + 12)
    at = begin
    while at < limit:
        character = text[at]
        if character == "、" and at == begin:
            return None  # 学校36所、医院12家: what stands after belongs to the next number
        if character in _CLOSERS:
            close = text.find(_CLOSERS[character], at + 1, at + 24)
            if close < 0:
                return None
            at = close + 1
            if character == "(" and text[at : at + 1] == "、":
                return None  # 冷库2座(库容3600立方米)、收购点15处
            limit = min(clause_end, max(limit, at + 10))
            continue
        if character in _STOPS or character.isdigit():
            break
        word = nouns.at(text, at, min(clause_end, at + 12))
        if word is None:
            at += 1
            continue
        if word.kind == "skip":
            at += len(word.surface)
            continue
        short = len(word.surface) == 1 and at > begin
        if short and not _ends(text, at + 1, clause_end) and not (word.kind == "area" and _DONE.match(text, at + 1)):
            at += 1
            continue  # 河 in 拦河坝
        if word.kind in _PLACES and at > begin and _VERB.search(text, begin, at):
            at += len(word.surface)
            continue  # 26个病种不出县
        word, end = _chain(text, at, word, clause_end)
        if (takes is None or word.kind in takes) and word.kind not in never:
            return Counted(
                word.normalised, "after", end - len(word.surface) if end - at < len(word.surface) else at, end, word
            )
        at = end
    return _tail(text, begin, limit, takes) if kind.startswith("bare") else None


#: What is done in a place or by it, behind its last character: 3个高海拔村安装路灯.
_DONE = re.compile(
    r"安装|装上|修[建通]|新建|架设|通[上了]|开[展设办]|种[植上了]|发[展放]|设立|实[施现]|完成|脱贫|全部|推[广行]|引[进水]"
)


def _ends(text: str, position: int, clause_end: int) -> bool:
    """Whether a noun of one character may end here: a pause, a particle or another noun follows."""
    if position >= clause_end or text[position] in _PAUSE or text[position] in "和与及或并共还都均已是在有":
        return True
    following = anchored.words("nouns").at(text, position, min(clause_end, position + 12))
    return following is not None and len(following.surface) > 1


_PAUSE = "，,。；;：:、！？!?\n\t等的(”"


def _tail(text: str, begin: int, limit: int, takes: set[str] | None) -> Counted | None:
    """A noun that no lexicon has, told by its last character: 2座熬糖房."""
    end = begin
    while end < limit and text[end] not in _PAUSE and not text[end].isdigit():
        end += 1
    if not 2 <= end - begin <= 8 or (end < len(text) and end == limit):
        return None
    word = anchored.words("tails").before(text, end, begin)
    if word is None or (takes is not None and word.kind not in takes):
        return None
    return Counted(word.normalised, "tail", begin, end, word)


def _product(text: str, begin: int) -> Counted | None:
    """The product that a 种 counts, behind whatever qualities are listed first (近百种品质好、有特色的农产品)."""
    nouns = anchored.words("nouns")
    at, limit = begin, begin + 36
    while at < min(limit, len(text)) and text[at] not in "，,。；;：:\n\t":
        word = nouns.at(text, at, at + 10)
        if word is not None and word.kind == "product":
            word, end = _chain(text, at, word, limit)
            return Counted(word.normalised, "after", at, end, word) if word.kind == "product" else None
        at += len(word.surface) if word else 1
    return None


def _chain(text: str, begin: int, word: Word, clause_end: int) -> tuple[Word, int]:
    """Follow a compound to its head: 农产品|仓库, 产业|项目; a place is not joined to the people in it."""
    nouns = anchored.words("nouns")
    end = begin + len(word.surface)
    for _ in range(4):
        following = nouns.at(text, end, min(clause_end, end + 12))
        skip = 0
        if (following is None or following.kind == "skip") and word.kind not in _PLACES | _PEOPLE:
            joint = _JOINT.match(text, end, min(clause_end, end + 4))
            if joint:
                skip = joint.end() - end
                following = nouns.at(text, end + skip, min(clause_end, end + skip + 12))
        if following is None or following.kind == "skip":
            break
        if skip and following.kind in {"product", "animal"} and text[end : end + 2] in _ACTS:
            break  # 窗口销售商品: what the counted does, not what it is
        if (
            word.kind != "person"
            and following.kind == "person"
            and len(following.surface) > 0
            and word.kind != "household"
        ):
            break
        if word.kind in _PEOPLE and following.kind not in _PEOPLE | {"event", "facility", "org", "school", "health"}:
            break
        if word.kind in _PLACES and skip:
            break
        word, end = following, end + skip + len(following.surface)
    return word, end


def _before(text: str, begin: int, clause_begin: int, kind: str) -> Counted | None:
    nouns = anchored.words("nouns")
    takes = _TAKES.get(kind)
    low = max(clause_begin, begin - 24)
    filler = _FILLER.search(text, low, begin)
    end = filler.start() if filler else begin
    word = nouns.before(text, end, low)
    whole = word is not None and word.kind in _PLACES and text[end - len(word.surface) - 1] in "全该本我各此"
    if word is not None and word.kind != "skip" and not whole and (takes is None or word.kind in takes):
        return Counted(word.normalised, "adjacent", end - len(word.surface), end, word)
    tail = anchored.words("tails").before(text, end, low)
    if (
        tail is not None
        and tail.kind not in {"person", "area"}
        and end - 2 >= low
        and (takes is None or tail.kind in takes)
        and "\u4e00" <= text[end - 2] <= "\u9fff"
    ):
        return Counted(tail.normalised, "adjacent", end - 1, end, tail)
    if not kind.startswith("bare"):
        return None
    at = end - 1
    while at > low:
        word = nouns.before(text, at, low)
        if word is not None:
            if (
                word.kind not in {"skip", "area", "person"}
                and len(word.surface) > 1
                and (takes is None or word.kind in takes)
            ):
                return Counted(word.normalised, "clause", at - len(word.surface), at, word)
            at -= len(word.surface)
        else:
            at -= 1
        if at > low and text[at - 1] in "，,。；;、":
            break
    return None
