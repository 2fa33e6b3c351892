"""A case file as YAML: each entry below the sentence that it was taken from, its words marked in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from loaders.article.case.drafts import Draft
from loaders.article.facts import Reading
from loaders.review import KINDS, details
from loaders.yaml_source import MAX_BYTES, MAX_VALUES
from ontology.errors import Problem, SourceError

#: Texts that may stand without quotes: Chinese and Latin words, nothing that YAML reads otherwise.
_PLAIN: Final = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff./-]*(?: [A-Za-z0-9\u4e00-\u9fff./-]+)*")
_RESERVED: Final = frozenset({"true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL", "y", "n"})
_STOPS: Final = re.compile(r"[。！？!?\n\r]|\.\s")
#: Characters of a sentence that are shown on either side of the words.
_AROUND: Final = 60
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]+")
_FLOW_WIDTH: Final = 110
_HEAD: Final = {
    "zh": (
        "由 duikou extract 从文中取得，尚待核对。每条上面是它所出自的句子，【】里是所凭的字。",
        "核对：对的把 review 里的 unreviewed 改成 reviewed，错的改成 rejected，或直接改内容；删了下次还会出来。",
        "英文名是拼音，请换成译名。再次抽取（duikou extract --previous 此文件）不会丢掉你的改动，注释除外。",
    ),
    "en": (
        "Taken from the text by duikou extract, to be checked. Above each entry is its sentence, its words in 【】.",
        "To review: write reviewed or rejected for unreviewed, or correct the entry; what is deleted comes back.",
        "A second extraction (duikou extract --previous this file) keeps what you changed, but not comments.",
    ),
}
#: Top-level fields before the sections, and the order of the sections.
_FIELDS: Final = ("duikou", "source", "document", "review")
_ORDER: Final = tuple(KINDS)


def as_yaml(draft: Draft) -> Iterator[str]:
    """Yield a case file line by line."""
    data = as_data(draft)
    yield from write(data, draft.reading, draft.places)


def as_data(draft: Draft) -> dict[str, Any]:
    """Return a case file as plain data, its sections in order."""
    data: dict[str, Any] = {"duikou": 1, "source": draft.source, "document": draft.document}
    return data | {name: draft.sections[name] for name in _ORDER if draft.sections.get(name)}


def write(
    data: Mapping[str, Any], reading: Reading, places: Mapping[tuple[str, ...], tuple[int, int]]
) -> Iterator[str]:
    """Yield the lines of a case file; `places` has for (section, key) the span that its comment shows."""
    for line in _HEAD["en" if reading.language == "en" else "zh"]:
        yield f"# {line}\n"
    for name in _FIELDS:
        if name in data:
            yield f"{name}: {_scalar(data[name])}\n"
    for section in _ORDER:
        if not data.get(section):
            continue
        yield f"\n{section}:\n"
        for key, entry in data[section].items():
            span = places.get((section, key)) or _span_of(entry)
            if span:
                yield f"  # {sentence(reading.text, *span)}\n"
            yield from _entry(f"  {_key(key)}:", entry, 2, reading.text)
    if reading.unread:
        yield "\n# 未读 not read:\n"
        for one in reading.unread:
            yield f"# {one.start}–{one.end} {sentence(reading.text, one.start, one.end)} — {_one_line(one.why)}\n"


def within_limits(lines: Iterator[str], data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a case file; `SourceError` before the first where it would be too long to be read again."""
    whole = list(lines)
    size = sum(len(line.encode("utf-8", "surrogatepass")) for line in whole)
    values = _count(data)
    if size > MAX_BYTES or values > MAX_VALUES:
        most = f"where {MAX_BYTES:,} and {MAX_VALUES:,} are read"
        message = f"the case file would have {size:,} bytes and {values:,} values, {most}"
        raise SourceError(
            Problem(message, remedy="Split the report, or load it as it is: duikou load REPORT --as article")
        )
    yield from whole


def _count(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(1 + _count(inner) for inner in value.values())
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1


def sentence(text: str, start: int, end: int) -> str:
    """Return the sentence around a span in one line, the span in 【】, cut where it is long."""
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    stops = list(_STOPS.finditer(text, low, start))
    begin = stops[-1].end() if stops else low
    stop = _STOPS.search(text, end, high)
    finish = stop.end() if stop else high
    before = "…" if begin == low and low > 0 else ""
    after = "…" if finish == high and high < len(text) and stop is None else ""
    words = f"{text[begin:start]}【{text[start:end]}】{text[end:finish]}"
    return f"{before}{_one_line(words)}{after}"


def _span_of(entry: Any) -> tuple[int, int] | None:
    span = details(entry).get("span")
    return (span[0], span[1]) if isinstance(span, Sequence) and len(span) == 2 else None


def _one_line(words: str) -> str:
    return " ".join(_UNSAFE.sub(" ", words).split())


def _entry(head: str, value: Any, depth: int, text: str) -> Iterator[str]:
    """Yield `head` (a key with its colon) and its value, on the same line where it fits.

    What has a review of its own stands below its sentence; a review is one line.
    """
    flow = _flow(value)
    indent = "  " * depth
    fits = len(head) + len(flow) < _FLOW_WIDTH
    if not isinstance(value, dict | list) or not value or head.endswith(" review:") or (fits and not _nested(value)):
        yield f"{head} {flow}\n"
    elif isinstance(value, dict):
        yield f"{head}\n"
        for name, inner in value.items():
            span = _span_of(inner)
            if span:
                yield f"{indent}# {sentence(text, *span)}\n"
            yield from _entry(f"{indent}{_key(name)}:", inner, depth + 1, text)
    else:
        yield f"{head}\n"
        for item in value:
            yield f"{indent}- {_flow(item)}\n"


def _nested(value: Any) -> bool:
    """Whether a map is so deep that one line would be hard to read."""
    return isinstance(value, dict) and any(
        isinstance(inner, dict) or (isinstance(inner, list) and inner and isinstance(inner[0], list | dict))
        for inner in value.values()
    )


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _key(name: str) -> str:
    return f'"{name}"' if not re.match(r"[a-z_]", name) else name


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal | float):
        return format(Decimal(str(value)), "f")
    text = str(value)
    if _PLAIN.fullmatch(text) and text not in _RESERVED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], quoted)
