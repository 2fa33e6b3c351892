"""Texts of a thing in the reader's language."""

from __future__ import annotations

import pyoxigraph as ox

from server.naming import Name, best
from server.neighbourhood import Neighbourhood


def texts_of(around: Neighbourhood, lang: str, iri: str, property_: str, *, both: bool = False) -> list[Name]:
    """Return the texts of a property in a language, or those of the language that stands in for it; or of `both`."""
    found = [s.value for s in around.statements.get(iri, {}).get(property_, ())]
    by_lang: dict[str, list[str]] = {}
    for value in found:
        if isinstance(value, ox.Literal):
            by_lang.setdefault((value.language or "").partition("-")[0], []).append(value.value)
    if both:
        return [Name(w, None if of in (lang, "") else of) for of, ws in by_lang.items() for w in ws]
    chosen = best({of: of for of in by_lang}, lang)
    key = chosen.text if chosen else ""
    return [Name(w, chosen.lang, chosen.missing) for w in by_lang[key]] if chosen else []
