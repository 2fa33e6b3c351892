"""How to cite a page: GB/T 7714-2015, BibTeX, and CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.texts import text

_AUTHOR: Final = {"zh": "对口知识图谱", "en": "Duikou knowledge graph"}


@dataclass(frozen=True, slots=True)
class Citing:
    """One form of a citation: the name of the form and the text to copy."""

    key: str
    form: str
    words: str


def citings(lang: str, iri: str, title: str, updated: date | None, today: date) -> Sequence[Citing]:
    """Return the forms in which a thing is cited: its IRI, when the graph was last changed, when it was read."""
    return (
        Citing("gbt", "GB/T 7714", _gbt(lang, iri, title, updated, today)),
        Citing("bibtex", "BibTeX", _bibtex(lang, iri, title, updated, today)),
        Citing("csl", "CSL-JSON", _csl(lang, iri, title, updated, today)),
    )


def _gbt(lang: str, iri: str, title: str, updated: date | None, today: date) -> str:
    issued = f"({updated.isoformat()})" if updated else ""
    return f"{_AUTHOR[lang]}. {title}[DB/OL]. {issued}[{today.isoformat()}]. {iri}."


def _bibtex(lang: str, iri: str, title: str, updated: date | None, today: date) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", "-".join(iri.lower().split("/")[-2:])).strip("-")
    fields = {
        "author": "{" + _AUTHOR[lang] + "}",
        "title": "{" + _tex(title) + "}",
        "year": str((updated or today).year),
        "url": iri,
        "urldate": today.isoformat(),
        "note": text(lang, "cite.note"),
    }
    body = ",\n".join(f"  {name} = {{{words}}}" for name, words in fields.items())
    return f"@misc{{duikou-{key},\n{body}\n}}"


def _tex(words: str) -> str:
    return re.sub(r"([#$%&_])", r"\\\1", re.sub(r"[\\{}]", "", words))


def _csl(lang: str, iri: str, title: str, updated: date | None, today: date) -> str:
    item: dict[str, object] = {
        "id": iri,
        "type": "dataset",
        "title": title,
        "author": [{"literal": _AUTHOR[lang]}],
        "URL": iri,
        "language": lang,
        "accessed": {"date-parts": [[today.year, today.month, today.day]]},
    }
    if updated:
        item["issued"] = {"date-parts": [[updated.year, updated.month, updated.day]]}
    return json.dumps([item], ensure_ascii=False, indent=2)
