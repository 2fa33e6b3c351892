"""From a text with its annotation in line to the text and its annotation with offsets.

    python tests/loaders/article/texts/tagging.py        # writes *.txt and gold.json of every folder again

A mark is `{words|code …}`; marks nest. Offsets are code points of the text without marks, end excluded, so that a span
is always the words it was written round. README.md says what the codes mean and when each is used.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SETS = ("dev", "held_out", "english/dev", "english/held_out")

QUALIFIERS = {"exact", "over", "gt", "ge", "nearly", "le", "lt", "about"}
STATUSES = {"achieved", "planned", "context", "rule", "floor", "ceiling"}
MEASURES = dict.fromkeys(("CNY", "USD", "EUR", "GBP", "AUD", "KES", "MWK", "ETB", "BDT", "CHF", "NPR"), "currency")
MEASURES |= dict.fromkeys(("t", "kg"), "mass") | dict.fromkeys(("m", "km"), "length")
MEASURES |= dict.fromkeys(("mu", "ha", "m2", "km2"), "area") | dict.fromkeys(("kWh", "MW", "kW", "kV"), "energy")
MEASURES |= {"m3": "volume", "litre": "volume", "°C": "temperature"}
DURATIONS = {"a", "mo", "d", "h", "min", "week"}
RATES = {"ratio": "1 (ratio)", "times": "times", "pp": "percentage point"}
NO_FACT = {"ord": "ordinal", "lex": "lexical", "art": "article", "idm": "idiom", "pro": "pronominal", "vag": "vague"}
PLACE_ROLES = {"d": "donor area", "r": "recipient area", "v": "venue", "b": "base", "c": "country", "o": "other"}
BODY_ROLES = {"d": "donor", "i": "implementer", "p": "partner", "b": "beneficiary body", "a": "authority"}
BODIES = {
    "ent": "enterprise",
    "party": "party committee",
    "gov": "government",
    "dept": "government department",
    "office": "government office",
    "tf": "government task force",
    "univ": "university",
    "coll": "college",
    "school": "school",
    "hosp": "hospital",
    "health": "health facility",
    "coop": "cooperative",
    "coopfed": "cooperative federation",
    "res": "research institute",
    "found": "foundation",
    "assoc": "association",
    "chamber": "chamber of commerce",
    "cadre": "cadre team",
    "vill": "village committee",
    "street": "subdistrict office",
    "alliance": "alliance",
    "tc": "training centre",
    "station": "expert workstation",
    "consortium": "medical consortium",
    "edgroup": "education group",
    "union": "mass organisation",
    "agency": "aid agency",
    "un": "international organisation",
    "ngo": "charity",
    "bank": "development finance institution",
}
#: Bodies without a name whose words begin with a place that belongs to them.
HOLDS_PLACE = {"cadre", "dept", "edgroup"}
DIGITS = {c: Decimal(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": Decimal(0),
    "两": Decimal(2),
    "半": Decimal("0.5"),
}
STEPS = {"十": 10, "百": 100, "千": 1000}
BIG = {"万": 10**4, "亿": 10**8}
ENGLISH = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:\s*(thousand|million|billion|m|bn)\b)?")
ENGLISH_STEPS = {"thousand": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")


@dataclass
class Tagged:
    """A text and everything that is marked in it."""

    text: str
    lists: dict[str, list[dict[str, Any]]]
    header: dict[str, str] = field(default_factory=dict)


def chinese(numeral: str) -> Decimal:
    """The value of a Chinese numeral, with digits where they are mixed in (2.5万, 一百二十, 3千)."""
    for sign, size in sorted(BIG.items(), key=lambda item: -item[1]):
        if sign in numeral:
            high, low = numeral.split(sign, 1)
            return (chinese(high) if high else Decimal(1)) * size + (chinese(low) if low else 0)
    total, current = Decimal(0), Decimal(0)
    number = re.compile(r"[\d,]+(?:\.\d+)?")
    at = 0
    while at < len(numeral):
        if match := number.match(numeral, at):
            current = Decimal(match.group().replace(",", ""))
            at = match.end()
            continue
        char = numeral[at]
        if char in DIGITS:
            current = DIGITS[char]
        else:
            total += (current or 1) * STEPS[char]
            current = Decimal(0)
        at += 1
    return total + current


def value_of(words: str) -> tuple[Decimal, Decimal | None]:
    """The number in a figure's words, and its upper end where it is a range. Used to write the annotation only."""
    words = words.translate(FULL_WIDTH)
    if not re.search(r"[一-鿿]", words) and (english := ENGLISH.findall(words)):
        share = 100 if re.search(r"%|per ?cent", words) else 1
        numbers = [Decimal(n.replace(",", "")) * ENGLISH_STEPS.get(step, 1) / share for n, step in english]
        return numbers[0], numbers[1] if len(numbers) > 1 else None
    words = re.sub(r"\s", "", words)
    numeral = r"[\d,.零〇一二三四五六七八九两十百千万亿半]"
    found = re.findall(rf"{numeral}+", re.sub(r"[余多几来]|百分之|个?百分点|千(?=[米克瓦伏])", "", words))
    found = [f.strip(",.") for f in found if f.strip(",.")]
    percent = "%" in words or "百分之" in words
    values = [chinese(f) for f in found]
    if re.search(r"成", words):
        values = [v / 10 for v in values]
    if percent:
        values = [v / 100 for v in values]
    if len(values) == 1:
        return values[0], None
    last = found[-1]
    big = re.search(r"[万亿]+$", last)
    first = values[0] * (chinese("一" + big.group()) if big and not re.search(r"[万亿]", found[0]) else 1)
    return first, values[-1]


