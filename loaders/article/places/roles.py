"""What a place does in its story: it gives (donor area), receives (recipient area), or something happens there.

Frames come first: A对口支援B, A派…赴B, A援B, 在V举办, 总部设在V. They also tell, for the whole text, on which side a
unit and what lies in it is. Where no frame speaks, the provinces of the east give and the others receive.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Final

from loaders.article import tables
from loaders.article.places.names import CHINA, Mention
from loaders.gazetteer import ancestors

DONOR: Final = "donor area"
RECIPIENT: Final = "recipient area"
VENUE: Final = "venue"
BASE: Final = "base"

#: Provinces that help places in Xinjiang or Tibet, though they receive help in other co-operations.
_AIDS_FAR: Final = ("13", "14", "21", "22", "23", "34", "36", "41", "42", "43")
#: Provinces that the east–west co-operation pairs as givers, and cities in others.
_EAST: Final = ("11", "12", "31", "32", "33", "35", "37", "44", "2102")

_HELPS: Final = re.compile(
    r"^(?!协作|合作|两地|两省|结对|携手)(?:[市县区省州盟旗])?(?:党委|政府|人民政府|市委|党政|各界|市|干部|企业)?[^，,。；;、\n]{0,6}?(?:对口支援|对口帮扶|对口扶贫|对口协作|对口合作|结对帮扶|帮扶协作|倾情帮扶|倾力帮扶|定点帮扶|"
    r"定点扶贫|帮扶|支援|援建|援助|驻|援|助力|帮助|对口)(?:的|了|着)?[“]?$"
)
_SENDS: Final = re.compile(
    r"^[^。；;\n]{0,24}?(?:派|选派|派出|派遣|组织|安排|干部|教师|医生|专家|医疗队|工作队|代表团|考察团|企业|团队|老师|援外|援建)[^。；;\n]{0,24}?(?:赴|奔赴|前往|走进|来到|进驻|深入|分赴|到|在)$"
)
#: Who gives is not said; the side that usually gives does, else the one named first.
_JOINS: Final = re.compile(r"^(?:[市县区州])?(?:携手|牵手|结对|手牵手|与)?(?:携手|牵手|结对)$")
_GOES: Final = re.compile(
    r"(?:赴|奔赴|前往|走进|来到|进驻|深入|分赴|挂职|支教于|扎根|援助|对口支援|对口帮扶|支援|帮扶|助力|援)$"
)
_VENUE_AFTER: Final = re.compile(
    r"^(?:[市县区省州]|城郊[^，。；\n]{0,4}|国际[^，。；\n]{0,8}|展览中心|会展中心|[^，,。；;、\n的]{0,6})?(?:的[^，,。；;、\n]{0,6})?(?:成功|隆重|集中|正式|共同|联合|先后|陆续)?(?:举办|召开|举行|开幕|签约|签署|签订|揭牌|开班|开营|闭幕|首演|上演)"
)
_VENUE_DONOR: Final = re.compile(
    r"^(?:[市县区省州]|城郊[^，。；\n]{0,4}|[^，,。；;、\n]{0,8}?)?(?:就业|务工|打工|上岗|跟岗|跟班|进修|学习|培训|考察|参观|参展|展销|展示|销售|设立|开设|建立|建起|建成|支持|开业|开店|就读|读书|上学|求学|治疗|看病|"
    r"手术|的车间|的工厂|的展会|的博览会|的推介会|的商场|的门店|的企业里|的市场|落户|热销|布展|热卖|开售|专柜|推介|实习|研修|轮训|打造)"
)
_AT: Final = re.compile(r"(?:在|到|赴|来|去|往|至|于|抵达|抵|进)$")
_SOLD_TO: Final = re.compile(
    r"(?:销往|卖到|运往|发往|运抵|卖进|送到|销到|输送到|输往|发车去|开往|飞往|降落在|抵达|登上|上了|亮相|参加|向)$"
)
_BASE_BEFORE: Final = re.compile(
    r"(?:总部(?:设在|设于|位于|在)?|(?:总部|基地|机构|办公室|办事处|指挥部|中心)[^，,。;；]{0,4}(?:设在|设于)|坐落(?:在|于)|注册地(?:在|为)?)$"
)
_MODEL: Final = re.compile(r"(?:引入|引进|借鉴|学习|采用|移植|来自)[^，,。；;]{0,6}$")
#: Members of a list that are looked through.
_LONGEST_LIST: Final = 30
_LIST: Final = ("、", "和", "及", "以及")


def assign(text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention]) -> None:
    """Set the role of every mention whose unit is decided, in order."""
    story = _Story(text, sentences, mentions)
    for group in story.groups:
        story.read(group)
    for number, group in enumerate(story.groups[1:], 1):
        story.compare(story.groups[number - 1], group)
    for mention in mentions:
        if mention.role is None:
            story.settle(mention)
    story.inherit()


class _Group:
    """Places written one behind the other, the outer first: 云南省大理州云龙县."""

    def __init__(self, number: int, sentence: int, mentions: list[Mention]) -> None:
        self.number, self.sentence, self.mentions = number, sentence, mentions
        self.begin, self.end = mentions[0].begin, mentions[-1].end


class _Story:
    """The places of a text in groups, and on which side its frames put their units."""

    def __init__(self, text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention]) -> None:
        self.text, self.sentences, self.mentions = text, sentences, mentions
        self.votes: dict[str, Counter[str]] = {}
        self.codes = {m.code for m in mentions if m.code}
        self.far = any(code.startswith(("65", "54")) for code in self.codes)
        self.eastern = any(code.startswith(_EAST) for code in self.codes)
        begins = [begin for begin, _ in sentences]
        self.groups: list[_Group] = []
        for mention in mentions:
            sentence = bisect_right(begins, mention.begin) - 1
            last = self.groups[-1] if self.groups else None
            if last is not None and last.end == mention.begin and last.sentence == sentence and _inner(last, mention):
                last.mentions.append(mention)
                last.end = mention.end
            else:
                self.groups.append(_Group(len(self.groups), sentence, [mention]))
        self.by_begin = {group.begin: group for group in self.groups}

    def read(self, group: _Group) -> None:
        """Give a group the role that the words directly around it tell."""
        text = self.text
        begin, end = self.sentences[group.sentence]
        before, after = text[max(begin, group.begin - 14) : group.begin], text[group.end : min(end, group.end + 24)]
        first = group.mentions[0]
        if first.rule == "place.aided":
            self._set(group, RECIPIENT, "role.aided")
        elif _BASE_BEFORE.search(before):
            self._set(group, BASE, "role.base")
        elif self._in_list_before(group, _VENUE_AFTER):
            self._set(group, VENUE, "role.held")
        elif self._prior(group) == DONOR and (
            (_AT.search(before) and _VENUE_DONOR.match(after) and not _supporting(after)) or _SOLD_TO.search(before)
        ):
            self._set(group, VENUE, "role.done-there")
        elif "(foreign)" in first.level and _MODEL.search(before):
            self._set(group, "other (origin of model)", "role.model")

    def _in_list_before(self, group: _Group, pattern: re.Pattern[str]) -> bool:
        """Whether a list that this group is in stands behind 在 and before what is held there."""
        text = self.text
        first = last = group.number
        low, high = max(0, first - _LONGEST_LIST), min(len(self.groups) - 1, last + _LONGEST_LIST)
        while first > low and text[self.groups[first - 1].end : self.groups[first].begin] in _LIST:
            first -= 1
        while last < high and text[self.groups[last].end : self.groups[last + 1].begin] in _LIST:
            last += 1
        begin, end = self.sentences[group.sentence]
        head = text[max(begin, self.groups[first].begin - 14) : self.groups[first].begin]
        tail = text[self.groups[last].end : min(end, self.groups[last].end + 24)]
        found = pattern.match(tail)
        if found is None:
            return False
        if last < high and self.groups[last + 1].begin < self.groups[last].end + found.end():
            return False  # that is held somewhere else
        if re.search(r"(?:在|于|赴|到|来)(?:[^，,。；;、\n]{0,10}的)?$", head):
            return "支持下" not in found[0] and "帮助下" not in found[0]
        return False

    def compare(self, first: _Group, second: _Group) -> None:
        """Read what stands between two groups of a sentence: A对口支援B, A…赴B."""
        if first.sentence != second.sentence:
            return
        between = self.text[first.end : second.begin]
        if len(between) > 50:
            return
        giver = _HELPS.match(between) if len(between) <= 16 else None
        if giver is None and _JOINS.match(between):
            if self._prior(first) == RECIPIENT and self._prior(second) == DONOR:
                first, second = second, first
            self._vote(first, DONOR)
            self._vote(second, RECIPIENT)
            return
        if giver is None and not (
            _SENDS.match(between) and self._prior(first) == DONOR and self._prior(second) != DONOR
        ):
            return
        if giver is not None and second.mentions[0].rule == "place.aided" and self._same_side(first, second):
            return
        self._vote(first, DONOR)
        self._vote(second, RECIPIENT)

    def _same_side(self, first: _Group, second: _Group) -> bool:
        return (
            bool(first.mentions[0].code) and (first.mentions[0].code or "")[:2] == (second.mentions[0].code or "")[:2]
        )

    def _vote(self, group: _Group, side: str) -> None:
        for mention in group.mentions:
            if mention.code:
                self.votes.setdefault(mention.code, Counter())[side] += 1
            if mention.role is None:
                mention.role, mention.role_rule = side, "role.frame"

    def _set(self, group: _Group, role: str, rule: str) -> None:
        for mention in group.mentions[-1:] if role in (VENUE, BASE) and len(group.mentions) > 1 else group.mentions:
            mention.role, mention.role_rule = role, rule
        if role in (VENUE, BASE):
            for mention in group.mentions[:-1]:
                mention.role, mention.role_rule = role, rule

    def _prior(self, group: _Group) -> str:
        code = next((m.code for m in group.mentions if m.code), None)
        return self.side(code)[0] if code else ""

    def side(self, code: str) -> tuple[str, str]:
        """Return on which side a unit is, and the rule that says so: the frames of the text, or what is usual."""
        chain = [code, *(u.code for u in ancestors(code))]
        for at in chain:
            votes = self.votes.get(at)
            if votes:
                donor, recipient = votes[DONOR], votes[RECIPIENT]
                if donor != recipient:
                    return (DONOR if donor > recipient else RECIPIENT), "role.text"
        return (DONOR if code.startswith(_EAST) or self._gives_beyond(code) else RECIPIENT), "role.usual"

    def _gives_beyond(self, code: str) -> bool:
        """Whether a province of the middle gives here: to Xinjiang or Tibet, where no eastern one does."""
        if code == "210000" and any(c.startswith("2102") for c in self.codes):
            return True
        return code.startswith(_AIDS_FAR) and self.far and not self.eastern

    def settle(self, mention: Mention) -> None:
        """Give a mention the role of its unit's side, or what its kind has."""
        if mention.code:
            mention.role, mention.role_rule = self.side(mention.code)
        elif mention.name == CHINA:
            mention.role, mention.role_rule = "country", "role.country"
        elif mention.level in ("region", "natural region"):
            within = next((row["within"] for row in tables.rows("regions") if row["name"] == mention.name), "")
            east = mention.name.startswith(
                ("长三角", "珠三角", "京津冀", "粤港澳", "环渤海", "苏南", "胶东", "浦东", "陆家嘴", "中关村", "黄浦江")
            )
            if within:
                mention.role, mention.role_rule = self.side(within)
            else:
                mention.role, mention.role_rule = (DONOR if east else RECIPIENT), "role.region"
        elif mention.candidates:
            sides = {self.side(c.unit.code)[0] for c in mention.candidates}
            if len(sides) == 1:
                mention.role, mention.role_rule = sides.pop(), "role.usual"

    def _faces(self, mention: Mention, side: str) -> bool:
        """Whether a town stands in "A与B" before a place of a side, and they are paired."""
        if self.text[mention.end : mention.end + 1] not in ("与", "和", "同"):
            return False
        opposite = self.by_begin.get(mention.end + 1)
        if opposite is None or opposite.mentions[0].role != side:
            return False
        return "结对" in self.text[opposite.end : opposite.end + 60]

    def inherit(self) -> None:
        """Give towns and villages the role of the unit before them, or that of their first mention."""
        known: dict[str, Mention] = {}
        last: Mention | None = None
        for mention in self.mentions:
            if mention.level in ("township", "village"):
                source = last if last is not None and last.end == mention.begin else known.get(mention.name)
                if mention.role is None:
                    if source is None and self._faces(mention, RECIPIENT):
                        mention.role, mention.role_rule = DONOR, "role.frame"
                        known.setdefault(mention.name, mention)
                        last = mention
                        continue
                    side = source.role if source is not None and source.role in (DONOR, RECIPIENT) else RECIPIENT
                    if source is not None and source.code and source.role not in (DONOR, RECIPIENT):
                        side = self.side(source.code)[0]
                    mention.role, mention.role_rule = side, "role.inherited"
                known.setdefault(mention.name, mention)
            if mention.code or mention.level in ("township", "village"):
                last = mention


def _inner(group: _Group, mention: Mention) -> bool:
    """Whether a mention lies in the last one of a group, as far as codes tell."""
    above = group.mentions[-1]
    if not mention.code:
        return mention.level in ("township", "village") and above.level in ("county", "prefecture", "township")
    return bool(above.code) and above.code in {u.code for u in ancestors(mention.code)}


def _supporting(after: str) -> bool:
    return bool(re.match(r"^[^，,。；;]{0,12}(?:支持下|帮助下|帮扶下|援助下|推动下)", after)) or after.startswith("援")
