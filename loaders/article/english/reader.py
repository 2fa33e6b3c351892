"""An English report on aid, read: `read_english`."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from decimal import Decimal
from typing import Final

from loaders.article.english.bodies import Body, bodies
from loaders.article.english.dates import Date, dates, document_date
from loaders.article.english.figures import Figure, figures
from loaders.article.english.indicators import indicator
from loaders.article.english.places import Spot, spots
from loaders.article.english.roles import role
from loaders.article.english.spans import Spans, positions
from loaders.article.english.status import status
from loaders.article.english.text import Sentence, is_report, plain, sentences, tables
from loaders.article.english.titles import PREDICATES, Title, titles
from loaders.article.facts import CaseSpan, Name, Organisation, Place, Quantity, Reading, Relation, Unread
from loaders.article.measured import confidence

_CASE: Final = re.compile(r"(?:#+ )?(?:Case(?: [Ss]tudy)?|CASE(?: STUDY)?|Story|Example)\s+(?:\d+|[IVX]+|[A-Z])\b")
_THEMES: Final = {
    "health": r"\b(?:hospital|clinic|nurse|doctor|patient|maternity|vaccin)",
    "education": r"\b(?:school|teacher|pupil|student|textbook|classroom)",
    "tourism": r"\btouris",
    "e-commerce": r"\be-commerce|\blivestream|\bonline sales",
    "employment": r"\b(?:jobs|vocational|migrant workers|employment)\b",
    "consumption": r"\b(?:purchase agreements|promised to buy|consumption-based)\b",
    "industry": r"\b(?:farmers|growers|harvest|cooperatives|processing plant|industrial park)\b",
    "insurance": r"\binsurance\b",
}


def read_english(text: str, sha256: str | None = None, *, year: int | None = None) -> Reading:
    """Return what an English text says; a text that is no report on aid has nothing but its title and date.

    `year` is the document's year where the caller knows it; else the text's own dates tell it.
    """
    copy = plain(text)
    found_dates = list(dates(copy))
    date, basis = (str(year), "given") if year else document_date(copy, found_dates)
    parts = sentences(copy)
    title = text[parts[0].begin : parts[0].end] if parts else ""
    digest = sha256 or hashlib.sha256(text.encode("utf-8")).hexdigest()
    reading = Reading(digest, text, title, "en", date, basis)
    if not parts or not is_report(copy):
        return reading
    reading.cases.extend(_cases(text, copy, parts))
    _Filler(reading, copy, parts, found_dates, int(date) if date else None).fill()
    return reading


def _cases(text: str, copy: str, parts: list[Sentence]) -> list[CaseSpan]:
    """Return the cases that numbered headings part, else the whole text as one."""
    starts = [p for p in parts if _CASE.match(copy, p.begin) and len(copy[p.begin : p.end]) < 160]
    if len(starts) < 2:
        starts = parts[:1]
    ends = [s.begin for s in starts[1:]] + [len(text)]
    found = []
    for number, (part, end) in enumerate(zip(starts, ends, strict=True), 1):
        stop = part.begin + len(text[part.begin : end].rstrip())
        words = copy[part.begin : stop]
        themes = tuple(name for name, cue in _THEMES.items() if len(re.findall(cue, words, re.IGNORECASE)) > 1)
        found.append(
            CaseSpan(
                number=number,
                start=part.begin,
                end=stop,
                title=text[part.begin : part.end],
                title_start=part.begin,
                themes=themes,
            )
        )
    return found


class _Filler:
    """Puts the facts of a text into its reading."""

    def __init__(self, reading: Reading, copy: str, parts: list[Sentence], found: list[Date], year: int | None) -> None:
        self._reading, self._copy, self._parts, self._year = reading, copy, parts, year
        self._dates = Spans(found)
        self._begins = [p.begin for p in parts]
        self._case_starts = [c.start for c in reading.cases]

    def fill(self) -> None:
        """Find bodies and programmes first: what stands inside their names is neither a place nor a figure."""
        spans = [(p.begin, p.end) for p in self._parts]
        named = bodies(self._copy, spans, {p.begin for p in self._parts if p.heading})
        programmes = titles(self._copy, spans, named)
        inside, dated = positions([*named, *programmes]), positions(self._dates.all)
        rows = {i for a, b in tables(self._reading.text) for i in range(a, b)}
        for made in figures(self._copy, spans, inside | dated | rows):
            if isinstance(made, Figure):
                self._quantity(made, self._part(made.begin))
            else:
                words = self._reading.text[made.begin : made.end]
                self._reading.unread.append(
                    Unread(
                        start=made.begin,
                        end=made.end,
                        surface=words,
                        why=made.why,
                        rule="en.unread",
                        case=self._case(made.begin),
                    )
                )
        for spot in spots(self._copy, dated):
            self._place(spot, nested=inside.issuperset((spot.begin, spot.end - 1)))
        around = Spans(named)
        roles = [self._organisation(body, around) for body in named]
        for title in programmes:
            self._name(title)
        self._relations(named, roles, programmes)

    def _case(self, at: int) -> int | None:
        return bisect_right(self._case_starts, at) or None

    def _part(self, at: int) -> Sentence:
        return self._parts[max(0, bisect_right(self._begins, at) - 1)]

    def _words(self, begin: int, end: int) -> str:
        return self._reading.text[begin:end]

    def _quantity(self, figure: Figure, part: Sentence) -> None:
        state, rows = status(self._copy, part.begin, part.end, figure, self._year)
        key, told = indicator(figure.unit, self._copy[part.begin : part.end])
        lower, upper = _bounds(figure)
        period = self._period(figure, part)
        self._reading.quantities.append(
            Quantity(
                start=figure.begin,
                end=figure.end,
                surface=self._words(figure.begin, figure.end),
                case=self._case(figure.begin),
                rule=figure.rule,
                rows=(*figure.rows, *told, *rows),
                confidence=confidence(figure.rule),
                value=figure.value,
                qualifier=figure.qualifier,
                lower=lower,
                upper=upper,
                unit=figure.unit,
                counted=figure.noun or None,
                counted_start=figure.noun_begin if figure.noun else None,
                indicator=key,
                status=state,
                period=period.iso if period else self._reading.date,
                period_basis="explicit" if period else "document" if self._reading.date else None,
                period_surface=self._words(period.begin, period.end) if period else None,
                period_start=period.begin if period else None,
            )
        )

    def _period(self, figure: Figure, part: Sentence) -> Date | None:
        """The date before a figure in its sentence, the nearest; else the first one after it."""
        dated = [d for d in self._dates.within(part.begin, part.end) if d.iso]
        before = [d for d in dated if d.begin < figure.begin]
        return before[-1] if before else next(iter(dated), None)

    def _place(self, spot: Spot, *, nested: bool) -> None:
        area = spot.area
        rule = {"country": "en.country", "town": "en.settlement", "village": "en.settlement"}.get(
            area.level, "en.division"
        )
        self._reading.places.append(
            Place(
                start=spot.begin,
                end=spot.end,
                surface=self._words(spot.begin, spot.end),
                case=self._case(spot.begin),
                rule=rule,
                confidence=confidence(rule),
                name=area.name,
                code=area.code or None,
                level=area.level,
                role=spot.role,
                nested=nested,
                others=spot.others,
            )
        )

    def _organisation(self, body: Body, around: Spans[Body]) -> str:
        part = self._part(body.begin)
        found, rows = role(self._copy, part.begin, part.end, body, around.within(part.begin, part.end))
        self._reading.organisations.append(
            Organisation(
                start=body.begin,
                end=body.end,
                surface=self._words(body.begin, body.end),
                case=self._case(body.begin),
                rule=body.rule,
                rows=(*body.rows, *rows),
                confidence=confidence(body.rule),
                name=" ".join(body.name.split()),
                kind=body.kind,
                role=found,
            )
        )
        return found if rows else ""

    def _name(self, title: Title) -> None:
        words = self._words(title.begin, title.end)
        self._reading.names.append(
            Name(
                start=title.begin,
                end=title.end,
                surface=words,
                case=self._case(title.begin),
                rule="en.programme",
                confidence=confidence("en.programme"),
                name=" ".join(words.split()),
                kind="programme",
            )
        )

    def _relations(self, named: list[Body], roles: list[str], programmes: list[Title]) -> None:
        """A body has to do with the programme of its case named last before it, else next, where a cue says what."""
        around = Spans(programmes)
        for body, found in zip(named, roles, strict=True):
            near = [t for t in (around.before(body.begin), around.after(body.begin)) if t]
            about = next((t for t in near if self._case(t.begin) == self._case(body.begin)), None)
            if found not in PREDICATES or about is None:
                continue
            part = self._part(body.begin)
            self._reading.relations.append(
                Relation(
                    start=part.begin,
                    end=part.end,
                    surface=self._words(part.begin, part.end),
                    case=self._case(body.begin),
                    rule="en.relation",
                    confidence=confidence("en.relation"),
                    subject=" ".join(body.name.split()),
                    predicate=PREDICATES[found],
                    object=" ".join(self._words(about.begin, about.end).split()),
                )
            )


def _bounds(figure: Figure) -> tuple[Decimal | None, Decimal | None]:
    """Return the bounds that the words give: both ends of a range, one of `at least` and the like."""
    if figure.upper is not None:
        return figure.value, figure.upper
    if figure.qualifier in ("gt", "ge"):
        return figure.value, None
    return (None, figure.value) if figure.qualifier in ("lt", "le", "nearly") else (None, None)
