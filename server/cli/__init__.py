"""The command line: ``duikou``. Data goes to stdout, everything else to stderr.

Exit codes: 0 done, 1 could not or violations found, 2 wrong usage, 130 interrupted. Each family of
commands has a module that is imported only when one of them runs (and for the list of commands), and
what is heavy is imported inside the command, so that ``duikou --help`` is there at once.
"""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any, Final

import click

#: Command → module and function, in the order in which the help lists them.
COMMANDS: Final = {
    "serve": "serving:serve",
    "build": "loading:build",
    "load": "loading:load",
    "extract": "extracting:extract",
    "query": "asking:query",
    "get": "asking:get",
    "link": "linking:link",
    "validate": "checking:validate",
    "export": "keeping:export",
    "stats": "keeping:stats",
    "snapshots": "keeping:snapshots",
    "rollback": "keeping:rollback",
    "mcp": "assisting:mcp",
}


class Commands(click.Group):
    """The group of all commands: imported late, and failing in one line each."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in our order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"server.cli.{module}"), function)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; name the nearest one when there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"There is no command “{args[0]}”.{hint}", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn what goes wrong into messages and exit codes."""
        return guarded(lambda: super(Commands, self).invoke(ctx))


#: Problems that are printed: whoever broke a rule thousands of times reads the first ones.
_TOLD = 200


def guarded(run: Callable[[], Any]) -> Any:
    """Return what `run` returns; say what went wrong in one line for each problem, without a traceback."""
    try:
        return run()
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        raise click.exceptions.Exit(130) from None
    except Exception as error:
        from ontology.errors import DuikouError

        if os.environ.get("DUIKOU_DEBUG"):
            raise
        if isinstance(error, DuikouError):
            for problem in error.problems[:_TOLD]:
                click.echo(str(problem), err=True)
            if (more := len(error.problems) - _TOLD) > 0:
                click.echo(f"… and {more} more problems like these. Mend those above and try again.", err=True)
        else:
            name = type(error).__name__
            click.echo(f"Something unexpected went wrong: {name}: {error}. Set DUIKOU_DEBUG=1 for details.", err=True)
        raise click.exceptions.Exit(1) from error


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from server.version import data_version, ontology_version, version

    click.echo(f"duikou {version()}\nontology {ontology_version()}\ndata {data_version()}")
    ctx.exit()


@click.group(
    cls=Commands,
    name="duikou",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 could not or violations found, 2 wrong usage, 130 interrupted.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Print the versions of the program, the ontology and the built-in data.",
)
def main() -> None:
    """Turn reports of aid programmes into a knowledge graph, and ask it.

    \b
    Example: duikou serve        the ten cases at http://127.0.0.1:8000/
    """
