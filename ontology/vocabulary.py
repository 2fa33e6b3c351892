"""Looking things up in the ontology's own files: terms, concepts, rules and questions.

The Turtle and SPARQL files beside this module are the one place where the vocabulary is written; what
other modules need to know of it they ask here. Files are read at the first question and once only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import pyoxigraph as ox

from ontology.namespaces import BASE, ONTOLOGY, PREFIXES
from ontology.records import Labels

FOLDER: Final = Path(__file__).parent
CORE: Final = FOLDER / "duikou.ttl"
ALIGNMENTS: Final = FOLDER / "alignments.ttl"
SHAPES: Final = FOLDER / "shapes.ttl"
CODELISTS: Final = FOLDER / "codelists"

Kind = Literal["class", "object property", "datatype property"]
RuleKind = Literal["owl", "labels"]

_RDF = PREFIXES["rdf"]
_RDFS = PREFIXES["rdfs"]
_SKOS = PREFIXES["skos"]
_TYPE = ox.NamedNode(f"{_RDF}type")
_KINDS: Final[dict[str, Kind]] = {
    f"{PREFIXES['owl']}Class": "class",
    f"{PREFIXES['owl']}ObjectProperty": "object property",
    f"{PREFIXES['owl']}DatatypeProperty": "datatype property",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property of the ontology; `name` is its local name."""

    name: str
    kind: Kind
    label: Labels
    definition: Labels


@dataclass(frozen=True, slots=True)
class Concept:
    """An entry of a code list; `notation` is its code or symbol where it has one."""

    scheme: str
    key: str
    label: Labels
    definition: Labels
    notation: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A SPARQL CONSTRUCT query; rules run in the order of their names."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A competency question in both languages, with the SPARQL query that answers it."""

    key: str
    zh: str
    en: str
    text: str


def ontology_files() -> list[Path]:
    """Return the Turtle files that fill the graph ``ontology``: core, alignments, code lists, shapes."""
    return [CORE, ALIGNMENTS, *sorted(CODELISTS.glob("*.ttl")), SHAPES]


@cache
def terms() -> Mapping[str, Term]:
    """Return the classes and properties of the ontology by local name."""
    store = _store((CORE,))
    found: dict[str, Term] = {}
    for quad in store.quads_for_pattern(None, _TYPE, None):
        name = _local(quad.subject)
        if name and isinstance(quad.object, ox.NamedNode) and quad.object.value in _KINDS:
            label = _labels(store, quad.subject, f"{_RDFS}label")
            definition = _labels(store, quad.subject, f"{_SKOS}definition")
            found[name] = Term(name, _KINDS[quad.object.value], label, definition)
    return MappingProxyType(dict(sorted(found.items())))


@cache
def subclasses(name: str) -> frozenset[str]:
    """Return the local names of a class and of every class under it. `KeyError` for an unknown class."""
    if name not in terms() or terms()[name].kind != "class":
        raise KeyError(f"the ontology has no class {name}")
    children = _children()
    found: set[str] = set()
    left = [name]
    while left:
        here = left.pop()
        if here not in found:
            found.add(here)
            left.extend(children.get(here, ()))
    return frozenset(found)


@cache
def schemes() -> frozenset[str]:
    """Return the keys of all concept schemes: ``theme``, ``unit``, ``status`` and so on."""
    return frozenset(_concepts())


def concepts(scheme: str) -> Mapping[str, Concept]:
    """Return the concepts of a scheme by key. `KeyError` for an unknown scheme."""
    try:
        return _concepts()[scheme]
    except KeyError:
        raise KeyError(f"there is no concept scheme {scheme}; there are {', '.join(sorted(_concepts()))}") from None


@cache
def concept_keys(scheme: str) -> frozenset[str]:
    """Return the keys of a scheme's concepts. `KeyError` for an unknown scheme."""
    return frozenset(concepts(scheme))


def rules(kind: RuleKind) -> list[Rule]:
    """Return the inference rules (``owl``) or the label rules (``labels``), in the order they run."""
    return list(_rules(kind))


def questions() -> list[Question]:
    """Return the competency questions, by key. `ValueError` if a file lacks its ``# zh:`` or ``# en:`` line."""
    return list(_questions())


@cache
def _store(files: tuple[Path, ...]) -> ox.Store:
    store = ox.Store()
    for file in files:
        store.load(path=file, format=ox.RdfFormat.TURTLE)
    return store


def _local(node: object) -> str | None:
    """The local name of one of our own terms, else None."""
    prefix = f"{ONTOLOGY}#"
    if isinstance(node, ox.NamedNode) and node.value.startswith(prefix):
        return node.value.removeprefix(prefix)
    return None


def _labels(store: ox.Store, subject: ox.NamedNode | ox.BlankNode | ox.Triple, predicate: str) -> Labels:
    values = {
        quad.object.language: quad.object.value
        for quad in store.quads_for_pattern(subject, ox.NamedNode(predicate), None)
        if isinstance(quad.object, ox.Literal)
    }
    return Labels(values.get("zh"), values.get("en"))


@cache
def _children() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for quad in _store((CORE,)).quads_for_pattern(None, ox.NamedNode(f"{_RDFS}subClassOf"), None):
        child, parent = _local(quad.subject), _local(quad.object)
        if child and parent:
            found.setdefault(parent, []).append(child)
    return MappingProxyType({parent: tuple(sorted(names)) for parent, names in found.items()})


@cache
def _concepts() -> Mapping[str, Mapping[str, Concept]]:
    store = _store(tuple(sorted(CODELISTS.glob("*.ttl"))))
    found: dict[str, dict[str, Concept]] = {}
    base = f"{BASE}concept/"
    for quad in store.quads_for_pattern(None, _TYPE, ox.NamedNode(f"{_SKOS}Concept")):
        if not isinstance(quad.subject, ox.NamedNode) or not quad.subject.value.startswith(base):
            continue
        scheme, _, key = quad.subject.value.removeprefix(base).partition("/")
        notation = next(iter(store.quads_for_pattern(quad.subject, ox.NamedNode(f"{_SKOS}notation"), None)), None)
        found.setdefault(scheme, {})[key] = Concept(
            scheme,
            key,
            _labels(store, quad.subject, f"{_SKOS}prefLabel"),
            _labels(store, quad.subject, f"{_SKOS}definition"),
            notation.object.value if notation and isinstance(notation.object, ox.Literal) else None,
        )
    return MappingProxyType({s: MappingProxyType(dict(sorted(c.items()))) for s, c in sorted(found.items())})


@cache
def _rules(kind: RuleKind) -> tuple[Rule, ...]:
    files = sorted((FOLDER / "rules" / kind).glob("*.rq"))
    return tuple(Rule(file.stem, file.read_text(encoding="utf-8")) for file in files)


@cache
def _questions() -> tuple[Question, ...]:
    return tuple(_question(file) for file in sorted((FOLDER / "questions").glob("*.rq")))


def _question(file: Path) -> Question:
    text = file.read_text(encoding="utf-8")
    said = {language: re.search(rf"^# {language}: *(.+)$", text, re.MULTILINE) for language in ("zh", "en")}
    zh, en = said["zh"], said["en"]
    if zh is None or en is None:
        raise ValueError(f"{file.name} must begin with the question as `# zh: …` and `# en: …`")
    return Question(file.stem, zh[1].strip(), en[1].strip(), text)
