"""Candidates from a service that speaks the Reconciliation API 0.1 or 0.2."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from loaders.links.proposing import Candidate, Subject
from ontology.errors import Problem
from server.linking.client import Client, ServiceError

#: Queries in one request unless the service takes fewer: what OpenRefine sends.
BATCH: Final = 10
#: Candidates kept of one answer.
KEPT: Final = 3


def is_manifest(told: object) -> bool:
    """Return whether an answer is the manifest of a reconciliation service."""
    return isinstance(told, dict) and all(isinstance(told.get(k), str) for k in ("name", "identifierSpace"))


class Reconciliation:
    """One service; `namespace` is the start of the IRIs of its things."""

    def __init__(self, client: Client, manifest: dict[str, Any]) -> None:
        self._client = client
        self.namespace: Final[str] = manifest["identifierSpace"]
        told = manifest.get("batchSize")
        self.batch: Final = min(BATCH, told) if isinstance(told, int) and told > 0 else BATCH

    def candidates(self, subjects: Sequence[Subject], date: str) -> list[list[Candidate]]:
        """Return the candidates of each subject. `ServiceError` if the answer is not what the protocol says."""
        batch = {f"q{n}": {"query": subject.name, "limit": KEPT} for n, subject in enumerate(subjects)}
        told = self._client.ask({"queries": json.dumps(batch, ensure_ascii=False)})
        if not isinstance(told, dict):
            raise self._rubbish("no object of results")
        return [self._read(told.get(key), date) for key in batch]

    def _read(self, told: object, date: str) -> list[Candidate]:
        results = told.get("result") if isinstance(told, dict) else None
        if not isinstance(results, list):
            raise self._rubbish("a query without a result")
        found = []
        for each in results[:KEPT]:
            if not isinstance(each, dict) or not isinstance(each.get("id"), str) or not each["id"]:
                raise self._rubbish("a candidate without an identifier")
            label = each.get("name")
            score = each.get("score", 0)
            if isinstance(score, bool) or not isinstance(score, (int, float)):
                raise self._rubbish("a score that is no number")
            found.append(
                Candidate(
                    iri=self.namespace + quote(each["id"], safe="/-._~:@!$&'()*+,;="),
                    label=label if isinstance(label, str) else "",
                    score=float(score) / 100 if score > 1 else float(score),
                    how="service",
                    evidence=f"{self._client.url} (asked {date}): candidate with score {score:g}",
                )
            )
        return found

    def _rubbish(self, what: str) -> ServiceError:
        remedy = "Nothing of this answer was written down"
        return ServiceError(Problem(f"{self._client.url} answers with {what}", remedy=remedy))
