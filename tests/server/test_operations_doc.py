"""The guide to operations and what is packaged name options, numbers and files that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from flask.testing import FlaskClient

from server.cli import main
from server.cli.serving import serve

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
UNIT = (ROOT / "packaging" / "duikou.service").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_every_number_is_one_that_is_told(site: FlaskClient) -> None:
    told = site.get("/metrics").text
    names = set(re.findall(r"duikou_\w+", GUIDE))
    assert len(names) >= 7
    assert [name for name in names if f"# TYPE {name.removesuffix('_total')}" not in told] == []


def test_the_limits_are_the_defaults_there_are() -> None:
    defaults = {p.opts[0]: p.default for p in serve.params if isinstance(p, click.Option)}
    rows = dict(re.findall(r"^\| `(--\w+)` \|.*\| (\d+) \|$", GUIDE, re.MULTILINE))
    assert set(rows) == {"--timeout", "--memory", "--workers"}
    assert {name: float(value) for name, value in rows.items()} == {name: defaults[name] for name in rows}


@pytest.mark.parametrize("text", [GUIDE, UNIT, DOCKERFILE], ids=["guide", "unit", "dockerfile"])
def test_every_command_is_one_that_there_is(text: str) -> None:
    commands = re.findall(
        r"(?:^|[ /`])duikou ((?:serve|build|load|export|snapshots|rollback)\b[^`\n#]*)", text, re.MULTILINE
    )
    group = click.Context(main)
    for line in commands:
        name, *arguments = shlex.split(line.partition("&&")[0])
        command = main.get_command(group, name)
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert {a for a in arguments if a.startswith("-")} <= known, line
    assert commands


def test_the_container_serves_with_options_there_are() -> None:
    (line,) = re.findall(r"^CMD \[(.*)\]$", DOCKERFILE, re.MULTILINE)
    words = re.findall(r'"([^"]*)"', line)
    assert words[0] == "serve"
    serve.make_parser(click.Context(serve, **main.context_settings)).parse_args(words[1:])
    for copied in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / name).exists() for name in copied.split())
