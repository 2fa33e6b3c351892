"""Which unit of 2019 a name of a place stands for in its text.

楚雄 is a prefecture and a city, 长宁 a district in Shanghai and a county in Sichuan. What stands directly before and
behind a name counts most, then what the text calls by its full name, then the other places of the sentence and of the
text; between equals the higher level wins, and without any difference no code is given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Final

from loaders.article.places.names import Mention, bare
from loaders.gazetteer import Candidate, ancestors

_KINDS: Final = {"official": 3.0, "short": 2.0, "also": 2.0, "later": 1.0}
_LEVELS: Final = {"province": 1.5, "prefecture": 1.0, "county": 0.0}
#: Two candidates nearer to each other than this are equal.
_MARGIN: Final = 0.5


def resolve(text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention], year: int | None) -> None:
    """Set unit, level and code of every mention that has candidates; `year` is the text's, where it is known."""
    context = _Context(text, sentences, mentions, year)
    for _ in range(2):
        for number, mention in enumerate(mentions):
            if mention.candidates:
                context.decide(number, mention)
        context.count()


class _Context:
    """What a text says about its places, getting clearer with each pass."""

    def __init__(
        self, text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention], year: int | None
    ) -> None:
        self.text, self.mentions, self.year = text, mentions, year
        begins = [begin for begin, _ in sentences]
        self.sentence = [bisect_right(begins, m.begin) for m in mentions]
        self.named: set[str] = set()
        self.units: Counter[str] = Counter()
        self.above: Counter[str] = Counter()
        self.of_sentence: dict[int, Counter[str]] = {}
        self.above_in_sentence: dict[int, Counter[str]] = {}
        self.before: dict[str, str] = {}
        for mention in mentions:
            if len(mention.candidates) == 1:
                mention.code = mention.candidates[0].unit.code
        self.count()

    def count(self) -> None:
        """Count the units that are decided, and those above them."""
        self.units.clear()
        self.above.clear()
        self.of_sentence.clear()
        self.above_in_sentence.clear()
        for number, mention in enumerate(self.mentions):
            if not mention.code:
                continue
            here = self.sentence[number]
            self.units[mention.code] += 1
            self.of_sentence.setdefault(here, Counter())[mention.code] += 1
            for unit in ancestors(mention.code):
                self.above[unit.code] += 1
                self.above_in_sentence.setdefault(here, Counter())[unit.code] += 1
            if len(mention.candidates) == 1 and not bare(self.text[mention.begin : mention.end]):
                self.named.add(mention.code)

    def decide(self, number: int, mention: Mention) -> None:
        """Choose among a mention's candidates."""
        scored = sorted(
            ((self._score(number, mention, c), c) for c in mention.candidates), key=lambda pair: -pair[0]
        )  # fmt: skip
        best, chosen = scored[0]
        rivals = [c for score, c in scored[1:] if best - score < _MARGIN and c.unit.code != chosen.unit.code]
        mention.name, mention.level = chosen.unit.name, chosen.unit.level
        mention.code = None if rivals else chosen.unit.code
        mention.others = tuple(dict.fromkeys(c.unit.code for _, c in scored if c.unit.code != mention.code))
        if rivals:
            mention.name = self.text[mention.begin : mention.end]

    def _score(self, number: int, mention: Mention, candidate: Candidate) -> float:
        unit = candidate.unit
        score = _KINDS.get(candidate.kind, 0.0) + _LEVELS[unit.level]
        if self.year and candidate.kind not in _KINDS and candidate.years[0] <= self.year <= candidate.years[1]:
            score += 2
        over = {u.code for u in ancestors(unit.code)}
        score += self._neighbours(number, mention, unit.code, over)
        same = over & {c.unit.code for c in mention.candidates}
        if same:  # 喀什 is the prefecture rather than the city of that name in it
            score -= 4
            over -= same
        if unit.code in self.named:
            score += 5
        here = self.sentence[number]
        nearby = self.of_sentence.get(here, Counter())
        mine = mention.code
        if any(nearby[code] for code in over):
            score += 4
        elif any(self.above_in_sentence.get(here, Counter())[code] > (1 if mine else 0) for code in over):
            score += 2
        below = self.above_in_sentence.get(here, Counter())[unit.code]
        score += 2 if below else 0
        score += min(3.0, sum(self.units[code] for code in over))
        score += 1 if self.above[unit.code] else 0
        score += min(1.5, 0.5 * sum(self.above[code] for code in over if code != unit.code))
        return score

    def _neighbours(self, number: int, mention: Mention, code: str, over: set[str]) -> float:
        """Return what the places directly before and behind say: 甘肃省甘南州合作市, or a list like 会泽、宣威."""
        score = 0.0
        if number:
            before = self.mentions[number - 1]
            if before.end == mention.begin and any(c.unit.code in over for c in before.candidates):
                score += 10
            elif self.text[before.end : mention.begin] in ("、", "和", "及", "与") and before.code:
                score += 3 if any(u.code in over for u in ancestors(before.code)[:1]) else 0
        if number + 1 < len(self.mentions):
            behind = self.mentions[number + 1]
            if behind.begin == mention.end and any(
                code in {u.code for u in ancestors(c.unit.code)} for c in behind.candidates
            ):
                score += 8
            elif self.text[mention.end : behind.begin] in ("、", "和", "及", "与") and behind.code:
                score += 3 if any(u.code in over for u in ancestors(behind.code)[:1]) else 0
        return score
