"""The table of links: what may be in it, what reaches the graph, and what the ten cases have."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from graph.quads import quads
from graph.sources import Source
from loaders import gazetteer
from loaders.links import checks, sssom
from loaders.links.source import TABLE, builtin_links, links, read_links
from loaders.links.targets import TARGETS, is_ror, target_of
from ontology.errors import SourceError
from ontology.mappings import Mapping, State
from ontology.namespaces import BASE, PREFIXES
from ontology.records import Area, Organisation
from ontology.vocabulary import concept_keys

SAME_AS = f"{PREFIXES['schema']}sameAs"
HEAD = (
    "subject_id\tpredicate_modifier\tpredicate_id\tobject_id\tmapping_justification\tmapping_date\treviewer_label\t"
    "review_date\treviewer_agreement\tobject_source\tevidence\n"
)


@pytest.fixture(scope="module")
def table() -> sssom.Table:
    return sssom.parse(TABLE.read_bytes(), TABLE.name)


def row(**cells: str) -> str:
    """A reviewed row, but for what is said otherwise."""
    usual = {
        "subject_id": "duikou:area/310000", "predicate_id": "schema:sameAs", "object_id": "wd:Q8686",
        "mapping_justification": "semapv:ManualMappingCuration", "mapping_date": "2026-01-01",
        "reviewer_label": "somebody", "review_date": "2026-01-02", "reviewer_agreement": "1", "evidence": "a file",
    }  # fmt: skip
    return "\t".join((usual | cells).get(slot, "") for slot in HEAD.rstrip().split("\t")) + "\n"


def faults(*rows: str) -> str:
    found = checks.faults(sssom.parse((HEAD + "".join(rows)).encode(), "t"), "t")
    return "\n".join(map(str, found))


def published(table: sssom.Table) -> dict[str, list[Mapping]]:
    found: dict[str, list[Mapping]] = defaultdict(list)
    for mapping in table.mappings:
        if mapping.state is State.REVIEWED:
            found[mapping.subject].append(mapping)
    return found


# -- the table that comes with Duikou -----------------------------------------


def test_the_table_has_no_fault(table: sssom.Table) -> None:
    assert checks.faults(table, TABLE.name) == []
    assert {m.state for m in table.mappings} == set(State), "all four states are kept"


def test_every_area_with_a_code_has_its_item_and_the_upper_ones_their_geonames_record(
    table: sssom.Table, sources: list[Source]
) -> None:
    known = published(table)
    for record in sources[0].records:
        if isinstance(record, Area) and record.code_edition == "2019":
            schemes = {m.scheme for m in known[f"{BASE}id/area/{record.key}"] if m.predicate == SAME_AS}
            county = record.owl_class == "CountyLevelArea"
            assert schemes == ({"wd"} if county else {"wd", "geonames"}), record.key


def test_geonames_ids_are_those_of_the_gazetteer(table: sssom.Table) -> None:
    for mapping in table.mappings:
        if mapping.scheme == "geonames" and mapping.state is State.REVIEWED:
            unit = gazetteer.unit(mapping.subject.rsplit("/", 1)[1])
            assert unit
            assert mapping.local == f"{unit.geonames}/"


def test_every_organisation_has_a_link_or_a_dated_search(table: sssom.Table, sources: list[Source]) -> None:
    looked_for = {
        m.subject for m in table.mappings if m.state is State.REVIEWED or (m.state is State.NOT_FOUND and m.date)
    }
    bodies = [r for source in sources for r in source.records if isinstance(r, Organisation)]
    assert len(bodies) > 50
    assert [r.key for r in bodies if f"{BASE}id/organisation/{r.key}" not in looked_for] == []


def test_every_theme_has_goals_and_sector_codes(table: sssom.Table) -> None:
    known = published(table)
    for theme in concept_keys("theme"):
        schemes = {m.scheme for m in known[f"{BASE}concept/theme/{theme}"]}
        assert {"sdg", "dac"} <= schemes, theme
    codes = {m.local for ms in known.values() for m in ms if m.scheme == "dac"}
    assert codes <= concept_keys("dac-sector")


def test_identifiers_agree_with_the_verified_ones(table: sssom.Table, shared: Path) -> None:
    """By name and scheme; and nothing that was only remembered is published."""
    schemes = {"Wikidata": "wd", "GeoNames": "geonames", "ROR": "ror"}
    verified: dict[tuple[str, str], set[str]] = defaultdict(set)
    remembered: set[str] = set()
    with (shared / "gazetteer/links.tsv").open(encoding="utf-8", newline="") as lines:
        for r in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            last = r["identifier"].rsplit("/", 1)[-1]
            if r["status"].startswith("verified") and r["target_graph"] in schemes:
                verified[schemes[r["target_graph"]], r["entity_zh"]].add(last)
            elif r["status"].startswith(("from memory", "derived")):
                remembered.add(last)
    agreed = 0
    for mapping in table.mappings:
        if mapping.state is not State.REVIEWED:
            continue
        local = mapping.local.rstrip("/")
        assert local not in remembered
        if (expected := verified.get((mapping.scheme, mapping.subject_label))) and mapping.predicate == SAME_AS:
            assert local in expected, mapping.subject
            agreed += 1
    assert agreed > 40


def test_reviewed_links_reach_the_graph_as_links_and_as_texts() -> None:
    source = builtin_links()
    assert source.graph == "links"
    assert all(m.state is State.REVIEWED for m in source.mappings)
    said = {(q.subject.value, q.predicate.value, q.object.value) for q in quads(source)}  # type: ignore[union-attr]
    shanghai = f"{BASE}id/area/310000"
    assert (shanghai, SAME_AS, "http://www.wikidata.org/entity/Q8686") in said
    assert (shanghai, PREFIXES["dk"] + "wikidataId", "Q8686") in said
    assert (shanghai, PREFIXES["dk"] + "geonamesId", "1796231") in said
    assert (f"{BASE}id/organisation/fudan-university", PREFIXES["dk"] + "rorId", "013q1eq08") in said
    assert not any(p.startswith(PREFIXES["owl"]) for _, p, _ in said), "nothing is merged"
    things = {s for s, p, _ in said if p.startswith(PREFIXES["skos"])}
    assert all(s.startswith(f"{BASE}concept/") for s in things), "skos:…Match is for concepts"


def test_what_a_link_rests_on_is_told_without_pointing_at_its_ends() -> None:
    source = builtin_links()
    ends = {m.subject for m in source.mappings}
    told = [q for q in quads(source) if "#" in q.subject.value]  # type: ignore[union-attr]
    assert {q.object.value for q in told if q.predicate.value.endswith("/source")} == {
        m.evidence for m in source.mappings
    }  # type: ignore[union-attr]
    assert not [q for q in told if not hasattr(q.object, "datatype") and q.object.value in ends]  # type: ignore[union-attr]


# -- what a table may not have ------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"evidence": ""}, "has no evidence"),
        ({"review_date": ""}, "reviewed on no date"),
        ({"evidence": "from memory"}, "is from memory"),
        ({"object_id": "wd:8686"}, "no identifier of Wikidata"),
        ({"object_id": "wd:Q08"}, "no identifier of Wikidata"),
        ({"object_id": "geonames:1796231"}, "no identifier of GeoNames"),
        ({"object_id": "ror:013q1eq09"}, "no identifier of ROR"),
        ({"object_id": "ror:013q1eqO8"}, "no identifier of ROR"),
        ({"object_id": "sdg:18"}, "no identifier of UN SDG"),
        ({"object_id": "dac:1133"}, "no identifier of DAC"),
        ({"object_id": "https://example.org/x"}, "no scheme that we link to"),
        ({"predicate_id": "skos:exactMatch"}, "makes a concept of a thing"),
        ({"subject_id": "concept:theme/health"}, "does not go between concepts"),
        ({"object_id": "sssom:NoTermFound", "mapping_date": "", "reviewer_label": ""}, "on no date"),
        ({"object_id": "sssom:NoTermFound", "reviewer_label": ""}, "searched nowhere"),
    ],
)
def test_a_bad_row_is_refused(cells: dict[str, str], fault: str) -> None:
    assert faults(row()) == ""
    told = faults(row(**cells))
    assert fault in told
    assert "t:2" in told


def test_two_things_cannot_share_an_identifier_nor_one_thing_have_two() -> None:
    told = faults(row(), row(subject_id="duikou:organisation/shanghai-municipality"))
    assert "and in line 2 duikou:area/310000 is" in told
    assert "in line 2 wd:Q8686" in faults(row(), row(object_id="wd:Q1"))
    refused = row(subject_id="duikou:organisation/x", predicate_modifier="Not")
    assert faults(row(), refused) == "", "a refused link claims nothing"
    category = row(subject_id="duikou:product/a", predicate_id="schema:category")
    assert faults(category, category.replace("product/a", "product/b")) == ""


@pytest.mark.parametrize(("prefix", "good"), [("ror", "013q1eq08"), ("ror", "03rc6as71"), ("ror", "00cmhce21")])
def test_check_digits(prefix: str, good: str) -> None:
    assert TARGETS[prefix].shape(good)
    wrong = [good[:i] + c + good[i + 1 :] for i in range(1, 9) for c in "0123456789abcdefghjk" if c != good[i]]
    assert not any(is_ror(identifier) for identifier in wrong), "one wrong character is always found"


def test_targets_are_told_by_their_iris() -> None:
    target, identifier = target_of("http://sws.geonames.org/1796231/") or (None, "")
    assert target is TARGETS["geonames"]
    assert target.shape(identifier)
    assert target_of("https://www.wikidata.org/wiki/Q8686") is None, "a page, not the item"


# -- reading and writing ------------------------------------------------------


def test_states_follow_from_the_slots_of_sssom() -> None:
    rows = (
        row(), row(reviewer_label="", review_date="", reviewer_agreement=""), row(predicate_modifier="Not"),
        row(reviewer_agreement="-1"), row(object_id="sssom:NoTermFound"), row(reviewer_agreement="0"),
    )  # fmt: skip
    read = sssom.parse((HEAD + "".join(rows)).encode(), "t")
    assert [m.state for m in read.mappings] == [
        State.REVIEWED, State.CANDIDATE, State.REJECTED, State.REJECTED, State.NOT_FOUND, State.CANDIDATE,
    ]  # fmt: skip


def test_a_table_is_written_as_it_was_read(table: sssom.Table) -> None:
    text = sssom.write(table.metadata, table.mappings)
    assert text == TABLE.read_text(encoding="utf-8")


def test_a_table_of_a_user_loads_with_prefixes_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "My links.sssom.tsv"
    file.write_text(
        "#curie_map:\n#  my: https://example.org/\n#mapping_date: 2026-01-01\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label\n"
        "my:programme/1\towl:sameAs\thttps://other.example/2\tsemapv:ManualMappingCuration\tme\n"
        "my:programme/2\tskos:exactMatch\tmy:3\tsemapv:LexicalMatching\t\n",
        encoding="utf-8",
    )
    source = read_links(file)
    assert source.graph == "source/my-links"
    assert [(m.subject, m.object) for m in source.mappings] == [
        ("https://example.org/programme/1", "https://other.example/2")
    ]
    assert source.mappings[0].date == "2026-01-01", "said once for all rows"
    assert "1 rows are candidate" in str(source.unread[0])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "no column subject_id"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"#a: [\nsubject_id\n", "not YAML"),
        (b"#just words\nsubject_id\n", "no list of names"),
        (b"#curie_map: 7\n", "curie_map"),
        (HEAD.encode() + row(object_id="nowhere:1").encode(), "prefix that is not declared"),
        (HEAD.encode() + row(object_id="").encode(), "has no value"),
        (HEAD.encode() + row(object_id="https://a b").encode(), "makes no IRI"),
        (HEAD.encode() + row(mapping_date="yesterday").encode(), "is no date"),
        (HEAD.encode() + row(reviewer_agreement="2").encode(), "no number from -1 to 1"),
        (HEAD.encode() + row(reviewer_agreement="NaN").encode(), "no number from -1 to 1"),
        (HEAD.encode() + b"x\t" * 30 + b"\n", "values under"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_place(text: bytes, told: str) -> None:
    with pytest.raises(SourceError) as error:
        links(text, "t.sssom.tsv", "source/t")
    assert told in str(error.value)
    assert "t.sssom.tsv" in str(error.value)
