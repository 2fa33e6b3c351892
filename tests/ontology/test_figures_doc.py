"""The table of qualifiers in docs/figures.md is the one that the records use."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph.quads import quads
from loaders.builtin import builtin_sources
from ontology import vocabulary
from ontology.records import BOUNDS

DOCS = Path(__file__).parents[2] / "docs"


def table() -> dict[str, list[str]]:
    text = (DOCS / "figures.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \|(.+)\|$", text.partition("## The qualifiers")[2].partition("## Sums")[0], re.MULTILINE
    )
    return {key: [cell.strip() for cell in cells.split("|")] for key, cells in rows}


def test_the_table_has_every_qualifier() -> None:
    assert table().keys() == vocabulary.concept_keys("qualifier")


@pytest.mark.parametrize("key", sorted(vocabulary.concept_keys("qualifier")))
def test_bounds_are_those_of_the_records(key: str) -> None:
    _, lower, lower_included, upper, upper_included = table()[key]
    stated = {side for side, cell in (("lower", lower), ("upper", upper)) if cell}
    if key not in BOUNDS:
        assert not stated
        return
    side, inclusive = BOUNDS[key]
    assert stated == {side}
    assert (lower_included or upper_included) == ("yes" if inclusive else "no")


def test_the_sum_in_the_guide_can_be_run() -> None:
    text = (DOCS / "figures.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sparql\n(.+?)```", text, re.DOTALL)
    store = ox.Store()
    for source in builtin_sources():
        store.extend(quads(source))
    (row,) = store.query(query, use_default_graph_as_union=True)  # type: ignore[union-attr]
    assert int(float(row["atLeast"].value)) > 8000  # type: ignore[index, union-attr]
    assert row["openUpwards"].value == "1"  # type: ignore[index, union-attr]


def test_the_guide_names_existing_terms_and_files() -> None:
    for file in ("ontology.md", "figures.md"):
        text = (DOCS / file).read_text(encoding="utf-8")
        assert set(re.findall(r"`?dk:(\w+)", text)) - {"prefix"} <= vocabulary.terms().keys()
        for name in re.findall(r"\*\*(\w+)\*\*", text):
            assert name in vocabulary.terms(), name
