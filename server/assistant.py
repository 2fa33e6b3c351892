"""What a language model asks the graph: five questions, each answered with IRIs and the words behind them.

The answers are plain JSON values, small enough for a conversation; what was left out is counted. They
are the tools of `duikou mcp`, and know nothing of that protocol.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

from graph.engine import Dataset, Engine
from graph.formats import Format
from ontology import vocabulary as terms
from ontology.errors import Problem, SourceError
from ontology.namespaces import BASE, PREFIXES
from server import finding, naming, neighbourhood, queries
from server.finding import Wish
from server.naming import Labels, Link
from server.pages.evidence import Citation
from server.pages.groups import Group
from server.pages.portrait import Painter, Portrait
from server.pages.quantities import Figure

#: Results of a search, rows of a table, passages of a source, terms of the vocabulary: the most that is given.
MOST_FOUND: Final = 50
MOST_ROWS: Final = 200
MOST_PASSAGES: Final = 100
MOST_TERMS: Final = 60
#: Related things listed of one property.
LISTED: Final = 12
_CITED: Final = 2


def search(engine: Engine, words: str, *, kind: str | None = None, limit: int = 10, lang: str = "en") -> dict[str, Any]:
    """Return things whose names fit some words, or that are about a place or body of that name."""
    if kind is not None and kind not in finding.KINDS:
        raise SourceError(Problem(f"kind {kind!r} is not one of {', '.join(finding.KINDS)}"))
    found = finding.search(engine, Wish(words, kind))
    shown = found.things[: max(1, min(limit, MOST_FOUND))]
    labels = Labels(engine)
    labels.load(iri for t in shown for iri in (t.iri, *t.facets["donor"], *t.facets["stated"], *t.facets["theme"]))
    evidence = _evidence_of(engine, [t.iri for t in shown], lang)
    return {
        "total": len(found.things),
        "results": [
            {
                "iri": t.iri,
                "name": labels.of(t.iri),
                "kind": t.kind,
                "themes": [labels.name(iri, lang).text for iri in sorted(t.facets["theme"])],
                "donors": [labels.name(iri, lang).text for iri in sorted(t.facets["donor"])],
                "recipient_areas": [labels.name(iri, lang).text for iri in sorted(t.facets["stated"])],
                "found_through": t.through,
                "evidence": evidence.get(t.iri, [])[:_CITED],
            }
            for t in shown
        ],
    }


def entity(engine: Engine, what: str, *, lang: str = "en") -> dict[str, Any]:
    """Return one thing by its IRI or as ``kind/key``: facts, roles and figures, each with its evidence."""
    iri = _iri(what)
    around = neighbourhood.read(engine, iri, listed=LISTED)
    if not around:
        raise SourceError(Problem(f"Nothing is known of <{iri}>", remedy="Look for it with the tool search"))
    portrait = Painter(around, lang, lambda _: None).portrait()
    return _portrait(portrait, around.labels)


def vocabulary(engine: Engine, words: str = "", *, lang: str = "en") -> dict[str, Any]:
    """Return the terms of the ontology that some words fit, or all of their names, and questions as examples."""
    rows = queries.select(engine, "terms", lang=ox.Literal(lang))
    wanted = words.casefold().split()
    found = [r for r in rows if all(w in _said(r) for w in wanted)]
    told = [_term(r) for r in found[:MOST_TERMS]] if wanted else [naming.short(r["term"].value) for r in rows]
    asked = [
        q for q in terms.questions() if not wanted or any(w in f"{q.en} {q.zh} {q.text}".casefold() for w in wanted)
    ]
    return {
        "prefixes": dict(PREFIXES),
        "terms": told,
        "total": len(found),
        "example_queries": [{"question": q.zh if lang == "zh" else q.en, "sparql": q.text} for q in asked[:6]],
        "note": "Figures: dk:value with dk:qualifier, dk:unit, dk:status; their words: dk:evidence/dk:exactText. "
        'Find names with ?x dk:search "…".',
    }


def sparql(engine: Engine, query: str, *, limit: int = 50) -> dict[str, Any]:
    """Return the answer of a SPARQL query (no update), cut to some rows, with the evidence of what is in it."""
    answer = engine.answer(query, Dataset(), (Format.JSON, Format.TURTLE))
    most = max(1, min(limit, MOST_ROWS))
    if answer.format is not Format.JSON:
        lines = answer.body.decode().splitlines()
        return {"turtle": "\n".join(lines[: most * 4]), "is_cut": len(lines) > most * 4}
    told = json.loads(answer.body)
    if "boolean" in told:
        return {"boolean": told["boolean"]}
    rows = told["results"]["bindings"]
    shown = [{name: _cell(cell) for name, cell in row.items()} for row in rows[:most]]
    named = dict.fromkeys(
        cell["value"]
        for row in rows[:most]
        for cell in row.values()
        if cell["type"] == "uri" and "/id/" in cell["value"]
    )
    return {
        "columns": told["head"]["vars"],
        "rows": shown,
        "total": len(rows),
        "is_cut": len(rows) > most,
        "evidence": _evidence_of(engine, list(named), "en"),
    }


def sources(engine: Engine, what: str = "", *, lang: str = "en") -> dict[str, Any]:
    """Return the passages that a thing, its roles and its figures rest on; without a thing, the documents."""
    if not what:
        labels = Labels(engine)
        rows = queries.select(engine, "documents")
        labels.load(r["document"].value for r in rows)
        return {
            "documents": [
                {"iri": r["document"].value, "name": labels.of(r["document"].value)}
                | {k: r[k].value for k in ("sha256", "issued", "address") if k in r}
                | {"passages": int(r["passages"].value)}
                for r in rows
            ]
        }
    iri = _iri(what)
    around = neighbourhood.read(engine, iri, listed=1)
    if not around:
        raise SourceError(Problem(f"Nothing is known of <{iri}>", remedy="Look for it with the tool search"))
    found = _evidence_of(engine, list(around.statements), lang)
    passages = [{"about": about} | passage for about, some in found.items() for passage in some]
    return {"iri": iri, "total": len(passages), "passages": passages[:MOST_PASSAGES]}


def _iri(what: str) -> str:
    """Return the IRI that is meant. `SourceError` where it is none."""
    iri = what.strip().strip("<>")
    if ":" not in iri:
        iri = f"{BASE}id/{iri.strip('/')}"
    elif (expanded := iri.partition(":"))[0] in PREFIXES:
        iri = PREFIXES[expanded[0]] + expanded[2]
    try:
        return ox.NamedNode(iri).value
    except ValueError:
        raise SourceError(Problem(f"{what[:200]!r} is no IRI", remedy="Write it whole, or as kind/key")) from None


def _portrait(portrait: Portrait, labels: Labels) -> dict[str, Any]:
    return {
        "iri": portrait.iri,
        "name": labels.of(portrait.iri),
        "kind": portrait.kind,
        "types": [t.name.text for t in portrait.types],
        "description": [n.text for n in portrait.prose],
        "is_reviewed": not portrait.is_unreviewed,
        "evidence": [_citation(c) for c in portrait.citations] + _quotation(portrait),
        "figure": _figure(portrait.figure) if portrait.figure else None,
        "figures": [_figure(f) for f in portrait.figures],
        "roles": [
            {
                "role": role.key,
                "party": _link(p.party),
                "detail": p.detail,
                "evidence": [_citation(c) for c in p.citations],
            }
            for role in portrait.roles
            for p in role.parties
        ],
        "facts": [_group(g) for g in (*portrait.groups, *portrait.outgoing, *portrait.elsewhere)],
        "inferred": [_group(g) for g in portrait.inferred],
        "incoming": [
            {"property": naming.short(a.predicate.iri), "count": a.count, "things": [_link(link) for link in a.links]}
            for a in portrait.incoming
        ],
        "graphs": [link.iri for link in portrait.sources],
    }


def _quotation(portrait: Portrait) -> list[dict[str, Any]]:
    return [_citation(portrait.quotation)] if portrait.quotation else []


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "iri": figure.link.iri,
        "says": figure.sentence,
        "value": str(figure.amount.value) if figure.amount else None,
        "qualifier": (figure.amount.qualifier or "exact") if figure.amount else None,
        "unit": figure.unit.name.text if figure.unit else None,
        "indicator": figure.indicator.name.text if figure.indicator else None,
        "status": figure.status_key,
        "period": figure.period,
        "is_reviewed": not figure.is_unreviewed,
        "may_include": sorted(figure.includes),
        "evidence": [_citation(c) for c in figure.citations],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "property": naming.short(group.predicate.iri),
        "name": group.predicate.name.text,
        "values": [_link(v.link) if v.link else v.words.text if v.words else None for v in group.values],
        "count": group.count,
        "evidence": [_citation(c) for v in group.values for c in v.citations],
    }


def _link(link: Link) -> dict[str, str]:
    return {"iri": link.iri, "name": link.name.text}


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "iri": citation.iri,
        "words": citation.words,
        "document": citation.document.iri if citation.document else None,
        "begin": citation.begin,
        "end": citation.end,
    }


def _evidence_of(engine: Engine, things: Sequence[str], lang: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for start in range(0, len(things), queries.BATCH):
        batch = map(ox.NamedNode, _nodes(things[start : start + queries.BATCH]))
        for row in queries.select(engine, "evidence-of", things=batch):
            found.setdefault(row["thing"].value, []).append(
                {
                    "iri": row["evidence"].value,
                    "words": row["words"].value,
                    "document": row["document"].value,
                    "begin": int(row["begin"].value) if "begin" in row else None,
                    "end": int(row["end"].value) if "end" in row else None,
                }
            )
    return found


def _nodes(iris: Iterable[str]) -> list[str]:
    """Return those that are IRIs: among what a neighbourhood has are blank nodes too."""
    return [iri for iri in iris if ":" in iri and not iri.startswith("_:")]


def _cell(cell: Mapping[str, str]) -> str | dict[str, str]:
    if cell["type"] == "uri":
        return {"iri": cell["value"]}
    return {"text": cell["value"], "lang": cell["xml:lang"]} if "xml:lang" in cell else cell["value"]


def _said(row: Mapping[str, queries.Term]) -> str:
    return " ".join(row[k].value for k in ("term", "label", "definition") if k in row).casefold()


def _term(row: Mapping[str, queries.Term]) -> dict[str, str]:
    told = {
        "term": naming.short(row["term"].value),
        "kind": naming.short(row["kind"].value),
        "label": row["label"].value,
    }
    if "definition" in row:
        told["definition"] = row["definition"].value
    return told | {k: naming.short(row[k].value) for k in ("domain", "range") if k in row}
