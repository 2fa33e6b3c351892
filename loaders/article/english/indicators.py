"""Which indicator a figure of an English text is of: by words of its sentence, else by its unit alone."""

from __future__ import annotations

import re
from functools import cache

from loaders.article import indicators
from loaders.article.tables import cite, rows


@cache
def _by_unit() -> dict[str, list[tuple[re.Pattern[str], str, str]]]:
    found: dict[str, list[tuple[re.Pattern[str], str, str]]] = {}
    for row in rows("english_indicators"):
        for unit in row["units"].split(","):
            cue = re.compile(row["clause"], re.IGNORECASE)
            found.setdefault(unit, []).append((cue, row["surface"], cite("english_indicators", row)))
    return found


def indicator(unit: str, sentence: str) -> tuple[str, tuple[str, ...]]:
    """Return the key of a figure's indicator and the rows that tell it; the class of its unit where no words do."""
    for cue, key, row in _by_unit().get(unit, ()):
        if cue.search(sentence):
            return key, (row,)
    key, known = indicators.indicator(unit, "", "")
    return key, (known,) if known else ()
