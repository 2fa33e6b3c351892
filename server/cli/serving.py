"""``duikou serve``: the site and the endpoint over HTTP."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import options

if TYPE_CHECKING:
    from graph.workers.limits import Limits
    from server import running


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
    "--map",
    "ground",
    default="land",
    show_default=True,
    type=click.Choice(["land", "points"]),
    help="What maps draw below their points: land without borders, or nothing.",
)
@click.option(
    "--log",
    default="off",
    show_default=True,
    type=click.Choice(["off", "json", "text"]),
    help="A line on stderr for each request and each slow query; off: only for unforeseen errors.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="The address that clients use, where a proxy stands before the server, as https://example.org.",
)
@click.option(
    "--trust-proxy",
    "proxies",
    metavar="NETWORK",
    multiple=True,
    help="An address or network (10.0.0.0/8) of proxies whose X-Forwarded-For tells the client's address; may be "
    "given more than once. Without it: nobody's.",
)
@click.option(
    "--budget",
    metavar="SECONDS",
    type=click.FloatRange(0.1, 86400),
    help="Seconds of the engine's time that one client may use in a minute. Without it: no end.",
)
@click.option(
    "--require-if-match",
    "must_match",
    is_flag=True,
    help="Take only writes that say, by If-Match or If-None-Match, what they change: nobody's work is lost.",
)
@click.option(
    "--write-token",
    metavar="TOKEN",
    envvar="DUIKOU_WRITE_TOKEN",
    show_envvar=True,
    help="The token that a client sends to write; without one the service is read-only.",
)
@click.option(
    "--tokens",
    "token_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Further tokens, each for some graphs: a line is a token and IRIs of graphs, or beginnings of them with * "
    "behind, or default.",
)
@click.option(
    "--store",
    "store_url",
    metavar="URL",
    help="A SPARQL endpoint that holds the graph, served in the place of a data directory; --db then is only "
    "where texts of documents are. See docs/scaling.md.",
)
@click.option("--store-write-url", metavar="URL", help="Where updates to that store go, if not to the same URL.")
@click.option("--store-gsp-url", metavar="URL", help="Its Graph Store Protocol; without one, graphs go by updates.")
@click.option(
    "--store-token",
    metavar="TOKEN",
    envvar="DUIKOU_STORE_TOKEN",
    show_envvar=True,
    help="What identifies this service to that store; or write a user and password into the URL.",
)
@click.option(
    "--store-ttl",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0, 86400),
    help="Seconds that answers of that store are kept: changes made elsewhere are seen so much later.",
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
    public_url: str | None,
    proxies: tuple[str, ...],
    budget: float | None,
    must_match: bool,
    ground: str,
    write_token: str | None,
    token_file: Path | None,
    store_url: str | None,
    store_write_url: str | None,
    store_gsp_url: str | None,
    store_token: str | None,
    store_ttl: float,
) -> None:
    """Serve a data directory: pages, data and SPARQL.

    Prints the address when it answers. Ctrl-C stops it. What `duikou load` publishes meanwhile is
    served at once.
    """
    from graph.database import Database
    from graph.workers.limits import Limits
    from server import clients, public, running, tokens

    if public_url is not None:
        public.parts(public_url)
    clients.networks(proxies)
    limits = Limits(seconds=timeout, megabytes=memory, short=workers, long=workers)
    remote = None
    if store_url is not None:
        if services:
            raise click.UsageError("--allow-service is for a data directory: a remote store is asked nothing of others")
        remote = running.Remote(store_url, store_write_url, store_gsp_url, store_token or None, store_ttl)
        path = _reached(remote, limits, directory)
    elif directory is None:
        from server.cli.private import private

        path = private().path
    else:
        Database(directory).current  # noqa: B018  says what is wrong with a directory before anything starts
        path = directory
    settings = running.Settings(
        union=default_graph == "union",
        limits=limits,
        token=write_token or None,
        services=services,
        remote=remote,
        log=log,
        public_url=public_url,
        budget=budget,
        proxies=proxies,
        must_match=must_match,
        tokens=tokens.read(token_file) if token_file else (),
        ground=ground,
    )
    running.serve(path, host, port, settings, ready=lambda url: click.echo(f"Duikou is at {url}"))


def _reached(remote: running.Remote, limits: Limits, directory: Path | None) -> Path:
    """Return the directory of document texts, once the store has answered; `StoreError` if it does not."""
    from graph.remote.connection import Address
    from graph.remote.store import RemoteStore

    for url in filter(None, (remote.write_url, remote.gsp_url)):
        Address.of(url, remote.token)
    store = RemoteStore(remote.url, token=remote.token, limits=limits)
    try:
        store.check()
    finally:
        store.close()
    return directory or Path("no-data-directory")
