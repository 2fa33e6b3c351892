"""From sources to a published snapshot, in one step: all of a command's sources, or none.

Each source replaces its own named graph and nothing else. What is new is held against the SHACL
shapes together with what is already there, what follows is inferred anew, where it came from is
written down, and only then does CURRENT move.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from graph import documents, inference, provenance, validation
from graph.database import Database
from graph.draft import Draft
from graph.inference import INFERRED, Inference
from graph.provenance import PROVENANCE, Load
from graph.quads import quads
from graph.rdf_files import RdfFile, locate_in, rdf_file, read_into
from graph.snapshot import Snapshot, now
from graph.sources import Source
from ontology.errors import Origin, Problem, SourceError, ValidationError
from ontology.namespaces import named_graph
from ontology.vocabulary import ontology_files

#: Called with what is being done, how far it is and how far it goes (0 where that is not known).
Progress = Callable[[str, int, int], None]

ONTOLOGY_GRAPH: Final = named_graph("ontology")
#: Graphs that Duikou itself writes, whatever file was loaded.
_OWN: Final = frozenset({INFERRED, PROVENANCE})
#: From this many new quads, and a tenth of the whole, the engine's files are put in order.
_OPTIMISE_FROM: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one named graph (an IRI), in quads."""

    graph: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a command did. `snapshot` is None after a dry run.

    `changes` has the graphs of the sources that changed, `inference` what was inferred (all of it,
    or newly where the change could be followed), `unread` what the loaders could not read, `notes` what the shapes
    remark on without refusing it, `checked` the number of things held against the shapes.
    """

    files: tuple[str, ...]
    changes: tuple[Change, ...]
    unread: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    checked: int = 0
    inference: Inference | None = None
    snapshot: Snapshot | None = None
    seconds: float = 0.0

    @property
    def added(self) -> int:
        """Quads added, over all graphs."""
        return sum(c.added for c in self.changes)

    @property
    def removed(self) -> int:
        """Quads removed, over all graphs."""
        return sum(c.removed for c in self.changes)

    def as_json(self) -> dict[str, Any]:
        """Return the report in types that JSON has, for ``--report``."""
        return {
            "files": list(self.files),
            "snapshot": self.snapshot.number if self.snapshot else None,
            "graphs": [{"graph": c.graph, "added": c.added, "removed": c.removed} for c in self.changes],
            "unread": [str(p) for p in self.unread],
            "notes": [str(p) for p in self.notes],
            "checked": self.checked,
            "inferred": dict(self.inference.counts) if self.inference else {},
            "seconds": round(self.seconds, 3),
        }


def publish(
    db: Database,
    sources: Sequence[Source],
    *,
    command: str,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> Report:
    """Publish sources and return what changed; with `dry_run` everything but the publishing is done.

    `ValidationError` with every fault and its place when the shapes refuse something, and
    `SourceError` for what RDF cannot hold; nothing is changed then.
    """
    return _publish(db, sources, command=command, progress=progress, dry_run=dry_run)


def build(
    db: Database, sources: Sequence[Source], *, command: str = "build", progress: Progress | None = None
) -> Report:
    """Publish the ontology and sources (the package's own, as a rule); other graphs stay as they are."""
    return _publish(db, sources, command=command, progress=progress, dry_run=False)


def _publish(
    db: Database, sources: Sequence[Source], *, command: str, progress: Progress | None, dry_run: bool
) -> Report:
    began = time.perf_counter()
    tell = progress or (lambda *_: None)
    _refuse_twins(sources)
    changes: list[Change] = []
    with db.write(command) as draft:
        started = now()
        left: set[str] = set()
        changes += put_ontology(draft, command)
        for i, source in enumerate(sources):
            tell(source.file, i, len(sources))
            name = named_graph(source.graph)
            left.update(subjects(draft, name))
            changes.append(_change(name, draft.replace(name, quads(source))))
        tell("checking", 0, 0)
        findings = validation.validate(draft.store, sources, gone=left)
        faults = [*findings.problems, *documents.faults(db, sources)]
        if faults:
            raise ValidationError(*faults)
        result = conclude(draft, [_load(source, started, command) for source in sources], tell)
        draft.bulk = worth_optimising(draft, sum(c.added for c in changes))
        draft.dropped = dry_run
    return Report(
        files=tuple(source.file for source in sources),
        changes=tuple(c for c in changes if c.added or c.removed),
        unread=tuple(problem for source in sources for problem in source.unread),
        notes=findings.notes,
        checked=findings.checked,
        inference=result,
        snapshot=draft.snapshot,
        seconds=time.perf_counter() - began,
    )


def load_rdf(
    db: Database,
    paths: Sequence[Path],
    *,
    graph: str | None = None,
    command: str = "load",
    progress: Progress | None = None,
    dry_run: bool = False,
    limit: int = validation.LIMIT,
) -> Report:
    """Load RDF files: all of them in one step, or none.

    Triples go to a graph named after the file, or to `graph`; quads keep the graphs they name. What
    a file wrote the last time and no other source wrote too is cleared first. `SourceError` with
    file, line and column for bad syntax, `ValidationError` if things of our own classes break the
    shapes (of more than `limit` such things the rest is not checked, and the report says so).
    """
    began = time.perf_counter()
    tell = progress or (lambda *_: None)
    files = [rdf_file(path, graph) for path in paths]
    notes: list[Problem] = []
    total: dict[str, tuple[int, int]] = {}
    written: set[str] = set()
    added = 0
    with db.write(command) as draft:
        for i, file in enumerate(files):
            fresh = not any(other.graph == file.graph for other in files[:i])
            change = _load_file(draft, file, command, notes, tell, fresh=fresh)
            written.update(name for name, (more, _) in change.items() if more)
            for name, (more, less) in change.items():
                old = total.get(name, (0, 0))
                total[name] = old[0] + more, old[1] + less
                added += more
        tell("checking", 0, 0)
        ours = sorted(written - {"", ONTOLOGY_GRAPH} - _OWN)
        locate = partial(locate_in, files)
        things = validation.things_of(draft.store, ours)
        findings = validation.validate(draft.store, things=things, limit=limit, locate=locate)
        faults = [*validation.nameless(draft.store, ours, locate), *findings.problems]
        if faults:
            raise ValidationError(*faults)
        if findings.unchecked:
            notes.append(
                Problem(
                    f"{findings.checked} things were held against the shapes, {findings.unchecked} more were not",
                    remedy="`duikou validate` checks all of them",
                )
            )
        draft.bulk = draft.bulk or worth_optimising(draft, added)
        result = conclude(draft, (), tell)
        draft.dropped = dry_run
    return Report(
        files=tuple(str(path) for path in paths),
        changes=tuple(Change(graph=g, added=a, removed=r) for g, (a, r) in sorted(total.items()) if a or r),
        notes=(*notes, *findings.notes),
        checked=findings.checked,
        inference=result,
        snapshot=draft.snapshot,
        seconds=time.perf_counter() - began,
    )


def _load_file(
    draft: Draft, file: RdfFile, command: str, notes: list[Problem], tell: Progress, *, fresh: bool
) -> dict[str, tuple[int, int]]:
    """Load one file in place of what it wrote before; return quads added and removed by graph.

    `fresh` is False for a further file of the same command that fills the same graph: it adds.
    """
    started = now()
    store = draft.store
    before = draft.counts()
    own, shared = provenance.graphs_of(store, file.graph)
    own.add(file.graph)
    if fresh:
        for name in own:
            store.remove_graph(NamedNode(name))
        draft.touch(*own)
    for name in sorted(shared - _OWN) if fresh else ():
        where = Origin(str(file.path))
        notes.append(Problem(f"the graph {name} has quads of other sources too: what stood in it was kept", where))
    cleared = draft.counts()
    read = read_into(store, file, lambda done, size: tell(file.path.name, done, size))
    if file.format.holds_datasets:
        draft.touch_everything()
    draft.touch(file.graph)
    after = draft.counts()
    changed = {
        name: (after.get(name, 0) - cleared.get(name, 0), before.get(name, 0) - cleared.get(name, 0))
        for name in {*before, *after}
    }
    if cleared.get(ONTOLOGY_GRAPH) and changed.get(ONTOLOGY_GRAPH, (0, 0))[0]:
        put_ontology(draft, command, anew=True)  # a copy of it has come along; two would double its blank nodes
        del changed[ONTOLOGY_GRAPH]
    wrote = {name for name, (more, _) in changed.items() if more and name}
    alone = {name for name in wrote if not cleared.get(name) and name not in _OWN}
    if not fresh:
        alone |= own
    provenance.record(
        draft,
        Load(
            graph=file.graph,
            loader="rdf",
            file=str(file.path),
            sha256=read.sha256,
            size=read.size,
            started=started,
            ended=now(),
            command=command,
            media_type=file.format.media_type,
        ),
        wrote=sorted(alone - {file.graph}),
        replaced=fresh,
        added_to=sorted(wrote - alone - {file.graph}),
    )
    return changed


def conclude(draft: Draft, loads: Iterable[Load], tell: Progress) -> Inference:
    """Do what every load ends with: write down where things came from, and infer what follows."""
    draft.indexed = True
    for load in loads:
        provenance.record(draft, load)
    tell("inferring", 0, 0)
    return inference.conclude(draft)


def put_ontology(draft: Draft, command: str, *, anew: bool = False) -> list[Change]:
    """Put the installed ontology, code lists and shapes into their graph, unless they are there already."""
    files = [(file, file.read_bytes()) for file in ontology_files()]
    digest = hashlib.sha256(b"".join(content for _, content in files)).hexdigest()
    if not anew and provenance.digest_of(draft.store, ONTOLOGY_GRAPH) == digest:
        return []
    graph = NamedNode(ONTOLOGY_GRAPH)
    started = now()
    fresh = [
        Quad(q.subject, q.predicate, q.object, graph)
        for _, content in files
        for q in parse(content, RdfFormat.TURTLE, base_iri=f"{ONTOLOGY_GRAPH}/", rename_blank_nodes=True)
    ]
    change = _change(ONTOLOGY_GRAPH, draft.replace(ONTOLOGY_GRAPH, fresh))
    provenance.record(
        draft,
        Load(
            graph=ONTOLOGY_GRAPH,
            loader="ontology",
            file="ontology",
            sha256=digest,
            size=sum(len(content) for _, content in files),
            started=started,
            ended=now(),
            command=command,
            media_type="text/turtle",
        ),
    )
    return [change]


def subjects(draft: Draft, graph: str) -> set[str]:
    """Return the IRIs of what a graph describes."""
    quads = draft.store.quads_for_pattern(None, None, None, NamedNode(graph))
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def worth_optimising(draft: Draft, added: int) -> bool:
    """Return whether so much is new that the engine's files should be put in order."""
    return added >= _OPTIMISE_FROM and added * 10 >= (draft.base.quads if draft.base else 0)


def _load(source: Source, started: str, command: str) -> Load:
    return Load(
        graph=named_graph(source.graph),
        loader=source.loader,
        file=source.file,
        sha256=source.sha256,
        size=source.size,
        started=started,
        ended=now(),
        command=command,
    )


def _change(graph: str, counts: tuple[int, int]) -> Change:
    return Change(graph=graph, added=counts[0], removed=counts[1])


def _refuse_twins(sources: Sequence[Source]) -> None:
    """Refuse two sources that would fill the same graph: the second would wipe out the first."""
    seen: dict[str, Source] = {}
    for source in sources:
        other = seen.setdefault(source.graph, source)
        if other is not source:
            raise SourceError(
                Problem(
                    f"{source.file} and {other.file} both call themselves {source.graph.removeprefix('source/')!r}",
                    Origin(source.file),
                    "Give each source a name of its own, or load one of them alone",
                )
            )
