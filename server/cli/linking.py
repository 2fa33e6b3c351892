"""``duikou link``: candidates for links, and reviewed ones into the graph."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import options, output

if TYPE_CHECKING:
    from server.linking.client import Client

_KINDS = ("area", "organisation", "programme", "product", "event")
_TO = ("areas", "geonames", "wd", "wikidata", "ror", "agrovoc", "dbpedia")


@click.command(epilog="Example: duikou link --db data --live https://query.wikidata.org/sparql -o candidates.sssom.tsv")
@options.db(required=True, help="The data directory.")
@click.option(
    "--to",
    type=click.Choice(_TO),
    help="What to link to. Without --live: areas (units of China, for areas without a code) or geonames. "
    "Default: areas; with --live what the service has.",
)
@click.option("--kind", "kinds", type=click.Choice(_KINDS), multiple=True, help="Only things of this kind; repeatable.")
@click.option("--live", metavar="URL", help="Ask this Reconciliation API or SPARQL endpoint.")
@click.option("--pause", type=click.FloatRange(0), default=1.0, show_default=True, help="Seconds between two requests.")
@click.option(
    "--patience",
    type=click.FloatRange(0.1, 600),
    default=30.0,
    show_default=True,
    help="Seconds to wait for an answer.",
)
@click.option(
    "--output", "-o", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write the table here, after each batch; a run that was broken off goes on from it.",
)  # fmt: skip
@click.option(
    "--review", type=click.Path(path_type=Path), metavar="FILE", help="Publish the reviewed rows of this table instead."
)
def link(
    directory: Path,
    to: str | None,
    kinds: tuple[str, ...],
    live: str | None,
    pause: float,
    patience: float,
    file: Path | None,
    review: Path | None,
) -> None:
    """Look for links of what has none, and print candidates as an SSSOM table.

    Nothing is decided: every row is a candidate, or says that nothing was found. Pairs that a table refuses are
    not proposed again. Nothing is asked over the network without --live.
    """
    if review is not None:
        if live or to or kinds or file:
            raise click.UsageError("--review goes with --db alone.")
        _publish(directory, review)
        return
    to = "wd" if to == "wikidata" else to
    if live is None and to not in (None, "areas", "geonames"):
        raise click.UsageError(f"There is no table to link to {to} here; name a service with --live.")
    if live is not None and to == "areas":
        raise click.UsageError("--to areas is looked up in the tables that are here, without --live.")
    from server.linking.client import Client

    client = Client(live, pause=pause, patience=patience) if live is not None else None
    _propose(directory, to, kinds, client, file)


def _propose(directory: Path, to: str | None, kinds: tuple[str, ...], client: Client | None, file: Path | None) -> None:
    from datetime import UTC, datetime

    from server.linking import run
    from server.linking.ledger import Ledger
    from server.linking.subjects import KINDS, unlinked

    database = options.existing(directory)
    ledger = Ledger(directory, file)
    finder = run.live(client, to) if client is not None else run.Tables(to or "areas")
    wanted = kinds or (("area",) if isinstance(finder, run.Tables) else tuple(KINDS))
    subjects = unlinked(database.reader(), finder.namespace, wanted)
    date = datetime.now(UTC).date().isoformat()
    with output.progress() as bar:
        done = run.propose(finder, subjects, ledger, date, bar)
    if file is None:
        click.echo(ledger.text(), nl=False)
    where = f" They are in {file}." if file is not None else ""
    output.note(
        f"{done.asked} things looked for: {done.proposed} candidates, {done.nothing} without one.{where}"
        + (f" {done.refused} candidates had no well-formed identifier and were left out." if done.refused else "")
    )


def _publish(directory: Path, file: Path) -> None:
    from graph.publish import publish
    from loaders.files import read_file
    from loaders.links import checks, sssom
    from loaders.links.source import read_links
    from ontology.errors import SourceError
    from server.linking.ledger import keep_review

    database = options.existing(directory)
    table = sssom.parse(read_file(file, sssom.MAX_BYTES), str(file))
    if faults := checks.review_faults(table, str(file)):
        raise SourceError(*faults)
    source = read_links(file)
    with output.progress() as bar:
        report = publish(database, [source], command=f"link --review {file.name}", progress=bar)
    keep_review(directory, file)
    click.echo(f"{file}: {source.graph}: {len(source.mappings)} links")
    for problem in report.unread:
        output.note(f"note: {problem}")
