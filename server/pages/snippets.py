"""A query as something to run elsewhere: with curl, in Python, in R. Whatever the query holds, it stays one text."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """One way to run a query: its name, and lines to copy."""

    key: str
    name: str
    text: str


def snippets(endpoint: str, query: str, *, is_graph: bool) -> list[Snippet]:
    """Return the ways to run a query whose answer is a table, or a graph."""
    query = query.rstrip("\n")
    return [
        Snippet("curl", "curl", _curl(endpoint, query, "ttl" if is_graph else "csv")),
        Snippet("python", "Python", _python(endpoint, query, is_graph)),
        Snippet("r", "R", _r(endpoint, query, is_graph)),
    ]


def _curl(endpoint: str, query: str, format: str) -> str:
    lines = query.splitlines()
    end = next(word for word in ("SPARQL", "END_OF_QUERY", "E-O-Q") if word not in lines)
    return f"curl {endpoint} --data-urlencode format={format} --data-urlencode query@- <<'{end}'\n{query}\n{end}"


def _python(endpoint: str, query: str, is_graph: bool) -> str:
    words = f'"""{query}\n"""' if '"""' not in query and "\\" not in query else json.dumps(query, ensure_ascii=False)
    address = f'"{endpoint}?" + urlencode({{"query": query, "format": "{"ttl" if is_graph else "csv"}"}})'
    if is_graph:
        read = f'from rdflib import Graph\n\nquery = {words}\ngraph = Graph().parse({address}, format="turtle")'
    else:
        read = f"import pandas as pd\n\nquery = {words}\ntable = pd.read_csv({address})"
    return f"from urllib.parse import urlencode\n{read}"


def _r(endpoint: str, query: str, is_graph: bool) -> str:
    words = f'r"-({query}\n)-"' if ')-"' not in query else json.dumps(query, ensure_ascii=False)
    format = "ttl" if is_graph else "csv"
    address = f'paste0("{endpoint}?format={format}&query=", URLencode(query, reserved = TRUE))'
    read = f"text <- readLines({address})" if is_graph else f'table <- read.csv({address}, encoding = "UTF-8")'
    return f"query <- {words}\n{read}"
