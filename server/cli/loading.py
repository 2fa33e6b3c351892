"""``duikou build`` and ``duikou load``: putting sources into a data directory."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.cli import options, output

if TYPE_CHECKING:
    from graph.database import Database
    from graph.publish import Report
    from graph.sources import Source


@click.command(epilog="Example: duikou build --db data")
@options.db(required=True, help="The data directory; made if it is not there.")
def build(directory: Path) -> None:
    """Build the graph of the ten cases: ontology, areas, cases, inference.

    Graphs of other sources in the directory are kept.
    """
    from graph.database import Database
    from server.cli.private import build_cases

    database = Database(directory)
    build_cases(database)
    snapshot = database.current
    assert snapshot is not None
    click.echo(f"snapshot {snapshot.number}: {snapshot.quads} quads in {len(snapshot.graphs)} graphs")


@click.command(epilog="Example: duikou load my-case.yaml --db data --dry-run")
@click.argument("paths", nargs=-1, required=True, metavar="SOURCE…", type=click.Path(path_type=Path))
@options.db(required=True, help="The data directory; made if it is not there.")
@click.option(
    "--as",
    "told",
    type=click.Choice(["case", "rdf", "document"]),
    help="What the sources are. Default: told from name and content.",
)
@click.option("--graph", metavar="NAME", help="The named graph that triples go to: an IRI, or a name such as notes.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, publish nothing.")
@click.option("--report", "report_file", type=click.Path(path_type=Path), metavar="FILE", help="Write a report as JSON.")
def load(
    paths: tuple[Path, ...], directory: Path, told: str | None, graph: str | None, dry_run: bool, report_file: Path | None
) -> None:
    """Load case files, RDF files and source documents.

    A source that was loaded before is replaced, in one step: nothing changes where one of them is wrong. Prints
    a line for each source.
    """
    from server.cli.sources import Kind, kind_of

    kinds = {path: kind_of(path, told) for path in paths}
    if graph is not None and Kind.RDF not in kinds.values():
        raise click.UsageError("--graph is for RDF; case files name their graph themselves.")
    raise NotImplementedError
