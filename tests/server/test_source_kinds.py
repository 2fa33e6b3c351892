"""What a file is, told from its name and, where that says little, from its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from ontology.errors import SourceError
from server.cli.sources import Kind, kind_of


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("case.yaml", "duikou: 1", Kind.CASE),
        ("case.YML", "duikou: 1", Kind.CASE),
        ("data.ttl", "", Kind.RDF),
        ("data.nq.gz", "", Kind.RDF),
        ("data.trig", "", Kind.RDF),
        ("data.jsonld", "{}", Kind.RDF),
        ("data.json", '{"@context": {}}', Kind.RDF),
        ("data.xml", '<r xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', Kind.RDF),
        ("report.txt", "words", Kind.DOCUMENT),
    ],
)
def test_a_file_is_what_it_looks_like(tmp_path: Path, name: str, content: str, kind: Kind) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    assert kind_of(file, None) is kind


def test_the_user_knows_better(tmp_path: Path) -> None:
    file = tmp_path / "data.txt"
    file.write_text("", encoding="utf-8")
    assert kind_of(file, "rdf") is Kind.RDF


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("grants.csv", "a,b", "of the kind “table”"),
        ("activities.xml", "<iati-activities/>", "of the kind “IATI”"),
        ("grants.json", "{}", "of the kind “table”"),
        ("mystery.bin", "", "Say so with --as"),
    ],
)
def test_what_is_not_read_is_said_plainly(tmp_path: Path, name: str, content: str, words: str) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=words):
        kind_of(file, None)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        kind_of(tmp_path / "none.csv", None)
