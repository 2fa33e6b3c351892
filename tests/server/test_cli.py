"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from graph.database import Database
from server.app import create_app
from server.cli import COMMANDS, main

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a dk:Case }"


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)


def program(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the real program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "server.cli", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, env=os.environ | variables, check=False,
    )  # fmt: skip


@pytest.fixture
def db(ten_cases: Database) -> Path:
    return ten_cases.path


@pytest.fixture(scope="module")
def endpoint(ten_cases: Database) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(ten_cases), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    server.server_close()


def test_help_imports_nothing_heavy() -> None:
    heavy = ("flask", "pyoxigraph", "rdflib", "granian", "pyshacl", "yaml", "jsonschema")
    code = (
        "import sys, server.cli as c; c.main(['--help'], standalone_mode=False); "
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help_with_an_example(command: str, option: str) -> None:
    result = run(command, option)
    assert result.exit_code == 0
    assert f"Example: duikou {command}" in result.stdout


def test_the_version_names_program_ontology_and_data() -> None:
    result = run("--version")
    assert re.fullmatch(r"duikou \S+\nontology \S+\ndata ten cases [0-9a-f]{12}\n", result.stdout)


def test_a_misspelt_command_is_wrong_usage_and_gets_a_hint() -> None:
    result = run("qeury")
    assert result.exit_code == 2
    assert "Did you mean query?" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "-q", "ASK {}", "--db", "x", "--endpoint", "http://localhost/"),
        ("query", "file.rq", "-q", "ASK {}"),
        ("query", "-q", "ASK {}", "--format", "yaml"),
        ("build",),
        ("load", "--db", "x"),
        ("serve", "--port", "99999"),
        ("serve", "--timeout", "0"),
        ("rollback", "--db", "x", "zero"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error" in result.stderr


def test_a_query_in_a_pipe_prints_csv(db: Path) -> None:
    result = run("query", "-q", COUNT, "--db", db)
    assert (result.exit_code, result.stdout) == (0, "n\n10\n")


@pytest.mark.parametrize(
    ("format", "begins"),
    [
        ("table", "n\n──\n10\n"),
        ("csv", "n\n10\n"),
        ("tsv", "?n\n10"),
        ("json", '{"head":{"vars":["n"]}'),
        ("xml", "<?xml"),
    ],
)
def test_tables_come_in_every_format(db: Path, format: str, begins: str) -> None:
    result = run("query", "-q", COUNT, "--db", db, "--format", format)
    assert result.exit_code == 0
    assert result.stdout.startswith(begins)


@pytest.mark.parametrize(
    ("format", "holds"), [(None, "a dk:Case"), ("nt", "<http"), ("jsonld", "@id"), ("rdf", "<rdf:RDF")]
)
def test_graphs_come_in_every_format(db: Path, format: str | None, holds: str) -> None:
    told = ("--format", format) if format else ()
    result = run("query", "-q", "CONSTRUCT { ?s a dk:Case } WHERE { ?s a dk:Case }", "--db", db, *told)
    assert result.exit_code == 0
    assert holds in result.stdout


def test_a_question_of_yes_or_no_is_answered_in_a_word(db: Path) -> None:
    assert run("query", "-q", "ASK { ?s a dk:Case }", "--db", db).stdout == "true\n"
    assert run("query", "-q", "ASK { ?s a dk:Unicorn }", "--db", db).stdout == "false\n"


def test_a_query_comes_from_a_file_or_from_stdin(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "count.rq"
    file.write_text(COUNT, encoding="utf-8")
    assert run("query", file, "--db", db).stdout == "n\n10\n"
    assert run("query", "-", "--db", db, stdin=COUNT).stdout == "n\n10\n"
    assert run("query", "--db", db, stdin=COUNT).stdout == "n\n10\n"


def test_chinese_lines_up_in_a_table(db: Path) -> None:
    query = "SELECT ?a ?b { VALUES (?a ?b) { ('中文' 'x') ('ab' 'y') } } ORDER BY ?b"
    lines = run("query", "-q", query, "--db", db, "--format", "table").stdout.splitlines()
    assert lines == ["a     b", "────  ─", "中文  x", "ab    y"]


def test_an_endpoint_is_asked_the_same_way(endpoint: str) -> None:
    assert run("query", "-q", COUNT, "--endpoint", endpoint).stdout == "n\n10\n"
    graph = run("query", "-q", "CONSTRUCT { ?s a dk:Case } WHERE { ?s a dk:Case }", "--endpoint", endpoint)
    assert "dk:Case" in graph.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-q", "SELECT * {\n ?s nope:p ?o }"), "query:2:"),
        (("-q", "INSERT DATA { <a:b> <a:b> 1 }"), "query:1:"),
        (("-q", "ASK {}", "--format", "ttl"), "text/turtle"),
        (("none.rq",), "none.rq"),
    ],
)
def test_a_query_that_cannot_be_answered_exits_with_1_and_says_why(
    db: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("query", *arguments, "--db", db)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_errors_of_an_endpoint_are_told(endpoint: str) -> None:
    malformed = run("query", "-q", "SELECT * {\n ?s nope:p ?o }", "--endpoint", endpoint)
    assert malformed.exit_code == 1
    assert "query:2:" in malformed.stderr
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        silent = f"http://127.0.0.1:{probe.getsockname()[1]}/sparql"
    gone = run("query", "-q", "ASK {}", "--endpoint", silent)
    assert gone.exit_code == 1
    assert "cannot be reached" in gone.stderr
    page = run("query", "-q", "ASK {}", "--endpoint", endpoint.replace("/sparql", "/en/"))
    assert page.exit_code == 1
    assert "405" in page.stderr
    assert run("query", "-q", "ASK {}", "--endpoint", "file:///etc/passwd").exit_code == 1


@pytest.mark.parametrize(
    ("what", "begins"),
    [
        ("https://w3id.org/duikou/id/programme/baixian-baipin", "@prefix"),
        ("https://w3id.org/duikou/concept/status/achieved", "@prefix"),
        ("https://w3id.org/duikou/ontology#Programme", "@prefix"),
        ("/zh/programme/baixian-baipin", "<!doctype html>"),
        ("/data/programme/baixian-baipin.csv", "subject,property"),
        ("/healthz", "{"),
    ],
)
def test_one_thing_is_printed_without_a_server(db: Path, what: str, begins: str) -> None:
    result = run("get", what, "--db", db)
    assert result.exit_code == 0
    assert result.stdout.startswith(begins)


@pytest.mark.parametrize(
    "what", ["/zh/programme/none", "https://w3id.org/duikou/id/programme/none", "https://example.org/"]
)
def test_what_is_not_there_cannot_be_got(db: Path, what: str) -> None:
    result = run("get", what, "--db", db)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["query", "export", "stats", "snapshots", "rollback"])
