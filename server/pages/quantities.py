"""Figures as pages show them: a sentence, a bar, a period, and the words that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pyoxigraph as ox

from server.figures import Unit, sentence
from server.naming import Link
from server.neighbourhood import Neighbourhood
from server.pages.bars import Amount, Bar, bars
from server.pages.evidence import Citation, Evidence
from server.pages.values import decimal, iris, key_of, words_of
from server.queries import Term
from server.texts import text


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with everything its words say."""

    link: Link
    sentence: str
    amount: Amount | None
    written: str | None
    indicator: Link | None
    unit: Link | None
    status: Link | None
    status_key: str | None
    period: str | None
    result: Link | None
    citations: Sequence[Citation]
    is_unreviewed: bool
    bar: Bar | None = None
    #: What sums have to know: the unit as it is written, how often, and the figures that this one may contain.
    measured_in: Unit | None = None
    recurrence: str | None = None
    includes: frozenset[str] = frozenset()


class Quantities:
    """Reads figures from a neighbourhood."""

    def __init__(self, around: Neighbourhood, lang: str, evidence: Evidence) -> None:
        self._around, self._lang, self._evidence = around, lang, evidence

    def all_of(self, iri: str) -> list[Figure]:
        """Return the figures of a thing and of its results and funding, in the order of the text, with bars."""
        around = self._around
        found: dict[str, str | None] = {}
        for result in iris(around.of(iri, "dk:hasResult")):
            for figure in iris(around.of(result, "dk:resultMeasurement")):
                found[figure] = result
        for curie in ("dk:resultMeasurement", "dk:hasMeasurement", "dk:amount"):
            for figure in iris(around.of(iri, curie)):
                found.setdefault(figure, None)
        for funding in iris(around.of(iri, "dk:funding")):
            for figure in iris(around.of(funding, "dk:amount")):
                found.setdefault(figure, funding)
        figures = [self.figure(figure, result) for figure, result in found.items()]
        figures.sort(key=lambda f: (f.citations[0].begin or 0 if f.citations else 0, f.link.iri))
        return with_bars(figures)

    def figure(self, iri: str, result: str | None = None) -> Figure:
        """Return one figure; `result` is what it measures, where that is known."""
        around = self._around
        unit, status = around.one(iri, "dk:unit"), around.one(iri, "dk:status")
        qualifier = key_of(around.one(iri, "dk:qualifier"))
        written = words_of(around.one(iri, "dk:asWritten"))
        value = decimal(around.one(iri, "dk:value"))
        amount = None
        if value is not None:
            bounds = [decimal(around.one(iri, f"dk:{side}Bound")) for side in ("lower", "upper")]
            amount = Amount(value, qualifier, bounds[0], bounds[1])
        return Figure(
            link=self._link(iri),
            sentence=sentence(self._lang, value, qualifier, self._unit(unit)) if value is not None else written or "–",
            amount=amount,
            written=written,
            indicator=self._link_of(around.one(iri, "dk:ofIndicator")),
            unit=self._link_of(unit),
            status=self._link_of(status),
            status_key=key_of(status),
            period=self._period(iri),
            result=self._link(result) if result else None,
            citations=self._evidence.of(iri),
            is_unreviewed=is_unreviewed(around, iri),
            measured_in=self._unit(unit),
            recurrence=key_of(around.one(iri, "dk:recurrence")),
            includes=frozenset(iris(around.of(iri, "dk:mayInclude"))),
        )

    def _link(self, iri: str) -> Link:
        return self._around.labels.link(iri, self._lang)

    def _link_of(self, term: Term | None) -> Link | None:
        return self._link(term.value) if isinstance(term, ox.NamedNode) else None

    def _unit(self, unit: Term | None) -> Unit | None:
        if not isinstance(unit, ox.NamedNode):
            return None
        around = self._around
        name = around.labels.name(unit.value, self._lang)
        words = [t for t in around.of(unit.value, "skos:altLabel") if isinstance(t, ox.Literal) and t.language == "zh"]
        return Unit(
            key=key_of(unit) or name.text,
            label=name.text,
            classifier=words[0].value if words else None,
            symbol=words_of(around.one(unit.value, "skos:notation")),
        )

    def _period(self, iri: str) -> str | None:
        around, lang = self._around, self._lang
        start, end, said = (words_of(around.one(iri, f"dk:period{part}")) for part in ("Start", "End", "Text"))
        parts = []
        if start and end:
            parts.append(start if start == end else text(lang, "figure.range", start=start, end=end))
        elif start:
            parts.append(text(lang, "figure.since", start=start))
        elif end:
            parts.append(text(lang, "figure.until", end=end))
        every = {"annual": "figure.every_year", "monthly": "figure.every_month"}
        if (how_often := key_of(around.one(iri, "dk:recurrence"))) in every:
            parts.append(text(lang, every[how_often or ""]))
        if said:
            parts.append(text(lang, "figure.period_words", text=said))
        return ("，" if lang == "zh" else ", ").join(parts) or None


def with_bars(figures: Sequence[Figure]) -> list[Figure]:
    """Return figures with the bars that those of one unit have on one scale."""
    drawn: dict[str, Bar | None] = {}
    by_unit: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.amount is not None:
            by_unit.setdefault(figure.unit.iri if figure.unit else figure.link.iri, []).append(figure)
    for group in by_unit.values():
        amounts = [f.amount or Amount(Decimal(0)) for f in group]
        drawn |= {f.link.iri: bar for f, bar in zip(group, bars(amounts), strict=True)}
    return [replace(f, bar=drawn.get(f.link.iri)) for f in figures]


def is_unreviewed(around: Neighbourhood, iri: str) -> bool:
    """Return whether a program took this from a text and nobody has checked it yet."""
    return key_of(around.one(iri, "dk:reviewState")) == "unreviewed"
