"""``duikou validate``: does it keep the shapes, do the words stand where they should, is it consistent?"""

# ruff: noqa: PLC0415  imports stand in the functions that need them, for a quick start

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import options, output

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from graph.database import Database
    from graph.sources import Source
    from ontology.errors import Problem

#: The longest document that is read, in bytes.
_LONGEST = 64 << 20


@click.command(epilog="Example: duikou validate my-case.yaml --document report.txt")
@click.argument("paths", nargs=-1, metavar="[SOURCE…]", type=click.Path(path_type=Path))
@options.db(help="The data directory to validate, or that SOURCEs are held against. Without it: the private one.")
@click.option("--format", "wanted", default="text", show_default=True, type=click.Choice(["text", "json", "ttl"]))
@click.option(
    "--document",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The text that the SOURCEs cite: every word must stand at its position.",
)
@click.option("--reasoner", is_flag=True, help="Ask HermiT too whether it contradicts the ontology (needs Java).")
def validate(
    paths: tuple[Path, ...], directory: Path | None, wanted: str, document: Path | None, reasoner: bool
) -> None:
    """Check case files, articles and RDF files, or a whole data directory, and publish nothing.

    Prints a report; exits with 1 when there are violations.
    """
    if document is not None and not paths:
        raise click.UsageError("--document goes with SOURCEs; `duikou load FILE` checks a directory against a text.")
    database = _database(directory)
    problems = _sources(database, paths, document) if paths else _directory(database)
    if reasoner:
        problems += _contradictions(database, paths)
    _print(problems, wanted)
    if problems:
        raise click.exceptions.Exit(1)


def _database(directory: Path | None) -> Database:
    if directory is not None:
        return options.existing(directory)
    from server.cli.private import private

    return private()


def _sources(database: Database, paths: Sequence[Path], document: Path | None) -> list[Problem]:
    """Return what is wrong with sources, on their own and together with what the database holds."""
    from graph.publish import publish
    from loaders.evidence import check_against_text
    from ontology.errors import SourceError, ValidationError
    from server.cli.articles import read_articles, text_or_article
    from server.cli.loading import with_areas
    from server.cli.sources import Kind, kind_of

    cases: list[Source] = []
    problems: list[Problem] = []
    words = _text(document) if document is not None else None
    for path in paths:
        try:
            kind = kind_of(path, None)
            if kind is Kind.DOCUMENT:
                kind = text_or_article(database, path)
            if kind is Kind.ARTICLE:
                articles, _ = read_articles(database, [path])
                cases += articles
            elif kind is Kind.CASE:
                source = _read_case(path)
                cases.append(source)
                problems += check_against_text(source, words) if words is not None else []
            elif kind is Kind.RDF:
                from graph.publish import load_rdf

                load_rdf(database, [path], dry_run=True)
            else:
                output.note(f"{path}: a text that others cite is checked by --document, or by `duikou load`")
        except (SourceError, ValidationError) as error:
            problems += error.problems
    if cases and not problems:
        try:
            with output.progress() as bar:
                publish(database, with_areas(database, cases), command="validate", progress=bar, dry_run=True)
        except (SourceError, ValidationError) as error:
            problems += error.problems
    return problems


def _directory(database: Database) -> list[Problem]:
    """Return what breaks the shapes in everything that the database holds."""
    from graph.validation import things_of
    from graph.validation import validate as hold

    reader = database.reader()
    graphs = reader.snapshot.graphs if reader.snapshot else {}
    findings = hold(reader.store, things=things_of(reader.store, filter(None, graphs)))
    for problem in findings.notes:
        output.note(f"note: {problem}")
    output.note(f"{findings.checked} things checked")
    return list(findings.problems)


def _contradictions(database: Database, paths: Sequence[Path]) -> list[Problem]:
    """Return what contradicts the ontology in the database, with RDF and case files that are not in it yet."""
    import pyoxigraph as ox
    import rdflib

    from graph.quads import quads
    from ontology.namespaces import named_graph
    from ontology.reasoner import inconsistencies
    from server.cli.sources import Kind, kind_of

    graph = rdflib.Graph()
    apart = {ox.NamedNode(named_graph(name)) for name in ("ontology", "inferred", "provenance")}
    triples = {q.triple for q in database.reader().store if q.graph_name not in apart}
    for path in paths:
        kind = kind_of(path, None)
        if kind is Kind.CASE:
            triples |= {q.triple for q in quads(_read_case(path))}
        elif kind is Kind.RDF:
            triples |= _triples(path)
    graph.parse(data="\n".join(f"{triple} ." for triple in triples), format="nt")
    return list(inconsistencies(graph))


def _triples(path: Path) -> set[Triple]:
    from graph.formats import Format
    from graph.formats import Kind as Holds

    format = Format.of_file(path, Holds.GRAPH, Holds.DATASET)
    assert format is not None
    import pyoxigraph as ox

    return {q.triple for q in ox.parse(path=path, format=format.rdf)}


def _read_case(path: Path) -> Source:
    from loaders.case_file import read_case_file

    return read_case_file(path)


def _text(path: Path) -> str:
    """Return a document with its line breaks as they are. `SourceError` where it is no UTF-8 text."""
    from loaders.files import read_file
    from ontology.errors import Origin, Problem, SourceError

    try:
        return read_file(path, _LONGEST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            Problem(f"this is not UTF-8 text: byte {error.start} cannot be read", Origin(str(path)), "Save it as UTF-8")
        ) from error


def _print(problems: Sequence[Problem], wanted: str) -> None:
    if wanted == "json":
        results = [
            {
                "message": p.message,
                "remedy": p.remedy,
                **({k: getattr(p.where, k) for k in ("file", "line", "column", "field")} if p.where else {}),
            }
            for p in problems
        ]
        click.echo(json.dumps({"conforms": not problems, "results": results}, ensure_ascii=False, indent=1))
    elif wanted == "ttl":
        click.echo(_shacl_report(problems), nl=False)
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo("no violations" if not problems else f"{len(problems)} violation{'s' * (len(problems) > 1)}")


def _shacl_report(problems: Sequence[Problem]) -> str:
    """Return a SHACL validation report; the place in the file is told by ``rdfs:comment``."""
    import pyoxigraph as ox

    from ontology.namespaces import PREFIXES, expand

    report, a = ox.BlankNode("report"), ox.NamedNode(expand("rdf:type"))
    boolean = ox.NamedNode(expand("xsd:boolean"))
    triples = [
        ox.Triple(report, a, ox.NamedNode(expand("sh:ValidationReport"))),
        ox.Triple(report, ox.NamedNode(expand("sh:conforms")), ox.Literal(str(not problems).lower(), datatype=boolean)),
    ]
    for number, problem in enumerate(problems):
        result = ox.BlankNode(f"result{number}")
        told = f"{problem.message}. {problem.remedy}" if problem.remedy else problem.message
        triples += [
            ox.Triple(report, ox.NamedNode(expand("sh:result")), result),
            ox.Triple(result, a, ox.NamedNode(expand("sh:ValidationResult"))),
            ox.Triple(result, ox.NamedNode(expand("sh:resultSeverity")), ox.NamedNode(expand("sh:Violation"))),
            ox.Triple(result, ox.NamedNode(expand("sh:resultMessage")), ox.Literal(told, language="en")),
        ]
        if problem.where:
            comment = ox.NamedNode(expand("rdfs:comment"))
            triples.append(ox.Triple(result, comment, ox.Literal(str(problem.where))))
    prefixes = {p: PREFIXES[p] for p in ("sh", "rdfs", "xsd")}
    return (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()
