"""A link from a thing or concept of ours to something outside, with what it rests on.

One row of a table in SSSOM (https://mapping-commons.github.io/sssom/), whose words are used here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class State(Enum):
    """How far a link has come: only reviewed ones are published."""

    #: Proposed, by a person or a program; nobody has looked at it.
    CANDIDATE = "candidate"
    REVIEWED = "reviewed"
    #: Looked at and refused, and kept so that it is not proposed again.
    REJECTED = "rejected"
    #: Searched for, on a date, and nothing found.
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One link. `subject`, `predicate` and `object` are IRIs; `object` is None where nothing was found.

    `scheme` and `local` are the two parts of the object as written (``wd``, ``Q8686``), `searched` the scheme that
    was searched where nothing was found. `evidence` says where the identifier stands: repository@commit and path,
    package with version and file, or an address with a date.
    """

    subject: str
    subject_label: str = ""
    predicate: str
    object: str | None
    object_label: str = ""
    scheme: str = ""
    local: str = ""
    searched: str = ""
    justification: str
    confidence: Decimal | None = None
    date: str = ""
    reviewer: str = ""
    review_date: str = ""
    agreement: Decimal | None = None
    evidence: str = ""
    comment: str = ""
    state: State
