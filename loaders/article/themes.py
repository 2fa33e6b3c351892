"""Fields of work that a case is about, by the words that it uses."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Final

from loaders.article.scope import Scope
from loaders.article.tables import Row, alternatives, cite, rows

#: A word of the title counts so many times.
_TITLE: Final = 3
#: A word counts at most so many times in the body, so that one product does not decide.
_REPEATS: Final = 3
#: What a theme needs: so many points for each thousand characters, at least so many, and so large a part of the best.
_DENSITY: Final = 10
_LEAST: Final = 7
_SHARE: Final = 0.18
_MOST: Final = 5


def find(scope: Scope) -> tuple[list[str], list[str]]:
    """Return the themes of a stretch (keys of concept/theme), the strongest first, and the rows that gave them.

    Nothing is returned where the words say too little.
    """
    points: Counter[str] = Counter()
    cited: dict[str, list[str]] = {}
    words = Counter(_pattern().findall(scope.text[scope.title_end :]))
    title = Counter(_pattern().findall(scope.text[: scope.title_end]))
    for surface in words | title:
        times = min(_REPEATS, words[surface]) + _TITLE * title[surface]
        for row in _themes_of(surface):
            points[row["theme"]] += int(row["weight"]) * times
            cited.setdefault(row["theme"], []).append(cite("themes", row))
    if not points:
        return [], []
    best = max(points.values())
    floor = max(_LEAST, _DENSITY * min(1.0, len(scope.text) / 1000), _SHARE * best)
    chosen = [theme for theme, score in points.most_common() if score >= floor][:_MOST]
    return chosen, [row for theme in chosen for row in cited[theme]]


@cache
def _pattern() -> re.Pattern[str]:
    return alternatives(row["surface"] for row in rows("themes"))


@cache
def _themes_of(surface: str) -> tuple[Row, ...]:
    return tuple(row for row in rows("themes") if row["surface"] == surface)
