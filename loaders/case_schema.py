"""Checking a case file against ``case.schema.json``, in plain sentences.

The schema says what may stand where; jsonschema applies it. Four keywords of our own are added:
``conceptScheme`` (the value is a concept of that code list), ``refersTo`` (the kind of thing that a key
names, for people and for tests), ``textSpan`` and ``spanOrder`` (positions that fit each other), and
one format, ``partial-date``.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from loaders.yaml_source import Steps, YamlSource, short
from ontology.errors import Origin, Problem, SourceError
from ontology.vocabulary import concept_keys

SCHEMA_FILE: Final = Path(__file__).with_name("case.schema.json")
#: How many problems of one file are shown.
MAX_PROBLEMS: Final = 50
#: How many are gathered before they are sorted and cut; a file this wrong is not worth reading on.
_ENOUGH: Final = 1000


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of case files; do not change it."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def check(source: YamlSource) -> None:
    """Check a case file against the schema; raise `SourceError` with all its problems, in file order.

    Where a text is asked for and a number was written (an area code without quotes, the year 2019), the
    text as written takes its place in ``source.data``: the field's type says which of the two was meant.
    """
    errors: list[ValidationError] = []
    taken_as_text = False
    for error in _validator().iter_errors(source.data):
        if _meant_as_text(error, source):
            taken_as_text = True
        else:
            errors.append(error)
            if len(errors) == _ENOUGH:
                break
    if taken_as_text and len(errors) < _ENOUGH:  # the texts are to be checked too
        errors = list(islice(_validator().iter_errors(source.data), _ENOUGH))
    found = sorted(map(_Finding.of, errors), key=lambda finding: finding.place(source))
    report(problem for finding in found[: MAX_PROBLEMS + 1] for problem in _problems(finding, source))


def report(problems: Iterable[Problem]) -> None:
    """Raise `SourceError` with the problems, each once and in file order; do nothing where there are none."""
    found = sorted(dict.fromkeys(problems), key=_place)
    if len(found) > MAX_PROBLEMS:
        last = found[MAX_PROBLEMS - 1].where
        more = Problem("and more", last and Origin(last.file), "Mend these first, then load the file again")
        found = [*found[:MAX_PROBLEMS], more]
    if found:
        raise SourceError(*found)


def suggestion(word: str, known: Collection[str]) -> str:
    """Return “did you mean …” for a word that is not among the known ones, or all of them if they are few."""
    near = difflib.get_close_matches(word[:100], known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known are: {', '.join(sorted(known))}" if 0 < len(known) <= 24 else ""


def is_partial_date(text: str) -> bool:
    """Whether a text is a year, a month of a year or a day of the calendar: 2019, 2019-08, 2019-08-31."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
        return False
    try:
        date.fromisoformat(text + "-01" * (2 - text.count("-")))
    except ValueError:
        return False
    return True


def _place(problem: Problem) -> tuple[int, int, str]:
    where = problem.where
    return ((where and where.line) or 0, (where and where.column) or 0, problem.message)


# -- keywords of our own ------------------------------------------------------