def split(source: str) -> tuple[str, list[tuple[int, int, str, int]]]:
    """The text without marks, and each mark as (start, end, code, depth), outer marks first."""
    out: list[str] = []
    opened: list[int] = []
    marks: list[tuple[int, int, str, int]] = []
    at = 0
    while at < len(source):
        char = source[at]
        if char == "{":
            opened.append(len(out))
        elif char == "|" and opened:
            close = source.index("}", at)
            start = opened.pop()
            marks.append((start, len(out), source[at + 1 : close], len(opened)))
            at = close
        else:
            out.append(char)
        at += 1
    if opened:
        raise ValueError(f"a mark is not closed: {''.join(out)[opened[-1] :][:40]}")
    return "".join(out), sorted(marks, key=lambda m: (m[0], -m[1], m[3]))


def number(value: Decimal | None) -> int | float | None:
    """A JSON number."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def quantity(surface: str, codes: list[str]) -> dict[str, Any]:
    """A figure that is a fact: `q unit [qualifier] [status] [v=value] [l=lower] [u=upper]`."""
    unit, *rest = codes
    unit = unit.replace("_", " ")
    options = dict(r.split("=", 1) for r in rest if "=" in r)
    words = [r for r in rest if "=" not in r]
    unknown = set(words) - QUALIFIERS - STATUSES
    if unknown:
        raise ValueError(f"{surface}: {unknown} is no qualifier or status")
    if "v" in options:
        value, upper = Decimal(options["v"]), Decimal(options["u"]) if "u" in options else None
    else:
        value, upper = value_of(surface)
    kind = "measure" if unit in MEASURES else "duration" if unit in DURATIONS else "rate" if unit in RATES else "count"
    return {
        "value": number(value),
        "upper": number(upper),
        "qualifier": next((w for w in words if w in QUALIFIERS), "exact"),
        "unit": RATES.get(unit, unit),
        "unit_class": MEASURES.get(unit, {"duration": "time", "rate": "ratio"}.get(kind, "count")),
        "kind": kind,
        "status": next((w for w in words if w in STATUSES), "achieved"),
        "is_fact": True,
    }


def record(code: str, surface: str) -> tuple[str, dict[str, Any]]:
    """The list that a mark belongs to, and its fields."""
    head, *rest = code.split()
    if head == "q":
        return "quantities", quantity(surface, rest)
    if head in NO_FACT:
        return "quantities", {"kind": NO_FACT[head], "is_fact": False}
    if head == "p":
        role, *more = rest
        digits = next((m for m in more if m.isdigit()), None)
        iso = next((m[4:] for m in more if m.startswith("iso=")), None)
        level = next((m for m in more if not m.isdigit() and m != "-" and not m.startswith("iso=")), None)
        if iso:
            level = "province" if "-" in iso else "country"
        if level is None and digits:
            level = "province" if digits.endswith("0000") else "prefecture" if digits.endswith("00") else "county"
            if re.match(r"(11|12|31|50|429|469|659|419)\d*[1-9]", digits):
                level = "county"
        place = {"role": PLACE_ROLES[role], "gb2260_2019": int(digits) if digits else None, "level": level}
        return "places", place | ({"iso3166": iso} if iso else {})
    if head in "Og":
        kind, role, *more = rest
        name = next((m[5:] for m in more if m.startswith("name=")), surface)
        suffix = "" if head == "O" or kind in ("cadre",) else " (collective)" if "c" in more else " (unspecified)"
        fields = {"kind": BODIES[kind] + suffix, "role": BODY_ROLES[role], "named": head == "O"}
        return "orgs", {"name": re.sub(r"\s", "", name) if re.search(r"[一-鿿]", name) else name, **fields}
    if head == "t":
        iso = rest[0] if rest else ""
        return "dates", {"normalised": iso, "kind": "period" if re.search(r"/|P|\.\.", iso) or not iso else "date"}
    if head == "n":
        return "names", {"kind": " ".join(rest).replace("_", " ")}
    if head == "h":
        return "hard_negatives", {}
    if head == "case":
        return "cases", {"themes": rest[0].split(",") if rest else []}
    raise ValueError(f"no such code: {code}")


def read(tagged: str) -> Tagged:
    """Read one tagged text: `%key value` lines, `%%`, the text, and then perhaps `%%` and relations, one a line."""
    head, body, *relations = re.split(r"^%%\n", tagged, flags=re.M)
    header = dict(line[1:].split(" ", 1) for line in head.splitlines() if line.startswith("%"))
    text, marks = split(body)
    lists: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("cases", "quantities", "places", "orgs", "dates", "names", "relations", "hard_negatives")
    }
    around: list[tuple[int, int, bool]] = []
    for start, end, code, _ in marks:
        name, fields = record(code, text[start:end])
        item = {"surface": text[start:end], "start": start, "end": end, **fields}
        if name == "cases":
            item = {"title": text[start:end].strip().split("\n")[0], "start": start, "end": end, **fields}
        if name == "orgs":
            around.append((start, end, fields["named"] or code.split()[1] in HOLDS_PLACE))
        if name == "names":
            around.append((start, end, True))
        if name == "places" and any(s <= start and end <= e and holds for s, e, holds in around):
            item["nested_in_name"] = True
        lists[name].append(item)
    if not lists["cases"]:
        start = len(text) - len(text.lstrip())
        title = text.strip().split("\n")[0]
        themes = header.get("themes", "").split()
        lists["cases"].append({"title": title, "start": start, "end": len(text.rstrip()), "themes": themes})
    for items in lists.values():
        for item in items:
            if items is not lists["cases"]:
                found = [i for i, c in enumerate(lists["cases"], 1) if c["start"] <= item["start"] < c["end"]]
                item["case"] = found[0] if found else None
    for line in relations[0].splitlines() if relations else []:
        subject, predicate, object_, evidence = (part.strip() for part in line.split("|"))
        if text.count(evidence) != 1:
            raise ValueError(f"evidence stands {text.count(evidence)} times: {evidence}")
        start = text.index(evidence)
        place = [i for i, c in enumerate(lists["cases"], 1) if c["start"] <= start < c["end"]]
        lists["relations"].append(
            {
                "subject": subject,
                "predicate": predicate,
                "object": object_,
                "evidence": evidence,
                "start": start,
                "end": start + len(evidence),
                "case": place[0] if place else None,
            }
        )
    return Tagged(text, lists, header)


def documents(folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each tagged text of a folder as (name of its .txt, text, annotation)."""
    for path in sorted(folder.glob("*.tagged")):
        try:
            tagged = read(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}") from error
        digest = hashlib.sha256(tagged.text.encode("utf-8")).hexdigest()
        name = path.with_suffix(".txt").name
        head = {
            "file": name,
            "sha256": digest,
            "characters": len(tagged.text),
            "document_date": tagged.header.get("date"),
        }
        yield name, tagged.text, head | tagged.lists


def gold(folder: Path) -> str:
    """The annotation of a folder as JSON, one annotated thing a line."""
    lines = ['{"offsets": "code points of the decoded file, end excluded", "documents": [']
    for number_, (_, _, document) in enumerate(documents(folder)):
        head = {k: v for k, v in document.items() if not isinstance(v, list)}
        lines.append(("," if number_ else "") + json.dumps(head, ensure_ascii=False)[:-1])
        for name, items in document.items():
            if isinstance(items, list):
                rows = ",\n  ".join(json.dumps(i, ensure_ascii=False) for i in items)
                lines.append(f', "{name}": [{rows}]')
        lines.append("}")
    return "\n".join(lines) + "\n]}\n"


def main() -> None:
    """Write the texts and the annotation of every folder."""
    for name in SETS:
        for file, text, _ in documents(FOLDER / name):
            (FOLDER / name / file).write_bytes(text.encode("utf-8"))
        (FOLDER / name / "gold.json").write_text(gold(FOLDER / name), encoding="utf-8")


if __name__ == "__main__":
    main()
