"""Evidence held against the text it was taken from."""

from __future__ import annotations

import hashlib

from graph.sources import Source
from loaders.case_file import parse_case_file
from loaders.evidence import check_against_text

TEXT = "东海大学在蓝河镇办夜校。\n夜校讲卫生。"


def source(begin: int, end: int, words: str, about: str = "") -> Source:
    data = f"""
duikou: 1
source: a
document: d
{about}
programmes:
  p:
    name: {{zh: 夜校, en: Evening school}}
    evidence: [[{begin}, {end}, "{words}"]]
"""
    return parse_case_file(data.encode(), "a.yaml")


def found(begin: int, end: int, words: str, about: str = "") -> list[str]:
    return [str(problem) for problem in check_against_text(source(begin, end, words, about), TEXT)]


def test_words_that_stand_there_are_right() -> None:
    assert found(5, 8, "蓝河镇") == []
    assert found(13, 15, "夜校") == []


def test_words_that_are_off_by_one_are_shown_their_place() -> None:
    assert found(6, 9, "蓝河镇") == [
        "a.yaml:9:16 (programmes.p.evidence[1]): “蓝河镇” is not at 6–9: at 6–9 stands “河镇办”. "
        "These words stand at 5–8"
    ]


def test_the_nearest_of_several_places_is_shown() -> None:
    assert found(8, 10, "夜校")[0].endswith("These words stand at 9–11")
    assert found(14, 16, "夜校")[0].endswith("These words stand at 13–15")


def test_a_line_break_counts_as_a_character() -> None:
    assert found(12, 14, "夜校")[0].endswith("at 12–14 stands “⏎夜”. These words stand at 13–15")


def test_words_that_stand_nowhere_and_positions_past_the_end() -> None:
    assert found(5, 8, "青山镇")[0].endswith("These words stand nowhere in the document")
    assert "the text ends before that" in found(500, 503, "蓝河镇")[0]


def test_length_and_checksum_of_the_document_are_compared() -> None:
    checksum = hashlib.sha256(TEXT.encode()).hexdigest()
    about = "documents: {{d: {{name: {{zh: 简报}}, characters: {}, sha256: {}}}}}"

    assert found(5, 8, "蓝河镇", about.format(19, checksum)) == []
    wrong = found(5, 8, "蓝河镇", about.format(20, "0" * 64))
    assert "the document has 19 characters, not 20" in wrong[0]
    assert f"the document's SHA-256 is {checksum}, not 000" in wrong[1]


def test_evidence_from_another_document_can_be_left_out() -> None:
    wrong = source(0, 3, "蓝河镇")

    assert len(check_against_text(wrong, TEXT, "d")) == 1
    assert check_against_text(wrong, TEXT, "e") == []
