"""YAML as case files use it: bytes → plain data, and the line and column of every value.

The values are YAML 1.2 (core schema), without what could surprise: ``no`` and ``on`` are words,
``2019-08`` and ``0o12`` are words, ``1:30`` is a word; a number is plain decimal digits and stays
exact (`int` or `Decimal`, never `float`). What a value looked like is kept in `YamlSource.written`,
so that a reader who expects a text can take ``530000`` as the text it was meant to be.

Refused, with the place and the reason: anchors, aliases, tags and merge keys (an alias can stand for
any amount of data), duplicate keys, several documents, keys that are not plain words, nesting deeper
than `MAX_DEPTH`, more than `MAX_VALUES` values, control characters, anything that is not UTF-8.

PyYAML reads the text and hands over events one by one (through libyaml where it is built in); the
data is put together here without recursion and stops at the first event that is refused. PyYAML's
own composer would expand nothing either, but it recurses, drops the first of two equal keys without
a word, and reads values by the rules of YAML 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from ontology.errors import Origin, Problem, SourceError

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_VALUES: Final = 200_000
#: Digits before and after the decimal point that a number may have: what xsd:decimal holds in the store.
MAX_DIGITS: Final = 18

Steps = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in the text: line and column, both from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlSource:
    """A YAML text as read.

    `data` holds dicts (keys are `str`), lists, `str`, `int`, `Decimal`, `bool` and ``None``. `values` and
    `keys` map a path, such as ``("figures", "households", "value")``, to where the value, or the key that
    leads to it, begins. `written` holds the text of every number and truth value as it was written.
    """

    name: str
    data: Any
    values: Mapping[Steps, Mark]
    keys: Mapping[Steps, Mark]
    written: Mapping[Steps, str]

    def origin(self, path: Steps, *, key: bool = False) -> Origin:
        """Return the place of the value at a path (or of its key), or of the nearest thing around it."""
        field = field_path(path) or None
        if key and path in self.keys:
            return Origin(self.name, *self.keys[path], field)
        while path and path not in self.values:
            path = path[:-1]
        return Origin(self.name, *self.values[path], field) if path in self.values else Origin(self.name, field=field)


def field_path(path: Steps) -> str:
    """Return a path as a person would say it: ``figures.households.evidence[1]``; positions count from 1."""
    return "".join(f"[{p + 1}]" if isinstance(p, int) else f".{short(p, 60)}" for p in path).removeprefix(".")


def read_yaml(data: bytes, name: str, *, loader: Any = None) -> YamlSource:
    """Return the data of one YAML document and the places of its parts; `name` is used in messages.

    Raises `SourceError` when the bytes are not a YAML text of the kind described above. `loader` is
    the PyYAML loader that makes the events: the C one where PyYAML was built with it.
    """
    text = _decode(data, name)
    _refuse_control_characters(text, name)
    return _Builder(name).build(_events(text, name, loader or getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


# -- bytes → text -------------------------------------------------------------

_BOMS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_CONVERT: Final = "Save it as UTF-8, or convert it: iconv -f {0} -t UTF-8"

#: Everything but tab, line feed, carriage return and printable characters; also the line breaks that
#: editors and YAML count differently (NEL, LS, PS).
_CONTROL: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def _decode(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise SourceError(
            Problem(f"the file is too large: {len(data):,} bytes, where at most {MAX_BYTES:,} are read", Origin(name))
        )
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            raise SourceError(
                Problem(f"the file is {encoding}, where UTF-8 is read", Origin(name, 1, 1), _CONVERT.format(encoding))
            )
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        begin = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[begin : error.start].decode("utf-8")) + 1
        message = f"the file is not UTF-8: byte {error.start} (0x{data[error.start]:02X}) does not belong there"
        if error.reason == "unexpected end of data":
            message = f"the file is cut off inside a character, at byte {error.start}"
            raise SourceError(Problem(message, Origin(name, line, column), "Copy it again")) from None
        remedy = f"Text in GB 18030, GBK or another encoding must be converted. {_CONVERT.format('GB18030')}"
        raise SourceError(Problem(message, Origin(name, line, column), remedy)) from None


def _refuse_control_characters(text: str, name: str) -> None:
    found = _CONTROL.search(text)
    if not found:
        return
    at = found.start()
    where = Origin(name, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    if found.group() == "\0":
        remedy = "A file full of them is UTF-16 without a mark, or no text at all"
    else:
        remedy = 'Remove it, or write it as an escape inside double quotes ("\\u2028")'
    raise SourceError(Problem(f"the character U+{ord(found.group()):04X} may not stand in the text", where, remedy))


# -- text → events ------------------------------------------------------------


def _events(text: str, name: str, loader: Any) -> Iterator[Event]:
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Origin(name, mark.line + 1, mark.column + 1) if mark else Origin(name)
        said = ", ".join(str(part) for part in (error.problem, error.context) if part)
        raise SourceError(
            Problem(f"this is not YAML: {said}", where, _remedy(str(error.problem), text, mark))
        ) from None
    except yaml.YAMLError as error:
        raise SourceError(Problem(f"this is not YAML: {error}", Origin(name))) from None


def _remedy(problem: str, text: str, mark: Any) -> str | None:
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        return "Indent with spaces; a tab may not begin a line"
    if "end of stream" in problem or ("end" in problem and "found" in problem):
        return "A bracket, a quote or the end of the file is missing"
    if "mapping values are not allowed" in problem:
        return 'Put a text that holds ": " in quotes, and check the indentation'
    if "cannot start any token" in problem:
        return "Put a text that begins with @ or ` in quotes"
    return None


# -- events → data ------------------------------------------------------------

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
#: An escaped carriage return may stand: words of a document with such line ends hold it.
_ESCAPED_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class _Open:
    """A list or map that has begun: where it stands, what it holds so far, and the key that waits for its value."""

    path: Steps
    value: Any
    key: str | None = None


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.values: dict[Steps, Mark] = {}
        self.keys: dict[Steps, Mark] = {}
        self.written: dict[Steps, str] = {}
        self.stack: list[_Open] = []
        self.root: Any = None
        self.count = 0
        self.duplicates: list[Problem] = []

    def build(self, events: Iterator[Event]) -> YamlSource:
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, "a second document begins here", "A case file is one document; remove the ---")
            elif isinstance(event, AliasEvent):
                self.refuse(event, f"aliases are not read (*{short(str(event.anchor))})", "Write the value out")
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self.stack.pop()
            elif isinstance(event, ScalarEvent | CollectionStartEvent):
                self.node(event)
        if documents == 0 or self.root is None:
            raise SourceError(Problem("the file is empty", Origin(self.name)))
        if self.duplicates:
            raise SourceError(*self.duplicates)
        return YamlSource(self.name, self.root, self.values, self.keys, self.written)

    def node(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.anchor is not None:
            self.refuse(event, f"anchors are not read (&{short(event.anchor)})", "Write the value out where needed")
        if event.tag is not None:
            self.refuse(event, f"tags are not read ({short(event.tag)})", "Remove it; put a text in quotes")
        parent = self.stack[-1] if self.stack else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self.key(event, parent)
            return
        self.count += 1
        if self.count > MAX_VALUES:
            self.refuse(event, f"the file holds more than {MAX_VALUES:,} values", "Split it into several")
        path = self.place(parent)
        self.values[path] = _mark(event)
        value: Any
        if isinstance(event, ScalarEvent):
            value = self.scalar(event, path)
        else:
            value = {} if isinstance(event, MappingStartEvent) else []
        if parent is None:
            self.root = value
        elif isinstance(parent.value, dict):
            parent.value[parent.key] = value
            parent.key = None
        else:
            parent.value.append(value)
        if not isinstance(event, ScalarEvent):
            if len(self.stack) >= MAX_DEPTH:
                self.refuse(event, f"lists and maps are nested more than {MAX_DEPTH} deep", "A case file needs eight")
            self.stack.append(_Open(path, value))

    def place(self, parent: _Open | None) -> Steps:
        if parent is None:
            return ()
        return (*parent.path, parent.key if parent.key is not None else len(parent.value))

    def key(self, event: ScalarEvent | CollectionStartEvent, parent: _Open) -> None:
        """Take a key as the text it is, so that an area code needs no quotes there."""
        if not isinstance(event, ScalarEvent):
            self.refuse(event, "a list or map cannot be a key", "Put a text that begins with [ or { in quotes")
            return
        key: str = event.value
        plain = event.implicit[0]
        if plain and key == "<<":
            self.refuse(event, "merge keys are not read (<<)", "Write the fields out")
        if plain and key in _NULL:
            self.refuse(event, "a key is missing before the colon", "Write the key, in quotes if it is the word null")
        self.refuse_escapes(event, key)
        path = (*parent.path, key)
        first = self.keys.get(path)
        if first is None:
            self.keys[path] = _mark(event)
        elif len(self.duplicates) < 50:
            where = Origin(self.name, *_mark(event), field_path(path))
            message = f"the key {short(key)} stands twice, at line {first.line} and line {_mark(event).line}"
            self.duplicates.append(Problem(message, where, "Rename one, or join the two entries"))
        parent.key = key

    def scalar(self, event: ScalarEvent, path: Steps) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted, or a block
            self.refuse_escapes(event, text)
            return text
        if text in _NULL:
            return None
        if text in _TRUTH:
            self.written[path] = text
            return _TRUTH[text]
        whole = _INTEGER.fullmatch(text)
        if not whole and not _DECIMAL.fullmatch(text):
            return text
        self.written[path] = text
        digits, _, places = text.lstrip("-").partition(".")
        if len(digits) > MAX_DIGITS or len(places) > MAX_DIGITS:
            self.refuse(
                event,
                f"the number {short(text)} is too long",
                f"At most {MAX_DIGITS} digits can stand before and after the point; put it in quotes if it is a text",
            )
        return int(text) if whole else Decimal(text)

    def refuse_escapes(self, event: Event, text: str) -> None:
        found = _ESCAPED_CONTROL.search(text)
        if found:
            self.refuse(event, f"the text holds the character U+{ord(found.group()):04X}", "Remove the escape")

    def refuse(self, event: Event, message: str, remedy: str) -> None:
        raise SourceError(Problem(message, Origin(self.name, *_mark(event)), remedy))


def _mark(event: Event) -> Mark:
    start = event.start_mark
    assert start is not None  # events of a text have marks
    return Mark(start.line + 1, start.column + 1)


def short(text: str, length: int = 40) -> str:
    """Return a text on one line, cut off after `length` characters, to be shown in a message."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1] + "…"
