"""The repository holds no sentence of the source document: only names, titles and a few words at a time."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
#: A run of this many characters of the document is more than a few words.
RUN = 18


def squeeze(text: str) -> str:
    """The text without white space, as a sentence may be broken anywhere."""
    return re.sub(r"\s+", "", text)


def runs(text: str, document: str) -> list[str]:
    """The longest pieces of a text, of at least `RUN` characters, that stand in the document too."""
    grams = {document[i : i + RUN] for i in range(len(document) - RUN + 1)}
    found = []
    i = 0
    while i <= len(text) - RUN:
        if text[i : i + RUN] not in grams:
            i += 1
            continue
        end = i + RUN
        while end < len(text) and text[i : end + 1] in document:
            end += 1
        found.append(text[i:end])
        i = end
    return found


@pytest.fixture(scope="module")
def files() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a checkout")
    return [REPOSITORY / name for name in listed.decode().split("\0") if name]


def test_a_copied_sentence_would_be_found() -> None:
    document = squeeze("东海大学从2021年起在蓝河镇办夜校，\n已开课120余场，培训村医45名。")

    assert runs(squeeze("zh: 从2021年起 在蓝河镇办夜校，已开课"), document) == ["从2021年起在蓝河镇办夜校，已开课"]
    assert runs(squeeze("从2021年起在蓝河镇办夜，已开课120余"), document) == []


def test_no_file_holds_a_sentence_of_the_document(files: list[Path], shared: Path, source_text: str) -> None:
    gold = json.loads((shared / "gold" / "seed.json").read_text(encoding="utf-8"))["cases"]
    lines = source_text.strip().split("\n")
    names = [lines[0] + "——" + gold[0]["title"], lines[0] + "".join(lines[1:3])]
    names += [name for case in gold for name in (case["title"], *(n["surface"] for n in case["names"]))]
    names.append("2019年上海市精准扶贫的十大典型案例")  # the title again, in running text
    names += [body["surface"] for case in gold for body in case["orgs"] if body["named"]]
    allowed = [squeeze(name) for name in names]
    document = squeeze(source_text)
    copied = []
    for file in files:
        if not file.is_file():
            continue
        text = squeeze(file.read_bytes().decode("utf-8", "ignore"))
        for run in runs(text, document):
            if not any(run.strip("“”《》,，。:：\"'") in name for name in allowed):
                copied.append(f"{file.relative_to(REPOSITORY)}: {run}")

    assert len(files) > 20
    assert copied == []
