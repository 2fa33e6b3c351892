"""Quantities → figures of a case file, the results they hang from, flows of money and terms of sharing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from loaders.article.case.keys import LONGEST, short, slug
from loaders.article.case.questions import ask
from loaders.article.case.text import WORDS, fits_a_file
from loaders.article.case.words import flow_type, group, indicator, result_kind, unit
from loaders.article.facts import Organisation, Quantity, Relation
from loaders.case_schema import is_partial_date

if TYPE_CHECKING:
    from loaders.article.case.drafts import Draft

Entry = dict[str, Any]
#: Figures of these statuses say something of the programme, not what came of it.
_NO_RESULT: Final = frozenset({"context", "rule", "floor", "ceiling"})
_CURRENCIES: Final = re.compile(r"[A-Z]{3}$")
_AMONG: Final = re.compile(r"其中|of whom|of which|including")
_SHARING: Final = re.compile(r"分红|保底|分成|红利|入股|占股|dividend")
#: Indicators that are only a class of figures: two of one class need not be about the same thing.
_CLASS: Final = re.compile(r"unspecified$|^share$|^growth|^duration$")
#: Characters of a programme's key in that of a figure.
_PROGRAMME: Final = 70
_LOW: Final = 0.6
#: Digits that the store's decimals hold.
_DIGITS: Final = 18


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar."""
    return is_partial_date(text)


def add(
    made: Draft, programme: str, quantities: Sequence[Quantity], bodies: Sequence[Organisation],
    relations: Sequence[Relation], language: str,
) -> None:  # fmt: skip
    """Add the figures of one case to a file."""
    kept: list[tuple[Quantity, tuple[str, Entry]]] = []
    for quantity in filter(_fits, quantities):
        again = _said_before(quantity, kept)
        if again is None:
            kept.append((quantity, _figure(made, programme, quantity, language)))
        else:
            again["evidence"].append(made.evidence(quantity.start, quantity.end))
    _hang(made, programme, kept, bodies, relations, language)
    _compare(made, kept, language)


def _said_before(quantity: Quantity, kept: Sequence[tuple[Quantity, tuple[str, Entry]]]) -> Entry | None:
    """Return the figure that a title or an introduction repeats; within a case the same number may be another's."""
    if quantity.case is not None:
        return None
    same = "value", "qualifier", "unit", "indicator", "status", "surface", "counted"
    for other, (_, entry) in kept:
        if all(getattr(other, name) == getattr(quantity, name) for name in same):
            return entry
    return None


def _fits(quantity: Quantity) -> bool:
    digits = quantity.value.as_tuple()
    exponent = digits.exponent if isinstance(digits.exponent, int) else 99
    return quantity.value.is_finite() and len(digits.digits) + max(exponent, 0) <= _DIGITS and exponent >= -_DIGITS


def _figure(made: Draft, programme: str, quantity: Quantity, language: str) -> tuple[str, Entry]:
    text = made.reading.text
    end = quantity.end
    if quantity.counted and quantity.counted_start is not None and 0 <= quantity.counted_start - end <= 8:
        end = max(end, quantity.counted_start + len(quantity.counted))
    written = text[quantity.start : end]
    if len(written) > WORDS or not fits_a_file(written):
        written = text[quantity.start : quantity.end]
    end = quantity.start + len(written)
    word, known = unit(quantity.unit)
    name = slug(quantity.indicator)
    entry: Entry = {"indicator": name, "value": _plain(quantity)}
    if quantity.qualifier != "exact":
        entry["qualifier"] = quantity.qualifier
    entry |= {
        "unit": word,
        "status": quantity.status,
        "written": " ".join(written.split())[:100] or quantity.surface[:100],
    }
    period = _period(quantity)
    if period:
        entry["period"] = period
    counted = group(quantity.counted) if word in {"person", "household", "person-time"} else None
    if counted:
        entry["counts"] = [counted["key"]]
        _group(made, counted)
    entry["evidence"] = [made.evidence(quantity.start, end)]
    _indicator(made, name, quantity.indicator)
    question = None
    if quantity.indicator.endswith("unspecified"):
        question = ask("indicator", language)
    elif not known:
        question = ask("unit", language, [quantity.unit])
    elif 0 < quantity.confidence < _LOW:
        question = ask("low", language, [f"{quantity.confidence:.0%}"])
    key = made.keys.fresh("measurement", f"{short(programme, _PROGRAMME)}.{name}")
    made.put("figures", key, entry, quantity, question)
    return key, entry


def _plain(quantity: Quantity) -> Any:
    value = quantity.value
    return int(value) if value == value.to_integral_value() else value.normalize()


def _period(quantity: Quantity) -> Entry:
    period: Entry = {}
    start, slash, end = (quantity.period or "").partition("/")
    end = end if slash else start
    if is_date(start):
        period["start"] = start
    if is_date(end):
        period["end"] = end
    if "start" in period and "end" in period and _first(period["start"]) > _last(period["end"]):
        period = {}
    if not period and not quantity.every:
        return {}
    if period and quantity.period_basis in {"explicit", "document"}:
        period["basis"] = quantity.period_basis
    if quantity.period_surface:
        period["text"] = " ".join(quantity.period_surface.split())[:17]
    if quantity.every in {"annual", "monthly"}:
        period["every"] = quantity.every
    return period


def _first(date: str) -> str:
    return date + "-01" * (2 - date.count("-"))


