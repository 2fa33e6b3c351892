"""Loading RDF files: every format, whole or not at all, again and again."""

from __future__ import annotations

import gzip
import hashlib
import io
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad

from graph.database import Database
from graph.export import export
from graph.formats import Format, Kind
from graph.publish import load_rdf
from graph.rdf_files import graph_iri, key_of
from ontology.errors import SourceError
from ontology.namespaces import named_graph

S, P, THING = (NamedNode(f"http://example.com/{x}") for x in ("s", "p", "thing"))
LOADED = named_graph("source/dump") + "#"
PROVENANCE = NamedNode(named_graph("provenance"))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return Database(tmp_path / "db")


def quads(db: Database) -> set[Quad]:
    """Everything but the record of the loads themselves."""
    return {q for q in db.reader().store if q.graph_name != PROVENANCE and not str(q.subject).startswith(f"<{LOADED}")}


def quad(n: int, graph: str) -> str:
    return f"<http://a/a> <http://a/b> <http://a/{n}> <http://a/{graph}> .\n"


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("format", Format.of_kind(Kind.GRAPH))
@pytest.mark.parametrize("packed", [False, True])
def test_triples_go_to_a_graph_named_after_the_file(db: Database, tmp_path: Path, format: Format, packed: bool) -> None:
    triples = [pyoxigraph.Triple(S, P, Literal("对口", language="zh")), pyoxigraph.Triple(S, P, THING)]
    data = pyoxigraph.serialize(triples, format=format.rdf) or b""
    name = f"My Data.{format.extension}" + (".gz" if packed else "")
    report = load_rdf(db, [write(tmp_path / name, gzip.compress(data) if packed else data)])
    graph = NamedNode(named_graph("source/my-data"))
    assert quads(db) == {Quad(t.subject, t.predicate, t.object, graph) for t in triples}
    assert [(c.graph, c.added) for c in report.changes] == [(graph.value, 2)]


@pytest.mark.parametrize("format", Format.of_kind(Kind.DATASET))
def test_quads_keep_the_graphs_they_name(db: Database, tmp_path: Path, format: Format) -> None:
    made = {
        Quad(S, P, THING, NamedNode("http://example.com/g")),
        Quad(S, P, THING, NamedNode("http://example.com/h")),
        Quad(S, P, THING),
    }
    load_rdf(db, [write(tmp_path / f"d.{format.short}", pyoxigraph.serialize(made, format=format.rdf) or b"")])
    assert quads(db) == made


def test_a_graph_may_be_chosen(db: Database, tmp_path: Path) -> None:
    file = write(tmp_path / "x.nt", "<http://a/a> <http://a/b> <http://a/c> .")
    load_rdf(db, [file], graph="mine")
    load_rdf(db, [file], graph="http://example.com/graph")
    assert {q.graph_name.value for q in quads(db)} == {named_graph("source/mine"), "http://example.com/graph"}


@pytest.mark.parametrize("name", ["inferred", "provenance", "ontology", named_graph("inferred"), "a b:c"])
def test_graphs_that_duikou_keeps_itself_are_refused(name: str) -> None:
    if name == "a b:c":
        assert graph_iri(name) == named_graph("source/a b:c")
    else:
        with pytest.raises(SourceError, match="kept by Duikou itself"):
            graph_iri(name)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Données 2019.ttl", "donnees-2019"),
        ("a.b.nq.gz", "a-b"),
        ("x.ttl", "x"),
        ("示例.nt", hashlib.sha256("示例".encode()).hexdigest()[:8]),
        ("示例a.nt", "a-" + hashlib.sha256("示例a".encode()).hexdigest()[:8]),
    ],
)
def test_keys_are_made_of_file_names(name: str, key: str) -> None:
    assert key_of(Path(name)) == key


def test_loading_again_replaces_what_the_file_wrote_and_nothing_else(db: Database, tmp_path: Path) -> None:
    other = write(tmp_path / "other.nt", "<http://a/a> <http://a/b> <http://a/other> .")
    file = write(
        tmp_path / "d.nq",
        quad(1, "g") + quad(2, "h"),
    )
    load_rdf(db, [other, file])
    report = load_rdf(db, [write(file, quad(3, "g"))])
    assert sorted(str(q.object.value) for q in quads(db)) == ["http://a/3", "http://a/other"]
    assert {c.graph: (c.added, c.removed) for c in report.changes} == {"http://a/g": (1, 1), "http://a/h": (0, 1)}


def test_a_graph_that_two_files_share_is_never_cleared_under_the_other(db: Database, tmp_path: Path) -> None:
    one = write(tmp_path / "one.nq", quad(1, "g"))
    two = write(tmp_path / "two.nq", quad(2, "g"))
    load_rdf(db, [one])
    load_rdf(db, [two])
    for file in (one, two):
        report = load_rdf(db, [write(file, quad(3, "g"))])
        assert {q.object.value for q in quads(db)} >= {"http://a/1", "http://a/2", "http://a/3"}
        assert any("has quads of other sources too" in str(note) for note in report.notes)


