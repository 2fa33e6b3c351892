"""Tokens of SPARQL: nothing of a text is lost, and what looks like syntax inside names and strings is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import tokens

PIECES = st.sampled_from(
    ["SELECT", "?x", "$y", "<urn:a#b>", "<", "> ", "ex:a.b", ":", "'", '"', '"""', "'''", "\\", "\n", "# c\n", "{", "}",
     "1.5", "1.", ".5e3", "@zh-Hans", "^^", "_:b1", "楚雄", "\\u0041", ";", ",", "(", "||", "a", "\x00", "😀"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join)))
def test_no_text_is_lost(text: str) -> None:
    end = 0
    for token in tokens.read(text):
        assert token.text == text[token.start : token.end]
        assert token.start >= end
        between = text[end : token.start]
        assert re.fullmatch(r"(?:\s+|#[^\n\r]*)*", between), between
        end = token.end
    assert re.fullmatch(r"(?:\s+|#[^\n\r]*)*", text[end:])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?x a dk:Area.", ["?x", "a", "dk:Area", "."]),
        ("?x ex:p 1.50 ; ex:q 2.", ["?x", "ex:p", "1.50", ";", "ex:q", "2", "."]),
        ("<urn:a#b> # <urn:c>\n'#'", ["<urn:a#b>", "'#'"]),
        ('"a\\"b" """c"d""" \'\'\'e\'f\'\'\'', ['"a\\"b"', '"""c"d"""', "'''e'f'''"]),
        ('"楚雄"@zh', ['"楚雄"', "@zh"]),
    ],
)
def test_tokens_are_those_of_the_standard(text: str, expected: list[str]) -> None:
    assert [token.text for token in tokens.read(text)] == expected


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ('"a\\"b\\n"', 'a"b\n'),
        ("'''e'f'''", "e'f"),
        ('""', ""),
        ("'\\u695A\\U0001F600'", "楚😀"),
        ('"\\\\u0041"', "\\u0041"),
    ],
)
def test_strings_are_read_with_their_escapes(token: str, expected: str) -> None:
    assert tokens.string(token) == expected


def test_names_are_resolved_by_the_prefixes_declared() -> None:
    declared = tokens.prefixes("PREFIX dk: <urn:dk#> prefix : <urn:e/>")
    assert tokens.iri("dk:a\\-b", declared) == "urn:dk#a-b"
    assert tokens.iri(":x", declared) == "urn:e/x"
    assert tokens.iri("<urn:y>", declared) == "urn:y"
    assert tokens.iri("foaf:x", declared) is None
