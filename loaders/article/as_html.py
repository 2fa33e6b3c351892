"""A reading as one page: the text with every fact marked, its record beside it, and what was not read.

The page needs nothing else: no script, no file, no network. Its one style sheet is allowed by its digest, so that
it shows under the strictest content policy.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Final

from loaders.article.facts import Fact, Name, Organisation, Place, Quantity, Reading, Relation, Unread

_STYLE: Final = """
:root{color-scheme:light dark}
body{margin:0 auto;max-width:80rem;padding:1rem;
font:1rem/1.7 system-ui,"Noto Sans CJK SC","Source Han Sans SC",sans-serif}
h1{font-size:1.4rem;line-height:1.4}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.row{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);
gap:1.5rem;border-top:1px solid #8884;padding:.6rem 0}
.text{white-space:pre-wrap;overflow-wrap:anywhere}
.facts{font-size:.85rem;line-height:1.5}
.facts ul{list-style:none;margin:0;padding:0}.facts li{padding:.15rem 0}
.facts li:target,a:target{outline:2px solid #e8590c;outline-offset:2px}
a{color:inherit;text-decoration:none;border-radius:.15em}
.q{background:#ffd43b66;border-bottom:2px solid #f08c00}.p{background:#69db7c55;border-bottom:2px solid #2b8a3e}
.o{background:#74c0fc55;border-bottom:2px solid #1971c2}.n{background:#e599f755;border-bottom:2px solid #9c36b5}
.u{background:#ff878755;border-bottom:2px dashed #c92a2a}
dl{display:inline;margin:0}dt,dd{display:inline;margin:0}dt::after{content:" "}dd::after{content:"; "}dt{opacity:.65}
.key span{padding:0 .3em;margin-right:.8em}small{opacity:.7}
@media (max-width:48rem){.row{grid-template-columns:1fr;gap:.3rem}}
"""
_HEAD: Final = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
"""
_KEY: Final = (
    ("q", "数量", "figures"), ("p", "地点", "places"), ("o", "机构", "bodies"), ("n", "名称", "names"),
    ("u", "未读", "not read"),
)  # fmt: skip
_Marked = Fact | Unread


def as_html(reading: Reading) -> Iterator[str]:
    """Yield the page in pieces; all that comes from the document is escaped."""
    facts: list[_Marked] = sorted(
        [
            *reading.quantities, *(p for p in reading.places if not p.nested), *reading.organisations, *reading.names,
            *reading.unread,
        ],
        key=lambda fact: (fact.start, -fact.end),
    )  # fmt: skip
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    title = escape(_one_line(reading.title) or "—")
    yield _HEAD.format(lang="en" if reading.language == "en" else "zh", digest=digest, style=_STYLE, title=title)
    counts = (
        len(reading.quantities), sum(not p.nested for p in reading.places), len(reading.organisations),
        len(reading.names), len(reading.unread),
    )  # fmt: skip
    yield '<p class="key">'
    for (letter, zh, en), count in zip(_KEY, counts, strict=True):
        yield f'<span class="{letter}">{count} {zh} {en}</span>'
    yield f"</p>\n<p><small>sha256 {reading.sha256} · {len(reading.text)}</small></p>\n"
    yield from _rows(reading, facts)
    yield "</body>\n</html>\n"


def _rows(reading: Reading, facts: Sequence[_Marked]) -> Iterator[str]:
    """Yield a row for each paragraph: its text, and the records of what begins in it."""
    titles = {case.title_start: case for case in reading.cases}
    relations = sorted(reading.relations, key=lambda relation: relation.start)
    at = said = 0
    for begin, end in _paragraphs(reading.text):
        for start in [start for start in titles if begin <= start < end]:
            case = titles[start]
            yield f"<h2>{case.number}. {escape(_one_line(case.title))}"
            yield f" <small>{escape(' '.join(case.themes))}</small></h2>\n"
        first = at
        while at < len(facts) and facts[at].start < end:
            at += 1
        here = list(enumerate(facts[first:at], first))
        # A fact that began in the paragraph before may reach into this one.
        over = [
            (n, fact)
            for n, fact in enumerate(facts[max(0, first - 20) : first], max(0, first - 20))
            if fact.end > begin
        ]
        yield f'<div class="row"><div class="text">{_marked(reading.text, begin, end, over + here)}</div>'
        yield '<div class="facts"><ul>'
        yield from (_record(n, fact) for n, fact in here)
        while said < len(relations) and relations[said].start < end:
            yield _relation(relations[said])
            said += 1
        yield "</ul></div></div>\n"


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield begin, begin + len(line)
        begin += len(line)


def _marked(text: str, begin: int, end: int, facts: Sequence[tuple[int, _Marked]]) -> str:
    """Return a paragraph as HTML; where facts overlap the shortest is the one that a click leads to."""
    edges = sorted({begin, end, *(min(max(e, begin), end) for _, fact in facts for e in (fact.start, fact.end))})
    pieces = []
    for a, b in pairwise(edges):
        words = escape(text[a:b].rstrip("\r\n") if b == end else text[a:b])
        over = [(fact.end - fact.start, n, fact) for n, fact in facts if fact.start <= a and b <= fact.end]
        if over:
            _, n, fact = min(over, key=lambda one: one[:2])
            place = f' id="t{n}"' if a == fact.start else ""
            words = f'<a class="{_letter(fact)}" href="#f{n}"{place}>{words}</a>'
        pieces.append(words)
    return "".join(pieces)


def _letter(fact: _Marked) -> str:
    match fact:
        case Quantity():
            return "q"
        case Place():
            return "p"
        case Organisation():
            return "o"
        case Unread():
            return "u"
        case _:
            return "n"


def _record(n: int, fact: _Marked) -> str:
    words = escape(_one_line(fact.surface))
    pairs = "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in _fields(fact) if value)
    return f'<li id="f{n}"><a class="{_letter(fact)}" href="#t{n}">{words}</a> <dl>{pairs}</dl></li>'


def _fields(fact: _Marked) -> Iterator[tuple[str, str]]:
    match fact:
        case Quantity():
            yield "value", f"{fact.value:f} {fact.unit}"
            yield "qualifier", fact.qualifier if fact.qualifier != "exact" else ""
            yield "bounds", _bounds(fact)
            yield "indicator", fact.indicator
            yield "counted", fact.counted or ""
            yield "status", fact.status
            yield "period", " ".join(filter(None, (fact.period, fact.every)))
            yield "subject", fact.subject or ""
        case Place():
            yield "name", fact.name
            yield "code", fact.code or ""
            yield "level", fact.level
            yield "role", fact.role or ""
            yield "or", " ".join(fact.others)
        case Organisation():
            yield "name", fact.name
            yield "kind", fact.kind
            yield "role", fact.role or ""
        case Name():
            yield "kind", fact.kind
            yield "parts", " + ".join(surface for _, _, surface in fact.parts)
        case Unread():
            yield "not read", fact.why
            return
    if isinstance(fact, Fact):
        yield "rule", f"{fact.rule} {fact.confidence:.2f}"


def _bounds(fact: Quantity) -> str:
    if fact.lower is None and fact.upper is None:
        return ""
    return f"{'' if fact.lower is None else f'{fact.lower:f}'}…{'' if fact.upper is None else f'{fact.upper:f}'}"


def _relation(relation: Relation) -> str:
    words = " ".join(map(escape, (relation.subject, relation.predicate, relation.object)))
    return f"<li><small>{words}</small></li>"


def _one_line(words: str) -> str:
    return " ".join(words.split())
