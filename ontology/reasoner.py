"""Ask HermiT whether a graph contradicts the ontology, and say which things clash.

HermiT decides: it knows all of OWL 2 DL, but its answer is only yes or no. The checks of `_Clashes` know
the few ways in which data usually go wrong, and name the thing and the two statements that do not agree.

Two rules of ours are added to what OWL says. Things with different IRIs are different things unless the
graph says ``owl:sameAs``: otherwise a county in two prefectures would merely make the two prefectures one.
And what HermiT cannot read is left out: dates and years, which are outside the OWL 2 datatype map,
language-tagged text, and everything that is said in other vocabularies.
"""

from __future__ import annotations

import io
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Final

import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD
from rdflib.collection import Collection
from rdflib.term import BNode, Literal, Node, URIRef

from ontology.errors import Problem, ReasonerError
from ontology.namespaces import BASE, ONTOLOGY
from ontology.vocabulary import CORE

#: Literals that HermiT reads; xsd:date, xsd:gYear and language tags are not among them.
_DATATYPES: Final = {XSD.string, XSD.decimal, XSD.integer, XSD.nonNegativeInteger, XSD.boolean}
_INTEGERS: Final = {XSD.integer, XSD.nonNegativeInteger}

#: Links between terms that a graph may add to the core, as alignments.ttl does.
_CLASS_LINKS: Final = (RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith)
_PROPERTY_LINKS: Final = (RDFS.subPropertyOf, OWL.equivalentProperty)


def inconsistencies(graph: rdflib.Graph) -> list[Problem]:
    """Return what in the graph contradicts the ontology; empty if nothing does.

    The core of the ontology need not be in the graph. Nothing is fetched, and the graph stays as it is.
    Raises `ReasonerError` where HermiT cannot run: it needs Java 8 or later.
    """
    clashes = _Clashes(graph)
    problems = list(clashes.problems())
    verdict = _hermit(_axioms(graph, clashes.different))
    if verdict.consistent:
        problems.extend(
            Problem(f"no thing can be a {_name(URIRef(c))}", remedy="Take back the axiom that rules out every member")
            for c in verdict.empty_classes
        )
    elif not problems:
        problems.append(
            Problem(
                "the graph contradicts the ontology, and no single pair of statements shows why",
                remedy="Validate it against ontology/shapes.ttl, or leave sources out until it is consistent",
            )
        )
    return problems


def classes(graph: rdflib.Graph) -> dict[str, frozenset[str]]:
    """Return the local names of our classes that each thing belongs to, as HermiT finds them.

    Raises `ReasonerError` where HermiT cannot run, and where the graph is contradictory: then everything follows.
    """
    verdict = _hermit(_axioms(graph, ()), realise=True)
    if not verdict.consistent:
        raise ReasonerError(Problem("the graph contradicts the ontology", remedy="Call inconsistencies() to see where"))
    return verdict.classes


# -- HermiT -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Verdict:
    consistent: bool
    empty_classes: tuple[str, ...] = ()
    classes: dict[str, frozenset[str]] = field(default_factory=dict)


def _hermit(axioms: rdflib.Graph, *, realise: bool = False) -> _Verdict:
    import owlready2  # slow to import, and only this function needs it  # noqa: PLC0415

    if shutil.which(owlready2.JAVA_EXE) is None:
        raise ReasonerError(
            Problem(
                f"HermiT needs Java, and there is no {owlready2.JAVA_EXE} on the path", remedy="Install Java 8 or later"
            )
        )
    world = owlready2.World()
    try:
        # One triple a line, and loaded from memory: nothing is looked up on the network.
        world.get_ontology(f"{ONTOLOGY}#").load(
            fileobj=io.BytesIO(axioms.serialize(format="nt").encode()), only_local=True
        )
        with world.get_ontology(f"{ONTOLOGY}/inferred#"):
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        empty = sorted(c.iri for c in world.inconsistent_classes() if c is not owlready2.Nothing)
        found: dict[str, frozenset[str]] = {}
        for thing in world.individuals() if realise else ():
            above = {
                c.iri for direct in thing.is_a if isinstance(direct, owlready2.ThingClass) for c in direct.ancestors()
            }
            prefix = f"{ONTOLOGY}#"
            found[thing.iri] = frozenset(iri.removeprefix(prefix) for iri in above if iri.startswith(prefix))
        return _Verdict(True, tuple(empty), found)
    except owlready2.OwlReadyInconsistentOntologyError:
        return _Verdict(False)
    except owlready2.OwlReadyJavaError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        detail = next(
            (line.strip() for line in lines if "Exception" in line or "Error" in line), lines[0] if lines else ""
        )
        raise ReasonerError(
            Problem(
                f"HermiT stopped: {detail}", remedy="Check `java -version`, and give Java more memory for large graphs"
            )
        ) from None
    finally:
        world.close()


