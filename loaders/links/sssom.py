"""Tables in SSSOM/TSV, read and written: metadata in comments at the head, then one link a row.

Read are the slots that Duikou needs; others are allowed and left alone. A table of somebody else's may name what
it links by any prefix that its `curie_map` declares.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import yaml

from loaders.links.targets import TARGETS
from ontology.errors import Origin, Problem, SourceError
from ontology.mappings import Mapping, State
from ontology.namespaces import BASE, PREFIXES

MAX_BYTES: Final = 32_000_000
NOTHING: Final = "sssom:NoTermFound"
#: What tables may use without declaring it (SSSOM's own list has more), and our own.
CURIES: Final[dict[str, str]] = {
    **{p: PREFIXES[p] for p in ("owl", "rdf", "rdfs", "skos", "dcterms", "schema", "xsd", "dk")},
    "sssom": "https://w3id.org/sssom/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "duikou": f"{BASE}id/",
    "concept": f"{BASE}concept/",
    **{target.prefix: target.namespace for target in TARGETS.values()},
}
COLUMNS: Final = (
    "subject_id", "subject_label", "predicate_modifier", "predicate_id", "object_id", "object_label",
    "mapping_justification", "confidence", "mapping_date", "reviewer_label", "review_date", "reviewer_agreement",
    "object_source", "evidence", "comment",
)  # fmt: skip
#: What may be said once at the head for all rows.
_FOR_ALL: Final = ("mapping_date", "object_source")
_NEEDED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: its metadata, its links, and the line of each."""

    metadata: Map[str, Any]
    mappings: tuple[Mapping, ...]
    lines: tuple[int, ...]
    curies: Map[str, str] = field(default_factory=dict)


def parse(data: bytes, name: str) -> Table:
    """Return the links of a table. `SourceError` with line and column for each row that is none."""
    if len(data) > MAX_BYTES:
        raise SourceError(
            Problem(f"more than {MAX_BYTES // 1_000_000} MB", Origin(name), "Part the table into several")
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            Problem(f"byte {error.start} is not UTF-8", Origin(name), "Save the table as UTF-8")
        ) from None
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    head = 0
    while head < len(lines) and lines[head].startswith("#"):
        head += 1
    metadata = _metadata("\n".join(line[1:] for line in lines[:head]), name)
    curies = {**CURIES, **_curie_map(metadata, name)}
    rows = csv.reader(io.StringIO("\n".join(lines[head:])), delimiter="\t", quoting=csv.QUOTE_MINIMAL, strict=False)
    columns = next(rows, [])
    missing = [slot for slot in _NEEDED if slot not in columns]
    if missing:
        raise SourceError(
            Problem(
                f"no column {', '.join(missing)}",
                Origin(name, head + 1),
                "An SSSOM table begins with # lines of metadata, then a line of slot names",
            )
        )
    mappings: list[Mapping] = []
    places: list[int] = []
    problems: list[Problem] = []
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            line = head + rows.line_num
            cells = {slot: str(metadata[slot]) for slot in _FOR_ALL if isinstance(metadata.get(slot), (str, date))}
            cells |= {c: v.strip() for c, v in zip(columns, row, strict=False) if v.strip()}
            try:
                if len(row) > len(columns):
                    raise _Bad("", f"{len(row)} values under {len(columns)} slot names", "Check the tabs of this line")
                mappings.append(_mapping(cells, curies))
                places.append(line)
            except _Bad as bad:
                problems.append(Problem(bad.message, Origin(name, line, field=bad.slot or None), bad.remedy))
    except csv.Error as error:
        problems.append(Problem(f"not a table: {error}", Origin(name, head + rows.line_num)))
    if problems:
        raise SourceError(*problems[:50])
    return Table(metadata, tuple(mappings), tuple(places), curies)


def write(metadata: Map[str, Any], mappings: Iterable[Mapping]) -> str:
    """Return links as a table, in the order given."""
    out = io.StringIO()
    head = yaml.safe_dump(dict(metadata), allow_unicode=True, sort_keys=False, width=10_000)
    out.write("".join(f"#{line}\n" for line in head.splitlines()))
    table = csv.writer(out, delimiter="\t", lineterminator="\n")
    table.writerow(COLUMNS)
    for mapping in mappings:
        table.writerow(_row(mapping))
    return out.getvalue()


def compact(iri: str) -> str:
    """Return an IRI as it stands in our tables; one that no prefix fits stands whole."""
    for prefix, namespace in sorted(CURIES.items(), key=lambda item: -len(item[1])):
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


