"""Which encoding a text has: what its bytes say comes before what it declares."""

from __future__ import annotations

import codecs
import re

from ontology.errors import Origin, Problem, SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
#: Characters that no text has: control characters but tab, line breaks and form feed.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
#: The 3,755 everyday characters stand first in GB 2312, in pinyin order: bytes B0 to D7.
_EVERYDAY = (0xB0, 0xD7)
_CJK = re.compile(r"[\u3400-\u9fff\ue000-\uf8ff]")


def decode_text(data: bytes, where: Origin, *, html: bool = False) -> tuple[str, str, tuple[str, ...]]:
    """Return the text, the encoding it has, and what to tell the reader about it.

    A byte order mark decides; then UTF-8 if every byte fits; then GB 18030 or Big5, whichever gives
    everyday Chinese. A declaration (HTML, XML) that the bytes contradict is told, and not followed.
    """
    declared = _declaration(data) if html or data.lstrip()[:5] == b"<?xml" else None
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strict(data[len(mark) :], encoding)
            if text is None:
                message = f"the file begins as {encoding.upper()} and does not go on so"
                raise SourceError(Problem(message, where, "It is damaged: save it anew as UTF-8"))
            return _plain(text, where), encoding, _contradiction(declared, encoding)
    if data.count(0, 0, 4096) and not declared:
        remedy = "An article is plain text, Markdown, HTML, .docx or PDF; UTF-16 needs its byte order mark"
        raise SourceError(Problem("this is a binary file, not text", where, remedy))
    text = _strict(data, "utf-8")
    if text is not None:
        return _plain(text, where), "utf-8", _contradiction(declared, "utf-8")
    candidates = [
        (encoding, decoded) for encoding in _legacy(declared) if (decoded := _strict(data, encoding)) is not None
    ]
    if candidates:
        encoding, text = max(candidates, key=lambda pair: _everyday(pair[1]))
        if _everyday(text) >= 0.5:
            return _plain(text, where), encoding, _contradiction(declared, encoding)
    raise SourceError(_undecodable(data, where))


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _legacy(declared: str | None) -> list[str]:
    names = ["gb18030", "big5hkscs"]
    if declared and declared not in {*names, "utf-8", "big5"}:
        names.append(declared)
    return names


def _declaration(data: bytes) -> str | None:
    found = _DECLARED.search(data, 0, 4096)
    if found is None:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return found[1].decode("ascii").lower()
    # A page that says GB 2312 or GBK is read as the larger set by every browser.
    return "gb18030" if name in {"gb2312", "gbk", "gb18030"} else name


def _contradiction(declared: str | None, encoding: str) -> tuple[str, ...]:
    if declared is None or declared == encoding or (declared, encoding) == ("big5", "big5hkscs"):
        return ()
    if declared.startswith("utf-16") and encoding.startswith("utf-16"):
        return ()
    return (f"it declares the encoding {declared} and is {encoding}; it was read as what it is",)


def _everyday(text: str) -> float:
    """The share of everyday characters among a text's Chinese ones: near 0.9 in prose, small in gibberish."""
    found = _CJK.findall(text[:200_000])
    if not found:
        return 0.0
    low, high = _EVERYDAY
    everyday: int = sum(
        len(code) == 2 and low <= code[0] <= high for code in (c.encode("gb2312", "ignore") for c in found)
    )  # fmt: skip
    traditional: int = sum(not c.encode("gb2312", "ignore") and len(c.encode("big5", "ignore")) == 2 for c in found)
    return (everyday + 0.8 * traditional) / len(found)


def _plain(text: str, where: Origin) -> str:
    controls = len(_CONTROL.findall(text))
    if controls > 5 and controls > len(text) / 500:
        message = f"this is a binary file, not text: {controls:,} control characters"
        raise SourceError(Problem(message, where, "An article is plain text, Markdown, HTML, .docx or PDF"))
    return text


def _undecodable(data: bytes, where: Origin) -> Problem:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start:,} (line {line}) is not UTF-8, and the file is not GB 18030 or Big5 either"
        return Problem(message, where, "Save it as UTF-8; if only a few bytes are damaged, mend them there")
    return Problem("the encoding cannot be told", where, "Save it as UTF-8")
