"""Statements between the names of a case, by the roles of its parties and by verbs inside a clause."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from loaders.article.facts import Name, Organisation, Place, Quantity, Relation
from loaders.article.scope import Scope
from loaders.article.subjects import Main
from loaders.article.tables import Row, cite, rows

#: Role of a body → the predicate, and whether the body is its subject.
_ROLES: Final = {
    "donor": ("donorOf", True), "implementer": ("implements", True), "partner": ("partnerOf", True),
    "authority": ("guides", True), "beneficiary body": ("beneficiaryBody", False),
}  # fmt: skip
_PLACE_ROLES: Final = {"recipient area": "recipientArea", "venue": "heldAt", "base": "basedIn"}
_SIGNS: Final = {"over": ">", "gt": ">", "ge": ">=", "nearly": "<", "lt": "<", "le": "<=", "about": "~"}
_STARTED: Final = re.compile(
    r"(\d{4})年(?:(\d{1,2})月)?(?:(\d{1,2})日)?[^，。；]{0,24}?(?:启动|投入使用|揭牌|开班|开学|成立|正式运营|开工|开通|上线|投产|以来)"
)
_SHARED: Final = re.compile(r"分红|分成|分配|占股|入股")
_PILOT: Final = re.compile(r"试点|先行先试|试行")
_MODEL_KINDS: Final = frozenset({"model"})
_PRODUCTS: Final = frozenset(
    {
        "product",
        "product (insurance)",
        "product (geographical indication)",
        "breed/product",
        "brand",
        "scheme",
        "platform",
    }
)
_SITES: Final = frozenset({"scenic spot", "site"})
#: Between a verb and its object: so many characters of a clause at most.
_REACH: Final = 30
_NEAR: Final = 16
#: Predicates whose two parties may both stand before the verb, and the words between them.
_MUTUAL: Final = frozenset({"partnerOf", "supportsArea"})
_WITH: Final = re.compile(r"(?:与|和|同|跟|、|及|会同|联合|对口支援|对口帮扶|结对帮扶|帮扶|援建|支援)[^，。；\d]{0,3}")
_DETOUR: Final = re.compile(r"[以与由在为对]")


@dataclass(frozen=True, slots=True)
class _Thing:
    """A name, body or place in a clause; positions are the document's."""

    start: int
    end: int
    name: str
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in one case."""

    names: Sequence[Name]
    organisations: Sequence[Organisation]
    places: Sequence[Place]
    quantities: Sequence[Quantity]


def find(scope: Scope, facts: Facts, main: Main | None) -> list[Relation]:
    """Return the relations of a case in order, each with the clause that says so, and none twice."""
    clauses = _Clauses(scope)
    found = [
        *_by_role(clauses, facts, main), *_by_kind(clauses, facts, main), *_figures(clauses, facts, main),
        *_by_frame(scope, clauses, facts, main), *_dates(scope, clauses, main),
    ]  # fmt: skip
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for relation in sorted(found, key=lambda relation: (relation.start, relation.end)):
        key = relation.subject, relation.predicate, relation.object
        if key not in seen and relation.subject != relation.object:
            seen.add(key)
            kept.append(relation)
    return kept


class _Clauses:
    """The clauses of a case, as spans of the document, and how to make a relation of one."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        inside = [clause for a, b in scope.sentences for clause in scope.clauses(a, b)]
        self.inside = [(a, b) for a, b in inside if a < b]
        self.spans = [self.trimmed(a, b) for a, b in self.inside]
        self.starts = [a for a, _ in self.spans]

    def trimmed(self, begin: int, end: int) -> tuple[int, int]:
        """Return the document's span of a clause without the stop that ends it."""
        words = self.scope.text[begin:end]
        short = len(words.rstrip("，。；,;：:！？!?、\n\t "))
        return self.scope.span(begin, begin + max(1, short))

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the clause that holds a span, or of the clauses from its start to its end."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, end - 1) - 1)
        if not self.spans:
            return start, end
        return min(start, self.spans[first][0]), max(end, self.spans[last][1])

    def relation(
        self, at: tuple[int, int], subject: str, predicate: str, object: str, rule: str, cited: Iterable[str] = ()
    ) -> Relation:
        start, end = self.around(*at)
        return Relation(
            start=start, end=end, surface=self.scope.document[start:end], case=self.scope.number, rule=rule,
            rows=tuple(cited), subject=subject, predicate=predicate, object=object,
        )  # fmt: skip


