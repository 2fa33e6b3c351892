"""SPARQL Update and whole graphs, written as they are told: no provenance, no inference is added.

What changes in a graph of ours (``graph/source/…``, ``graph/areas``, ``graph/links``) must keep to the shapes.

Each is one step: applied to a working copy, published as a new snapshot, or nothing at all.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad

from graph import syntax, tokens, validation
from graph.conditions import Change, Condition, Invalid, covers
from graph.database import Database
from graph.draft import Draft
from graph.engine import NotOffered
from graph.formats import Format
from graph.written import graph_iri, written
from ontology.errors import Origin, Problem, QueryError, StoreError
from ontology.namespaces import named_graph

#: The graphs that hold things of ours, whoever writes to them.
_OURS: Final = (named_graph("source/") + "*", named_graph("areas"), named_graph("links"))
#: Problems that are told of one write.
_TOLD: Final = 50


def apply(
    database: Database,
    text: str,
    *,
    using: Sequence[str] = (),
    using_named: Sequence[str] = (),
    base: str | None = None,
    only_if: Condition | None = None,
) -> Change:
    """Apply a SPARQL Update and publish its outcome; return how many quads there were and are.

    `using` and `using_named` are the Protocol's ``using-graph-uri`` and ``using-named-graph-uri``.
    `QueryError` with line and column for bad syntax, for a graph that must exist or must not, and for
    USING or WITH beside those parameters; `Moved` where the condition is not met. Nothing is changed then.
    """
    if using or using_named:
        text = with_using(text, using, using_named)
    with database.write("SPARQL update") as draft:
        if only_if is not None:
            only_if.check(draft.base.state if draft.base else "")
        changed = written(text, base)
        if only_if is not None:
            only_if.check_scope(None if changed is None else changed.all_graphs)
        if changed is None:
            draft.touch_everything()
        else:
            draft.touch(*changed.graphs)
            draft.note(changed.quads)
        try:
            draft.store.update(text, base_iri=base, custom_functions={})
        except SyntaxError as error:
            raise QueryError(syntax.explain(error, text, "update")) from None
        except (RuntimeError, ValueError, OSError) as error:
            raise _impossible(error, text) from None
        _hold(draft)
    return _change(draft)


def _hold(draft: Draft) -> None:
    """Hold what a draft changes in graphs of ours against the shapes; `Invalid` where it breaks them."""
    changed = (
        draft.changed_graphs() if not draft.may_change_anything else set(map(graph_iri, draft.store.named_graphs()))
    )
    ours = sorted(graph for graph in changed if covers(_OURS, graph))
    if not ours:
        return
    difference = draft.difference()
    if difference is None:
        things, gone = set(validation.things_of(draft.store, ours)), set[str]()
    else:
        added, removed = difference
        subjects = [_subjects(quads, ours) for quads in (added, removed)]
        described = set(validation.things_among(draft.store, subjects[0] | subjects[1]))
        things, gone = described, subjects[1] - described
    findings = validation.validate(draft.store, things=sorted(things), gone=sorted(gone), limit=validation.LIMIT)
    if findings.problems:
        raise Invalid(*findings.problems[:_TOLD])


def _subjects(quads: Iterable[Quad], graphs: Sequence[str]) -> set[str]:
    return {q.subject.value for q in quads if isinstance(q.subject, NamedNode) and graph_iri(q.graph_name) in graphs}


def _change(draft: Draft, *, is_new: bool = False) -> Change:
    """Return what a draft that was published came to."""
    return Change(draft.base.quads if draft.base else 0, draft.snapshot.quads if draft.snapshot else None, is_new)


def _impossible(error: Exception, text: str) -> QueryError | StoreError:
    """Return what to say of an update that the engine understood and could not carry out."""
    if isinstance(error, OSError) and error.errno is not None:
        return StoreError(Problem(f"The update could not be written: {error}", remedy="Nothing was changed"))
    if any(token.is_word and token.text.upper() in ("LOAD", "SERVICE") for token in tokens.read(text)):
        return NotOffered(
            Problem(
                "LOAD and SERVICE reach nothing from here, and nothing was changed",
                Origin("update"),
                "Fetch the data yourself and send it, or load the file with `duikou load`",
            )
        )
    return QueryError(Problem(f"The update cannot be carried out: {error}", Origin("update")))


def with_using(text: str, using: Sequence[str], using_named: Sequence[str]) -> str:
    """Return an update whose every WHERE is asked of the graphs named, as the Protocol wants (§2.2.3).

    `QueryError` where the update names a dataset itself, which the Protocol forbids.
    """
    clauses = "".join(f" USING <{_iri(g)}>" for g in using) + "".join(f" USING NAMED <{_iri(g)}>" for g in using_named)
    found, parts, copied, depth = list(tokens.read(text)), [], 0, 0
    for n, token in enumerate(found):
        depth += (token.text == "{") - (token.text == "}")
        word = token.text.upper() if token.is_word and depth == 0 else ""
        if word in ("USING", "WITH"):
            raise QueryError(
                Problem(
                    f"{word} cannot stand beside using-graph-uri: both name the dataset",
                    Origin("update", *_place(text, token.start)),
                    "Leave out the one or the other",
                )
            )
        if word == "WHERE" and n:
            before = found[n - 1]
            if before.is_word and before.text.upper() == "DELETE":  # DELETE WHERE { … } allows no USING
                pattern = text[token.end : _closing(found, n + 1, len(text))]
                parts.append(text[copied : before.end] + pattern)
                copied = before.end
                parts.append(clauses + " ")
                copied = token.start
            else:
                parts.append(text[copied : token.start] + clauses.lstrip() + " ")
                copied = token.start
    return "".join((*parts, text[copied:]))


def _closing(found: Sequence[tokens.Token], start: int, default: int) -> int:
    depth = 0
    for token in found[start:]:
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return token.end
    return default


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _iri(text: str) -> str:
    try:
        return NamedNode(text).value
    except ValueError as error:
        raise QueryError(f"{text!r} is not the IRI of a graph: {error}") from None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of RDF to be put into a graph. `base` resolves its relative IRIs."""

    data: bytes
    format: Format
    base: str | None = None


