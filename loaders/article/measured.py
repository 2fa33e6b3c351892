"""How often each rule was right on annotated texts: a fact's confidence is measured, never guessed."""

from __future__ import annotations

import functools

from loaders.article import tables

#: What a rule is taken for that was never measured: one right and one wrong.
_UNKNOWN = 0.5


@functools.cache
def _measured() -> dict[str, float]:
    path = tables.LEXICONS.parent / "measured.tsv"
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        rule, _texts, right, total = line.split("\t")
        found[rule] = smoothed(int(right), int(total))
    return found


def smoothed(right: int, found: int) -> float:
    """Return the share of right ones as if one more had been right and one more wrong."""
    return round((right + 1) / (found + 2), 3)


def confidence(rule: str) -> float:
    """Return the measured precision of a rule, smoothed; one half where it never fired on an annotated text."""
    return _measured().get(rule, _UNKNOWN)
