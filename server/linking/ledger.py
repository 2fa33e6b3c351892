"""The file of rows: read at the start, written whole after every batch, so that nothing is lost and nothing is half."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from loaders.files import read_file
from loaders.links import sssom
from loaders.links.proposing import Known
from loaders.links.source import TABLE
from ontology.errors import Origin, Problem, StoreError
from ontology.mappings import Mapping

#: Tables that were reviewed are kept here, in the data directory.
FOLDER: Final = "links"


class Ledger:
    """The rows of one run and of those before it. Without a file they are only kept in memory."""

    def __init__(self, directory: Path, file: Path | None) -> None:
        self._file = file
        self._metadata: dict[str, Any] = _metadata()
        self.rows: list[Mapping] = []
        self.known = Known(sssom.parse(TABLE.read_bytes(), TABLE.name).mappings)
        for reviewed in sorted((directory / FOLDER).glob("*.sssom.tsv")):
            for mapping in sssom.parse(read_file(reviewed, sssom.MAX_BYTES), str(reviewed)).mappings:
                self.known.add(mapping)
        if file is not None and file.exists():
            table = sssom.parse(read_file(file, sssom.MAX_BYTES), str(file))
            self._metadata = dict(table.metadata) or self._metadata
            self.add(table.mappings, save=False)

    def add(self, rows: Iterable[Mapping], *, save: bool = True) -> None:
        """Take in rows, and write the file if there is one."""
        for mapping in rows:
            self.rows.append(mapping)
            self.known.add(mapping)
        if save and self._file is not None:
            _write(self._file, self.text())

    def text(self) -> str:
        """Return all rows as a table."""
        return sssom.write(self._metadata, self.rows)


def keep_review(directory: Path, file: Path) -> None:
    """Keep a reviewed table in the data directory, so that what it refuses is not proposed again."""
    folder = directory / FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreError(Problem(f"{folder} cannot be made: {error.strerror or error}")) from None
    _write(folder / file.name, read_file(file, sssom.MAX_BYTES).decode("utf-8-sig"))


def _write(file: Path, text: str) -> None:
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise StoreError(
            Problem(f"the table cannot be written: {error.strerror or error}", Origin(str(file)))
        ) from None


def _metadata() -> dict[str, Any]:
    return {
        "mapping_set_id": "https://w3id.org/duikou/graph/links/proposed",
        "mapping_set_title": "Candidates for links",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "comment": "Proposed by duikou link. To accept a row, fill reviewer_label, review_date and reviewer_agreement "
        "(1); to refuse it, put Not into predicate_modifier as well. Then: duikou link --review FILE --db DIR",
        "curie_map": {p: n for p, n in sssom.CURIES.items() if p not in ("rdf", "xsd", "dk")},
    }
