"""The annotated texts: each span is the words it was written round, and the files are what they were compiled from."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from loaders.article.document import read_document
from loaders.article.reading import read

TEXTS = Path(__file__).parent / "texts"
FOLDERS = sorted(p.parent for p in TEXTS.rglob("gold.json"))
SPANS = ("quantities", "places", "orgs", "dates", "names", "hard_negatives")


@pytest.fixture(scope="module")
def tagging() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tagging", TEXTS / "tagging.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tagging"] = module
    spec.loader.exec_module(module)
    return module


def documents(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "gold.json").read_text(encoding="utf-8"))["documents"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: str(f.relative_to(TEXTS)))
def test_every_span_is_its_slice_and_every_file_is_the_one_annotated(folder: Path) -> None:
    found = documents(folder)
    for document in found:
        data = (folder / document["file"]).read_bytes()
        text = data.decode("utf-8")
        assert hashlib.sha256(data).hexdigest() == document["sha256"], document["file"]
        assert len(text) == document["characters"]
        for name in SPANS:
            for item in document[name]:
                assert text[item["start"] : item["end"]] == item["surface"], (document["file"], item)
                assert item["surface"].strip() == item["surface"] != ""
        for relation in document["relations"]:
            assert text[relation["start"] : relation["end"]] == relation["evidence"]
        for case in document["cases"]:
            assert text[case["start"] :].startswith(case["title"])
    assert {d["file"] for d in found} == {p.name for p in folder.glob("*.txt")}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: str(f.relative_to(TEXTS)))
def test_texts_and_annotation_are_what_the_tagged_files_give(folder: Path, tagging: ModuleType) -> None:
    assert tagging.gold(folder) == (folder / "gold.json").read_text(encoding="utf-8")
    for name, text, _ in tagging.documents(folder):
        assert (folder / name).read_bytes() == text.encode("utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: str(f.relative_to(TEXTS)))
def test_facts_are_whole_and_do_not_overlap(folder: Path) -> None:
    for document in documents(folder):
        end = 0
        for figure in document["quantities"]:
            if figure["is_fact"]:
                assert figure["start"] >= end, (document["file"], figure)
                end = figure["end"]
                assert isinstance(figure["value"], int | float)
                assert figure["upper"] is None or figure["upper"] > figure["value"]
                assert figure["case"] is not None or document["cases"][0]["start"] > figure["start"]


def test_codes_of_places_are_those_of_2019(shared: Path) -> None:
    with (shared / "gazetteer" / "cn_admin.tsv").open(encoding="utf-8", newline="") as table:
        names = {row["code"]: row["name_zh"] for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    checked = 0
    for folder in FOLDERS:
        for document in documents(folder):
            for place in document["places"]:
                if code := place["gb2260_2019"]:
                    official = names[str(code)]
                    words = place["surface"].replace(" ", "")
                    if words.isascii():
                        continue
                    assert len(words) == 1 or words[0] in official, (document["file"], place, official)
                    checked += 1
    assert checked > 400


def test_held_out_texts_share_no_sentence_with_those_to_work_on() -> None:
    grams: dict[str, str] = {}
    for path in (TEXTS / "dev").glob("*.txt"):
        text = "".join(path.read_text(encoding="utf-8").split())
        grams |= {text[i : i + 18]: path.name for i in range(len(text) - 17)}
    for path in (TEXTS / "held_out").glob("*.txt"):
        text = "".join(path.read_text(encoding="utf-8").split())
        shared_runs = [text[i : i + 18] for i in range(len(text) - 17) if text[i : i + 18] in grams]
        assert shared_runs == [], path.name


@pytest.mark.parametrize("path", sorted((TEXTS / "none").glob("*.txt")), ids=lambda p: p.stem)
def test_nothing_is_read_out_of_texts_that_report_nothing(path: Path) -> None:
    reading = read(read_document(path))

    assert [*reading.quantities, *reading.organisations, *reading.names, *reading.relations] == []
