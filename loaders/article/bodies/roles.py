"""What a body does in the story: gives, carries out, takes part, benefits, or has the say.

The words around a body come first (联合A、B, 引进A, A捐赠); without any, what a body is and on which side of the
co-operation its place lies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from loaders.article.bodies.words import Body
from loaders.article.places.names import Mention
from loaders.article.places.roles import DONOR, RECIPIENT

GIVES: Final = "donor"
CARRIES_OUT: Final = "implementer"
TAKES_PART: Final = "partner"
BENEFITS: Final = "beneficiary body"
HAS_THE_SAY: Final = "authority"

_SAY: Final = ("party committee", "government", "government department", "government office")
_PUBLIC: Final = (
    "school", "college", "university", "hospital", "health facility", "research institute", "cooperative",
    "organisation", "expert workstation", "medical consortium", "education group", "village committee",
)  # fmt: skip
#: Those of them that without any place in their names are mostly of the area that receives.
_LOCAL: Final = (
    "school",
    "health facility",
    "cooperative",
    "village committee",
    "medical consortium",
    "expert workstation",
)
_WITH: Final = re.compile(
    r"(?:联合|会同|携手|联手|牵手|组织|邀请|对接|加盟|加入|借助|前往|连同|委托|依托|牵线)(?:了|以成员学校身份加盟)?$"
)
_AND_WITH: Final = re.compile(r"(?:与|同|和|跟)$")
_TOGETHER: Final = re.compile(
    r"^[^。;；\n]{0,24}?(?:合作|共建|共同|对接|签约|签订|签署|联手|联合|合办|联办|结对|合资|协作|共办)"
)
_BROUGHT: Final = re.compile(r"(?:引进|引入|引来|引来的|引进的|引入的|招引|落户)(?:了|的)?$")
_ACTS: Final = re.compile(
    r"^(?:负责人|有关负责人)?[^，,。;；、\n]{0,6}?(?:会同|联合|举办|承办|实施|组织实施|联手|具体负责|组织开展)"
)
_GIVING: Final = re.compile(
    r"^[^。;；\n]{0,16}?(?:捐|资助|出资|投资|投入|援建|捐建|帮扶|结对|推出|提供|派出|派来|选派|收购|采购|培训|建成|建起|援助|帮助|购买|拨付|添|送|承诺|设立|发起)"
)
_RUNS: Final = re.compile(r"^(?:具体)?(?:承办|实施|运营|承建|施工|主办|组织实施|负责实施)")
_SERVES: Final = re.compile(r"^[^，,。;；\n]{0,8}?(?:负责|承保|发放|承担|放贷|提供技术|开设专柜|参与|包销|上线)")
_AMONG: Final = re.compile(
    r"^等[^，,。;；、\n]{0,8}(?:企业|公司|旅行社|平台|商超|超市)(?:合作|签约|对接|开设|也|纷纷|参与|上线|参加)"
)


def assign(text: str, bodies: Sequence[Body], places: Sequence[Mention]) -> None:
    """Set the role of every body."""
    sides = {m.begin: m.role for m in places if m.role in (DONOR, RECIPIENT)}
    begins = {b.begin: b for b in bodies}
    ends = {b.end: b for b in bodies}
    for body in bodies:
        body.role, body.role_rule = _role(text, body, sides, ends, begins)
    _same(text, bodies)


def _role(
    text: str, body: Body, sides: dict[int, str], ends: dict[int, Body], begins: dict[int, Body]
) -> tuple[str | None, str]:
    first = last = body
    steps = 0
    while (
        text[first.begin - 1 : first.begin] in ("、", "和", "与", "及")
        and (before := ends.get(first.begin - 1))
        and steps < 60
    ):
        first = before
        steps += 1
    while (
        text[last.end : last.end + 1] in ("、", "和", "与", "及") and (after := begins.get(last.end + 1)) and steps < 60
    ):
        last = after
        steps += 1
    head = text[max(0, first.begin - 10) : first.begin]
    tail = text[last.end : last.end + 30].split("\n", maxsplit=1)[0]
    side = _side_of(body.area) if body.rule == "body.list" else sides.get(body.begin) or _side_of(body.area)
    if body.name.startswith(("中国", "全国", "国家", "中华")):
        side = None
    if body.kind in ("government task force", "cadre team", "training centre"):
        return CARRIES_OUT, "role.kind"
    if body.kind in _SAY:
        if body.kind == "government department" and _ACTS.match(tail):
            return CARRIES_OUT, "role.acts"
        if body.kind == "government" and side == RECIPIENT and _AND_WITH.search(head) and _TOGETHER.match(tail):
            return TAKES_PART, "role.with"
        return HAS_THE_SAY, "role.kind"
    if body.kind == "media":
        return None, ""
    if text[first.begin - 1 : first.begin] == "由" and _RUNS.match(tail):
        return CARRIES_OUT, "role.runs"
    if _WITH.search(head) or (_AND_WITH.search(head) and _TOGETHER.match(tail) and side in (None, DONOR)):
        return TAKES_PART, "role.with"
    if body.kind == "enterprise":
        if _BROUGHT.search(head):
            return GIVES, "role.brought"
        if _SERVES.match(tail) or _AMONG.match(tail):
            return TAKES_PART, "role.serves"
        if side not in (None, DONOR):
            return (TAKES_PART if body.rule == "body.list" else BENEFITS), "role.side"
        return GIVES, "role.side"
    if body.kind in _PUBLIC:
        if side == RECIPIENT or (side is None and (body.kind in _LOCAL or body.rule == "body.department")):
            return BENEFITS, "role.side"
        return GIVES, "role.side"
    if body.kind == "cooperative federation":
        return (GIVES if side in (None, DONOR) else TAKES_PART), "role.side"
    if body.kind in ("foundation", "association") and _GIVING.match(tail):
        return GIVES, "role.gives"
    return TAKES_PART, "role.kind"


def _side_of(area: str | None) -> str | None:
    return (
        None
        if area is None
        else DONOR
        if area.startswith(("11", "12", "31", "32", "33", "35", "37", "44"))
        else RECIPIENT
    )


def _same(text: str, bodies: Sequence[Body]) -> None:
    """Give bodies without words around them the role that words gave to the same body elsewhere in the text."""
    told = {b.name: b.role for b in bodies if b.role_rule in ("role.brought", "role.gives")}
    for body in bodies:
        if body.role_rule == "role.side" and body.name in told:
            body.role, body.role_rule = told[body.name], "role.text"
