"""Which words of a text are places.

A listed name counts where it says itself what it is (云龙县), where the tagger has a place, where it follows a place
that it lies in, or between the commas of a list of places. Any other listed name (布拖) waits until the whole text is
read: it counts where the text names the unit in full or a unit above it, and where it is no common word (合作, 资源).
What the tagger takes for a place and no list has is a town, a village or a natural region by its last character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.article.matching import Hit
from loaders.article.places.later import Listed, remembered, supported
from loaders.article.places.names import DISTRICTS, GENERIC, Mention, areas, bare, others, plain_word
from loaders.article.places.short import abbreviated
from loaders.article.places.unlisted import SITE, STATION, is_county, level_of, town_within
from loaders.article.tokens import Tokens
from loaders.gazetteer import Candidate, ancestors, is_common_word

#: Directly behind a town a village whatever the tagger makes of it: 达板镇舀水村村民.
_OF_VILLAGERS = re.compile(r"[\u4e00-\u9fff]{2,4}?村(?=村民|村支书|村党|村委|村两委)")
#: Before 天 these count days: 30天山路 names no mountain.
_COUNTS = frozenset("0123456789０１２３４５６７８９一二两三四五六七八九十几半多余")


def find(text: str, sentences: Sequence[tuple[int, int]], tokens: Tokens) -> list[Mention]:
    """Return the places of a text in order, without overlap; which unit each is, is not decided yet."""
    found: list[Mention] = []
    waiting: list[Listed] = []
    for begin, end in sentences:
        reading = _Sentence(text, begin, end, tokens)
        reading.read()
        found += reading.mentions
        waiting += reading.waiting
    found += supported(text, found, waiting, tokens)
    found.sort(key=lambda m: m.begin)
    found += remembered(text, found, tokens)
    found.sort(key=lambda m: m.begin)
    known = {c.unit.code for m in found for c in m.candidates}
    found += abbreviated(text, sentences, tokens, found, known)
    return sorted(found, key=lambda m: m.begin)


class _Sentence:
    """The places of one sentence."""

    def __init__(self, text: str, begin: int, end: int, tokens: Tokens) -> None:
        self.text, self.begin, self.end, self.tokens = text, begin, end, tokens
        self.mentions: list[Mention] = []
        self.waiting: list[Listed] = []
        self.hits: dict[int, list[Listed]] = {}
        self.typed: set[int] = set()
        for hit in areas().all(text, begin, end):
            if self._is_street(hit):
                continue
            trimmed = _trimmed(text, hit)
            if trimmed is not hit:
                self.typed.add(hit.begin)
            self.hits.setdefault(hit.begin, []).append(trimmed)
        self.others = {
            hit.begin: hit
            for hit in others().longest(text, begin, end)
            if not (text[hit.begin] == "天" and text[hit.begin - 1 : hit.begin] in _COUNTS)
        }

    def read(self) -> None:
        """Go through the sentence once, then through the lists in it."""
        at = self.begin
        while at < self.end:
            token = self.tokens.at(at)
            if token is not None and token.kind == "LOC" and token.start == at:
                stop = self._place_word(token.start, token.end)
                if stop > at:
                    at = self._towns(stop)
                    continue
            stop = self._other(at) or self._listed(at)
            at = self._towns(stop) if stop else at + 1
        self._lists()

    def _place_word(self, start: int, end: int) -> int:
        """Read one word that the tagger takes for a place: units one in the other, then a town and a village."""
        text, at = self.text, start
        if text[start:end] in ("金山银山", "绿水青山", "三区三州"):
            return end
        before = self.mentions[-1] if self.mentions and self.mentions[-1].end == start else None
        while at < end:
            other = self.others.get(at)
            hit = self._within(start, at, end, before)
            if (
                other is not None
                and (hit is None or other.end > hit.end)
                and (other.end <= end or self.tokens.ends(other.end) or other.entry[1] == "natural region")
            ):
                at = self._region(other)
                continue
            stop = town_within(text, at, end, trusted=bool(self.mentions) and self.mentions[-1].end == at)
            town = stop and bare(text[at : hit.end]) and stop - hit.end <= 2 if hit is not None else 0
            if hit is not None and not (town and areas().get(text[hit.end : stop]) is None):
                self.mentions.append(before := Mention(at, hit.end, "place.gazetteer", hit.entry))
                at = hit.end
                continue
            if not stop:
                if self._newer(at, end):
                    self.mentions.append(Mention(at, end, "place.tagger", name=text[at:end], level="county"))
                    return end
                break
            word = text[at:stop]
            level = level_of(word) or ("township" if word[-1] in "镇乡" else "village")
            self.mentions.append(Mention(at, stop, "place.town", name=word, level=level))
            at = stop
        if at == start:
            word = text[start:end]
            for late in range(start + 1, end - 1):  # 对口兰坪: a verb that the tagger left at the front
                for hit in self.hits.get(late, ()):
                    word = text[late:end]
                    if hit.end == end and late - start < 3 and word not in GENERIC and plain_word(word) is None:
                        self.mentions.append(Mention(late, end, "place.gazetteer", hit.entry))
                        return end
            level = level_of(word)
            if level:
                self.mentions.append(Mention(start, end, "place.tagger", name=word, level=level))
                return end
        return at

    def _newer(self, at: int, end: int) -> bool:
        """Whether a county stands here directly behind its prefecture that there was not in 2019: 杭州市临平区."""
        above = self.mentions[-1] if self.mentions else None
        if above is None or above.end != at or not any(c.unit.level != "county" for c in above.candidates):
            return False
        return is_county(self.text[at:end])

    def _within(self, start: int, at: int, end: int, before: Mention | None) -> Listed | None:
        """Return the listed name at a position of a word that the tagger takes for a place."""
        text = self.text
        for hit in self.hits.get(at, ()):
            word = text[at : hit.end]
            if hit.end > end and not (self.tokens.ends(hit.end) or (len(word) > 2 and plain_word(word) is None)):
                continue
            if before is not None and before.end == at and (at > start or word in GENERIC):
                if _is_below(hit.entry, before) or (_is_beside(hit.entry, before) and word not in GENERIC):
                    return hit
                if word in GENERIC or all(c.unit.level == "county" for c in hit.entry):
                    continue
                return hit
            if word in GENERIC and not (word[-1] == "县" and hit.end == end):
                continue
            follows = before is not None and before.end == at and not _is_near(hit.entry, before)
            if follows and bare(word) and all(c.unit.level == "county" for c in hit.entry):
                continue  # a county elsewhere does not follow directly: 徐汇滨江
            current = any(c.kind in ("official", "short", "also") for c in hit.entry)
            whole = hit.end == end
            if bare(word) and not whole:
                rest = text[hit.end : end]
                goes_on = level_of(rest) or areas().get(rest) or others().get(rest)
                if plain_word(word) is not None and not goes_on and (is_common_word(word) or not SITE.search(rest)):
                    continue
                if not current:
                    continue
            return hit
        return None

    def _other(self, at: int) -> int:
        """Read a region or foreign place outside the words that the tagger takes for places."""
        hit = self.others.get(at)
        if hit is None or any(h.end > hit.end for h in self.hits.get(at, ())) or self.text[at - 1 : at + 1] == "其中":
            return 0
        if (
            self.text[at - 1 : at] == "“"
            and self.text.find("”", hit.end, hit.end + 12) > hit.end
            and hit.entry[1] == "country"
        ):
            return 0
        first, last = self.tokens.at(hit.begin), self.tokens.at(hit.end - 1)
        if first is not None and last is not None:
            named = first.kind in ("ORG", "nz", "LOC") or (hit.entry[1] == "township" and first.start == hit.begin)
            wild = hit.entry[1] == "natural region" and plain_word(self.text[hit.begin : hit.end]) is None
            if not (first.start == hit.begin and (last.end == hit.end or named or wild)):
                return 0
        return self._region(hit)

    def _region(self, hit: Hit[tuple[str, str, str]]) -> int:
        """Take a region, or the town that is called after it (长江镇); return where it ends."""
        name, level, row = hit.entry
        stop = hit.end + (2 if self.text.startswith("街道", hit.end) else 1)
        word = self.text[hit.begin : stop]
        if level == "natural region" and stop <= self.end and level_of(word) == "township" and self.tokens.ends(stop):
            self.mentions.append(Mention(hit.begin, stop, "place.town", name=word, level="township"))
            return stop
        self.mentions.append(Mention(hit.begin, hit.end, "place.region", name=name, level=level, rows=(row,)))
        return hit.end

    def _listed(self, at: int) -> int:
        """Read a listed name outside the words that the tagger takes for places; return where it ends."""
        before = self.mentions[-1] if self.mentions and self.mentions[-1].end == at else None
        for hit in self.hits.get(at, ()):
            verdict = self._verdict(hit, before)
            if verdict == "place":
                self.mentions.append(Mention(at, hit.end, "place.gazetteer", hit.entry))
                return hit.end
            if verdict == "town":
                word = self.text[at : hit.end + 1]
                self.mentions.append(Mention(at, hit.end + 1, "place.town", name=word, level=level_of(word)))
                return hit.end + 1
            if verdict == "wait":
                self.waiting.append(hit)
        return 0

    def _verdict(self, hit: Listed, before: Mention | None) -> str:
        word = self.text[hit.begin : hit.end]
        below = before is not None and _is_below(hit.entry, before)
        first, last = self.tokens.at(hit.begin), self.tokens.at(hit.end - 1)
        if word in GENERIC:
            return "place" if below else ""
        if hit.begin in self.typed:
            return "place"
        if bare(word) and self._goes_down(hit):
            return "place"
        if word in DISTRICTS:
            return "place" if below else "wait" if len(word) > 2 else ""
        if first is None or last is None:
            if not bare(word) or below:
                return "place"
            return "" if is_common_word(word) else "place" if plain_word(word) is None else "wait"
        starts, ends = first.start == hit.begin, last.end == hit.end
        if not bare(word):
            if below or (starts and (len(word) > 2 or ends or first.kind in ("LOC", "ORG", "nz"))):
                return "place"
            inside = first is last and first.kind in ("LOC", "ORG", "nz", "n", "nw")
            return "place" if inside and len(word) > 2 else ""
        if self.text[hit.end : hit.end + 1] in ("镇", "乡") and self.tokens.ends(hit.end + 1) and starts:
            return "town"
        if below and starts and (ends or first.kind in ("LOC", "ORG", "nz")) and first.kind not in ("v", "vn"):
            return "place"
        if before is not None and plain_word(word) is None and _is_near(hit.entry, before):
            return "place"
        if below and first is last and first.kind in ("LOC", "ORG"):
            return "place"  # 连云港 in 江苏连云港总部
        if not any(c.kind in ("official", "short", "also") for c in hit.entry):
            return "wait" if starts and ends else ""
        if first.kind in ("ORG", "nz", "nw") and first is last and (starts or ends):
            return "wait" if is_common_word(word) or not starts else "place"
        if starts and (ends or first.kind in ("n", "PER")) and first.kind not in ("d", "p", "c", "m", "q", "TIME", "r"):
            return "wait"
        behind = self.text[hit.begin - 1 : hit.begin] in tuple("回在到赴去往抵驻")
        if first.kind == "PER" and ends and behind and first.start >= hit.begin - 1:
            return "wait"  # 回雷波: a place where the text names its county
        return (
            "wait"
            if (plain_word(word) is None or (starts and ends)) and first.kind not in ("LOC", "ORG", "PER")
            else ""
        )

    def _is_street(self, hit: Listed) -> bool:
        """Whether a bare name is the beginning of a street's name: 长安街, 北京路, 红旗渠."""
        if self.text[hit.end : hit.end + 1] not in ("街", "路", "渠", "巷") or not bare(self.text[hit.begin : hit.end]):
            return False
        token = self.tokens.at(hit.end)
        return token is not None and (token.start < hit.end or token.end == hit.end + 1)

    def _goes_down(self, hit: Listed) -> bool:
        """Whether a unit of the one that this name may be stands directly behind it: 阿里 in 阿里普兰."""
        codes = {c.unit.code for c in hit.entry}
        return any(
            plain_word(self.text[h.begin : h.end]) is None and any(c.unit.parent in codes for c in h.entry)
            for h in self.hits.get(hit.end, ())
        )

    def _towns(self, at: int) -> int:
        """Read a town, and a village in it, that stand directly behind a place; return where the last one ends."""
        site = self.tokens.at(at)
        if site is not None and site.start == at and site.kind == "LOC" and STATION.search(self.text[at : site.end]):
            self.mentions[-1].nested = True  # the place is a part of a station's name
        for _ in range(2):
            token = self.tokens.at(at)
            if token is None or token.start != at or (token.kind == "LOC" and token.end - token.start > 1):
                break
            stop = self._town(at)
            if not stop:
                break
            word = self.text[at:stop]
            self.mentions.append(Mention(at, stop, "place.town", name=word, level=level_of(word)))
            at = stop
        return at

    def _town(self, at: int) -> int:
        if self.hits.get(at) and not bare(self.text[at : self.hits[at][0].end]):
            return 0
        own = _OF_VILLAGERS.match(self.text, at, self.end)
        if own is not None and self.mentions[-1].level == "township" and level_of(own[0]) == "village":
            return own.end()
        for token in self.tokens.within(at, min(self.end, at + 9)):
            if token.kind in ("v", "p", "u", "c", "w", "d", "r", "m", "TIME", "ORG", "vn"):
                return 0
            word = self.text[at : token.end]
            if len(word) > 2 and level_of(word) in ("township", "village"):
                return token.end
        return 0

    def _lists(self) -> None:
        """Add listed names whose neighbour in a list is a place: 布拖、美姑, 赫章、旺苍."""
        begins = {m.begin for m in self.mentions}
        ends = {m.end for m in self.mentions}
        changed = bool(self.mentions)
        while changed:
            changed = False
            for hits in self.hits.values():
                for hit in hits:
                    if any(m.begin < hit.end and hit.begin < m.end for m in self.mentions):
                        continue
                    if self._beside(hit, begins, ends):
                        self.mentions.append(Mention(hit.begin, hit.end, "place.list", hit.entry))
                        begins.add(hit.begin)
                        ends.add(hit.end)
                        changed = True
        self.mentions.sort(key=lambda m: m.begin)
        self.waiting = [h for h in self.waiting if not any(m.begin < h.end and h.begin < m.end for m in self.mentions)]

    def _beside(self, hit: Listed, begins: set[int], ends: set[int]) -> bool:
        left, right = self.text[hit.begin - 1 : hit.begin], self.text[hit.end : hit.end + 1]
        after_place = left == "、" and hit.begin - 1 in ends
        before_place = right == "、" and hit.end + 1 in begins
        if self.text[hit.begin : hit.end] in GENERIC:
            return False
        if after_place:
            common = is_common_word(self.text[hit.begin : hit.end])
            return right in "、等和及与，,。；;（(" or right.isdigit() or (not common and self.tokens.ends(hit.end))
        if before_place:
            token = self.tokens.at(hit.begin)
            return token is None or token.start == hit.begin
        return False


