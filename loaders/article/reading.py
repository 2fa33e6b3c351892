"""Reading a document: the parts in their order, and what they find put together.

    document → structure and cases → words → names and bodies → places → figures → roles → relations

A document is read case by case; what was read of one (its names, its bodies) helps with the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from loaders.article import entities, names, relations, subjects, themes
from loaders.article.case_spans import divide
from loaders.article.dates import document_date
from loaders.article.document import Document
from loaders.article.facts import Fact, Name, Reading
from loaders.article.measured import confidence
from loaders.article.quantities import read_quantities
from loaders.article.scope import Scope, scopes
from loaders.article.segments import structure

_F = TypeVar("_F", bound=Fact)
#: Without any of these a text is about no undertaking of the kind that is read here.
_AID = re.compile(
    "[帮援捐扶]|支教|协作|合作|对口|结对|助[农学残老困力]|脱贫|贫困|振兴|公益|慈善|志愿|培训|义诊|项目|工程|投入|资金|签约|建成|建设|产业|开展|实施|服务|推广"
)


def read(document: Document, *, year: int | None = None) -> Reading:
    """Return what a document says, by the reader of its language; `year` is its year where that is known."""
    if document.language == "en":
        from loaders.article.english.reader import read_english  # noqa: PLC0415

        return read_english(document.text, document.sha256, year=year)
    return read_chinese(document.text, document.sha256, year=year)


def read_chinese(text: str, sha256: str, *, year: int | None = None) -> Reading:
    """Return what a Chinese text says."""
    parts = structure(text)
    division = divide(parts, text)
    date, basis = document_date(parts, division.title, year)
    reading = Reading(sha256, text, division.title, "zh", date, basis)
    figures = read_quantities(parts, text, division.cases, today=date)
    reading.unread.extend(figures.unread)
    stretches = scopes(text, parts, division.cases)
    named = _names(stretches)
    places, bodies = entities.find(
        parts, text, division.cases, year=int(date[:4]) if date else None, names=[n for some in named for n in some]
    )
    if not _AID.search(parts.view.text):  # nobody helps anybody here: what is named plays no part
        places = [replace(place, role=None) for place in places]
        bodies = [replace(body, role=None) for body in bodies]
    places_of, bodies_of, figures_of = _by_case(places), _by_case(bodies), _by_case(figures.quantities)
    for scope, found in zip(stretches, named, strict=True):
        facts = relations.Facts(
            names=found,
            organisations=bodies_of.get(scope.number, ()),
            places=places_of.get(scope.number, ()),
            quantities=figures_of.get(scope.number, ()),
        )
        _conclude(scope, facts, reading)
    return reading


def _names(stretches: Sequence[Scope]) -> list[list[Name]]:
    """Return the names of each stretch; what one introduces the others know."""
    memory = names.Memory()
    for scope in stretches:
        names.learn(scope, memory)
    return [names.find(scope, memory) for scope in stretches]


def _conclude(scope: Scope, facts: relations.Facts, reading: Reading) -> None:
    """Put the facts of a stretch into the reading, with what follows from them together."""
    main = subjects.main_programme(scope, facts.names, facts.organisations)
    facts = replace(facts, quantities=subjects.with_subject(scope, facts.quantities, facts.names, main))
    if scope.case is not None:
        reading.cases.append(replace(scope.case, themes=tuple(themes.find(scope)[0])))
    reading.quantities.extend(map(_measured, facts.quantities))
    reading.places.extend(map(_measured, facts.places))
    reading.organisations.extend(map(_measured, facts.organisations))
    reading.names.extend(map(_measured, facts.names))
    reading.relations.extend(map(_measured, relations.find(scope, facts, main)))


def _measured(fact: _F) -> _F:
    """Return a fact with the confidence that its rule was measured to have."""
    return fact if fact.confidence else replace(fact, confidence=confidence(fact.rule))


def _by_case(facts: Iterable[_F]) -> dict[int | None, list[_F]]:
    found: dict[int | None, list[_F]] = {}
    for fact in facts:
        found.setdefault(fact.case, []).append(fact)
    return found
