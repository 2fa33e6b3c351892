"""Printing: tables for people, progress on stderr, sizes and counts."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, Protocol

import click


class Progress(Protocol):
    """What long work calls as it goes on: a step's name, how much is done, and of how much."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Report progress."""


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table that fits the terminal; a cell cut to fit ends in “…”.

    Chinese characters are two columns wide.
    """
    widths = [max(map(width, column)) for column in zip_longest(columns, *rows, fillvalue="")]
    room = shutil.get_terminal_size((100, 24)).columns - 2 * (len(columns) - 1)
    while sum(widths) > room and max(widths, default=0) > 12:
        widest = widths.index(max(widths))
        others = sorted(widths, reverse=True)[1:2]
        widths[widest] = max(12, room - sum(widths) + widths[widest], *(o - 1 for o in others))
    for row in (columns, ["─" * w for w in widths], *rows):
        yield "  ".join(_padded(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip()


def width(text: str) -> int:
    """Return how many terminal columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def _padded(text: str, room: int) -> str:
    text = text.replace("\n", "⏎")
    if width(text) > room:
        while text and width(text) > room - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (room - width(text))


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a function that draws a bar on stderr while it is a terminal, and nothing otherwise."""
    shown = False

    def report(what: str, done: int, total: int) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            shown = True
            filled = 24 * done // total if total else 24
            click.echo(f"\r\033[K{'█' * filled}{'░' * (24 - filled)} {what}", err=True, nl=False)

    try:
        yield report
    finally:
        if shown:
            click.echo("\r\033[K", err=True, nl=False)


def note(message: Any) -> None:
    """Say something that is not data."""
    click.echo(str(message), err=True)
