"""docs/case-files.md: its example loads, and its list of fields is the schema's.

Run as a program, this file writes the list into the page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from loaders.builtin import FOLDER
from loaders.case_file import parse_case_file, read_case_file
from loaders.case_schema import schema
from loaders.evidence import check_against_text
from loaders.references import unresolved
from ontology.records import Measurement

PAGE = Path(__file__).parents[2] / "docs" / "case-files.md"
FIELDS = re.compile(r"(<!-- fields: [^\n]* -->\n).*(<!-- end of fields -->)", re.DOTALL)


def example() -> bytes:
    """The first YAML block of the page."""
    found = re.search(r"```yaml\n(duikou: 1\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1].encode()


def example_text() -> str:
    found = re.search(r"^> (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


def test_the_example_loads_and_agrees_with_its_text() -> None:
    source = parse_case_file(example(), "lanhe.yaml")

    assert check_against_text(source, example_text()) == []
    assert unresolved([source, read_case_file(FOLDER / "areas.yaml")]) == []
    assert sum(isinstance(record, Measurement) for record in source.records) == 2


def test_the_list_of_fields_is_the_schemas() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert FIELDS.search(page)
    assert with_fields(page) == page, f"run: python {Path(__file__).relative_to(PAGE.parents[1])}"


def test_every_field_of_the_schema_has_a_title_and_a_description() -> None:
    def visit(definition: dict[str, Any], path: str) -> None:
        for name, field in definition.get("properties", {}).items():
            assert field.get("title"), f"{path}.{name}"
            assert field.get("description"), f"{path}.{name}"
            visit(field, f"{path}.{name}")

    visit(schema(), "")
    for name, definition in schema()["$defs"].items():
        assert definition.get("title"), name
        assert definition.get("description"), name
        visit(definition, name)


# -- the list -----------------------------------------------------------------


def with_fields(page: str) -> str:
    return FIELDS.sub(lambda found: found[1] + "\n" + fields() + "\n" + found[2], page)


def fields() -> str:
    """The fields as Markdown: the file, then each section's entries, then the parts they share."""
    top, definitions = schema(), schema()["$defs"]
    sections = {name: field for name, field in top["properties"].items() if "additionalProperties" in field}
    plain = {name: field for name, field in top["properties"].items() if name not in sections}
    parts = [table("The file", "", plain, top["required"])]
    entries = [
        (name, definitions[field["additionalProperties"]["$ref"].rpartition("/")[2]])
        for name, field in sections.items()
    ]
    common = {
        name: field
        for name, field in entries[0][1]["properties"].items()
        if all(entry["properties"].get(name) == field for _, entry in entries)
    }
    unnamed = [f"`{name}`" for name, entry in entries if "name" not in entry["required"]]
    parts.append(table("Every entry", f"`name` is required, but not in {' and '.join(unnamed)}.", common, []))
    for name, entry in entries:
        own = {field: what for field, what in entry["properties"].items() if field not in common}
        parts.append(table(f"`{name}`", entry["description"], own, entry["required"]))
    for name in ("participation-details", "review-details", "component", "period", "labels", "names"):
        definition = definitions[name]
        parts.append(
            table(
                definition["title"], definition["description"], definition["properties"], definition.get("required", [])
            )
        )
    return "\n".join(parts)


def table(title: str, about: str, properties: dict[str, Any], required: list[str]) -> str:
    lines = [f"### {title}", ""]
    if about:
        lines += [about, ""]
    if not properties:
        return "\n".join(lines)
    lines += ["| field | value | |", "|---|---|---|"]
    for name, field in properties.items():
        must = " (required)" if name in required else ""
        lines.append(f"| `{name}`{must} | {value(field)} | {field['description']} |")
        for inner, below in field.get("properties", {}).items():
            lines.append(f"| `{name}.{inner}` | {value(below)} | {below['description']} |")
    return "\n".join(lines) + "\n"


def value(field: dict[str, Any]) -> str:
    """What stands in a field, in a few words."""
    if "conceptScheme" in field:
        return f"[{field['conceptScheme']}](../ontology/codelists/{field['conceptScheme']}.ttl)"
    if "refersTo" in field:
        return f"{KIND.get(field['refersTo'], field['refersTo'])} key"
    if "enum" in field:
        return " ".join(f"`{word}`" for word in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return WORDS.get(name, name)
    match field["type"]:
        case "array" if "prefixItems" in field:
            return "[begin, end]"
        case "array":
            return f"list: {value(field['items'])}"
        case "object":
            below = field.get("additionalProperties")
            inside = value(below) if isinstance(below, dict) else ""
            names = field.get("propertyNames", {}).get("refersTo", "")
            return f"{names} key → {inside}" if inside else "map"
        case "string":
            return "text"
        case kind:
            return {"integer": "whole number", "number": "number"}[kind]


#: Kinds that the format calls by another word.
KIND = {"measurement": "figure"}
WORDS = {
    "labels": "`{zh, en}`",
    "names": "`{zh: [], en: []}`",
    "evidence": "list: `[begin, end, text]`",
    "date": "date",
    "address": "web address",
    "key": "key",
    "reference": "kind/key",
    "participation": "evidence, or a map",
    "area-mentions": "area key → evidence, or a map",
    "place-mentions": "area key → evidence, or a map",
    "review": "a word, or a map",
    "component": "component",
    "period": "period",
}

if __name__ == "__main__":
    PAGE.write_text(with_fields(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