def _axioms(graph: rdflib.Graph, different: Iterable[tuple[Node, Node]]) -> rdflib.Graph:
    """The core and what the graph says in its terms, as far as HermiT reads it."""
    out = rdflib.Graph()
    for s, p, o in _core():
        if str(p).startswith((str(RDF), str(OWL))) or p in {
            RDFS.subClassOf,
            RDFS.subPropertyOf,
            RDFS.domain,
            RDFS.range,
        }:
            out.add((s, p, o))
    kinds = {kind: _members(kind) for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)}
    classes = set(kinds[OWL.Class])
    for link in _CLASS_LINKS:
        for s, o in graph.subject_objects(link):
            if isinstance(s, URIRef) and isinstance(o, URIRef):
                classes |= {s, o}
                out.add((s, link, o))
    out += ((c, RDF.type, OWL.Class) for c in classes)
    for link in _PROPERTY_LINKS:
        for s, o in graph.subject_objects(link):
            for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
                if s in kinds[kind] or o in kinds[kind]:
                    out += ((s, RDF.type, kind), (o, RDF.type, kind), (s, link, o))
    for s, p, o in graph:
        if (p == RDF.type and o in classes and (s, RDF.type, OWL.Class) not in out) or p in kinds[OWL.ObjectProperty]:
            out.add((s, p, o))
        elif p in kinds[OWL.DatatypeProperty] and isinstance(o, Literal) and o.language is None:
            if o.datatype in _DATATYPES or o.datatype is None:
                out.add((s, p, o))
        elif p in (OWL.sameAs, OWL.differentFrom):
            out.add((s, p, o))
    out += ((a, OWL.differentFrom, b) for a, b in different)
    for s in set(out.subjects()) | set(out.objects()):
        if isinstance(s, URIRef) and str(s).startswith((f"{BASE}id/", f"{BASE}concept/")):
            out.add((s, RDF.type, OWL.NamedIndividual))
    return out


# -- The usual clashes, named -------------------------------------------------


