"""``duikou query`` and ``duikou get``: asking a data directory, or an endpoint, without a server."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from server.cli import options

if TYPE_CHECKING:
    from graph.engine import Answer, Engine
    from graph.formats import Format

#: The formats of `query`; a table is for people.
_LONGEST: Final = 64 << 20
FORMATS: Final = ("table", "csv", "tsv", "json", "xml", "ttl", "nt", "rdf", "jsonld")


@click.command(epilog="Example: duikou query -q 'SELECT ?s WHERE { ?s a dk:Programme }'")
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("-q", "text", metavar="TEXT", help="The query itself; its prefixes may be left out where they are ours.")
@options.db(help="The data directory. Without it and without --endpoint: the private one, with the ten cases.")
@click.option("--endpoint", metavar="URL", help="Ask a SPARQL endpoint instead.")
@click.option(
    "--format",
    "wanted",
    type=click.Choice(FORMATS),
    help="How to print the answer. Default: table on a terminal, CSV in a pipe; graphs as Turtle.",
)
def query(file: str | None, text: str | None, directory: Path | None, endpoint: str | None, wanted: str | None) -> None:
    """Ask a SPARQL query and print the answer.

    The query is -q TEXT, or read from FILE, or from standard input.
    """
    if directory is not None and endpoint is not None:
        raise click.UsageError("--db and --endpoint exclude each other.")
    asked = with_prefixes(_text(file, text))
    engine = _engine(directory, endpoint)
    from graph.engine import Dataset

    answer = engine.answer(asked, Dataset(), _formats(wanted))
    _print(answer, as_table=wanted == "table" or (wanted is None and sys.stdout.isatty()), plain=wanted is None)


@click.command(epilog="Example: duikou get https://w3id.org/duikou/id/programme/baixian-baipin")
@click.argument("what", metavar="IRI|PATH")
@options.db(help="The data directory. Without it: the private one, with the ten cases.")
def get(what: str, directory: Path | None) -> None:
    """Print the data of one thing, or any page of the site, without a server.

    An IRI gives Turtle; a path such as /zh/programme/tongji gives what the server would send.
    """
    from graph.database import Database
    from ontology.errors import DuikouError, Problem
    from ontology.namespaces import BASE
    from server.app import create_app
    from server.cli.private import private

    path = "/" + what.removeprefix(BASE).partition("#")[0] if what.startswith(BASE) else what
    if not path.startswith("/"):
        raise DuikouError(
            Problem(f"{what} is neither an IRI of ours nor a path", remedy=f"IRIs begin with {BASE}, paths with /")
        )
    client = create_app(Database(directory) if directory is not None else private()).test_client()
    response = client.get(path, follow_redirects=True)
    if response.status_code >= 400:
        detail = (response.get_json(silent=True, force=True) or {}).get("detail", response.status)
        raise DuikouError(Problem(f"{path}: {response.status_code}: {detail}"))
    sys.stdout.buffer.write(response.get_data())


def with_prefixes(text: str) -> str:
    """Return a query with our prefixes declared where it uses them without saying so.

    They are put on the first line, so that the line of an error stays that of the query as written.
    """
    import re

    from ontology.namespaces import PREFIXES

    declared = set(re.findall(r"(?i)\bprefix\s+([\w-]*)\s*:", text))
    used = set(re.findall(r"(?<![\w<:/#?$])([a-z]+):(?=[\w\\]|\s)", text))
    missing = [p for p in PREFIXES if p in used - declared]
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in missing) + text


def _text(file: str | None, text: str | None) -> str:
    from loaders.files import read_file
    from ontology.errors import Origin, Problem, SourceError

    if file is not None and text is not None:
        raise click.UsageError("Give the query as FILE or with -q, not both.")
    if text is not None:
        return text
    if file is None and sys.stdin.isatty():
        raise click.UsageError("Give a query: -q TEXT, a FILE, or - for standard input.")
    name = file or "-"
    data = sys.stdin.buffer.read() if name == "-" else read_file(Path(name), _LONGEST)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            Problem(f"the query is not UTF-8: byte {error.start} cannot be read", Origin(name), "Save it as UTF-8")
        ) from error


def _engine(directory: Path | None, endpoint: str | None) -> Engine:
    if endpoint is not None:
        from server.cli.endpoint import Endpoint

        return Endpoint(endpoint)
    if directory is not None:
        return options.existing(directory).reader()
    from server.cli.private import private

    return private().reader()


def _formats(wanted: str | None) -> Sequence[Format]:
    from graph.formats import Format

    if wanted in (None, "table"):
        is_table = wanted == "table" or sys.stdout.isatty()
        return (Format.JSON, Format.TURTLE) if is_table else (Format.CSV, Format.TURTLE, Format.JSON)
    chosen = Format.named(str(wanted))
    assert chosen is not None
    return {Format.JSON: (Format.JSON, Format.JSONLD), Format.XML: (Format.XML, Format.RDFXML)}.get(chosen, (chosen,))


def _print(answer: Answer, *, as_table: bool, plain: bool) -> None:
    """Print an answer; yes or no as a word where no format was asked for."""
    import pyoxigraph as ox

    from graph.formats import Format
    from server.cli import output

    if answer.format is Format.JSON and (as_table or plain):
        results = ox.parse_query_results(answer.body, format=ox.QueryResultsFormat.JSON)
        if isinstance(results, ox.QueryBoolean):
            click.echo("true" if results else "false")
            return
        assert isinstance(results, ox.QuerySolutions)
        columns = [v.value for v in results.variables]
        rows = [[_cell(solution[c]) for c in columns] for solution in results]
        for line in output.table(columns, rows):
            click.echo(line)
        output.note(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")
        return
    sys.stdout.buffer.write(answer.body)
    if answer.body and not answer.body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def _cell(term: object) -> str:
    import pyoxigraph as ox

    from server.naming import short

    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        from ontology.namespaces import BASE

        return term.value.removeprefix(f"{BASE}id/") if term.value.startswith(f"{BASE}id/") else short(term.value)
    return term.value if isinstance(term, ox.Literal) else str(term)
