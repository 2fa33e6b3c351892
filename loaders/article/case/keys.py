"""Keys of things by their names: pinyin, so that the same name always has the same key."""

from __future__ import annotations

import re
from typing import Final

_RUN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z0-9]+")
#: A key is at most 120 characters; four parts make the longest.
LONGEST: Final = 40


def slug(name: str, longest: int = LONGEST) -> str:
    """Return a key for a name: its Chinese as pinyin without tones, its Latin letters and digits in lower case.

    Words that leave nothing give ``x``; a long name is cut and ends in a mark of the whole.
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # its tables take a while to load

    parts = []
    for run in _RUN.findall(name.lower()):
        if run.isascii():
            parts.append(run)
        else:
            parts.append(re.sub(r"[^a-z]", "", "".join(lazy_pinyin(run, v_to_u=False, errors="ignore"))))
    key = "-".join(filter(None, parts))
    if len(key) > longest:
        key = f"{key[: longest - 7].rstrip('-')}-{mark(name)}"
    return key or f"x-{mark(name)}" if name.strip() else "x"


def romanised(name: str) -> str:
    """Return a name in Latin letters, for want of an English one: pinyin, a word for each syllable."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    words = []
    for run in re.findall(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[A-Za-z0-9.%]+", name):
        words.append(run if run.isascii() else " ".join(lazy_pinyin(run, errors="ignore")))
    whole = " ".join(filter(None, words))
    return whole[:1].upper() + whole[1:] or name


def mark(text: str) -> str:
    """Return six characters that tell one text from another."""
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def short(key: str, longest: int) -> str:
    """Return a key as the beginning of another; a long one is cut and ends in a mark of the whole."""
    return key if len(key) <= longest else f"{key[: longest - 7].rstrip('-.')}-{mark(key)}"


class Keys:
    """Keys that are given out: one thing has one key, two things never have the same."""

    def __init__(self) -> None:
        """Begin with none taken."""
        self._taken: dict[tuple[str, str], str] = {}
        self._used: set[tuple[str, str]] = set()

    def of(self, kind: str, name: str, prefix: str = "") -> str:
        """Return the key of a thing of a kind by its name; always the same for the same."""
        if (kind, name) not in self._taken:
            self._taken[kind, name] = self.fresh(kind, f"{prefix}{slug(name)}")
        return self._taken[kind, name]

    def fresh(self, kind: str, key: str) -> str:
        """Return a key that no other thing of the kind has: this one, or this one with a number."""
        number, candidate = 1, key
        while (kind, candidate) in self._used:
            number += 1
            candidate = f"{key}-{number}"
        self._used.add((kind, candidate))
        return candidate
