"""Places → areas of a case file, with the units above them; official units are those of the gazetteer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from loaders.article.case.keys import LONGEST, romanised, short
from loaders.article.case.words import level
from loaders.article.facts import Place

if TYPE_CHECKING:
    from loaders.article.case.drafts import Draft

CHINA: Final = "100000"
#: Levels below the county have no code, so they are known by the unit that they lie in.
_BELOW: Final = frozenset({"town", "village"})
_LEVEL: Final = {"ProvinceLevelArea": "province", "PrefectureLevelArea": "prefecture", "CountyLevelArea": "county"}


def key_of_code(made: Draft, code: str | None) -> str | None:
    """Return the key of an official unit and see that the file has it and those above it; None for no such unit."""
    if code is None:
        return None
    if code == CHINA or code in _built_in():
        return code
    from loaders.gazetteer.areas import with_ancestors  # noqa: PLC0415  # its tables are large

    records = with_ancestors([code])
    if not any(record.key == code for record in records):
        return None
    for record in records:
        if record.key in _built_in():
            continue
        entry: dict[str, Any] = {
            "name": {"zh": record.label.zh, **({"en": record.label.en} if record.label.en else {})},
            **({"also": {"zh": list(record.alt_label.zh)}} if record.alt_label.zh else {}),
            "level": _LEVEL[record.owl_class],
            "within": record.within.partition("/")[2] if record.within else CHINA,
            "code": record.gbt2260,
            "edition": record.code_edition,
        }
        for name, value in (("latitude", record.latitude), ("longitude", record.longitude)):
            if value is not None:
                entry[name] = Decimal(value)
        made.put("areas", record.key, entry)
    return code


def key_of(made: Draft, place: Place, around: Sequence[Place]) -> str | None:
    """Return the key of a place's area and see that the file has it."""
    official = key_of_code(made, place.code)
    if official is not None:
        return official
    if place.code and not place.code.isdigit():
        return _abroad(made, place, around)
    wanted = level(place.level)
    above = _above(made, place, around) if wanted in _BELOW else None
    if (wanted in _BELOW and above is None) or wanted in {"province", "prefecture", "county"}:
        wanted = "region"
    name = " ".join(place.name.split()) or place.surface
    prefix = f"{short(made.source, LONGEST)}."
    key = made.keys.of("area", f"{name}@{above or ''}" if above else name, prefix)
    entry: dict[str, Any] = {"name": {"zh": name, "en": romanised(name)}, "level": wanted}
    if above:
        entry["within"] = above
    entry["evidence"] = [made.evidence(place.start, place.end)]
    made.put("areas", key, entry, place)
    return key


def _abroad(made: Draft, place: Place, around: Sequence[Place]) -> str:
    """Return the key of a country or of its first-level division: its ISO 3166 code, the same in every article."""
    assert place.code is not None
    key = place.code.lower()
    entry: dict[str, Any] = {
        "name": {"zh": place.name, "en": place.name},
        "level": "country" if place.level == "country" else "region",
        "iso3166": place.code,
        "evidence": [made.evidence(place.start, place.end)],
    }
    country = next((p for p in around if p.code == place.code[:2] and p is not place), None)
    if country is not None and country.code != place.code:
        entry["within"] = _abroad(made, country, ())
    made.put("areas", key, entry, place)
    return key


def _above(made: Draft, place: Place, around: Sequence[Place]) -> str | None:
    """Return the county, or else the prefecture, that the text names last before a town or village."""
    units = [p for p in around if p.code and p.level in {"county", "prefecture"}]
    before = [p for p in units if p.start < place.start] or units[:1]
    return key_of_code(made, before[-1].code) if before else None


@cache
def _built_in() -> frozenset[str]:
    """Return the codes of the areas that come with Duikou."""
    import yaml  # noqa: PLC0415

    from loaders.builtin import FOLDER  # noqa: PLC0415

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load((FOLDER / "areas.yaml").read_text(encoding="utf-8"), Loader=loader)
    return frozenset(map(str, data["areas"]))
