"""What a loader hands to the graph: the records of one source, and where each was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ontology.errors import Origin, Problem
from ontology.mappings import Mapping as Link
from ontology.records import Record, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source as read: its records and the way back from each to the file.

    `graph` is the named graph it fills (``source/tongji``, ``areas``). `origins` maps a record, or a
    record and the name of one of its fields, to the place in the file that says so. `unread` lists
    what the loader could not read; that is a report, not an error. `sha256` and `size` (bytes) are
    those of the file as read.
    """

    graph: str
    records: tuple[Record, ...]
    loader: str
    file: str
    sha256: str
    size: int
    origins: Mapping[tuple[Ref, str | None], Origin] = field(default_factory=dict)
    unread: tuple[Problem, ...] = ()
    #: Links to what is outside, in a source of links.
    mappings: tuple[Link, ...] = ()

    def origin(self, ref: Ref, field_name: str | None = None) -> Origin:
        """Return the place of a field, else of its record, else the file."""
        return self.origins.get((ref, field_name)) or self.origins.get((ref, None)) or Origin(self.file)