def test_a_directory_without_data_is_said_to_have_none(tmp_path: Path, command: str) -> None:
    told = ("-q", "ASK {}") if command == "query" else ()
    result = run(command, *told, "--db", tmp_path / "none")
    assert result.exit_code == 1
    assert "There is no data in" in result.stderr
    assert "duikou build --db" in result.stderr


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear", encoding="utf-8")
    for arguments in (("build",), ("snapshots",), ("serve", "--port", "0")):
        result = run(*arguments, "--db", tmp_path)
        assert result.exit_code == 1
        assert "no Duikou data directory" in result.stderr
    assert [f.name for f in tmp_path.iterdir()] == ["letter.txt"]


def test_an_unforeseen_error_is_one_line(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(Database, "snapshots", fail)
    result = run("snapshots", "--db", db)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "ZeroDivisionError: of all things" in result.stderr
    assert "DUIKOU_DEBUG=1" in result.stderr


def test_ctrl_c_exits_with_130(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Database, "snapshots", interrupt)
    result = run("snapshots", "--db", db)
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


def test_snapshots_are_listed_and_rolled_back(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    for command in ("first", "second"):
        with database.write(command) as draft:
            draft.touch_everything()
    rows = list(csv.DictReader(io.StringIO(run("snapshots", "--db", database.path).stdout)))
    assert [(r["current"], r["number"], r["command"]) for r in rows] == [("", "1", "first"), ("*", "2", "second")]
    back = run("rollback", "--db", database.path)
    assert back.stdout.startswith("snapshot 1: 0 quads")
    assert run("rollback", "--db", database.path).exit_code == 1
    assert run("rollback", "2", "--db", database.path).stdout.startswith("snapshot 2:")
    none = run("rollback", "7", "--db", database.path)
    assert none.exit_code == 1
    assert "Snapshots kept: 1, 2" in none.stderr


@pytest.mark.parametrize("format", ["nq", "trig", "ttl", "jsonld", "csv"])
def test_everything_is_exported(db: Path, tmp_path: Path, format: str) -> None:
    printed = run("export", "--db", db, "--format", format)
    assert printed.exit_code == 0
    target = tmp_path / f"all.{format}"
    written = run("export", "--db", db, "--format", format, "-o", target)
    assert (written.exit_code, written.stdout) == (0, "")
    assert target.read_bytes() == printed.stdout_bytes
    assert [f.name for f in tmp_path.iterdir()] == [target.name]


def test_an_export_that_cannot_be_written_says_so(db: Path, tmp_path: Path) -> None:
    result = run("export", "--db", db, "-o", tmp_path / "no" / "such" / "folder.nq")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_statistics_are_printed(db: Path) -> None:
    result = run("stats", "--db", db)
    assert result.exit_code == 0
    assert "Programme" in result.stdout
    assert json.loads(json.dumps(result.stdout))
