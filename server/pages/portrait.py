"""A thing as its page shows it: the neighbourhood put into words for one language.

Everything a template needs is worked out here, so that templates only lay out: no IRI is shown where
there is a name, figures are sentences, and every citation knows its document, position and words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from ontology.namespaces import BASE, expand
from server import links
from server.naming import Link, Name
from server.neighbourhood import INFERRED, Incoming, Neighbourhood
from server.pages.evidence import Citation, Evidence, Numbering, Texts
from server.pages.groups import ELSEWHERE, PLUMBING_TYPES, PROSE, Group, Groups, is_relation
from server.pages.parties import Parties, Role
from server.pages.quantities import Figure, Quantities, is_unreviewed, with_bars
from server.pages.wording import texts_of

#: What the box at the head of a figure's page has said already.
_IN_THE_BOX: Final = frozenset(
    expand(f"dk:{local}")
    for local in ("ofIndicator", "unit", "status", "asWritten", "periodStart", "periodEnd", "periodText", "recurrence")
)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The things that point here by one property."""

    predicate: Link
    count: int
    links: Sequence[Link]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.links)


@dataclass(frozen=True, slots=True)
class Portrait:
    """One thing, ready to be laid out."""

    iri: str
    kind: str
    name: Name
    other_name: Name | None
    also: Sequence[Name]
    types: Sequence[Link]
    prose: Sequence[Name]
    notes: Sequence[Name]
    figure: Figure | None
    figures: Sequence[Figure]
    roles: Sequence[Role]
    #: Plain facts, then relations to other things, of other datasets, and what only rules say.
    groups: Sequence[Group]
    outgoing: Sequence[Group]
    elsewhere: Sequence[Group]
    inferred: Sequence[Group]
    citations: Sequence[Citation]
    quotation: Citation | None
    incoming: Sequence[Arrivals]
    derived: Sequence[Arrivals]
    sources: Sequence[Link]
    is_unreviewed: bool
    truncated: bool
    numbering: Numbering = field(default_factory=Numbering)


class Painter:
    """Draws portraits from one neighbourhood for one language."""

    def __init__(
        self, around: Neighbourhood, lang: str, texts: Texts, is_long: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`is_long` says whether the page of a document (IRI) has to be told where to open."""
        self._around, self._lang = around, lang
        self._evidence = Evidence(around, lang, texts, is_long)
        self._quantities = Quantities(around, lang, self._evidence)
        self._parties = Parties(around, lang, self._evidence)
        self._groups = Groups(around, lang, self._evidence)

    def portrait(self) -> Portrait:
        """Return the whole portrait of the neighbourhood's thing."""
        around, iri, lang = self._around, self._around.iri, self._lang
        own = around.labels.of(iri)
        name = around.labels.name(iri, lang)
        other = next((own[o] for o in links.LANGUAGES if o != lang and o in own and own[o] != name.text), None)
        other_lang = "en" if lang == "zh" else "zh"
        local = links.parse(iri)
        is_figure = bool(around.of(iri, "dk:value") or around.of(iri, "dk:ofIndicator"))
        is_evidence = bool(around.one(iri, "dk:inDocument")) and iri.startswith(f"{BASE}id/evidence/")
        cited = self._parties.cited(iri)
        stated = self._groups.all_of(iri, inferred=False, hidden=_IN_THE_BOX if is_figure else frozenset(), cited=cited)
        elsewhere = [g for g in stated if g.predicate.iri in ELSEWHERE]
        outgoing = [g for g in stated if g not in elsewhere and is_relation(g)]
        return Portrait(
            iri=iri,
            kind=local.kind if local else "",
            name=name,
            other_name=Name(other, other_lang) if other else None,
            also=self._texts(iri, expand("skos:altLabel"), both=True),
            types=self._types(iri),
            prose=[n for p in PROSE for n in self._texts(iri, p)],
            notes=self._texts(iri, expand("skos:note")),
            figure=with_bars([self._quantities.figure(iri)])[0] if is_figure else None,
            figures=self._quantities.all_of(iri),
            roles=self._parties.roles(iri),
            groups=[g for g in stated if g not in elsewhere and g not in outgoing],
            outgoing=outgoing,
            elsewhere=elsewhere,
            inferred=self._groups.all_of(iri, inferred=True, cited=cited),
            citations=self._evidence.of(iri),
            quotation=self._evidence.citation(iri) if is_evidence else None,
            incoming=[self._arrivals(i) for i in around.incoming if i.stated],
            derived=[self._arrivals(i) for i in around.incoming if not i.stated],
            sources=[around.labels.link(g, lang) for g in around.sources() if g != INFERRED],
            is_unreviewed=is_unreviewed(around, iri),
            truncated=around.truncated,
        )

    def cell(self, iri: str, property_: str) -> Group | None:
        """Return the values of one property of a thing, None where it has none: a cell of a list."""
        return self._groups.cell(iri, property_)

    def _texts(self, iri: str, property_: str, *, both: bool = False) -> list[Name]:
        return texts_of(self._around, self._lang, iri, property_, both=both)

    def _link(self, iri: str) -> Link:
        return self._around.labels.link(iri, self._lang)

    def _types(self, iri: str) -> list[Link]:
        said = self._around.statements.get(iri, {}).get(expand("rdf:type"), [])
        chosen = [s for s in said if not s.is_inferred] or said
        types = [s.value.value for s in chosen if isinstance(s.value, ox.NamedNode)]
        return [self._link(t) for t in types if not t.startswith(PLUMBING_TYPES)]

    def _arrivals(self, incoming: Incoming) -> Arrivals:
        return Arrivals(self._link(incoming.predicate), incoming.count, [self._link(s) for s in incoming.subjects])
