"""Looking up terms, concepts, rules and questions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from ontology import vocabulary
from ontology.records import Labels


def test_ontology_files_exist_and_parse_together() -> None:
    store = ox.Store()
    files = vocabulary.ontology_files()
    for file in files:
        store.load(path=file, format=ox.RdfFormat.TURTLE)
    assert len(store) > 5000
    assert {f.name for f in files} >= {"duikou.ttl", "alignments.ttl", "shapes.ttl", "unit.ttl"}


def test_subclasses_hold_the_class_and_all_under_it() -> None:
    assert vocabulary.subclasses("Enterprise") == {"Enterprise", "StateOwnedEnterprise", "PrivateEnterprise"}
    assert "TaskForce" in vocabulary.subclasses("Party")
    assert vocabulary.subclasses("Work") == {"Work"}


@pytest.mark.parametrize("name", ["Nothing", "hasDonor"])
def test_subclasses_of_what_is_no_class(name: str) -> None:
    with pytest.raises(KeyError, match=f"no class {name}"):
        vocabulary.subclasses(name)


def test_concepts_have_labels_and_notations() -> None:
    tonne = vocabulary.concepts("unit")["tonne"]
    assert (tonne.label, tonne.notation) == (Labels("吨", "tonne"), "t")


def test_an_unknown_scheme_names_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"no concept scheme colour.*theme"):
        vocabulary.concept_keys("colour")


def test_lookups_cannot_be_changed_by_their_users() -> None:
    vocabulary.rules("owl").clear()
    vocabulary.questions().clear()
    assert vocabulary.rules("owl")
    assert vocabulary.questions()
    with pytest.raises(TypeError):
        vocabulary.terms()["Programme"] = vocabulary.terms()["Case"]  # type: ignore[index]


def test_rules_come_in_the_order_of_their_names() -> None:
    for kind in ("owl", "labels"):
        names = [r.name for r in vocabulary.rules(kind)]  # type: ignore[arg-type]
        assert names == sorted(names)
        assert names


def test_questions_are_asked_in_both_languages() -> None:
    for question in vocabulary.questions():
        assert "？" in question.zh, question.key
        assert "?" in question.en, question.key


def test_a_question_without_its_words_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "bare.rq").write_text("# zh: 问？\nASK { ?s ?p ?o }", encoding="utf-8")
    monkeypatch.setattr(vocabulary, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"bare\.rq must begin"):
        vocabulary._questions.__wrapped__()


def test_importing_reads_no_file_and_no_reasoner() -> None:
    """The command line starts fast: nothing is loaded until it is asked for."""
    code = "import sys, ontology.vocabulary as v; print(v.terms.cache_info().currsize, 'owlready2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 False"