def _last(date: str) -> str:
    return date + ("-12-31", "-31", "")[date.count("-")]


def _indicator(made: Draft, key: str, word: str) -> None:
    zh, en = indicator(word)
    made.put("indicators", key, {"name": {"zh": zh, "en": en}})


def _group(made: Draft, row: Any) -> None:
    entry: Entry = {"name": {"zh": row["zh"], "en": row["en"]}}
    if row["broader"]:
        entry["broader"] = [row["broader"]]
    made.put("groups", row["key"], entry)
    above = row["broader"]
    names = {
        "poor-households": ("贫困户", "poor households", "poor-people"),
        "poor-people": ("贫困群众", "poor people", ""),
    }
    while above:
        zh, en, wider = names[above]
        made.put("groups", above, {"name": {"zh": zh, "en": en}, **({"broader": [wider]} if wider else {})})
        above = wider


# -- what figures hang from ---------------------------------------------------


def _hang(
    made: Draft, programme: str, kept: Sequence[tuple[Quantity, tuple[str, Entry]]], bodies: Sequence[Organisation],
    relations: Sequence[Relation], language: str,
) -> None:  # fmt: skip
    for quantity, (key, entry) in kept:
        if quantity.status in _NO_RESULT:
            rule = _sharing_rule(made, programme, quantity, bodies, relations, language)
            entry["of"] = f"sharing-rule/{rule}" if rule else f"programme/{programme}"
        else:
            entry["result"] = _result(made, programme, quantity, entry)
        if _CURRENCIES.match(entry["unit"]) and entry["unit"].isupper():
            _flow(made, programme, quantity, key, entry, bodies)


def _result(made: Draft, programme: str, quantity: Quantity, entry: Entry) -> str:
    name = entry["indicator"]
    there = made.sections["indicators"][name]["name"]
    # What was sold, by weight and by value, is one result where one sentence tells both.
    if re.search(r"sales|sold", name):
        segment = _segment(made.reading.text, quantity.start)
        key = f"{short(programme, _PROGRAMME)}.sales-{segment}"
        there = {"zh": "销售", "en": "sales"}
    else:
        key = f"{short(programme, _PROGRAMME)}.{name}"
    kind = result_kind(name)
    made.put("results", key, {"of": f"programme/{programme}", "kind": kind, "name": dict(there)})
    return key


def _segment(text: str, start: int) -> int:
    """Return where the part of a sentence begins that a position lies in."""
    return max(text.rfind(stop, 0, start) for stop in "。；;！？\n") + 1


def _flow(
    made: Draft, programme: str, quantity: Quantity, key: str, entry: Entry, bodies: Sequence[Organisation]
) -> None:
    kind = flow_type(entry["indicator"])
    if kind is None:
        return
    flow: Entry = {"of": f"programme/{programme}", "type": kind, "amounts": [key]}
    provider = _payer(made, quantity, bodies) if kind == "input" else None
    if provider:
        flow["provider"] = provider
    flow["evidence"] = [made.evidence(quantity.start, quantity.end)]
    made.put("funding", key, flow)


def _payer(made: Draft, quantity: Quantity, bodies: Sequence[Organisation]) -> str | None:
    begin = _segment(made.reading.text, quantity.start)
    givers = [body for body in bodies if body.role == "donor" and begin <= body.start < quantity.start and body.named]
    return made.keys.of("organisation", " ".join(givers[-1].name.split())) if givers else None


def _sharing_rule(
    made: Draft, programme: str, quantity: Quantity, bodies: Sequence[Organisation], relations: Sequence[Relation],
    language: str,
) -> str | None:  # fmt: skip
    text = made.reading.text
    begin = _segment(text, quantity.start)
    end = min((at for stop in "。；\n" if (at := text.find(stop, quantity.end)) >= 0), default=len(text))
    if quantity.status == "context" or not _SHARING.search(text[begin:end]):
        return None
    key = f"{short(programme, _PROGRAMME)}.sharing"
    entry: Entry = {"name": {"zh": "利益分配约定", "en": "terms of benefit sharing"}}
    takers = [relation.subject for relation in relations if relation.predicate == "receivesShareOf"]
    for body in bodies:
        if body.name in takers[:1]:
            prefix = "" if body.named else f"{short(made.source, LONGEST)}."
            entry["receiver"] = made.keys.of("organisation", " ".join(body.name.split()), prefix)
    made.put("sharing_rules", key, entry)
    listed = made.sections["programmes"][programme].setdefault("sharing_rules", [])
    if key not in listed:
        listed.append(key)
    return key


def _compare(made: Draft, kept: Sequence[tuple[Quantity, tuple[str, Entry]]], language: str) -> None:
    """Set targets against what was achieved of the same, and figures against those that they may include."""
    for quantity, (_, entry) in kept:
        same = [
            other
            for reached, (other, there) in kept
            if reached.status == "achieved"
            and there["unit"] == entry["unit"]
            and there["indicator"] == entry["indicator"]
        ]
        if quantity.status == "planned" and len(same) == 1 and not _CLASS.search(quantity.indicator):
            entry["target_for"] = same
            entry["review"].setdefault("question", ask("target", language))
    for (before, (wider, there)), (quantity, (key, entry)) in pairwise(kept):
        between = made.reading.text[before.end : quantity.start]
        if there["unit"] == entry["unit"] and len(between) < 40 and _AMONG.search(between) and wider != key:
            there.setdefault("may_include", []).append(key)
            there["review"].setdefault("question", ask("include", language))
