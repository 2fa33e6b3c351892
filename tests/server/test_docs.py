"""The documentation of the command line holds the real help of every command.

``python tests/server/test_docs.py`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

import click

from server.cli import COMMANDS, main

FILE = Path(__file__).parents[2] / "docs" / "cli.md"
MARK = "## Commands\n"
WIDTH = 100


def reference() -> str:
    """Return the help of all commands as Markdown."""
    group = click.Context(main, info_name="duikou", terminal_width=WIDTH, **main.context_settings)
    parts = [f"{MARK}\n```text\n{main.get_help(group)}\n```\n"]
    for name in COMMANDS:
        command = main.get_command(group, name)
        assert command is not None
        context = click.Context(command, parent=group, info_name=name, terminal_width=WIDTH)
        parts.append(f"### duikou {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def test_the_reference_is_the_real_help() -> None:
    _, mark, written = FILE.read_text(encoding="utf-8").partition(MARK)
    assert mark + written == reference()


def test_the_guide_to_http_names_every_status_and_format() -> None:
    text = (FILE.parent / "http.md").read_text(encoding="utf-8")
    for told in (
        "400",
        "403",
        "404",
        "405",
        "406",
        "413",
        "414",
        "415",
        "503",
        "json xml csv tsv",
        "ttl nt rdf jsonld",
    ):
        assert told in text


if __name__ == "__main__":
    head = FILE.read_text(encoding="utf-8").partition(MARK)[0]
    FILE.write_text(head + reference(), encoding="utf-8")
