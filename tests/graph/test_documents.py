"""The text of a document that a user brings is held against every citation of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from graph.database import Database
from graph.documents import document_text, keep_document, keeping, loaders_of
from graph.publish import publish
from graph.sources import Source
from ontology.errors import Origin, SourceError, ValidationError
from ontology.namespaces import named_graph
from ontology.records import Labels, Programme, Ref, SourceDocument, TextEvidence

TEXT = "对口帮扶\n覆盖97户贫困户。\n"
DATA = TEXT.encode()
DIGEST = hashlib.sha256(DATA).hexdigest()


def citing(begin: int, end: int, words: str) -> Source:
    both = Labels(zh="名", en="name")
    return Source(
        graph="source/p", loader="t", file="p.yaml", sha256="0" * 64, size=1,
        records=(
            SourceDocument(key="d", label=both, sha256=DIGEST, characters=len(TEXT)),
            TextEvidence(key="e", document=Ref("document/d"), begin=begin, end=end, text=words),
            Programme(key="p", label=both, evidence=(Ref("evidence/e"),)),
        ),
        origins={(Ref("evidence/e"), None): Origin("p.yaml", 5, 9)},
    )  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "db")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "document.txt"
    path.write_bytes(DATA)
    return path


def test_a_document_that_agrees_is_kept(db: Database, document: Path) -> None:
    publish(db, [citing(7, 10, "97户")], command="load")
    kept = keep_document(db, document)
    assert (kept.sha256, kept.characters, kept.citations) == (DIGEST, len(TEXT), 1)
    assert kept.document.endswith("/id/document/d")
    assert document_text(db, DIGEST) == TEXT


def test_a_citation_that_disagrees_keeps_the_document_out(db: Database, document: Path) -> None:
    publish(db, [citing(6, 9, "97户")], command="load")
    with pytest.raises(ValidationError, match=r"“97户” is not what the document has at 6 to 9.*stand at 7 to 10"):
        keep_document(db, document)
    assert document_text(db, DIGEST) is None


def test_a_new_citation_is_held_against_a_text_that_is_kept(db: Database, document: Path) -> None:
    publish(db, [citing(7, 10, "97户")], command="load")
    keep_document(db, document)
    with pytest.raises(ValidationError, match=r"p.yaml:5:9: “98户” is not what the document has.*has no such words"):
        publish(db, [citing(7, 10, "98户")], command="load")


def test_a_file_that_nothing_cites_is_refused(db: Database, tmp_path: Path) -> None:
    publish(db, [citing(7, 10, "97户")], command="load")
    other = tmp_path / "other.txt"
    other.write_bytes(DATA + b" ")
    with pytest.raises(SourceError, match="no source document of the graph has this content"):
        keep_document(db, other)


def test_what_is_no_text_or_not_there_is_refused(db: Database, tmp_path: Path) -> None:
    publish(db, [citing(7, 10, "97户")], command="load")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(SourceError, match="byte 0 cannot be read"):
        keep_document(db, binary)
    with pytest.raises(SourceError, match="cannot be read"):
        keep_document(db, tmp_path / "nowhere.txt")


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 64, "G" * 64])
def test_only_digests_name_a_text(db: Database, digest: str) -> None:
    assert document_text(db, digest) is None


def test_the_source_document_agrees_with_every_citation_of_the_ten_cases(
    ten_cases: Database, shared: Path, source_text: str
) -> None:
    (path,) = sorted((shared / "source").glob("*.txt"))
    kept = keep_document(ten_cases, path)
    assert kept.characters == len(source_text) == 5154
    assert kept.citations > 300
    assert document_text(ten_cases, kept.sha256) == source_text
    (ten_cases.path / "documents" / f"{kept.sha256}.txt").unlink()


@pytest.mark.parametrize("begun", [True, False])
def test_a_text_is_kept_with_the_publication_that_cites_it(db: Database, begun: bool) -> None:
    if begun:
        publish(db, [citing(7, 10, "97户")], command="load")
    with keeping(db, [TEXT]):
        publish(db, [citing(0, 4, "对口帮扶")], command="load")
    assert document_text(db, DIGEST) == TEXT


def test_a_publication_that_fails_leaves_no_text_behind(db: Database) -> None:
    publish(db, [citing(7, 10, "97户")], command="load")
    with pytest.raises(ValidationError), keeping(db, [TEXT]):
        publish(db, [citing(7, 10, "98户")], command="load")
    assert document_text(db, DIGEST) is None


def test_a_text_that_was_kept_before_stays_when_a_publication_fails(db: Database, document: Path) -> None:
    publish(db, [citing(7, 10, "97户")], command="load")
    keep_document(db, document)
    with pytest.raises(ValidationError), keeping(db, [TEXT]):
        publish(db, [citing(7, 10, "98户")], command="load")
    assert document_text(db, DIGEST) == TEXT


def test_who_describes_a_document_is_known_by_graph_and_loader(db: Database) -> None:
    assert loaders_of(db, DIGEST) == {}
    publish(db, [citing(7, 10, "97户")], command="load")
    assert loaders_of(db, DIGEST) == {named_graph("source/p"): "t"}
    assert loaders_of(db, "0" * 64) == {}
    assert loaders_of(db, '" } #') == {}