def _concept_scheme(_: Validator, scheme: str, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and value not in concept_keys(scheme):
        yield ValidationError("unknown concept")


def _text_span(_: Validator, __: Any, value: Any, ___: Any) -> Iterator[ValidationError]:
    match value:
        case [int(begin), int(end), str(text)]:
            if begin >= end:
                yield ValidationError(f"its end, {end}, is not after its begin, {begin}")
            elif len(text) != end - begin:
                message = f"{begin} to {end} are {end - begin} characters, but the text “{short(text)}” has {len(text)}"
                yield ValidationError(message)


def _additional_properties(validator: Any, below: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """As jsonschema's own, but in the order of the file, so that a very wrong file is reported from its start."""
    extra = [name for name in value if name not in schema.get("properties", ())] if isinstance(value, dict) else []
    if below is False and extra:
        yield ValidationError("unknown fields")
    elif below is not False:
        for name in extra:
            yield from validator.descend(value[name], below, path=name)


def _unique_items(_: Validator, __: Any, value: Any, ___: Any) -> Iterator[ValidationError]:
    """As jsonschema's own, for texts only, but in linear time and at the place of the second one."""
    seen: set[str] = set()
    for i, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str):
            if item in seen:
                yield ValidationError("stands twice", path=(i,), instance=item)
            seen.add(item)


def _span_order(_: Validator, __: Any, value: Any, ___: Any) -> Iterator[ValidationError]:
    match value:
        case [int(begin), int(end)] if begin >= end:
            yield ValidationError(f"its end, {end}, is not after its begin, {begin}")


@cache
def _validator() -> Validator:
    formats = FormatChecker(formats=())
    formats.checks("partial-date")(lambda value: not isinstance(value, str) or is_partial_date(value))
    keywords = {
        "additionalProperties": _additional_properties,
        "conceptScheme": _concept_scheme,
        "textSpan": _text_span,
        "spanOrder": _span_order,
        "uniqueItems": _unique_items,
    }
    validator: Validator = extend(Draft202012Validator, keywords)(  # type: ignore[no-untyped-call]
        schema(), format_checker=formats
    )
    return validator


def _meant_as_text(error: ValidationError, source: YamlSource) -> bool:
    """Put the text as written where a text is asked for and a number was read; say whether that was so."""
    path = tuple(error.absolute_path)
    number = isinstance(error.instance, int | Decimal) and not isinstance(error.instance, bool)
    if not (error.validator == "type" and error.validator_value == "string" and number and path):
        return False
    parent = source.data
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = source.written[path]
    return True


# -- errors → sentences -------------------------------------------------------

_TYPES: Final = {
    "object": "a map of fields", "array": "a list", "string": "a text", "integer": "a whole number",
    "number": "a number", "boolean": "true or false",
}  # fmt: skip


def _said(value: Any) -> str:
    """What a value is, in words: for “must be a number, not …”."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | Decimal():
            return f"the number {value}"
        case str():
            return f"the text “{short(value)}”"
        case list():
            return "a list"
        case _:
            return "a map of fields"


@dataclass(frozen=True, slots=True)
class _Finding:
    """What jsonschema reports: the keyword that was broken, what it asks for, and the value found."""

    keyword: str
    wanted: Any
    value: Any
    path: Steps
    schema: dict[str, Any]
    message: str
    of_a_key: bool

    @classmethod
    def of(cls, error: ValidationError) -> _Finding:
        return cls(
            keyword=str(error.validator),
            wanted=error.validator_value,
            value=error.instance,
            path=tuple(error.absolute_path),
            schema=dict(error.schema) if isinstance(error.schema, Mapping) else {},
            message=error.message,
            of_a_key="propertyNames" in error.absolute_schema_path,
        )

    def place(self, source: YamlSource) -> tuple[int, int]:
        """Where it stands, for sorting."""
        where = source.origin((*self.path, self.value) if self.of_a_key else self.path, key=True)
        return where.line or 0, where.column or 0

    @property
    def about(self) -> str:
        """What the schema says of the field: the remedy that fits most mistakes."""
        return str(self.schema.get("description", "")).removesuffix(".")


def _problems(found: _Finding, source: YamlSource) -> Iterator[Problem]:
    if found.of_a_key:
        where = source.origin((*found.path, found.value), key=True)
        yield Problem(f"“{short(found.value)}” is not a key", where, found.about)
    elif found.keyword == "additionalProperties":
        yield from _unknown_fields(found, source)
    elif found.keyword == "required":
        for name in found.wanted:
            if name not in found.value:
                yield _missing_field(name, found, source)
    else:
        message, remedy = _SENTENCES.get(found.keyword, _other)(found)
        yield Problem(message, source.origin(found.path), remedy or None)


def _unknown_fields(found: _Finding, source: YamlSource) -> Iterator[Problem]:
    known = found.schema["properties"]
    unknown = (name for name in found.value if name not in known)
    for name in islice(unknown, MAX_PROBLEMS + 1):
        where = source.origin((*found.path, name), key=True)
        split = found.value[name] is None and " " in name
        remedy = "Put a text that holds a comma in quotes" if split else suggestion(name, known)
        yield Problem(f"there is no field {short(name)} here", where, remedy or None)


def _missing_field(name: str, found: _Finding, source: YamlSource) -> Problem:
    if name == "duikou":
        return Problem(
            "the field duikou is missing", source.origin(found.path), "A case file begins with the line duikou: 1"
        )
    about = found.schema["properties"][name]["description"].removesuffix(".")
    return Problem(f"the field {name} is missing", source.origin(found.path, key=True), about)


_Sentence = tuple[str, str]


def _type(found: _Finding) -> _Sentence:
    wanted = _TYPES[found.wanted]
    value = found.value
    if not found.path:
        return f"a case file is a map of fields, not {_said(value)}", "It begins with the line duikou: 1"
    if value is None:
        return f"the value is missing; {wanted} is asked for", "Fill it in, or leave the field out"
    remedy = found.about
    if found.wanted == "string" and isinstance(value, bool):
        remedy = "Put the word in quotes if it is meant as a text"
    elif found.wanted in {"number", "integer"} and isinstance(value, str):
        remedy = "Write plain digits without quotes: 4594500 or 459.45"
    return f"{wanted} is asked for, not {_said(value)}", remedy


def _enum(found: _Finding) -> _Sentence:
    return f"“{short(str(found.value))}” is not offered here", suggestion(str(found.value), found.wanted)


def _const(found: _Finding) -> _Sentence:
    return f"this is version {short(str(found.value))} of the format; {found.wanted} is read", ""


def _concept(found: _Finding) -> _Sentence:
    scheme = found.wanted
    return f"unknown {scheme} “{short(found.value)}”", suggestion(found.value, concept_keys(scheme))


def _shape(found: _Finding) -> _Sentence:
    return f"“{short(found.value)}” will not do here", found.about


def _date(found: _Finding) -> _Sentence:
    return f"“{short(found.value)}” is not a date", "Write 2019, 2019-08 or 2019-08-31"


def _span(found: _Finding) -> _Sentence:
    return found.message, "Positions are characters of the document from 0, end excluded, line breaks counted"


def _bound(word: str) -> Callable[[_Finding], _Sentence]:
    return lambda found: (f"the number {found.value} is {word} {found.wanted}", "")


def _count(found: _Finding) -> _Sentence:
    wanted, size = found.wanted, len(found.value)
    if "prefixItems" in found.schema:
        names = ", ".join(item["title"].lower() for item in found.schema["prefixItems"])
        remedy = "Put a text that holds a comma in quotes" if size > wanted else ""
        return f"{wanted} values are asked for, [{names}], not {size}", remedy
    if isinstance(found.value, str):
        if not size:
            return "the text is empty", "Fill it in, or leave the field out"
        return f"the text has {size} characters, where {wanted} are the limit", ""
    return "there is nothing in it", "Fill it in, or leave the field out"


def _repeated(found: _Finding) -> _Sentence:
    return f"“{short(found.value)}” stands twice in the list", "Remove one"


def _other(found: _Finding) -> _Sentence:
    return short(found.message, 200), ""


_SENTENCES: Final[dict[str, Callable[[_Finding], _Sentence]]] = {
    "type": _type, "enum": _enum, "const": _const, "conceptScheme": _concept, "pattern": _shape, "format": _date,
    "textSpan": _span, "spanOrder": _span, "minimum": _bound("less than"), "maximum": _bound("more than"),
    "minLength": _count, "maxLength": _count, "minItems": _count, "maxItems": _count, "minProperties": _count,
    "uniqueItems": _repeated,
}  # fmt: skip