def test_blank_nodes_of_two_files_never_meet(db: Database, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{i}.ttl", f"_:x <http://a/b> {i} .") for i in range(3)]
    load_rdf(db, files)
    assert len({q.subject for q in quads(db)}) == 3
    load_rdf(db, files[:1])
    assert len(quads(db)) == 3


@pytest.mark.parametrize(
    ("name", "text", "place", "words"),
    [
        ("bad.ttl", "@prefix x: <http://x/> .\nx:a x:b x:c .\n  x:d y:e 1 .", "3:7", "prefix y:"),
        ("bad.nt", '<http://a/a> <http://a/b> "x" .\n<http://a/a> "b" "c" .', "2:14", "not valid N-Triples"),
        ("bad.nq", "<http://a/a> <http://a/b> <c> .", "1:27", "not valid N-Quads"),
        ("bad.trig", "<http://a/g> {\n<http://a/a> ; }", "2", "not valid TriG"),
        ("bad.rdf", '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n\n <rdf:Seq></rdf:RDF>', "3", "not valid RDF/XML"),  # noqa: E501
        ("bad.jsonld", '{"@id": ', "1", "not valid JSON-LD"),
        ("bad.nt.gz", b"no gzip", None, "no whole gzip file"),
        ("cut.nt.gz", gzip.compress(b"<http://a/a> <http://a/b> <http://a/c> .\n" * 1000)[:-20], None, "no whole gzip file"),  # noqa: E501
        ("latin.nt", '<http://a/a> <http://a/b> "\xe9" .'.encode("latin-1"), "1", "UTF-8"),
        ("data.txt", "", None, "does not end like an RDF file"),
    ],
)  # fmt: skip
def test_bad_files_are_told_by_place_and_nothing_changes(
    db: Database, tmp_path: Path, name: str, text: str | bytes, place: str | None, words: str
) -> None:
    good = write(tmp_path / "good.nt", "<http://a/a> <http://a/b> <http://a/c> .")
    load_rdf(db, [good])
    before = quads(db)
    with pytest.raises(SourceError) as caught:
        load_rdf(
            db, [write(tmp_path / "more.nt", "<http://a/a> <http://a/b> <http://a/d> ."), write(tmp_path / name, text)]
        )
    (problem,) = caught.value.problems
    where = str(problem.where)
    assert where.startswith(str(tmp_path / name) + (f":{place}" if place else "")), where
    assert words in str(problem)
    assert quads(db) == before
    assert [s.number for s in db.snapshots()] == [1]


def test_a_missing_file_and_a_folder_are_told(db: Database, tmp_path: Path) -> None:
    (tmp_path / "folder.ttl").mkdir()
    for name, words in (("nowhere.ttl", "does not exist"), ("folder.ttl", "cannot be read")):
        with pytest.raises(SourceError, match=words):
            load_rdf(db, [tmp_path / name])


def test_a_remote_context_is_not_fetched(db: Database, tmp_path: Path) -> None:
    file = write(tmp_path / "x.jsonld", '{"@context": "http://127.0.0.1:9/context", "@id": "http://a/a", "name": "x"}')
    with pytest.raises(SourceError, match=r"nothing is fetched from the network\. Write the context itself"):
        load_rdf(db, [file])


def test_relative_iris_never_name_a_machine(db: Database, tmp_path: Path) -> None:
    load_rdf(db, [write(tmp_path / "r.ttl", "<a> <#b> <> .")])
    assert all(str(tmp_path) not in str(q) and "file:" not in str(q) for q in db.reader().store)


def test_provenance_knows_the_file_by_its_bytes(db: Database, tmp_path: Path) -> None:
    data = gzip.compress(b"<http://a/a> <http://a/b> <http://a/c> .\n")
    load_rdf(db, [write(tmp_path / "x.nt.gz", data)])
    rows = db.reader().select(
        "SELECT ?sha256 ?size { ?f dk:sha256 ?sha256 ; <http://www.w3.org/ns/dcat#byteSize> ?size }"
    )
    assert [(r["sha256"].value, int(r["size"].value)) for r in rows] == [(hashlib.sha256(data).hexdigest(), len(data))]


def test_progress_goes_by_bytes_to_the_end(db: Database, tmp_path: Path) -> None:
    file = write(tmp_path / "x.nt", "<http://a/a> <http://a/b> <http://a/c> .\n" * 5000)
    told: list[tuple[str, int, int]] = []
    load_rdf(db, [file], progress=lambda *step: told.append(step))
    reading = [step for step in told if step[0] == "x.nt"]
    assert reading[-1] == ("x.nt", file.stat().st_size, file.stat().st_size)
    assert [done for _, done, _ in reading] == sorted(done for _, done, _ in reading)


def test_large_files_go_through_the_bulk_loader_and_say_the_same(db: Database, tmp_path: Path) -> None:
    lines = "".join(f"<http://a/{i}> <http://a/b> <http://a/{i % 7}> .\n" for i in range(120_000))
    file = write(tmp_path / "large.nt", lines)
    assert file.stat().st_size > 4_000_000
    report = load_rdf(db, [file])
    assert report.added == 120_000
    (row,) = db.reader().select("SELECT (COUNT(*) AS ?n) { ?s <http://a/b> ?o }")
    assert row["n"].value == "120000"


def test_an_export_loaded_into_an_empty_database_is_the_same_dataset(
    ten_cases: Database, db: Database, tmp_path: Path
) -> None:
    out = io.BytesIO()
    export(ten_cases.reader(), Format.NQUADS, out)
    for _ in range(2):  # the second time in place of the first
        load_rdf(db, [write(tmp_path / "dump.nq", out.getvalue())])
        here = Dataset(quads(db))
        there = Dataset(quads(ten_cases))
        for dataset in (here, there):
            dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        assert here == there
