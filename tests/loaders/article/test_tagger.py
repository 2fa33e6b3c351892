"""The tagger gives what the model's own runtime gives."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.article.tagger.model import Tagger, tagger
from loaders.article.tagger.words import Dictionary

LINES = (Path(__file__).with_name("tagged.txt")).read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def model() -> Tagger:
    found = tagger()
    if found is None:
        pytest.skip("the tagger's weights were not built")
    return found


def words(line: str) -> list[tuple[str, str]]:
    return [(word, kind) for word, _, kind in (part.rpartition("/") for part in line.split())]


def test_words_and_kinds_are_those_of_the_model(model: Tagger) -> None:
    # tagged.txt: our own sentences, tagged one by one in single precision by code compared with PaddlePaddle.
    expected = [words(line) for line in LINES]
    sentences = ["".join(word for word, _ in sentence) for sentence in expected]
    found = [
        [(sentence[start:end], kind) for start, end, kind in tokens]
        for sentence, tokens in zip(sentences, model.tag(sentences), strict=True)
    ]
    assert found == expected


def test_a_sentence_is_tagged_the_same_in_any_company(model: Tagger) -> None:
    sentences = ["".join(word for word, _ in words(line)) for line in LINES]
    alone = [next(model.tag([sentence])) for sentence in sentences]
    assert list(model.tag(sentences * 40)) == alone * 40
    assert list(model.tag(reversed(sentences))) == alone[::-1]


def test_nothing_and_blank_sentences(model: Tagger) -> None:
    assert list(model.tag([])) == []
    assert list(model.tag([""])) == [[]]
    assert [len(tokens) for tokens in model.tag(["", "沪滇", ""])] == [0, 2, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=4))
def test_tokens_cover_a_sentence_without_gaps(sentences: list[str]) -> None:
    found = tagger()
    if found is None:
        pytest.skip("the tagger's weights were not built")
    for sentence, tokens in zip(sentences, found.tag(sentences), strict=True):
        edges = [0, *(end for _, end, _ in tokens)]
        assert [(start, end) for start, end, _ in tokens] == list(itertools.pairwise(edges))
        assert edges[-1] == len(sentence)


def test_a_very_long_line_is_tagged_whole(model: Tagger) -> None:
    line = "云南，贵州，" * 3000
    assert next(model.tag([line]))[-1].end == len(line)


def test_few_long_words_win_and_letters_and_digits_stay_together() -> None:
    dictionary = Dictionary(["研究", "研究生", "生命", "命", "起源"], 100)
    assert dictionary.cut("研究生命起源") == ["研究", "生命", "起源"]
    assert dictionary.cut("研究2019年AI命") == ["研究", "2019", "年", "AI", "命"]


def test_without_weights_a_build_says_so_and_reading_goes_on(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    step = root / "packaging" / "steps" / "tagger.py"
    code = f"import sys; sys.path[:0] = [{str(root / 'packaging')!r}, {str(step.parent)!r}]\n"
    code += f"import pathlib, tagger; print(tagger.build(pathlib.Path({str(tmp_path)!r})))"
    environment = {**os.environ, "DUIKOU_WITHOUT_TAGGER": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.startswith("no tagger")
    assert list(tmp_path.iterdir()) == []


def test_a_build_without_a_package_index_stops_with_what_to_do(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    step = root / "packaging" / "steps" / "tagger.py"
    code = f"import sys; sys.path[:0] = [{str(root / 'packaging')!r}, {str(step.parent)!r}]\n"
    code += f"import pathlib, step, tagger\ntry: tagger.build(pathlib.Path({str(tmp_path)!r}))\n"
    code += "except step.StepError as error: print(error)"
    environment = {**os.environ, "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache"), "UV_NO_CONFIG": "1"}
    environment.pop("UV_FIND_LINKS", None)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.startswith("could not fetch the tagger's weights (lac==2.1.2): ")
    assert "DUIKOU_WITHOUT_TAGGER=1" in done.stdout
    assert not (tmp_path / "loaders").exists()
