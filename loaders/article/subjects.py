"""What a case is about: its programme, and which thing each of its figures speaks of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from loaders.article.facts import Name, Organisation, Quantity
from loaders.article.scope import Scope

#: Rules whose names are of wider arrangements that many cases share.
_WIDER: Final = frozenset({"name.cooperation", "name.known", "name.exemplary"})
#: Bodies that a case can be about.
_FOUNDED: Final = frozenset({"school", "college", "hospital", "training centre", "expert workstation"})
_START: Final = re.compile(r"(?:推出|启动|开展|实施|发起|组织|创办|举办|推进|参与)(?:了|的)?[^，。；]{0,8}$")
_STARTED: Final = re.compile(r"[”》」]?[^，。；]{0,10}?(?:启动|以来|开展|实施|上线|覆盖|帮扶项目|扶贫项目)")
_BUILD: Final = re.compile(r"(?:建|办|成立|组建|打造|建设|设立)(?:了|成)?[^，。；]{0,4}$")
_NUMBER: Final = re.compile(
    r"[【\[（(]?(?:典型)?(?:案例)?[一二三四五六七八九十\d]{1,3}[】\]）)、.．:：]\s*|第[一二三四五六七八九十\d]{1,3}[章节篇][、\s]*"
)


@dataclass(frozen=True, slots=True)
class Main:
    """The programme of a case. `given` is the name that the text has for it, None where the title stands for it."""

    name: str
    given: Name | None = None


def main_programme(scope: Scope, names: Sequence[Name], bodies: Sequence[Organisation]) -> Main | None:
    """Return what a case is about: its named programme, a body it founded, or what its title says.

    None for a preamble.
    """
    programmes = [name for name in names if name.kind == "programme"]
    title_end = scope.span(0, scope.title_end)[1] if scope.title_end else 0
    titled = [name for name in programmes if name.start < title_end and name.rule not in _WIDER]
    if titled:
        return Main(titled[0].name, titled[0])
    if scope.case is None:
        return None
    own = [name for name in programmes if name.rule not in _WIDER]
    times = Counter(name.name for name in own)
    best = max(own, key=lambda name: (times[name.name], -name.start), default=None)
    if best is not None and (times[best.name] > 1 or _begun(scope, best)):
        return Main(best.name, best)
    named = Counter(body.name for body in bodies if body.kind in _FOUNDED and body.named)
    for body in bodies:
        if named[body.name] > 1 and (body.start < title_end or _built(scope, body)):
            return Main(body.name)
    return Main(title_phrase(scope.case.title))


def _begun(scope: Scope, name: Name) -> bool:
    """Whether the words around a name say that it was started."""
    begin, end = scope.inside(name.start, name.end)
    return bool(_START.search(scope.text[max(0, begin - 12) : begin]) or _STARTED.match(scope.text, end))


def _built(scope: Scope, body: Organisation) -> bool:
    """Whether the words before a body's name say that it was set up."""
    at = scope.at(body.start)
    return bool(_BUILD.search(scope.text[max(0, at - 8) : at]))


def title_phrase(title: str) -> str:
    """Return the part of a title that says what the case is about: its last phrase, without its number."""
    words = _NUMBER.sub("", " ".join(title.split()), count=1)
    phrases = [phrase for phrase in re.split(r"[ \u3000]|——|--|[:：]", words) if phrase.strip()]
    best = max(phrases, key=len, default=words)
    return (phrases[-1] if phrases and len(phrases[-1]) >= 6 else best) or title.strip() or "…"


def with_subject(
    scope: Scope, quantities: Sequence[Quantity], names: Sequence[Name], main: Main | None
) -> list[Quantity]:
    """Return the quantities, each with what it speaks of: the last programme named in its sentence, or the case's."""
    programmes = [name for name in names if name.kind == "programme" and name.rule not in _WIDER]
    sentences = [scope.span(a, b) for a, b in scope.sentences if a < b]
    found = []
    at = 0
    for quantity in quantities:
        while at < len(sentences) and sentences[at][1] <= quantity.start:
            at += 1
        begin = sentences[at][0] if at < len(sentences) and sentences[at][0] <= quantity.start else quantity.start
        before = [name for name in programmes if begin <= name.start < quantity.start]
        subject = before[-1].name if before else (main.name if main else None)
        found.append(quantity if quantity.subject else replace(quantity, subject=subject))
    return found