class _Bad(Exception):  # noqa: N818
    def __init__(self, slot: str, message: str, remedy: str) -> None:
        self.slot, self.message, self.remedy = slot, message, remedy
        super().__init__(message)


def _metadata(text: str, name: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text) if text.strip() else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = Origin(name, mark.line + 1 if mark else None)
        raise SourceError(Problem("the metadata at its head are not YAML", where, "Check the lines with #")) from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise SourceError(Problem("the metadata at its head are no list of names and values", Origin(name, 1)))
    return found


def _curie_map(metadata: Map[str, Any], name: str) -> dict[str, str]:
    found = metadata.get("curie_map") or {}
    if not isinstance(found, dict) or not all(isinstance(x, str) for pair in found.items() for x in pair):
        raise SourceError(Problem("its curie_map is no list of prefixes and IRIs", Origin(name, 1, field="curie_map")))
    return found


def _mapping(cells: Map[str, str], curies: Map[str, str]) -> Mapping:
    for slot in _NEEDED:
        if not cells.get(slot):
            raise _Bad(slot, "has no value", "Every link needs a subject, a predicate, an object and a justification")
    is_nothing = cells["object_id"] == NOTHING
    scheme, _, local = cells["object_id"].partition(":")
    return Mapping(
        subject=_iri(cells, "subject_id", curies),
        subject_label=cells.get("subject_label", ""),
        predicate=_iri(cells, "predicate_id", curies),
        object=None if is_nothing else _iri(cells, "object_id", curies),
        object_label=cells.get("object_label", ""),
        scheme="" if is_nothing or "://" in cells["object_id"] else scheme,
        local="" if is_nothing else local,
        searched=cells.get("object_source", ""),
        justification=_iri(cells, "mapping_justification", curies),
        confidence=_number(cells, "confidence", 0),
        date=_date(cells, "mapping_date"),
        reviewer=cells.get("reviewer_label") or cells.get("reviewer_id", ""),
        review_date=_date(cells, "review_date"),
        agreement=_number(cells, "reviewer_agreement", -1),
        evidence=cells.get("evidence", ""),
        comment=cells.get("comment", ""),
        state=_state(cells),
    )


def _state(cells: Map[str, str]) -> State:
    """Return the state that a row's slots amount to; SSSOM has no slot of that name.

    A refused link says so itself (``Not``), and its reviewer agrees with that; or it is proposed, and its reviewer
    does not agree.
    """
    if cells["object_id"] == NOTHING:
        return State.NOT_FOUND
    agreement = _number(cells, "reviewer_agreement", -1)
    if cells.get("predicate_modifier") == "Not" or (agreement is not None and agreement < 0):
        return State.REJECTED
    if (cells.get("reviewer_label") or cells.get("reviewer_id")) and (agreement is None or agreement > 0):
        return State.REVIEWED
    return State.CANDIDATE


def _iri(cells: Map[str, str], slot: str, curies: Map[str, str]) -> str:
    value = cells[slot]
    prefix, colon, local = value.partition(":")
    if local.startswith("//"):
        iri = value
    elif colon and prefix in curies:
        iri = curies[prefix] + local
    else:
        raise _Bad(slot, f"{value!r} has a prefix that is not declared", "Declare it in curie_map at the head")
    if any(c in iri for c in ' <>"{}|\\^`') or any(ord(c) < 33 for c in iri):
        raise _Bad(slot, f"{value!r} makes no IRI", "Escape what an IRI may not hold")
    return iri


def _number(cells: Map[str, str], slot: str, least: int) -> Decimal | None:
    value = cells.get(slot)
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and least <= number <= 1):
        raise _Bad(slot, f"{value!r} is no number from {least} to 1", "Correct it or leave it out")
    return number


def _date(cells: Map[str, str], slot: str) -> str:
    value = cells.get(slot, "")
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise _Bad(slot, f"{value!r} is no date", "Write it as 2019-08-31") from None


def _row(mapping: Mapping) -> list[str]:
    not_found, rejected = mapping.state is State.NOT_FOUND, mapping.state is State.REJECTED
    return [
        compact(mapping.subject),
        mapping.subject_label,
        "Not" if rejected else "",
        compact(mapping.predicate),
        NOTHING if not_found or mapping.object is None else compact(mapping.object),
        mapping.object_label,
        compact(mapping.justification),
        "" if mapping.confidence is None else str(mapping.confidence),
        mapping.date,
        mapping.reviewer,
        mapping.review_date,
        "" if mapping.agreement is None else str(mapping.agreement),
        mapping.searched,
        mapping.evidence,
        mapping.comment,
    ]
