"""Candidates from a SPARQL endpoint: of areas by their division code as Wikidata has it (P442), else by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pyoxigraph import Literal

from loaders.links.proposing import Candidate, Subject
from ontology.errors import Problem
from server.linking.client import Client, ServiceError

_JSON: Final = "application/sparql-results+json"
WIKIDATA: Final = "http://www.wikidata.org/entity/"
#: Codes are written with and without blanks there.
_BY_CODE: Final = """\
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?item ?key ?label WHERE {{
  VALUES (?key ?code) {{ {rows} }}
  ?item wdt:P442 ?code .
  OPTIONAL {{ ?item rdfs:label ?label FILTER(LANG(?label) = "zh") }}
}}
LIMIT 1000
"""
_BY_NAME: Final = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?item ?key ?label WHERE {{
  VALUES (?key ?label) {{ {rows} }}
  ?item rdfs:label ?label .
}}
LIMIT 1000
"""


class Endpoint:
    """One endpoint; things are asked for `batch` at a time."""

    batch: Final = 20

    def __init__(self, client: Client, namespace: str) -> None:
        self._client = client
        self.namespace: Final = namespace

    def candidates(self, subjects: Sequence[Subject], date: str) -> list[list[Candidate]]:
        """Return the candidates of each subject. `ServiceError` if the answer is no table of such."""
        found: dict[str, dict[str, Candidate]] = {}
        coded = [s for s in subjects if s.code and self.namespace == WIKIDATA]
        named = [s for s in subjects if s not in coded]
        if coded:
            rows = " ".join(f"({Literal(s.iri)} {Literal(code)})" for s in coded for code in _spellings(s.code or ""))
            self._take(found, _BY_CODE.format(rows=rows), "code", date)
        if named:
            rows = " ".join(
                f"({Literal(s.iri)} {Literal(name, language=language)})"
                for s in named
                for name in s.names[:3]
                for language in ("zh", "zh-cn", "zh-hans", "en")
            )
            self._take(found, _BY_NAME.format(rows=rows), "official", date)
        return [list(found.get(s.iri, {}).values()) for s in subjects]

    def _take(self, found: dict[str, dict[str, Candidate]], query: str, how: str, date: str) -> None:
        for item, key, label in self._rows(self._client.ask({"query": query}, accept=_JSON)):
            if item.startswith(self.namespace):
                score, by = (0.9, "its division code (P442)") if how == "code" else (0.6, "its name alone")
                evidence = f"{self._client.url} (asked {date}): by {by}"
                candidate = Candidate(iri=item, label=label, score=score, how=how, evidence=evidence)
                found.setdefault(key, {}).setdefault(item, candidate)

    def _rows(self, told: Any) -> list[tuple[str, str, str]]:
        try:
            return [
                (_text(row["item"]), _text(row["key"]), _text(row["label"]) if "label" in row else "")
                for row in told["results"]["bindings"]
            ]
        except (KeyError, TypeError, AttributeError):
            remedy = "Nothing of this answer was written down"
            raise ServiceError(Problem(f"{self._client.url} does not answer in SPARQL's JSON", remedy=remedy)) from None


def _text(term: Any) -> str:
    value = term["value"]
    if not isinstance(value, str):
        raise TypeError("a term without a text")
    return value


def _spellings(code: str) -> tuple[str, str]:
    return code, f"{code[:2]} {code[2:4]} {code[4:]}"
