"""From what has no link to rows of candidates, batch after batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from loaders.links.proposing import OFFLINE, Candidate, Subject, nothing, offline, row
from loaders.links.targets import TARGETS, target_of
from ontology.mappings import Mapping
from server.linking.client import Client, ServiceError
from server.linking.endpoint import WIKIDATA, Endpoint
from server.linking.ledger import Ledger
from server.linking.reconciliation import Reconciliation, is_manifest

Progress = Callable[[str, int, int], None]


class Finder(Protocol):
    """Whatever proposes candidates for some things at a time."""

    @property
    def namespace(self) -> str:
        """The start of the IRIs that it proposes."""

    @property
    def batch(self) -> int:
        """How many things at a time."""

    def candidates(self, subjects: Sequence[Subject], date: str) -> list[list[Candidate]]:
        """Return the candidates of each."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of this installation as a finder."""

    to: str
    batch: int = 200

    @property
    def namespace(self) -> str:
        """The start of the IRIs that it proposes."""
        return OFFLINE[self.to]

    def candidates(self, subjects: Sequence[Subject], date: str) -> list[list[Candidate]]:
        """Return the candidates of each."""
        return [offline(subject, self.to) for subject in subjects]


def live(client: Client, to: str | None) -> Finder:
    """Return the finder that fits what answers at an address: a reconciliation service or a SPARQL endpoint.

    `to` is the prefix of a scheme; without it that of the service, or Wikidata's for an endpoint.
    """
    namespace = TARGETS[to].namespace if to else None
    try:
        told = client.ask()
    except ServiceError as error:
        if "in JSON" not in str(error) and "answers 4" not in str(error):
            raise
        told = None
    if is_manifest(told):
        return Reconciliation(client, told)
    return Endpoint(client, namespace or WIKIDATA)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: things asked about, new candidates, searches without a find, candidates of a wrong shape."""

    asked: int
    proposed: int
    nothing: int
    refused: int


def propose(finder: Finder, subjects: Sequence[Subject], ledger: Ledger, date: str, tell: Progress) -> Outcome:
    """Ask for candidates of all things that no row has yet, and write them down after each batch."""
    namespace = finder.namespace
    wanted = [s for s in subjects if not ledger.known.has(s.iri, namespace) and s.names]
    if namespace == OFFLINE["geonames"] and isinstance(finder, Tables):
        wanted = [s for s in wanted if s.code]  # that table is of units with a code
    proposed = empty = refused = 0
    for start in range(0, len(wanted), finder.batch):
        batch = wanted[start : start + finder.batch]
        tell(f"looking for {start + len(batch)} of {len(wanted)}", start, len(wanted))
        rows: list[Mapping] = []
        for subject, found in zip(batch, finder.candidates(batch, date), strict=True):
            fitting = [c for c in found if _is_well_formed(c.iri)]
            refused += len(found) - len(fitting)
            new = [c for c in fitting if ledger.known.is_new(subject.iri, c.iri)]
            rows += (row(subject, candidate, date) for candidate in new)
            proposed += len(new)
            if not new:
                rows.append(nothing(subject, namespace, date, f"no candidate in {_where(finder)} (asked {date})"))
                empty += 1
        ledger.add(rows)
    return Outcome(len(wanted), proposed, empty, refused)


def _is_well_formed(iri: str) -> bool:
    target = target_of(iri)
    if target is not None and not target[0].shape(target[1]):
        return False
    return not any(c in iri for c in ' <>"{}|\\^`') and all(ord(c) > 32 for c in iri)


def _where(finder: Finder) -> str:
    return f"the table “{finder.to}”" if isinstance(finder, Tables) else finder.namespace
