"""``duikou build`` and ``duikou load``: putting sources into a data directory."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli import options, output

if TYPE_CHECKING:
    from graph.database import Database
    from graph.publish import Report
    from graph.sources import Source
    from ontology.errors import Problem

#: Graphs that are told one by one.
_TOLD: Final = 50
#: And so many places that were not read.
_UNREAD: Final = 10


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
    type=click.Choice(["case", "rdf", "article", "document", "links"]),
    help="What the sources are. Default: told from name and content.",
)
@click.option("--graph", metavar="NAME", help="The graph for triples: its IRI, or a name (notes is source/notes).")
@click.option("--dry-run", is_flag=True, help="Read and check everything, publish nothing.")
@click.option(
    "--report", "report_file", type=click.Path(path_type=Path), metavar="FILE", help="Write a report as JSON."
)
def load(
    paths: tuple[Path, ...],
    directory: Path,
    told: str | None,
    graph: str | None,
    dry_run: bool,
    report_file: Path | None,
) -> None:
    """Load case files, articles, RDF, tables of links and the texts of documents.

    A source that was loaded before is replaced, in one step: nothing changes where one of them is wrong. Prints
    a line for each source.
    """
    from graph.database import Database
    from graph.documents import keeping
    from loaders.links.source import read_links
    from server.cli.articles import read_articles, text_or_article
    from server.cli.sources import Kind, kind_of

    database = Database(directory)
    kinds = {path: kind_of(path, told) for path in paths}
    if told is None:
        kinds |= {path: text_or_article(database, path) for path in paths if kinds[path] is Kind.DOCUMENT}
    if graph is not None and Kind.RDF not in kinds.values():
        raise click.UsageError("--graph is for RDF; case files name their graph themselves.")
    if dry_run and Kind.DOCUMENT in kinds.values():
        raise click.UsageError("--dry-run is for facts; keeping the text of a document publishes nothing.")
    by_kind = {kind: [path for path in paths if kinds[path] is kind] for kind in Kind}
    sources = [*read_cases(by_kind[Kind.CASE]), *map(read_links, by_kind[Kind.LINKS])]
    articles, texts = read_articles(database, by_kind[Kind.ARTICLE])
    reports = []
    if sources or articles:
        with keeping(database, [] if dry_run else texts):
            reports.append(_publish(database, with_areas(database, [*articles, *sources]), dry_run))
    if by_kind[Kind.RDF]:
        reports.append(_load_rdf(database, by_kind[Kind.RDF], graph, dry_run))
    for path in by_kind[Kind.DOCUMENT]:
        _keep(database, path)
    if report_file is not None:
        _write_report(report_file, [report.as_json() for report in reports])
    _say(reports, dry_run)


def read_cases(paths: Sequence[Path]) -> list[Source]:
    """Return what case files say. `SourceError` with the problems of all of them."""
    from loaders.case_file import read_case_file
    from ontology.errors import SourceError

    sources: list[Source] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            sources.append(read_case_file(path))
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(*problems)
    return sources


def with_areas(database: Database, sources: Sequence[Source]) -> list[Source]:
    """Return the sources, behind the built-in areas where they need them and the directory has none."""
    from loaders.builtin import areas_needed
    from ontology.namespaces import named_graph

    current = database.current
    if current is not None and named_graph("areas") in current.graphs:
        return list(sources)
    return [*areas_needed(sources), *sources]


def _publish(database: Database, sources: Sequence[Source], dry_run: bool) -> Report:
    from graph.publish import publish
    from ontology.namespaces import named_graph

    command = " ".join(["load", *(source.file for source in sources)])
    with output.progress() as bar:
        report = publish(database, sources, command=command, progress=bar, dry_run=dry_run)
    changes = {change.graph: change for change in report.changes}
    for source in sources:
        change = changes.get(named_graph(source.graph))
        what = f"+{change.added} −{change.removed} quads" if change else "unchanged"
        held = f"{len(source.mappings)} links" if source.mappings else f"{len(source.records)} records"
        click.echo(f"{source.file}: {source.graph}: {held}, {what}")
    return report


def _load_rdf(database: Database, paths: Sequence[Path], graph: str | None, dry_run: bool) -> Report:
    from graph.publish import load_rdf

    with output.progress() as bar:
        report = load_rdf(database, paths, graph=graph, progress=bar, dry_run=dry_run)
    for change in report.changes[:_TOLD]:
        click.echo(f"{' '.join(report.files)}: <{change.graph}>: +{change.added} −{change.removed} quads")
    if more := report.changes[_TOLD:]:
        added, removed = sum(c.added for c in more), sum(c.removed for c in more)
        click.echo(f"{' '.join(report.files)}: {len(more)} more graphs: +{added} −{removed} quads (--report lists all)")
    return report


def _keep(database: Database, path: Path) -> None:
    from graph.documents import keep_document

    kept = keep_document(database, path)
    click.echo(
        f"{path}: kept as the text of <{kept.document}>: {kept.characters} characters, {kept.citations} citations agree"
    )


def _say(reports: Sequence[Report], dry_run: bool) -> None:
    for report in reports:
        for problem in (*report.unread[:_UNREAD], *report.notes):
            output.note(f"note: {problem}")
        if more := report.unread[_UNREAD:]:
            output.note(f"note: {len(more)} more were not read (--report lists all)")
        if report.snapshot is not None:
            output.note(f"snapshot {report.snapshot.number}: {report.snapshot.quads} quads, {report.seconds:.1f} s")
    if dry_run:
        output.note("Nothing was published (--dry-run).")


def _write_report(file: Path, reports: list[dict[str, Any]]) -> None:
    from ontology.errors import Problem, StoreError

    try:
        file.write_text(json.dumps({"loads": reports}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(Problem(f"{file} cannot be written: {error.strerror or error}")) from error
