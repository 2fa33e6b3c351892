"""Who takes part in what: the parties of a thing by role, each with the words that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import concept, expand
from ontology.records import ROLES
from server.figures import plain
from server.naming import Link
from server.neighbourhood import Neighbourhood
from server.pages.evidence import Citation, Evidence
from server.pages.quantities import is_unreviewed
from server.pages.values import decimal, iris
from server.pages.wording import texts_of
from server.texts import text

#: The properties that lead to participations, in the order of the ontology, each with the key of its role's concept.
ROLE_KEYS: Final = {curie: curie.partition(":")[2].removesuffix("Participation") for _, curie in ROLES.values()}


@dataclass(frozen=True, slots=True)
class Participant:
    """One party in a role."""

    party: Link
    detail: str | None
    link: Link
    citations: Sequence[Citation]
    is_unreviewed: bool


@dataclass(frozen=True, slots=True)
class Role:
    """The parties in one role; `key` is that of the role's concept."""

    key: str
    name: Link
    parties: Sequence[Participant]


class Parties:
    """Reads participations from a neighbourhood."""

    def __init__(self, around: Neighbourhood, lang: str, evidence: Evidence) -> None:
        self._around, self._lang, self._evidence = around, lang, evidence

    def roles(self, iri: str) -> list[Role]:
        """Return the roles of a thing with the parties of each, in the order of the ontology."""
        found: list[Role] = []
        self._around.labels.load(
            concept("role", key) for curie, key in ROLE_KEYS.items() if self._around.of(iri, curie)
        )
        for curie, key in ROLE_KEYS.items():
            parts = [
                Participant(
                    self._link(party),
                    self._detail(part),
                    self._link(part),
                    self._evidence.of(part),
                    is_unreviewed(self._around, part),
                )
                for part in iris(self._around.of(iri, curie))
                for party in iris(self._around.of(part, "dk:participant"))
            ]
            if parts:
                found.append(Role(key, self._link(concept("role", key)), parts))
        return found

    def _detail(self, part: str) -> str | None:
        share = decimal(self._around.one(part, "dk:share"))
        status = self._around.one(part, "dk:participationStatus")
        words = [text(self._lang, "thing.share", share=plain(share * 100) + "%")] if share is not None else []
        words += [self._link(status.value).name.text] if isinstance(status, ox.NamedNode) else []
        words += [n.text for n in texts_of(self._around, self._lang, part, expand("skos:note"))]
        return "；".join(words) if self._lang == "zh" and words else "; ".join(words) or None

    def cited(self, iri: str) -> dict[str, list[Citation]]:
        """Return the words for what a thing's participations say: party → citations."""
        found: dict[str, list[Citation]] = {}
        for curie in ROLE_KEYS:
            for part in iris(self._around.of(iri, curie)):
                for party in iris(self._around.of(part, "dk:participant")):
                    known = found.setdefault(party, [])
                    known += [c for c in self._evidence.of(part) if c not in known]
        return found

    def _link(self, iri: str) -> Link:
        return self._around.labels.link(iri, self._lang)
