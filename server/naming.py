"""Names of things in the reader's language, with an honest mark where there is none.

A label in the wrong language is shown with its `lang` and marked; where there is no label at all the
key of the IRI stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

from graph.engine import Engine
from ontology.namespaces import PREFIXES, expand
from server import links, queries

#: Properties that hold names, best first.
PROPERTIES: Final = tuple(map(expand, ("rdfs:label", "skos:prefLabel", "dcterms:title", "foaf:name", "schema:name")))


@dataclass(frozen=True, slots=True)
class Name:
    """A text to show: `lang` is set where it is not in the reader's language, `missing` where ours should be."""

    text: str
    lang: str | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads somewhere. `iri` is what it stands for, `href` where a click goes."""

    name: Name
    href: str
    iri: str

    @property
    def is_local(self) -> bool:
        """Whether the link stays on this site."""
        return self.href.startswith("/")


class Labels:
    """The labels of many things, asked for in batches."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._known: dict[str, dict[str, str]] = {}

    def load(self, iris: Iterable[str]) -> None:
        """Ask for the labels of the things that are not known yet."""
        wanted = [iri for iri in dict.fromkeys(iris) if iri not in self._known]
        for start in range(0, len(wanted), queries.BATCH):
            batch = wanted[start : start + queries.BATCH]
            found: dict[str, dict[str, tuple[int, str]]] = {iri: {} for iri in batch}
            for row in queries.select(self.engine, "labels", things=map(ox.NamedNode, batch)):
                label, thing, rank = row["label"], row["thing"].value, PROPERTIES.index(row["property"].value)
                if isinstance(label, ox.Literal):
                    lang = (label.language or "").partition("-")[0].lower()
                    found[thing][lang] = min(found[thing].get(lang, (99, "")), (rank, label.value))
            for iri, labels in found.items():
                self._known[iri] = {lang: words for lang, (_, words) in labels.items()}

    def of(self, iri: str) -> dict[str, str]:
        """Return the labels of a thing by language; "" is the key of one without a language."""
        if iri not in self._known:
            self.load([iri])
        return self._known[iri]

    def name(self, iri: str, lang: str) -> Name:
        """Return the name of a thing for a reader of a language."""
        return best(self.of(iri), lang) or Name(short(iri))

    def link(self, iri: str, lang: str) -> Link:
        """Return the name of a thing with the way to it."""
        return Link(self.name(iri, lang), links.href(lang, iri), iri)


def best(texts: dict[str, str], lang: str) -> Name | None:
    """Return the text in a language, or one without a language, or another one marked as such."""
    if lang in texts:
        return Name(texts[lang])
    if "" in texts:
        return Name(texts[""])
    for other in (*links.LANGUAGES, *sorted(texts)):
        if other in texts:
            return Name(texts[other], other, True)
    return None


def short(iri: str) -> str:
    """Return an IRI as people write it: a prefixed name, or its last part."""
    name = links.parse(iri)
    if name is not None:
        return f"dk:{name.key}" if name.kind == "ontology" else unquote(name.key)
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def iris(terms: Iterable[object]) -> list[str]:
    """Return the IRIs among some terms."""
    return [t.value for t in terms if isinstance(t, ox.NamedNode)]
