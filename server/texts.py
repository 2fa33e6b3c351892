"""The words of the user interface, in Chinese and English, from ``texts.toml``.

A TOML table rather than gettext: both languages of a sentence stand side by side, and nothing needs
compiling. ``tests/server/test_texts.py`` holds the templates and the table together.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("texts.toml")


@cache
def table() -> dict[str, dict[str, str]]:
    """Return every text: key (``home.title``) → language → words."""
    texts: dict[str, dict[str, str]] = {}
    for section, entries in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        for key, words in entries.items():
            texts[f"{section}.{key}"] = words
    return texts


def text(lang: str, key: str, **values: object) -> str:
    """Return a text with its ``{places}`` filled. `KeyError` for an unknown key: that is a mistake of ours."""
    words = table()[key][lang]
    return words.format(**values) if values else words


def known(key: str) -> bool:
    """Return whether there is a text of this key."""
    return key in table()
