"""The texts of the interface: complete in both languages, and all of them used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import server
from server import links
from server.texts import known, table, text

FOLDER = Path(server.__file__).parent
REFUSED = re.compile(r'"(refused\.[a-z_]+)"')
USED = re.compile(r"""(?<![\w.])(?:t|text|texts\.text)\((?:\w+, )?["']([a-z_]+\.[a-z_-]+)["']""")


def used() -> set[str]:
    files = [*FOLDER.glob("templates/**/*.html"), *FOLDER.glob("**/*.py")]
    told = [file.read_text(encoding="utf-8") for file in files]
    return {key for words in told for key in (*USED.findall(words), *REFUSED.findall(words))}


@pytest.mark.parametrize("key", sorted(table()))
def test_every_text_is_there_in_both_languages(key: str) -> None:
    words = table()[key]
    assert set(words) == {"zh", "en"}
    places = [set(re.findall(r"{(\w+)}", words[lang])) for lang in ("zh", "en")]
    assert key == "site.missing_label" or places[0] == places[1]


def test_templates_use_only_texts_that_exist() -> None:
    assert used()
    assert [key for key in sorted(used()) if not known(key)] == []


def test_every_kind_has_a_name() -> None:
    assert [kind for kind in (*links.KINDS, "concept", "graph") if not known(f"kind.{kind}")] == []


def test_no_text_is_left_over() -> None:
    files = [*FOLDER.glob("templates/**/*.html"), *FOLDER.glob("**/*.py")]
    source = "".join(f.read_text(encoding="utf-8") for f in files)
    computed = ("kind.", "figure.", "dump.", "view.", "search.", "sort.", "not_added.", "status.")
    assert [k for k in table() if k not in source and not k.startswith(computed)] == []


def test_an_unknown_text_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        text("en", "no.such")
