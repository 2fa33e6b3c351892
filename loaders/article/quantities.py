"""Figures in Chinese prose: numbers that measure or count something, each with the words it stands on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from loaders.article import qualifiers
from loaders.article.anchored import Word
from loaders.article.counted import Counted, counted
from loaders.article.dates import DateSpan, date_spans
from loaders.article.facts import CaseSpan, Quantity, Unread
from loaders.article.guards import Guard, Guards, guards, idiom
from loaders.article.indicators import indicator
from loaders.article.measured import confidence
from loaders.article.numbers import NUMBER, Numeral, numeral_of
from loaders.article.segments import Structure
from loaders.article.status import Sentence
from loaders.article.unitless import currency_before, without_unit
from loaders.article.units import (
    as_price,
    measure_at,
    one_counts,
    plausible,
    range_at,
    unit_at,
    with_half,
    with_tenths,
)

#: Before 百年 these make a number of it: 上百年的茶树.
_UP_TO = ("上", "近", "超", "逾")
_SENTENCE_END = re.compile(r"[。！？!?\n\t]")
_CLAUSE_END = re.compile(r"[，；;：:。！？!?\n\t]|,(?!\d{3}(?!\d))")
_PERIODIC = re.compile(
    r"(?P<annual>每年|年均|年(?=[产加销接发出处营供收均总培输旅交度屠存提消生纯可综游创])|全年)|(?P<monthly>每月|每个月|月均|月(?=[产销薪工收均]))"
)
#: The part of a rule's id that tells units apart; all other classifiers with a unit of their own are one.
_RULES = dict.fromkeys(("length", "area", "mass", "volume", "power", "data", "times", "point"), "measure")
_RULES |= {kind: kind for kind in ("money", "ratio", "time", "person", "person-time", "household")}
#: What follows a number whose noun was named before: 42个同学，有31个是….
_ELLIPSIS = re.compile(
    r"是|为(?!民)|都|均|已|被|属|位于|有了|获得?|成为|通过|实现|完[成工]|开工|建成|投产|复工|复产|脱贫|摘帽|达标|出列|未|停|正在|还"
)
#: 一块一毛 is money, 一块 alone mostly not.
_COINS = re.compile(r"块[一二三四五六七八九\d][毛角]")
_LONGEST = 1000
_NOTHING_FOLLOWS = re.compile(
    r"[，,。；;、：:！!？?)）”\n\t]|$|" + _ELLIPSIS.pattern + r"|以上|左右|用于|在|由|从|给|到|新"
)


@dataclass(slots=True)
class Figures:
    """The figures of a document, and number words that were not made one."""

    quantities: list[Quantity] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """A number with its unit and qualifier, in positions of the view."""

    begin: int
    end: int
    value: Decimal
    upper: Decimal | None
    qualifier: str
    count: Counted
    kind: str
    form: str
    refs: list[str]


def read_quantities(structure: Structure, text: str, cases: Sequence[CaseSpan], *, today: str | None = None) -> Figures:
    """Return the figures of a document. `today` is its date (ISO 8601), from which 今年 and 去年 are counted."""
    return _Reader(structure, text, cases, today).read()


class _Reader:
    def __init__(self, structure: Structure, text: str, cases: Sequence[CaseSpan], today: str | None) -> None:
        self.structure = structure
        self.document = text
        self.view = structure.view.text
        self.cases = cases
        self.case_starts = [case.start for case in cases]
        self.today = today
        self.dates = date_spans(self.view, today)
        self.date_guards = Guards(Guard(d.begin, d.end, "date", "a date or period") for d in self.dates)
        self.date_begins = [d.begin for d in self.dates]
        self.guards = guards(structure)
        self.sentence_ends = [m.end() for m in _SENTENCE_END.finditer(self.view)]
        self.clause_ends = [m.end() for m in _CLAUSE_END.finditer(self.view)]
        self.sentence: Sentence | None = None
        #: By classifier: what it counted last, and where.
        self.latest: dict[str, tuple[Counted, int]] = {}
        self.last_noun_end = -1
        self.figures = Figures()

    def read(self) -> Figures:
        position = 0
        view = self.view
        while (match := NUMBER.search(view, position)) is not None:
            position = match.end()
            numeral = numeral_of(match)
            if numeral is None:
                continue
            guard = self.date_guards.over(numeral.begin, numeral.end) or self.guards.over(numeral.begin, numeral.end)
            if guard is not None:
                if numeral.begin >= guard.begin:
                    position = max(position, min(guard.end, numeral.end + 40))
                if guard.kind not in {"date", "mark", "code", "verse", "provision", "recipe"}:
                    self._unread(numeral.begin, numeral.end, guard.why, f"guard-{guard.kind}")
                continue
            found = self._figure(numeral)
            if found is not None:
                position = max(position, found.end)
                self._add(found)
        return self.figures

    def _bounds(self, ends: list[int], position: int) -> tuple[int, int]:
        i = bisect_right(ends, position)
        begin, end = (ends[i - 1] if i else 0), (ends[i] if i < len(ends) else len(self.view))
        if end - begin > _LONGEST:  # no sentence of prose: what is looked through for each figure stays bounded
            block = position - (position - begin) % _LONGEST
            begin, end = block, min(end, block + _LONGEST)
        return begin, end

    def _figure(self, numeral: Numeral) -> _Found | None:
        view, begin, end = self.view, numeral.begin, numeral.end
        if numeral.style == "vague":
            self._unread(begin, end, "a vague number: nothing says how many", "vague")
            return None
        if numeral.style == "chinese":
            word = idiom(view, begin, end)
            money = word is not None and word.surface == "一块" and _COINS.match(view, end)
            century = word is not None and word.surface in {"百年", "千年"}
            counts = money or (century and (numeral.infix or view[begin - 1 : begin] in _UP_TO))
            if word is not None and not counts:
                return None
        clause = self._bounds(self.clause_ends, begin)
        if numeral.style == "fraction" or (
            numeral.style == "half" and view[end - 1] in "半数" and not measure_at(view, end)
        ):
            return self._ratio(numeral, clause)
        value, upper, refs = numeral.value, numeral.upper, []
        unit = unit_at(view, numeral, end)
        form = numeral.style
        found = range_at(view, numeral, unit) if upper is None and not numeral.infix else None
        if found is not None:
            value, upper, unit, second = found
            end = second.end
            numeral = Numeral(begin, end, value, numeral.style, second.infix, None, False, second.scale)
            form = "range"
        approximate = numeral.upper is not None
        stop = end
        if unit is not None:
            stop = end + len(unit.surface)
            refs.append(unit.ref)
            stop, value = with_half(view, numeral, unit, stop, value)
            unit, stop, value = as_price(view, numeral, unit, stop, value)
        kind = unit.kind if unit else "noun"
        if unit is not None and not plausible(view, numeral, unit, end, stop):
            return None
        count = self._counted(numeral, unit, begin, stop, clause)
        if count is None:
            numbered = view[numeral.end : numeral.end + 1] in tuple("号时点月日室")
            if numeral.style == "arabic" and not numbered and not self.structure.paragraph_at(begin).table:
                self._unread(begin, numeral.end, "a number, and nothing tells what it counts", "no-unit")
            return None
        if count.how == "direct":
            stop = count.end
        if unit is not None and (count.begin != stop or count.how == "tail") and _ELLIPSIS.match(view, stop):
            count = self._inherited(unit, begin) or count
        elif unit is not None and count.begin > stop and self.last_noun_end == begin:
            count = self._inherited(unit, begin) or count  # 10个村8个…
        if count.how == "default" and unit is not None and _NOTHING_FOLLOWS.match(view, stop):
            count = self._inherited(unit, begin) or count
        elif unit is not None and count.noun is not None:
            self.latest[unit.surface] = (count, begin)
            self.last_noun_end = count.end
        if count.noun is not None:
            refs.append(count.noun.ref)
        is_one = numeral.style == "chinese" and numeral.value == 1 and form != "range"
        if is_one and not one_counts(view, numeral, unit, stop):
            self._unread(begin, stop, "一 as an article: nothing is counted", "article")
            return None
        if unit is not None:
            stop, value = with_tenths(view, unit, stop, value)
        if unit is not None and unit.kind == "temperature" and view[begin - 2 : begin] == "零下":
            begin, value = begin - 2, -value
        qualifier, begin, stop, extra = self._qualifier(numeral, begin, stop, kind, clause, unit)
        refs += extra
        if approximate and qualifier == "exact":
            qualifier = "about"
        if unit is not None and unit.note.startswith("*"):
            value *= Decimal(unit.note[1:])
        if kind == "ratio":
            whole = 10 if unit is not None and unit.surface == "成" else 100
            value, upper = value / whole, upper / whole if upper is not None else None
        return _Found(begin, stop, value, upper, qualifier, count, kind, form, refs)

    def _inherited(self, unit: Word, begin: int) -> Counted | None:
        """What the figure before in the same sentence counted with the same classifier (16个，其中两个)."""
        count, at = self.latest.get(unit.surface, (None, -1))
        if count is None or at < self._bounds(self.sentence_ends, begin)[0]:
            return None
        return replace(count, how="inherited", begin=-1, end=-1)

    def _ratio(self, numeral: Numeral, clause: tuple[int, int]) -> _Found | None:
        view, begin, end = self.view, numeral.begin, numeral.end
        if numeral.style == "half" and view[begin:end] == "一半" and view[end : end + 1] in "是个":
            return None
        before = qualifiers.prefix(view, begin, clause[0], bare=False)
        after = qualifiers.suffix(view, end, clause[1], "ratio") or qualifiers.strength(view, end)
        qualifier = (before or after).qualifier if (before or after) else ("over" if numeral.infix else "exact")  # type: ignore[union-attr]
        if view.startswith("过半", begin):
            qualifier = "gt"
        refs = [ref for found in (before, after) if found for ref in found.refs]
        begin = before.begin if before else begin
        end = after.end if after else end
        return _Found(
            begin, end, numeral.value, None, qualifier, Counted("1 (ratio)", "unit"), "ratio", "fraction", refs
        )

    def _counted(
        self, numeral: Numeral, unit: Word | None, begin: int, stop: int, clause: tuple[int, int]
    ) -> Counted | None:
        if unit is None:
            return without_unit(self.view, numeral, clause, self._bounds(self.sentence_ends, begin)[0])
        count = counted(self.view, begin, stop, unit, clause)
        if unit.normalised == "CNY" and (currency := currency_before(self.view, begin)):
            return replace(count, unit=currency[0])
        if unit.surface == "大" and (count.how != "after" or count.begin - stop > 8):
            return None
        return count

    def _qualifier(
        self, numeral: Numeral, begin: int, stop: int, kind: str, clause: tuple[int, int], unit: Word | None
    ) -> tuple[str, int, int, list[str]]:
        view = self.view
        low = max(clause[0], begin - 10)
        currency = currency_before(view, begin)
        at = currency[1] if currency else begin
        before = qualifiers.prefix(view, at, low, bare=numeral.bare)
        infix = {"余": "over", "多": "over", "几": "over", "+": "ge", "来": "about", "把": "about"}.get(numeral.infix)
        if (unit is not None and "多" in unit.surface) or (unit is not None and "余" in unit.surface):
            infix = "over"
        if (
            unit is not None
            and infix is None
            and view.startswith(("多", "余"), stop)
            and kind in {"time", "length", "area", "mass", "times", "ratio", "volume", "money"}
            and not re.match(
                r"[多余](?:元化|样|彩|个|种|家|次|名|方|年生|功能|地|数|额|热|粮|党)", view[stop : stop + 4]
            )
        ):
            infix, stop = "over", stop + 1
        after = qualifiers.suffix(view, stop, clause[1], kind)
        if after is not None:
            stop = after.end
        if before is not None:
            begin = before.begin
        elif currency:
            begin = at
        refs = [ref for found in (before, after) if found for ref in found.refs]
        if before is not None and not (before.qualifier == "about" and (infix or after)):
            return before.qualifier, begin, stop, refs
        if infix == "over" or (infix and not after):
            return infix, begin, stop, refs
        if after is not None:
            return after.qualifier, begin, stop, refs
        far = qualifiers.distant(view, begin, clause[0])
        return (far.qualifier if far else "exact"), begin, stop, refs

    def _add(self, found: _Found) -> None:
        view = self.view
        clause = self._bounds(self.clause_ends, found.begin)
        bounds = self._bounds(self.sentence_ends, found.begin)
        if self.sentence is None or self.sentence.begin != bounds[0]:
            self.sentence = Sentence(view, *bounds)
        status, status_refs = self.sentence.status(found.begin, found.end, clause, found.count.unit, found.qualifier)
        noun = view[found.count.begin : found.count.end] if found.count.begin >= 0 else ""
        words = view[max(clause[0], found.begin - 40) : min(clause[1], found.end + 24)]
        key, indicator_ref = indicator(found.count.unit, words, noun)
        period, basis, period_span = self._period(found.begin, clause, bounds)
        origin = self.structure.view.origin
        start, end = self.structure.view.span(found.begin, found.end)
        lower, upper = qualifiers.bounds(found.qualifier, found.value, found.upper)
        how = _RULES.get(found.kind, "classifier") if found.count.how == "unit" else found.count.how
        rule = f"{found.form}-{how}"
        every = _PERIODIC.search(view, max(clause[0], found.begin - 12), found.begin)
        self.figures.quantities.append(
            Quantity(
                start=start,
                end=end,
                surface=self.document[start:end],
                case=self._case(start),
                rule=rule,
                rows=tuple(dict.fromkeys((*found.refs, *status_refs, *filter(None, (indicator_ref,))))),
                confidence=confidence(rule),
                value=found.value.normalize() + 0,
                qualifier=found.qualifier,
                lower=lower,
                upper=upper,
                unit=found.count.unit,
                counted=noun or None,
                counted_start=origin(found.count.begin) if noun else None,
                indicator=key,
                status=status,
                period=period,
                period_basis=basis,
                period_surface=self._words(period_span),
                period_start=origin(period_span.begin) if period_span else None,
                every=every.lastgroup if every else None,
            )
        )

    def _words(self, span: DateSpan | None) -> str | None:
        if span is None:
            return None
        start, end = self.structure.view.span(span.begin, span.end)
        return self.document[start:end]

    def _period(
        self, begin: int, clause: tuple[int, int], sentence: tuple[int, int]
    ) -> tuple[str | None, str | None, DateSpan | None]:
        """The period that the clause names, else the sentence before the figure, else the document's year."""
        i = bisect_right(self.date_begins, clause[1] - 1) - 1
        best: DateSpan | None = None
        while i >= 0 and self.dates[i].begin >= sentence[0]:
            span = self.dates[i]
            if span.interval and (
                span.begin < begin or (best is None and span.begin < clause[1] and span.begin >= clause[0])
            ):
                best = span
                if span.begin < begin:
                    break
            i -= 1
        if best is not None and best.interval:
            interval = best.interval
            if best.as_of and not interval.startswith(".."):
                interval = f"../{interval.partition('/')[2]}"
            return interval, "explicit", best
        if self.today:
            return (
                f"{self.today[:4]}-01/{self.today}" if len(self.today) > 4 else f"{self.today}-01/{self.today}-12",
                "document",
                None,
            )
        return None, None, None

    def _case(self, start: int) -> int | None:
        i = bisect_right(self.case_starts, start) - 1
        return self.cases[i].number if i >= 0 and start < self.cases[i].end else None

    def _unread(self, begin: int, end: int, why: str, rule: str) -> None:
        start, stop = self.structure.view.span(begin, end)
        self.figures.unread.append(
            Unread(start=start, end=stop, surface=self.document[start:stop], why=why, rule=rule, case=self._case(start))
        )
