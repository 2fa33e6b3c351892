"""``duikou serve``: the site and the endpoint over HTTP."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

from pathlib import Path

import click

from server.cli import options


@click.command(epilog="Example: duikou serve --port 9000")
@options.db(help="The data directory to serve; absent or empty: an empty store. Without it: a private one, "
            "built from the ten cases.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 is any free one."
)
@click.option(
    "--default-graph",
    default="union",
    show_default=True,
    type=click.Choice(["union", "stored"]),
    help="What a query sees that names no graph: everything, or the unnamed graph only.",
)
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0.1, 86400),
    help="Seconds that one query may take, waiting included.",
)
@click.option(
    "--memory", default=1024, show_default=True, type=click.IntRange(64), help="Megabytes that one query may use."
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Short queries answered at a time; as many long ones are answered beside them.",
)
@click.option(
    "--allow-service",
    "services",
    metavar="IRI",
    multiple=True,
    help="An endpoint that queries may call by SERVICE; may be given more than once. Without it: none.",
)
@click.option(
    "--log",
    default="off",
    show_default=True,
    type=click.Choice(["off", "json", "text"]),
    help="A line on stderr for each request and each slow query; off: only for unforeseen errors.",
)
@click.option(
    "--write-token",
    metavar="TOKEN",
    envvar="DUIKOU_WRITE_TOKEN",
    show_envvar=True,
    help="The token that a client sends to write; without one the service is read-only.",
)
def serve(
    directory: Path | None,
    host: str,
    port: int,
    default_graph: str,
    timeout: float,
    memory: int,
    workers: int,
    services: tuple[str, ...],
    log: str,
    write_token: str | None,
) -> None:
    """Serve a data directory: pages, data and SPARQL.

    Prints the address when it answers. Ctrl-C stops it. What `duikou load` publishes meanwhile is
    served at once.
    """
    from graph.database import Database
    from graph.workers.limits import Limits
    from server import running

    if directory is None:
        from server.cli.private import private

        path = private().path
    else:
        Database(directory).current  # noqa: B018  says what is wrong with a directory before anything starts
        path = directory
    settings = running.Settings(
        union=default_graph == "union",
        limits=Limits(seconds=timeout, megabytes=memory, short=workers, long=workers),
        token=write_token or None,
        services=services,
        log=log,
    )
    running.serve(path, host, port, settings, ready=lambda url: click.echo(f"Duikou is at {url}"))
