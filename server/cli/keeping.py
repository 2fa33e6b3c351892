"""``duikou export``, ``stats``, ``snapshots``, ``rollback``: looking after a data directory."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import options, output

if TYPE_CHECKING:
    from ontology.records import Labels


@click.command(epilog="Example: duikou export --db data --format trig -o everything.trig")
@options.db(required=True)
@click.option(
    "--format",
    "wanted",
    default="nq",
    show_default=True,
    type=click.Choice(["nq", "trig", "ttl", "jsonld", "csv"]),
    help="nq, trig and jsonld keep the named graphs; ttl is their union; csv is a table of all figures.",
)
@click.option("-o", "--output", "target", type=click.Path(path_type=Path), metavar="FILE", help="Default: stdout.")
def export(directory: Path, wanted: str, target: Path | None) -> None:
    """Write everything a data directory holds to one file."""
    from graph.export import export as write
    from graph.formats import Format
    from ontology.errors import Problem, StoreError

    reader = options.existing(directory).reader()
    format = Format.named(wanted)
    assert format is not None
    if target is None:
        write(reader, format, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("wb") as out:
            write(reader, format, out)
        partial.replace(target)
    except OSError as error:
        raise StoreError(Problem(f"{target} cannot be written: {error.strerror or error}")) from error
    finally:
        partial.unlink(missing_ok=True)
    output.note(f"{target}: {target.stat().st_size:,} bytes")


@click.command(epilog="Example: duikou stats --db data")
@options.db(help="The data directory. Without it: the private one, with the ten cases.")
def stats(directory: Path | None) -> None:
    """Count what is inside: quads by graph, things by class, properties."""
    from graph.statistics import short_graph, statistics
    from server.naming import short

    if directory is None:
        from server.cli.private import private

        database = private()
    else:
        database = options.existing(directory)
    found = statistics(database.reader())
    rows = [["quads", "", "", str(found.quads)], ["triples", "", "", str(found.triples)]]
    for what, counts in (("graph", found.graphs), ("class", found.classes), ("property", found.properties)):
        rows += [[what, short_graph(c.iri) if what == "graph" else short(c.iri), _name(c.label), str(c.count)]
                 for c in counts]  # fmt: skip
    _table(["what", "which", "name", "count"], rows)


def _name(labels: Labels) -> str:
    return " · ".join(filter(None, labels))


@click.command(epilog="Example: duikou snapshots --db data")
@options.db(required=True)
def snapshots(directory: Path) -> None:
    """List the snapshots that are kept; * marks the one that is served."""
    kept = options.existing(directory).snapshots()
    rows = [
        ["*" if s.is_current else "", str(s.number), s.created, str(s.quads),
         s.command] for s in kept
    ]  # fmt: skip
    _table(["current", "number", "created", "quads", "command"], rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows as a table on a terminal, as CSV in a pipe."""
    if sys.stdout.isatty():
        for line in output.table(columns, rows):
            click.echo(line)
        return
    import csv

    csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *rows])


@click.command(epilog="Example: duikou rollback --db data 12")
@click.argument("number", type=click.IntRange(1), required=False)
@options.db(required=True)
def rollback(number: int | None, directory: Path) -> None:
    """Serve an earlier snapshot again: NUMBER, or the one before the current."""
    snapshot = options.existing(directory).rollback(number)
    click.echo(f"snapshot {snapshot.number}: {snapshot.quads} quads, of {snapshot.created} ({snapshot.command})")
