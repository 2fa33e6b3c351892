"""Articles among the sources of ``duikou load``: read, published as unreviewed, their texts kept."""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli import output
from server.cli.sources import Kind

if TYPE_CHECKING:
    from graph.database import Database
    from graph.sources import Source


def text_or_article(database: Database, path: Path) -> Kind:
    """Return what a .txt file is: the text of a document that other sources cite, to be kept, or else an article."""
    from graph.documents import loaders_of
    from loaders.article.document import FILE_LIMIT
    from loaders.article.source import LOADER
    from loaders.files import read_file

    digest = hashlib.sha256(read_file(path, FILE_LIMIT)).hexdigest()
    known = set(loaders_of(database, digest).values()) - {LOADER}
    return Kind.DOCUMENT if known else Kind.ARTICLE


def read_articles(database: Database, paths: Sequence[Path]) -> tuple[list[Source], list[str]]:
    """Return the sources that articles are, and their texts. `SourceError` with the problems of all of them."""
    from graph.documents import loaders_of
    from loaders.article.document import read_document
    from loaders.article.source import LOADER, article_source
    from ontology.errors import Origin, Problem, SourceError
    from ontology.namespaces import named_graph

    sources: list[Source] = []
    texts: list[str] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            document = read_document(path)
            source = article_source(document, size=path.stat().st_size)
        except SourceError as error:
            problems += error.problems
            continue
        if loaders_of(database, document.sha256).get(named_graph(source.graph), LOADER) != LOADER:
            message = f"{source.graph} holds a case file about this article, which may have been reviewed"
            remedy = "Load the case file again, or give the article another name"
            problems.append(Problem(message, Origin(str(path)), remedy))
        for message in document.notes:
            output.note(f"note: {path}: {message}")
        output.note(
            f"note: {path}: nobody has reviewed its facts yet; duikou extract {path.name} -o FILE.yaml is for that"
        )
        sources.append(source)
        texts.append(document.text)
    if problems:
        raise SourceError(*problems)
    return sources, texts