def put_graph(
    database: Database, graph: str | None, parts: Sequence[Part], *, add: bool = False, only_if: Condition | None = None
) -> Change:
    """Make the parts the content of a graph, or add them to it; return whether the graph is new.

    None is the default graph. `QueryError` with line and column for malformed RDF, `Moved` where the
    condition is not met; nothing is changed then.
    """
    quads = [quad for part in parts for quad in parsed(part, graph)]
    name = NamedNode(_iri(graph)) if graph is not None else DefaultGraph()
    with database.write("graph store " + ("POST" if add else "PUT")) as draft:
        is_new = isinstance(name, NamedNode) and not draft.store.contains_named_graph(name)
        _check(draft, graph, only_if, not is_new)
        draft.note(quads) if add and quads else draft.touch(graph or "")
        if not add:
            draft.store.clear_graph(name) if not is_new else None
        draft.store.extend(quads)
        if isinstance(name, NamedNode):
            draft.store.add_graph(name)
        _hold(draft)
    return _change(draft, is_new=is_new)


def drop_graph(database: Database, graph: str | None, *, only_if: Condition | None = None) -> Change:
    """Delete a graph, or empty the default graph (None); return whether there was such a graph.

    `Moved` where the condition is not met; nothing is changed then.
    """
    name = NamedNode(_iri(graph)) if graph is not None else DefaultGraph()
    if isinstance(name, NamedNode) and not database.reader().store.contains_named_graph(name):
        if only_if is not None:
            only_if.check_scope((name.value,))
            only_if.check("", exists=False)
        return Change(found=False)
    with database.write("graph store DELETE") as draft:
        is_there = isinstance(name, DefaultGraph) or draft.store.contains_named_graph(name)
        _check(draft, graph, only_if, is_there)
        draft.touch(graph or "")
        if isinstance(name, NamedNode):
            draft.store.remove_graph(name)
        else:
            draft.store.clear_graph(name)
        _hold(draft)
    return _change(draft) if is_there else Change(found=False)


def _check(draft: Draft, graph: str | None, only_if: Condition | None, exists: bool) -> None:
    if only_if is not None:
        only_if.check_scope((graph or "",))
        only_if.check(draft.base.state_of(graph or "") if draft.base else "", exists)


def parsed(part: Part, graph: str | None) -> Iterator[Quad]:
    """Yield the triples of a piece of RDF as quads of a graph; `QueryError` with the place if it is malformed."""
    name = NamedNode(_iri(graph)) if graph is not None else DefaultGraph()
    try:
        for quad in pyoxigraph.parse(
            io.BytesIO(part.data), part.format.rdf, base_iri=part.base, rename_blank_nodes=True
        ):
            if not isinstance(quad.graph_name, DefaultGraph):
                raise QueryError(
                    Problem(
                        f"The {part.format.title} names graphs of its own, but is to be put into one graph",
                        remedy="Send triples, or load the file with `duikou load`",
                    )
                )
            yield Quad(quad.subject, quad.predicate, quad.object, name)
    except SyntaxError as error:
        where = Origin("body", error.lineno, error.offset)
        raise QueryError(Problem(f"The {part.format.title} is malformed: {error.msg}", where)) from None
    except ValueError as error:
        raise QueryError(Problem(f"The {part.format.title} is malformed: {error}", Origin("body"))) from None