def _by_role(clauses: _Clauses, facts: Facts, main: Main | None) -> Iterator[Relation]:
    """Who gives, runs, joins, orders or gains, and where; the first mention stands for all."""
    if main is None:
        return
    said: set[tuple[str, str]] = set()
    for body in facts.organisations:
        if body.role == "partner" and not body.named:
            continue  # a body that is only mentioned: too little to say that it works alongside
        if body.role in _ROLES and (body.name, body.role) not in said:
            said.add((body.name, body.role))
            predicate, first = _ROLES[body.role]
            pair = (body.name, main.name) if first else (main.name, body.name)
            yield clauses.relation((body.start, body.end), pair[0], predicate, pair[1], f"relation.role-{predicate}")
    for place in facts.places:
        if place.nested or place.role is None or (place.name, place.role) in said:
            continue
        said.add((place.name, place.role))
        at = place.start, place.end
        if place.role == "donor area" and place.level == "province":
            yield clauses.relation(at, place.name, "donorOf", main.name, "relation.donor-area")
        elif place.role in _PLACE_ROLES:
            predicate = _PLACE_ROLES[place.role]
            yield clauses.relation(at, main.name, predicate, place.name, f"relation.place-{predicate}")
    for place in reversed(facts.places):  # the innermost comes last: 云南保山
        start, end = clauses.around(place.start, place.end)
        if place.role == "recipient area" and not place.nested and _PILOT.search(clauses.scope.document[start:end]):
            part = f"{main.name}（{place.name}）"
            yield clauses.relation((place.start, place.end), part, "partOf", main.name, "relation.pilot")
            break


def _by_kind(clauses: _Clauses, facts: Facts, main: Main | None) -> Iterator[Relation]:
    """Which ways of working a programme uses."""
    for name in facts.names:
        if main is not None and name.kind in _MODEL_KINDS and name.name != main.name:
            yield clauses.relation((name.start, name.end), main.name, "usesModel", name.name, "relation.model")


def _figures(clauses: _Clauses, facts: Facts, main: Main | None) -> Iterator[Relation]:
    """What was counted or measured."""
    for quantity in facts.quantities:
        at = quantity.start, quantity.end
        start, end = clauses.around(*at)
        if quantity.unit == "1 (ratio)" and _SHARED.search(clauses.scope.document[start:end]):
            takers = [body for body in facts.organisations if start <= body.start < quantity.start]
            for body in takers[-1:]:
                yield clauses.relation(at, body.name, "receivesShareOf", quantity.surface, "relation.share")
        subject = quantity.subject or (main.name if main else None)
        if subject:
            predicate = "hasTarget" if quantity.status == "planned" else "hasIndicator"
            sign = _SIGNS.get(quantity.qualifier, "=")
            object = f"{quantity.indicator} {sign} {quantity.value:f} {quantity.unit}"
            yield clauses.relation(at, subject, predicate, object, "relation.figure")


def _dates(scope: Scope, clauses: _Clauses, main: Main | None) -> Iterator[Relation]:
    for match in _STARTED.finditer(scope.text, scope.title_end):
        if main is not None:
            date = "-".join(part.zfill(2) for part in match.groups() if part)
            at = scope.span(match.start(), match.end())
            yield clauses.relation(at, main.name, "startDate", date, "relation.started")
            return


# -- verbs --------------------------------------------------------------------


@cache
def _frames() -> tuple[tuple[re.Pattern[str], Row, frozenset[str], frozenset[str]], ...]:
    return tuple(
        (re.compile(row["surface"]), row, frozenset(row["left"].split("|")), frozenset(row["right"].split("|")))
        for row in rows("relation_frames")
    )


@cache
def _any_verb() -> re.Pattern[str]:
    return re.compile("|".join(row["surface"] for row in rows("relation_frames")))


