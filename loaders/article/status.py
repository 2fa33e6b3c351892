"""Whether a figure was achieved or planned, is background, or a term of an agreement."""

from __future__ import annotations

import functools
import re

from loaders.article import anchored

_TERMS = re.compile(
    r"每(?:户|人|亩|头|只|吨|公斤|斤|株|棵|平方米|床|名|个|学期|公里|套|间)[^，,。；;\d]{0,10}(?:享受|补助|补贴|奖励|奖补|给予|贴息|补偿|支付|租金|返还|发放)"
    r"|(?:补助|补贴|奖励|奖补|补偿)(?:标准)?(?:为|是|按|每)?[^，,。；;\d]{0,6}每(?:户|人|亩|头|只|吨|公斤|株|月|年)"
    r"|按照?[^，,。；;]{0,16}$|利率|标准为|比例为"
)
_SHARE_TAIL = re.compile(
    r"的?(?:比例)?(?:参与)?(?:分红|分成|提取|提留|计提|返还|分配|留存|给予|补助|补贴|奖励|的比例|的标准)"
)
_FLOOR = re.compile(r"保底|托底|底价|兜底")
_CEILING = re.compile(r"最高(?![的时])|上限|封顶|限额")
#: 计划 as a noun: what is planned is not said by it.
_A_PLAN = re.compile(
    r"(?:行动|发展|培养|该|一|帮扶|工作|提升|攻坚|成长|年度|培训|扶持|招生)计划|计划[、》”书表中的内外（(]"
)
#: How long an agreement or a course of action is to last.
_TERM_OF = re.compile(r"(?<!培训)为期|期限|签下|签订|签约|托管|有效期|工期|协议期|合同期|[年月](?:托管|协议|合同|任期)")
_CHANGED = re.compile(r"(?:发展|增加|增长|缩短|提升|跃升|提高|扩大|减少|下降|降|升|增|减|压缩|上升)[到至为]")
_GOAL_AFTER = re.compile(r"的?(?:目标|愿景|规划|设计产能)")


@functools.cache
def _triggers() -> re.Pattern[str]:
    groups = []
    for kind in ("planned", "achieved", "context"):
        words = sorted((w.surface for w in anchored.entries("status") if w.kind == kind), key=lambda s: (-len(s), s))
        groups.append(f"(?P<{kind}>{'|'.join(map(re.escape, words))})")
    return re.compile("|".join(groups))


@functools.cache
def _refs() -> dict[tuple[str, str], str]:
    return {(w.kind, w.surface): w.ref for w in anchored.entries("status")}


class Sentence:
    """The triggers of one sentence, found once for all its figures."""

    def __init__(self, text: str, begin: int, end: int) -> None:
        """Look through a sentence of the view."""
        self.text, self.begin, self.end = text, begin, end
        self._found = [(m.start(), m.end(), m.lastgroup or "") for m in _triggers().finditer(text, begin, end)]

    def status(
        self, begin: int, end: int, clause: tuple[int, int], unit: str, qualifier: str
    ) -> tuple[str, tuple[str, ...]]:
        """Return the status of the figure from `begin` to `end`, and the rows that say so."""
        text = self.text
        if text[end - 1] == "岁" or text.startswith("以来", end):  # a person's age; 五县以来
            return "context", ()
        before = text[clause[0] : begin]
        money_or_share = unit in {"CNY", "USD", "1 (ratio)"}
        if _FLOOR.search(text[max(clause[0], begin - 16) : end]) or (
            qualifier == "ge" and unit == "CNY" and re.search(r"不低于|最低", text[max(clause[0], begin - 12) : end])
        ):
            return "floor", ()
        if _CEILING.search(before[-14:] + text[begin:end]) and unit in {"CNY", "USD", "1 (ratio)", "a", "mo"}:
            return "ceiling", ()
        if qualifier == "ge" and unit == "CNY" and re.search(r"租金|收购价|保证|底薪|工资标准", before):
            return "floor", ()
        if (
            money_or_share
            and unit != "1 (ratio)"
            and _TERMS.search(before)
            and not re.search(r"已|累计|共|去年|今年", before)
        ):
            return "rule", ()
        if unit == "1 (ratio)" and qualifier == "le" and re.search(r"利率|费率|比例", before):
            return "ceiling", ()
        if unit == "1 (ratio)" and (_SHARE_TAIL.match(text, end) or re.search(r"(?:利率|比例(?:为|是)?)$", before)):
            return "rule", ()
        latest: tuple[int, str, str] | None = None
        for start, stop, kind in self._found:
            if stop > begin and not (start < end and kind == "planned" and start >= begin):
                break
            if kind == "context" and (start < clause[0] or text.startswith("的", stop)):
                continue
            if text[start:stop] == "争取" and text[stop : stop + 1] in "到了来":
                continue
            if kind == "planned" and text[start:stop] == "计划" and _A_PLAN.search(text, max(0, start - 2), stop + 1):
                continue
            latest = (start, kind, text[start:stop])
            if kind == "context" and _CHANGED.search(text, stop, begin):
                latest = None  # 由原来的9小时缩短到4.5小时
        if (
            latest is not None
            and latest[1] == "context"
            and any(k == "achieved" and s >= clause[0] for s, e, k in self._found if e <= begin)
        ):
            latest = None
        if latest is None and unit in {"a", "mo"} and _TERM_OF.search(text[max(clause[0], begin - 12) : end + 4]):
            return "planned", ()
        if latest is None and _GOAL_AFTER.match(text, end):
            return "planned", ()
        if latest is None and re.search(r"含[^，,。量糖税]{0,8}$", before):
            return "context", ()
        if latest is not None:
            return latest[1], (_refs()[latest[1], latest[2]],)
        if re.search(r"(?:从|由)[^，,。；;\d]{0,14}$", before) and re.match(
            r"[^，,。；;]{0,8}?(?:下降|降|提高|增|提升|上升|发展|扩大|减少|升|涨|跃|到|至|变)", text[end : end + 12]
        ):
            return "context", ()
        return "achieved", ()