def _trimmed(text: str, hit: Listed) -> Listed:
    """Return a hit without the type word that belongs to the next word: 喀什 in 喀什市区, 合作 in 合作市郊."""
    if text[hit.end - 1] in "市区县州" and text[hit.end : hit.end + 1] in ("民", "郊", "场", "值") + (
        ("区",) if text[hit.end - 1] in "市" else ()
    ):
        short = areas().get(text[hit.begin : hit.end - 1])
        if short is not None and text[hit.end : hit.end + 2] not in ("民政", "民族", "场镇", "区委", "区政"):
            codes = {c.unit.code for c in hit.entry}
            return Hit(hit.begin, hit.end - 1, tuple(c for c in short if c.unit.code in codes) or short)
    return hit


def _is_below(entry: tuple[Candidate, ...], above: Mention) -> bool:
    """Whether one of a name's units lies in one of the units of the mention before it."""
    codes = {c.unit.code for c in above.candidates}
    return bool(codes) and any(codes & {u.code for u in ancestors(c.unit.code)} for c in entry)


def _is_beside(entry: tuple[Candidate, ...], beside: Mention) -> bool:
    """Whether one of a name's units has the parent of one of the units of the mention before it."""
    parents = {c.unit.parent for c in beside.candidates}
    return any(c.unit.parent in parents for c in entry)


def _is_near(entry: tuple[Candidate, ...], before: Mention) -> bool:
    return _is_below(entry, before) or _is_beside(entry, before)