def _by_frame(scope: Scope, clauses: _Clauses, facts: Facts, main: Main | None) -> Iterator[Relation]:
    things = _things(facts)
    starts = [thing.start for thing in things]
    for (a, b), (start, end) in zip(clauses.inside, clauses.spans, strict=True):
        first = bisect_right(starts, start - 1)
        here = [thing for thing in things[first : bisect_right(starts, end - 1)] if thing.end <= end]
        if not here or not _any_verb().search(scope.text, a, b):
            continue
        classes = frozenset().union(*(thing.classes for thing in here))
        for pattern, row, left, right in _frames():
            # What a frame joins must be there: on either side a thing, or on one of them the programme itself.
            if not ((classes & left or "main" in left) and (classes & right or "main" in right)):
                continue
            yield from _frame(scope, clauses, (a, b), here, pattern, row, main)


def _frame(
    scope: Scope, clauses: _Clauses, clause: tuple[int, int], here: list[_Thing], pattern: re.Pattern[str], row: Row,
    main: Main | None,
) -> Iterator[Relation]:  # fmt: skip
    wanted_left, wanted_right = frozenset(row["left"].split("|")), frozenset(row["right"].split("|"))
    for verb in pattern.finditer(scope.text, *clause):
        start, end = scope.span(verb.start(), verb.end())
        if any(thing.start < end and start < thing.end for thing in here):
            continue
        left = [thing for thing in here if thing.end <= start and thing.classes & wanted_left]
        near = _NEAR if row["predicate"] == "established" else _REACH
        right = [thing for thing in here if end <= thing.start <= end + near and thing.classes & wanted_right]
        if near == _NEAR:
            right = [thing for thing in right if not _DETOUR.search(scope.document[end : thing.start])]
        pair = (
            _joined(scope, here, start, wanted_left, wanted_right)
            if not right and row["predicate"] in _MUTUAL
            else None
        )
        if pair is not None:
            yield clauses.relation(
                clauses.trimmed(*clause), pair[0].name, row["predicate"], pair[1].name,
                f"relation.pair-{row['predicate']}", (cite("relation_frames", row),),
            )  # fmt: skip
            return
        subjects = [left[-1].name] if left else [main.name] if main and "main" in wanted_left else []
        objects = [thing.name for thing in right] or ([main.name] if main and right_is_main(wanted_right, left) else [])
        if not subjects or not objects:
            continue
        if row["predicate"] == "trains" and not re.search(
            r"培训|进修|跟岗|学习|带教", scope.text[verb.end() : clause[1]]
        ):
            continue
        for object in dict.fromkeys(objects):
            yield clauses.relation(
                clauses.trimmed(*clause), subjects[0], row["predicate"], object, f"relation.verb-{row['predicate']}",
                (cite("relation_frames", row),),
            )  # fmt: skip
        return


def _joined(
    scope: Scope, here: Sequence[_Thing], verb: int, left: frozenset[str], right: frozenset[str]
) -> tuple[_Thing, _Thing] | None:
    """Return the last two things before a verb that a word joins: A与B签订."""
    before = [thing for thing in here if thing.end <= verb]
    for one, other in pairwise(reversed(before)):
        between = scope.document[other.end : one.start]
        if one.classes & right and other.classes & left and _WITH.fullmatch(between):
            return other, one
    return None


def right_is_main(wanted: frozenset[str], left: Sequence[_Thing]) -> bool:
    """Whether the case's programme is the object that a verb leaves out; then it needs a subject of its own."""
    return "main" in wanted and bool(left)


def _things(facts: Facts) -> list[_Thing]:
    things = [_Thing(name.start, name.end, name.name, _classes(name.kind)) for name in facts.names]
    things += [_Thing(body.start, body.end, body.name, frozenset({"org"})) for body in facts.organisations]
    for place in facts.places:
        if not place.nested:
            classes = {"place"}
            if place.role == "recipient area":
                classes.add("recipient")
            elif place.role == "donor area":
                classes.add("donor")
            things.append(_Thing(place.start, place.end, place.name, frozenset(classes)))
    return sorted(things, key=lambda thing: (thing.start, thing.end))


def _classes(kind: str) -> frozenset[str]:
    classes = {kind}
    if kind in _PRODUCTS:
        classes |= {"product"}
    if kind in _SITES:
        classes |= {"site"}
    if kind.startswith("work"):
        classes |= {"work"}
    return frozenset(classes)
