"""``build``, ``load`` and ``validate``: what they publish, what they refuse, and how they say it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from graph.database import Database
from loaders.builtin import FOLDER
from server.cli import main

CASE = """\
duikou: 1
source: a-new-case
document: shanghai-2019
programmes:
  a-new-programme:
    name: {zh: 新项目, en: A new programme}
    themes: [health]
    part_of: [shanghai-paired-assistance]
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def db(ten_cases: Database, tmp_path: Path) -> Path:
    """A copy of the ten cases that a test may change."""
    copy = tmp_path / "db"
    shutil.copytree(ten_cases.path, copy)
    return copy


def write(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def number(db: Path) -> int:
    current = Database(db).current
    assert current is not None
    return current.number


def test_build_makes_a_directory_with_the_ten_cases(tmp_path: Path) -> None:
    result = run("build", "--db", tmp_path / "new")
    assert result.exit_code == 0
    assert result.stdout.startswith("snapshot 1: ")
    assert run("query", "--db", tmp_path / "new", "-q", "SELECT (COUNT(*) AS ?n) { ?s a dk:Case }").stdout == "n\n10\n"


def test_a_case_file_is_loaded_and_told_in_one_line(db: Path, tmp_path: Path) -> None:
    file = write(tmp_path, "a-new-case.yaml", CASE)
    result = run("load", file, "--db", db)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert result.stdout.startswith(f"{file}: source/a-new-case: 1 records, +")
    assert run("get", "https://w3id.org/duikou/id/programme/a-new-programme", "--db", db).exit_code == 0
    again = run("load", file, "--db", db)
    assert "unchanged" in again.stdout


def test_a_dry_run_publishes_nothing(db: Path, tmp_path: Path) -> None:
    before = number(db)
    file = write(tmp_path, "a-new-case.yaml", CASE)
    result = run("load", file, "--db", db, "--dry-run")
    assert result.exit_code == 0
    assert "Nothing was published" in result.stderr
    assert number(db) == before


def test_rdf_goes_to_the_graph_it_is_told(db: Path, tmp_path: Path) -> None:
    file = write(tmp_path, "notes.ttl", '<http://example.org/a> <http://example.org/p> "x" .')
    for told, graph in (((), "source/notes"), (("--graph", "http://example.org/g"), "http://example.org/g")):
        assert run("load", file, "--db", db, *told).exit_code == 0
        query = "SELECT ?g { GRAPH ?g { <http://example.org/a> ?p ?o } }"
        assert graph in run("query", "--db", db, "-q", query).stdout


def test_a_report_is_written_as_json(db: Path, tmp_path: Path) -> None:
    file, report = write(tmp_path, "a-new-case.yaml", CASE), tmp_path / "report.json"
    assert run("load", file, "--db", db, "--report", report).exit_code == 0
    told = json.loads(report.read_text("utf-8"))["loads"][0]
    assert told["files"] == [str(file)]
    assert told["snapshot"] == number(db)
    assert any(g["graph"].endswith("source/a-new-case") and g["added"] > 3 for g in told["graphs"])


def test_the_document_itself_is_kept_and_its_words_are_checked(db: Path, tmp_path: Path, source_text: str) -> None:
    file = write(tmp_path, "report.txt", source_text)
    result = run("load", file, "--db", db)
    assert result.exit_code == 0
    assert "kept as the text of <https://w3id.org/duikou/id/document/shanghai-2019>: 5154 characters" in result.stdout
    page = run("get", "/zh/measurement/yixiu-yunshang.output-value", "--db", db).stdout
    assert "<mark>年产值突破1.5亿元</mark>的彝绣产业链" in page


BROKEN: list[tuple[str, str | bytes, str]] = [
    ("bad.yaml", "duikou: 1\nsource: [", "bad.yaml:"),
    ("bad.yaml", "duikou: 1\nsource: bad\nprogramme: {}\n", "bad.yaml:3"),
    ("bad.yaml", b"\xff\xfe\x00", "bad.yaml"),
    ("bad.yaml", "", "bad.yaml"),
    ("bad.yaml", CASE.replace("[health]", "[helth]"), "bad.yaml:7"),
    ("bad.yaml", CASE.replace("a-new", "bad").replace("shanghai-paired", "no-such"), "programme/no-such-assistance"),
    ("bad.ttl", "<a> <b>", "bad.ttl:1"),
    ("bad.nq", "<http://a> <http://b> .", "bad.nq:1"),
    ("bad.jsonld", "{", "bad.jsonld"),
    ("empty.txt", "", "the file is empty"),
    ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00", "binary"),
    ("grants.csv", "a,b\n", "of the kind “table”"),
    ("activities.xml", "<iati-activities/>", "of the kind “IATI”"),
    ("article.html", "<p>", "there is no text in it"),
    ("mystery", "?", "--as case, rdf, article, document or links"),
]


@pytest.mark.parametrize(("name", "content", "message"), BROKEN)
def test_a_broken_source_changes_nothing_and_says_what_is_wrong(
    db: Path, tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    before = number(db)
    good = write(tmp_path, "a-new-case.yaml", CASE)
    bad = write(tmp_path, name, content)
    sources = [bad] if name.endswith((".txt", ".ttl", ".nq", ".jsonld")) else [good, bad]
    result = run("load", *sources, "--db", db)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert "unexpected" not in result.stderr
    assert number(db) == before


def test_a_missing_file_and_a_folder_are_told_apart(db: Path, tmp_path: Path) -> None:
    missing = run("load", tmp_path / "none.yaml", "--db", db)
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "there is no such file" in missing.stderr
    folder = run("load", tmp_path, "--db", db)
    assert folder.exit_code == 1
    assert "this is a folder" in folder.stderr


@pytest.mark.parametrize(
    "arguments",
    [("a.yaml", "--graph", "notes"), ("a.yaml", "--as", "table"), ("words.txt", "--as", "document", "--dry-run")],
)
def test_options_that_do_not_go_together_are_wrong_usage(db: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    source = write(tmp_path, arguments[0], CASE)
    assert run("load", source, *arguments[1:], "--db", db).exit_code == 2


def test_the_cases_of_the_package_are_valid(db: Path) -> None:
    result = run("validate", "--db", db)
    assert (result.exit_code, result.stdout) == (0, "no violations\n")


def test_a_case_file_is_held_against_the_text_it_cites(db: Path, tmp_path: Path, source_text: str) -> None:
    document = write(tmp_path, "report.txt", source_text)
    case = FOLDER / "cases" / "xishui-goats.yaml"
    assert run("validate", case, "--document", document, "--db", db).exit_code == 0
    moved = write(tmp_path, "moved.txt", "。" + source_text)
    result = run("validate", case, "--document", moved, "--db", db)
    assert result.exit_code == 1
    assert "These words stand at" in result.stdout
    assert f"{case}:" in result.stdout


@pytest.mark.parametrize("format", ["text", "json", "ttl"])
def test_violations_are_reported_in_every_format(db: Path, tmp_path: Path, format: str) -> None:
    file = write(tmp_path, "bad.yaml", CASE.replace("[health]", "[helth]"))
    result = run("validate", file, "--db", db, "--format", format)
    assert result.exit_code == 1
    if format == "json":
        told = json.loads(result.stdout)
        assert told["conforms"] is False
        assert told["results"][0]["line"] == 7
    elif format == "ttl":
        triples = list(ox.parse(result.stdout, format=ox.RdfFormat.TURTLE))
        assert any(t.predicate.value.endswith("#conforms") and t.object.value == "false" for t in triples)
        assert any("bad.yaml:7" in getattr(t.object, "value", "") for t in triples)
    else:
        assert result.stdout.startswith(f"{file}:7")
        assert "violation" in result.stdout.splitlines()[-1]


def test_validating_publishes_nothing(db: Path, tmp_path: Path) -> None:
    before = number(db)
    assert run("validate", write(tmp_path, "a-new-case.yaml", CASE), "--db", db).exit_code == 0
    assert number(db) == before


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java")
def test_the_reasoner_finds_what_shapes_need_not(db: Path, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "clash.ttl",
        "@prefix dk: <https://w3id.org/duikou/ontology#> .\n"
        "<https://w3id.org/duikou/id/result/x> a dk:Output, dk:Outcome .",
    )
    result = run("validate", file, "--db", db, "--reasoner")
    assert result.exit_code == 1
    assert "result/x" in result.stdout