class _Clashes:
    """Contradictions that two or three statements make, found without a reasoner."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self.graph = graph
        self.same = {frozenset(pair) for pair in graph.subject_objects(OWL.sameAs)}
        #: Values of one functional property that would have to be one thing.
        self.different: list[tuple[Node, Node]] = []

    def problems(self) -> Iterator[Problem]:
        yield from self._two_values()
        yield from self._fixed_values()
        yield from self._direction()
        yield from self._two_classes()
        yield from self._wrong_literals()

    def _two_values(self) -> Iterator[Problem]:
        for p in sorted(_members(OWL.FunctionalProperty)):
            values: dict[Node, list[Node]] = defaultdict(list)
            for s, o in self.graph.subject_objects(p):
                if not any(_equal(o, seen) or frozenset((o, seen)) in self.same for seen in values[s]):
                    values[s].append(o)
            for s, found in values.items():
                if len(found) > 1:
                    self.different += [(a, b) for a, b in combinations(found, 2) if not isinstance(a, Literal)]
                    several = " and ".join(sorted(map(_name, found)))
                    yield Problem(
                        f"{_name(s)} has {several} by {_name(p)}, which has one value", remedy="Keep one of them"
                    )

    def _fixed_values(self) -> Iterator[Problem]:
        for cls, p, value in _values_by_class():
            for s in self.graph.subjects(RDF.type, cls):
                for o in self.graph.objects(s, p):
                    if o != value and frozenset((o, value)) not in self.same:
                        yield Problem(
                            f"{_name(s)} is a {_name(cls)}, whose {_name(p)} is {_name(value)}, but has {_name(o)}",
                            remedy="Correct the class or the value",
                        )

    def _direction(self) -> Iterator[Problem]:
        for p in sorted(_members(OWL.IrreflexiveProperty)):
            for s, o in self.graph.subject_objects(p):
                if s == o:
                    yield Problem(f"{_name(s)} has itself by {_name(p)}", remedy="Name another thing")
        for p in sorted(_members(OWL.AsymmetricProperty)):
            for s, o in self.graph.subject_objects(p):
                if str(s) < str(o) and (o, p, s) in self.graph:
                    yield Problem(
                        f"{_name(s)} and {_name(o)} each have the other by {_name(p)}", remedy="Keep one of the two"
                    )

    def _two_classes(self) -> Iterator[Problem]:
        why: dict[Node, dict[URIRef, str]] = defaultdict(dict)  # thing → class → where that comes from

        def belongs(thing: Node, cls: Node, reason: str) -> None:
            for wider in _core().transitive_objects(cls, RDFS.subClassOf):
                if isinstance(wider, URIRef):
                    why[thing].setdefault(wider, reason)

        for s, o in self.graph.subject_objects(RDF.type):
            if o in _members(OWL.Class):
                belongs(s, o, f"it is stated to be a {_name(o)}")
        for p, cls, of_subject in _signatures():
            for s, o in self.graph.subject_objects(p):
                if of_subject or not isinstance(o, Literal):
                    belongs(s if of_subject else o, cls, f"{_name(p)} {'starts' if of_subject else 'ends'} there")
        for cls, p, value in _classes_by_value():
            for s in self.graph.subjects(p, value):
                belongs(s, cls, f"its {_name(p)} is {_name(value)}")
        for thing, classes in sorted(why.items(), key=lambda item: str(item[0])):
            for together in _disjoint():
                for a, b in combinations(sorted(together & classes.keys()), 2):
                    yield Problem(
                        f"{_name(thing)} cannot be both a {_name(a)} ({classes[a]}) and a {_name(b)} ({classes[b]})",
                        remedy="Correct one of the two statements, or give two things keys of their own",
                    )

    def _wrong_literals(self) -> Iterator[Problem]:
        for p, datatype in _core().subject_objects(RDFS.range):
            if not str(datatype).startswith(str(XSD)):
                continue
            for s, o in self.graph.subject_objects(p):
                if not _fits(o, datatype):
                    wanted = str(datatype).removeprefix(str(XSD))
                    yield Problem(
                        f"{_name(s)} has {o.n3()} by {_name(p)}", remedy=f"Give a value of the type xsd:{wanted}"
                    )


def _equal(a: Node, b: Node) -> bool:
    if isinstance(a, Literal) and isinstance(b, Literal):
        return a == b or (a.value is not None and a.language == b.language and bool(a.value == b.value))
    return a == b


def _fits(value: Node, datatype: Node) -> bool:
    if not isinstance(value, Literal) or value.language is not None:
        return False
    given = value.datatype or XSD.string
    if datatype == XSD.nonNegativeInteger:
        return given in _INTEGERS and value.value is not None and int(value.value) >= 0
    if datatype == XSD.decimal:
        return given in {XSD.decimal, *_INTEGERS} and value.value is not None
    if datatype == XSD.integer:
        return given in _INTEGERS and value.value is not None
    return given == datatype and value.value is not None


def _name(node: Node) -> str:
    """A node as people write it: ``area/532300``, ``status/achieved``, ``dk:value``."""
    text = str(node)
    if isinstance(node, Literal):
        return f"“{text}”"
    for prefix, short in ((f"{ONTOLOGY}#", "dk:"), (f"{BASE}id/", ""), (f"{BASE}concept/", "")):
        if text.startswith(prefix):
            return short + text.removeprefix(prefix)
    return f"<{text}>" if isinstance(node, URIRef) else text


# -- What the core says, read once --------------------------------------------


@cache
def _core() -> rdflib.Graph:
    return rdflib.Graph().parse(CORE, format="turtle")


@cache
def _members(kind: URIRef) -> frozenset[URIRef]:
    return frozenset(
        s for s in _core().subjects(RDF.type, kind) if isinstance(s, URIRef) and not s.startswith(str(SKOS))
    )


@cache
def _disjoint() -> tuple[frozenset[URIRef], ...]:
    core = _core()
    lists = (core.value(axiom, OWL.members) for axiom in core.subjects(RDF.type, OWL.AllDisjointClasses))
    return tuple(frozenset(c for c in Collection(core, head) if isinstance(c, URIRef)) for head in lists if head)


@cache
def _signatures() -> tuple[tuple[URIRef, URIRef, bool], ...]:
    """(property, class, whether its subjects belong to the class), superproperties' classes included."""
    core = _core()
    found: set[tuple[URIRef, URIRef, bool]] = set()
    for p in _members(OWL.ObjectProperty) | _members(OWL.DatatypeProperty):
        for wider in core.transitive_objects(p, RDFS.subPropertyOf):
            for link, of_subject in ((RDFS.domain, True), (RDFS.range, False)):
                found |= {
                    (p, c, of_subject)
                    for c in core.objects(wider, link)
                    if isinstance(c, URIRef) and c in _members(OWL.Class)
                }
    return tuple(sorted(found))


@cache
def _classes_by_value() -> tuple[tuple[URIRef, URIRef, Node], ...]:
    """(class, property, value): membership follows from the value, as for dk:AchievedMeasurement."""
    core = _core()
    found: list[tuple[URIRef, URIRef, Node]] = []
    for cls, meaning in core.subject_objects(OWL.equivalentClass):
        head = core.value(meaning, OWL.intersectionOf)
        for part in Collection(core, head) if head else ():
            p, value = core.value(part, OWL.onProperty), core.value(part, OWL.hasValue)
            if isinstance(part, BNode) and isinstance(cls, URIRef) and isinstance(p, URIRef) and value is not None:
                found.append((cls, p, value))
    return tuple(found)


@cache
def _values_by_class() -> tuple[tuple[URIRef, URIRef, Node], ...]:
    """(class, property, value): every member has this value, as a dk:DonorParticipation has its role."""
    core = _core()
    found = []
    for cls, restriction in core.subject_objects(RDFS.subClassOf):
        p, value = core.value(restriction, OWL.onProperty), core.value(restriction, OWL.hasValue)
        if isinstance(cls, URIRef) and isinstance(p, URIRef) and value is not None:
            found.append((cls, p, value))
    return tuple(sorted(found))
