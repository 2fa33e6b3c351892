"""``duikou mcp``: the graph as tools for language models, over the Model Context Protocol."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from server.cli import options

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from graph.engine import Engine

_INSTRUCTIONS = """A knowledge graph of aid programmes in which every figure and every role cites the words it rests on.
Find things with search, read one with entity, see its passages with sources; sparql answers anything else, and
vocabulary has the terms and example queries. Quote the words beside a figure. A qualifier is part of the figure:
over, gt and ge are lower bounds, nearly, lt and le upper ones. Do not add figures where one may include another.
What is not reviewed (is_reviewed false) was read by a program from a text: say so."""

Language = Literal["zh", "en"]


@click.command(epilog="Example: duikou mcp --db data    (a client's configuration names this command)")
@options.db(help="The data directory. Without it: the private one, with the ten cases.")
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="Seconds that one query may take.",
)
@click.option(
    "--memory", default=1024, show_default=True, type=click.IntRange(64), help="Megabytes that one query may use."
)
def mcp(directory: Path | None, timeout: float, memory: int) -> None:
    """Let assistants ask the graph: a read-only Model Context Protocol server on standard input and output.

    Its tools are search, entity, vocabulary, sparql and sources; every answer has IRIs and evidence.
    """
    from importlib.util import find_spec

    from graph.workers.limits import Limits
    from graph.workers.pool import Pool
    from ontology.errors import DuikouError, Problem

    if find_spec("mcp") is None:
        raise DuikouError(
            Problem("The library of the protocol is not installed", remedy="Try: pip install 'duikou[mcp]'")
        )
    if directory is None:
        from server.cli.private import private

        database = private()
    else:
        database = options.existing(directory)
    with Pool(database, Limits(seconds=timeout, megabytes=memory, short=1, long=1)) as pool:
        server(pool).run("stdio")


def server(engine: Engine) -> MCPServer[Any]:
    """Return the server of the protocol over an engine."""
    from collections.abc import Callable
    from functools import wraps

    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations

    from ontology.errors import DuikouError
    from server import assistant
    from server.cli.asking import with_prefixes
    from server.version import version

    made: MCPServer[Any] = MCPServer("duikou", title="Duikou", instructions=_INSTRUCTIONS, version=version())
    annotations = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    def tool(function: Callable[..., dict[str, Any]]) -> None:
        @wraps(function)
        def told(*given: Any, **named: Any) -> dict[str, Any]:
            try:
                return function(*given, **named)
            except DuikouError as error:
                raise ToolError(str(error)) from None

        made.tool(annotations=annotations)(told)

    @tool
    def search(words: str, kind: str | None = None, limit: int = 10, lang: Language = "en") -> dict[str, Any]:
        """Find programmes, organisations, areas, cases, figures by a full or short name, in Chinese, pinyin or English.

        kind narrows to one of: case, programme, activity, organisation, area, measurement, mechanism, product, event.
        """
        return assistant.search(engine, words, kind=kind, limit=limit, lang=lang)

    @tool
    def entity(iri: str, lang: Language = "en") -> dict[str, Any]:
        """Read one thing by its IRI or as kind/key (programme/yixiu-yunshang): facts, roles, figures with evidence."""
        return assistant.entity(engine, iri, lang=lang)

    @tool
    def vocabulary(words: str = "", lang: Language = "en") -> dict[str, Any]:
        """Find classes and properties for SPARQL by words in their names and definitions; also example queries."""
        return assistant.vocabulary(engine, words, lang=lang)

    @tool
    def sparql(query: str, limit: int = 50) -> dict[str, Any]:
        """Ask a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE); our prefixes need not be declared."""
        return assistant.sparql(engine, with_prefixes(query), limit=limit)

    @tool
    def sources(iri: str = "", lang: Language = "en") -> dict[str, Any]:
        """Show the exact words, with document and character positions, behind a thing; without iri, the documents."""
        return assistant.sources(engine, iri, lang=lang)

    return made
