"""What names of bodies consist of, and bodies that the tagger ran together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from loaders.article.bodies.words import head_rows, words
from loaders.article.tagger.model import Token


def kind_of(name: str) -> tuple[str, str]:
    """Return the kind that the longest end of a name tells, and that end; both empty where none does."""
    rows = head_rows()
    for length in range(min(len(name) - 1, 14), 1, -1):
        row = rows.get(name[-length:])
        if row is not None:
            return row["kind"], name[-length:]
    return (_ENDS.get(name[-1], ""), name[-1]) if len(name) > 3 else ("", "")


#: What one last character tells of a name that the tagger takes for a body.
_ENDS: Final = dict.fromkeys("局厅委署办部处", "government department") | {
    "院": "research institute", "所": "research institute", "校": "school", "社": "organisation", "会": "association",
    "厂": "enterprise", "行": "bank", "队": "organisation", "师": "government", "团": "organisation",
}  # fmt: skip


def is_plain(words_: str) -> bool:
    """Whether characters are a row of words that make no name proper: 养殖专业, 纺织."""
    rest = words_
    known_words = words("plain") | words("inner")
    while rest:
        length = next((n for n in range(min(len(rest), 6), 0, -1) if rest[:n] in known_words), 0)
        if not length:
            return False
        rest = rest[length:]
    return True


_TITLE: Final = re.compile(r"副?(?:书记|秘书长|[局司厅处院校所会]长|主任|董事长|总经理|理事长)$")
_CUT: Final = re.compile(
    r"组织|选派|派出|派遣|派驻|派|捐建|援建|承建|建成|共建|合建|新建|引进|引入|邀请|携手|牵手|联手|捐赠|捐资|签约|签订|帮助|帮扶|帮|企业(?!家|联合|管理|服务|发展|协会|集团|局)|联合(?!会|社|国|大学|学院|总|银行|投资|体|办|集团|委|党)|"
    r"副?(?:书记|秘书长|局长|司长|厅长|处长|主任|院长|校长|所长|会长|董事长|总经理|理事长)|致信|致函|感谢|会同|娃娃|孩子|学子|与|向|在|为|赴|把|让|是|将|对(?!口|外)|的|打造|开办|创办|开设|设立|成立|推出|启动|举办|承办|主办|协办|建设(?!局|厅|委|集团|银行|部|工程|公司|有限|投资|开发|兵团|职业|控股|管理|发展|促进|协会|学院|大学|实业|指挥|工作)"
)


def parts(text: str, token: Token, starts: Mapping[int, int]) -> Iterator[Token]:
    """Yield a word that the tagger takes for one body in the parts that it has: two bodies with a verb between them."""
    if token.kind != "ORG" or token.end - token.start < 5:
        yield token
        return
    at, end = token.start, token.end
    search = at + 2
    while found := _CUT.search(text, search, end):
        left = text[at : found.start()]
        placed = starts.get(at, 0)
        while starts.get(placed, 0):
            placed = starts[placed]
        title = bool(_TITLE.match(found[0]))
        whole = placed == found.start() or is_complete(left) or found[0] == "的" or title
        company = found[0] == "企业" and end - found.end() >= 3 and placed > at
        if not (whole or company) or (found[0] in ("与", "在", "为", "是", "把", "让", "向") and not whole):
            search = found.end()
            continue
        if (
            placed == found.start()
            and found[0] in ("联合", "建设", "帮扶", "对", "派", "帮")
            and not text.startswith(("在", "赴"), at - 1)
        ):
            search = found.end()
            continue
        if title:
            yield Token(at, found.start(), "ORG")
            yield Token(found.start(), end, "n")
            return
        if found.start() > at:
            yield Token(at, found.start(), "LOC" if placed == found.start() else "ORG")
        yield Token(found.start(), found.end(), "v")
        at = found.end()
        search = at + 1
        if at >= end:
            return
    if at < end:
        yield Token(at, end, "ORG" if end - at > 2 else "n")


def is_complete(name: str) -> bool:
    """Whether a name ends as names of bodies do."""
    rows = head_rows()
    return any(name[-length:] in rows for length in range(1, min(len(name), 12) + 1))
