"""The rows of rules for names are what the command writes from the texts that rules were written on."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.article import measure_names
from loaders.article.facts import Name
from loaders.article.measure import TABLE
from loaders.article.measure_names import main, measure, measure_relations, right

DEV = Path(__file__).with_name("texts") / "dev" / "gold.json"


def test_the_table_holds_what_is_measured_today(shared: Path) -> None:
    measured = measure([shared / "gold" / "seed.json", DEV])
    rows = {tuple(line.split("\t")) for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]}

    assert {(rule, *map(str, counts)) for rule, counts in measured.items()} <= rows
    assert {row[0] for row in rows if row[0].startswith(("name.", "mechanism."))} == set(measured)
    good, found = (sum(counts[at] for counts in measured.values()) for at in (1, 2))
    assert good / found > 0.7  # a fifth of the texts are by other hands, who call fewer things a name


def test_relations_are_measured_where_all_are_annotated(shared: Path) -> None:
    measured = measure_relations([shared / "gold" / "seed.json", DEV])

    assert measured["relation.figure"][1] > 40
    assert all(0 <= good <= found for _, good, found in measured.values())


def test_a_name_is_right_with_its_span_and_the_head_of_its_kind() -> None:
    name = Name(start=2, end=6, surface="云岭之春", rule="name.work", name="云岭之春", kind="work (promotional film)")

    assert right(name, [{"start": 2, "end": 6, "kind": "work"}])
    assert not right(name, [{"start": 2, "end": 6, "kind": "event"}])
    assert not right(name, [{"start": 2, "end": 5, "kind": "work"}])
    assert not right(name, [])


def test_the_rows_of_other_rules_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "measured.tsv"
    table.write_text("rule\ttexts\tright\tfound\nplace.list\t1\t2\t3\nname.gone\t1\t1\t1\n", encoding="utf-8")
    monkeypatch.setattr(measure_names, "TABLE", table)

    assert main([str(DEV)]) == 0
    text = table.read_text(encoding="utf-8")
    assert "place.list\t1\t2\t3\n" in text
    assert "name.gone" not in text
    assert "name.head-programme\t" in text
    assert main([]) == 2
