"""The places and the bodies of an article, with their roles."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from loaders.article.bodies import memory
from loaders.article.bodies import roles as body_roles
from loaders.article.bodies.spans import Finder
from loaders.article.bodies.words import Body
from loaders.article.facts import CaseSpan, Name, Organisation, Place
from loaders.article.measured import confidence
from loaders.article.places import mentions, units
from loaders.article.places import roles as place_roles
from loaders.article.places.names import Mention
from loaders.article.segments import Structure
from loaders.article.tagger.model import tagger
from loaders.article.tokens import Tokens, sentences, tokens

#: What an extraction says where the tagger was not built.
WITHOUT_TAGGER = (
    "the tagger's weights are missing, so places and bodies that no list has are not found; `make setup` builds them"
)


def find(
    structure: Structure,
    text: str,
    cases: Sequence[CaseSpan] = (),
    *,
    year: int | None = None,
    names: Sequence[Name] = (),
    words: Tokens | None = None,
) -> tuple[list[Place], list[Organisation]]:
    """Return the places and the bodies of a document, in order; `text` is the document that the facts cite.

    Places inside a body's name, or inside one of the `names` given, are there and marked as nested. `year` is the
    document's. `words` are its words, where the caller has them.
    """
    if words is None:
        words = tokens(structure, tagger())
    view = structure.view
    stretches = sentences(structure)
    places = mentions.find(view.text, stretches, words)
    finder = Finder(view.text, words, places)
    bodies = [body for begin, end in stretches for body in finder.find(begin, end)]
    bodies = memory.remember(view.text, words, bodies, places)
    units.resolve(view.text, stretches, places, year)
    place_roles.assign(view.text, stretches, places)
    _nest(places, bodies)
    _seats(bodies, places)
    body_roles.assign(view.text, bodies, places)
    numbers = _Cases(cases)
    in_names = sorted((name.start, name.end) for name in names)
    return (
        [_place(mention, structure, text, numbers, in_names) for mention in places],
        [_organisation(body, structure, text, numbers) for body in bodies],
    )


class _Cases:
    """Which case a position is in."""

    def __init__(self, cases: Sequence[CaseSpan]) -> None:
        self._cases = cases
        self._starts = [case.start for case in cases]

    def at(self, position: int) -> int | None:
        """Return the number of the case at a position, None where it is in none."""
        found = bisect_right(self._starts, position) - 1
        if found < 0 or position >= self._cases[found].end:
            return None
        return self._cases[found].number


def _nest(places: Sequence[Mention], bodies: Sequence[Body]) -> None:
    begins = [body.begin for body in bodies]
    for mention in places:
        number = bisect_right(begins, mention.begin) - 1
        if number >= 0 and bodies[number].named and mention.end <= bodies[number].end:
            mention.nested = True


def _seats(bodies: Sequence[Body], places: Sequence[Mention]) -> None:
    """Set the area of bodies that have one in their names: the innermost of the places at the beginning."""
    starts = {m.begin: m for m in places if m.code}
    areas: dict[str, str] = {}
    for body in bodies:
        at = body.begin
        while body.rule != "body.list" and (mention := starts.get(at)) is not None and mention.end <= body.end:
            body.area = mention.code
            at = mention.end
        if body.area:
            areas.setdefault(body.name, body.area)
    for body in bodies:
        body.area = body.area or areas.get(body.name)


def _place(mention: Mention, structure: Structure, text: str, cases: _Cases, names: Sequence[tuple[int, int]]) -> Place:
    start, end = structure.view.span(mention.begin, mention.end)
    rows = mention.rows + ((f"gazetteer:{mention.code}",) if mention.code else ())
    number = bisect_right(names, (start, 1 << 60)) - 1
    nested = mention.nested or (number >= 0 and end <= names[number][1])
    return Place(
        start=start, end=end, surface=text[start:end], case=cases.at(start), rule=mention.rule, rows=rows,
        confidence=confidence(mention.rule), name=mention.name, code=mention.code, level=mention.level,
        role=mention.role, nested=nested, others=mention.others,
    )  # fmt: skip


def _organisation(body: Body, structure: Structure, text: str, cases: _Cases) -> Organisation:
    start, end = structure.view.span(body.begin, body.end)
    return Organisation(
        start=start, end=end, surface=text[start:end], case=cases.at(start), rule=body.rule, rows=body.rows,
        confidence=confidence(body.rule), name=body.name, kind=body.kind, role=body.role, named=body.named,
        area=body.area,
    )  # fmt: skip
