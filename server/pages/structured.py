"""What search engines read in a page: schema.org in JSON-LD, said of a thing by what kind of thing it is."""

from __future__ import annotations

from typing import Any, Final

from server import links
from server.pages.portrait import Portrait

_TYPES: Final = {
    "organisation": "Organization", "area": "Place", "site": "Place",
    "event": "Event", "product": "Product", "work": "CreativeWork", "document": "Article", "case": "CreativeWork",
    "measurement": "Observation", "concept": "DefinedTerm", "graph": "Dataset",
}  # fmt: skip


def structured(portrait: Portrait, address: str) -> dict[str, Any]:
    """Return the description of a thing; `address` is that of the page."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(portrait.kind, "Thing"),
        "@id": portrait.iri,
        "url": address,
        "name": [portrait.name.text, *([portrait.other_name.text] if portrait.other_name else [])],
    }
    if portrait.also:
        said["alternateName"] = [name.text for name in portrait.also]
    if portrait.prose:
        said["description"] = portrait.prose[0].text
    same = [v.link.iri for g in portrait.elsewhere for v in g.values if v.link and v.link.iri.startswith("http")]
    if same:
        said["sameAs"] = same
    if portrait.citations:
        said["citation"] = sorted({c.document.iri for c in portrait.citations if c.document})
    recipients = [p.party.iri for role in portrait.roles if role.key == "recipient" for p in role.parties]
    if portrait.kind == "programme" and recipients:
        said["areaServed"] = [{"@id": iri} for iri in recipients if (name := links.parse(iri)) and name.kind == "area"]
    return said
