"""``duikou extract``: a report in prose → the facts that it states, each with its words."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli import output

if TYPE_CHECKING:
    from loaders.article.document import Document
    from loaders.article.facts import Reading

_ENDINGS: Final = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".html": "html", ".htm": "html"}
_YEARS: Final = click.IntRange(1900, 2100)


@click.command(epilog="Example: duikou extract report.txt --format yaml -o report.yaml")
@click.argument("article", metavar="ARTICLE|-")
@click.option(
    "--format",
    "wanted",
    type=click.Choice(["json", "yaml", "html"]),
    help="json: all that was read; yaml: a case file to review and load; html: the text with its facts marked. "
    "Default: by the ending of FILE, else json.",
)
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file. A case file "
    "that is there already keeps what was reviewed and edited in it."
)  # fmt: skip
@click.option("--year", type=_YEARS, metavar="N", help="The year of the report, where it does not say so itself.")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A case file of the same text: what was reviewed and edited in it is kept.",
)
def extract(article: str, wanted: str | None, target: Path | None, year: int | None, previous: Path | None) -> None:
    """Read a report in prose and print the facts that it states.

    ARTICLE is a .txt, .md, .html, .docx or .pdf file in Chinese or English, or - for standard input. Nothing is
    stored: `duikou load` takes the case file once it was reviewed, or the report itself.
    """
    wanted = wanted or (_ENDINGS.get(target.suffix.lower()) if target else None) or "json"
    if previous is not None and wanted != "yaml":
        raise click.UsageError("--previous goes with --format yaml.")
    if previous is None and wanted == "yaml" and target is not None and target.exists():
        previous = target
    document = _document(article)
    for message in document.notes:
        output.note(f"note: {document.name}: {message}")
    from loaders.article.entities import WITHOUT_TAGGER
    from loaders.article.reading import read
    from loaders.article.tagger.model import tagger

    reading = read(document, year=year)
    if document.language != "en" and tagger() is None:
        output.note(f"warning: {WITHOUT_TAGGER}")
    if wanted == "json":
        pieces: Iterator[str] = _json(reading)
    elif wanted == "html":
        from loaders.article.as_html import as_html

        pieces = as_html(reading)
    else:
        pieces = _yaml(reading, _source(article, target, previous), previous)
    _write(pieces, target)
    if not (reading.quantities or reading.organisations or reading.names or reading.relations):
        output.note(f"note: {document.name}: no fact was found in it")


def _document(article: str) -> Document:
    from loaders.article.document import FILE_LIMIT, decode, read_document

    if article != "-":
        return read_document(Path(article))
    return decode(sys.stdin.buffer.read(FILE_LIMIT + 1), "standard input")


def _json(reading: Reading) -> Iterator[str]:
    from loaders.article.as_json import as_json

    yield from json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(as_json(reading))
    yield "\n"


def _source(article: str, target: Path | None, previous: Path | None) -> str:
    """Return the key of the source that a case file will be: the name of its file, or that of the article."""
    from loaders.article.case.entries import source_key

    named = target or previous
    if named is not None:
        return source_key(named.name)
    return source_key(article) if article != "-" else "article"


def _yaml(reading: Reading, source: str, previous: Path | None) -> Iterator[str]:
    from loaders.article.case.entries import draft
    from loaders.article.case.previous import keep, read_previous
    from loaders.article.case.writing import as_data, within_limits, write
    from loaders.files import read_file
    from loaders.yaml_source import MAX_BYTES

    data: dict[str, Any]
    if previous is None:
        made = draft(reading, source)
        data = as_data(made)
    else:
        old = read_previous(read_file(previous, MAX_BYTES), str(previous))
        made = draft(reading, str(old["source"]))
        data = keep(as_data(made), old, reading.sha256, str(previous))
    yield from within_limits(write(data, reading, made.places), data)


def _write(pieces: Iterator[str], target: Path | None) -> None:
    """Write all or nothing: to a file by way of another one beside it."""
    if target is None:
        whole = "".join(pieces)
        sys.stdout.buffer.write(whole.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
        return
    from ontology.errors import Problem, StoreError

    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.writelines(pieces)
        beside.replace(target)
    except OSError as error:
        raise StoreError(Problem(f"{target} cannot be written: {error.strerror or error}")) from error
    finally:
        beside.unlink(missing_ok=True)
