"""What is linked to, and how identifiers there look."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_BASE32: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR: Final = re.compile(r"0[0-9a-hj-km-np-tv-z]{6}[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Target:
    """A scheme: its prefix in tables, the start of its IRIs, its name, whether an identifier is well formed."""

    prefix: str
    namespace: str
    name: str
    licence: str
    shape: Callable[[str], bool]


def is_ror(identifier: str) -> bool:
    """Return whether an identifier is one of ROR's: nine characters, the last two of them check digits (mod 97)."""
    if not _ROR.fullmatch(identifier):
        return False
    number = 0
    for character in identifier[:7]:
        number = number * 32 + _BASE32.index(character)
    return int(identifier[7:]) == 98 - (number * 100) % 97


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda identifier: re.fullmatch(pattern, identifier) is not None


TARGETS: Final = {
    target.prefix: target
    for target in (
        Target("wd", "http://www.wikidata.org/entity/", "Wikidata", "CC0-1.0", _like(r"Q[1-9][0-9]*")),
        Target("geonames", "http://sws.geonames.org/", "GeoNames", "CC-BY-4.0", _like(r"[1-9][0-9]*/")),
        Target("ror", "https://ror.org/", "ROR", "CC0-1.0", is_ror),
        Target("sdg", "http://metadata.un.org/sdg/", "UN SDG", "", _like(r"[1-9][0-7]?(\.([1-9][0-9]?|[a-d]))?")),
        Target("dac", "https://w3id.org/duikou/concept/dac-sector/", "DAC", "CC-BY-4.0", _like(r"[1-9][0-9]{4}")),
        Target("agrovoc", "http://aims.fao.org/aos/agrovoc/", "AGROVOC", "CC-BY-4.0", _like(r"c_[0-9a-f]+")),
        Target("qudt", "http://qudt.org/vocab/unit/", "QUDT", "CC-BY-4.0", _like(r"[A-Z][A-Za-z0-9_-]*")),
        Target("dbpedia", "http://dbpedia.org/resource/", "DBpedia", "CC-BY-SA-3.0", _like(r"[^\s<>\"{}|\\^`]+")),
    )
}


def target_of(iri: str) -> tuple[Target, str] | None:
    """Return the scheme that an IRI belongs to and its identifier there; None where it is none of these."""
    for target in TARGETS.values():
        if iri.startswith(target.namespace):
            return target, iri[len(target.namespace) :]
    return None
