"""What in a data directory has no link into a namespace."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from graph.engine import Engine
from loaders.gazetteer.areas import LEVELS
from loaders.links.proposing import OFFLINE, Subject
from ontology.namespaces import BASE, ONTOLOGY, PREFIXES
from ontology.vocabulary import subclasses
from server import queries

#: Kinds that can be linked, by the word of ``--kind``.
KINDS: Final = {
    "area": "AdministrativeArea",
    "organisation": "Organisation",
    "programme": "Programme",
    "product": "Product",
    "event": "Event",
}
_ROWS: Final = 200_000
_CODE: Final = f"{PREFIXES['dk']}gbt2260Code"
_WITHIN: Final = f"{PREFIXES['dk']}within"
_ALT: Final = f"{PREFIXES['skos']}altLabel"
_AREA: Final = f"{BASE}id/area/"
#: Groups are counted and not named, former areas are no thing of today: neither is looked for.
_LEFT_OUT: Final = frozenset({"OrganisationGroup", "AreaGroup", "AreaOfOtherYears"})


def unlinked(engine: Engine, namespace: str, kinds: tuple[str, ...]) -> list[Subject]:
    """Return the things of some kinds without a link into a namespace, in the order of their IRIs."""
    names = {name for kind in kinds for name in subclasses(KINDS[kind]) | {KINDS[kind]}}
    classes = [ox.NamedNode(f"{ONTOLOGY}#{name}") for name in sorted(names)]
    rows = queries.select(engine, "unlinked", classes=classes, namespace=ox.Literal(namespace), limit=_ROWS)
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        facts = found.setdefault(row["thing"].value, {"class": [], "main": [], "other": [], "code": [], "within": []})
        kind, property_, value = row["class"].value.rpartition("#")[2], row["property"].value, row["value"]
        where = {_CODE: "code", _WITHIN: "within", _ALT: "other"}.get(property_, "main")
        text = value.value if isinstance(value, (ox.Literal, ox.NamedNode)) else ""
        text = text.removeprefix(_AREA) if where == "within" else text
        if isinstance(value, ox.Literal) and value.language == "zh" and where == "main":
            facts[where].insert(0, text)  # Chinese names are matched first
        else:
            facts[where].append(text)
        facts["class"].append(kind)
    subjects = [_subject(iri, facts) for iri, facts in found.items() if not _LEFT_OUT & set(facts["class"])]
    if namespace == OFFLINE["areas"]:
        return [s for s in subjects if not s.iri.startswith(_AREA) or not s.code]
    return subjects


def _subject(iri: str, facts: dict[str, list[str]]) -> Subject:
    levels = {name: level for level, name in LEVELS.items()}
    within = tuple(dict.fromkeys(c for c in facts["within"] if len(c) == 6 and c.isdigit() and c != "100000"))
    return Subject(
        iri=iri,
        names=tuple(dict.fromkeys((*facts["main"], *facts["other"]))),
        kind=next(iter(facts["class"]), ""),
        level=next((levels[kind] for kind in facts["class"] if kind in levels), None),
        code=next(iter(facts["code"]), None),
        within=within,
    )
