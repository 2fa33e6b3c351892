"""The sources that come with Duikou, held against the document they were written from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graph.sources import Source
from loaders import builtin
from loaders.builtin import areas_needed, builtin_files, builtin_sources
from loaders.evidence import check_against_text
from ontology.errors import SourceError
from ontology.records import Area, Case, Measurement, Participation, Programme, SourceDocument, TextEvidence

#: Longer evidence is a name or a title.
FEW_WORDS = 17


def test_areas_and_shared_things_come_first_then_the_cases_by_number(sources: list[Source]) -> None:
    numbers = [[r.number for r in source.records if isinstance(r, Case)] for source in sources]

    assert [source.graph for source in sources[:2]] == ["areas", "source/common"]
    assert numbers[2:-1] == [[n] for n in range(1, 11)]
    assert sources[-1].graph == "links"
    assert len({source.graph for source in sources}) == len(sources) == len(builtin_files()) + 1


def test_the_order_is_the_same_every_time(sources: list[Source]) -> None:
    assert builtin_sources() == sources


def test_all_evidence_agrees_with_the_document(sources: list[Source], source_text: str) -> None:
    problems = [str(problem) for source in sources for problem in check_against_text(source, source_text)]

    assert problems == []
    assert any(isinstance(r, SourceDocument) and r.sha256 and r.characters for s in sources for r in s.records)


def test_every_figure_part_and_stated_area_has_evidence(sources: list[Source]) -> None:
    for source in sources:
        for record in source.records:
            if isinstance(record, Measurement | Participation):
                assert record.evidence, source.origin(record.ref)


def test_evidence_is_a_few_words_or_a_name(sources: list[Source]) -> None:
    records = [record for source in sources for record in source.records]
    names = {name for r in records for name in (r.label.zh, *r.alt_label.zh, getattr(r, "title", r.label).zh) if name}
    long = {r.text for r in records if isinstance(r, TextEvidence) and len(r.text) > FEW_WORDS}

    # In running text a title may take a 的.
    assert {text for text in long if text.strip("“”《》").replace("的", "") not in names} == set()


def test_figures_are_written_as_in_the_document(sources: list[Source], source_text: str) -> None:
    for source in sources:
        for record in source.records:
            if isinstance(record, Measurement):
                where = source.origin(record.ref, "as_written")
                assert record.as_written, where
                assert record.as_written in source_text, where
                assert len(record.as_written) <= FEW_WORDS, where


def test_every_thing_has_both_languages(sources: list[Source]) -> None:
    for source in sources:
        for record in source.records:
            if record.label != (None, None):
                assert all(record.label), source.origin(record.ref, "label")
            for field in ("description", "note"):
                text = getattr(record, field)
                assert all(text) or not any(text), source.origin(record.ref, field)


def test_every_area_leads_up_to_its_country(sources: list[Source]) -> None:
    areas = {r.ref: r for source in sources for r in source.records if isinstance(r, Area)}
    for area in areas.values():
        above, steps = area, 0
        while above.within is not None:
            above, steps = areas[above.within], steps + 1
            assert steps < 8, area.key
        if area.owl_class not in {"CountryLevelArea", "Region", "AreaGroup", "AreaOfOtherYears"}:
            assert above.owl_class == "CountryLevelArea", area.key


def test_every_case_describes_a_programme_that_is_part_of_the_whole(sources: list[Source]) -> None:
    programmes = {r.ref: r for source in sources for r in source.records if isinstance(r, Programme)}
    for source in sources:
        for case in (r for r in source.records if isinstance(r, Case) if r.number):
            assert case.describes, case.key
            for ref in case.describes:
                above = {ref}
                for _ in range(5):
                    above |= {wider for r in above for wider in programmes[r].part_of}
                assert "programme/shanghai-paired-assistance" in above, ref


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files, which a test may spoil."""
    shutil.copy(builtin.FOLDER / "areas.yaml", tmp_path)
    shutil.copytree(builtin.FOLDER / "cases", tmp_path / "cases")
    monkeypatch.setattr(builtin, "FOLDER", tmp_path)
    return tmp_path


def failure() -> str:
    with pytest.raises(SourceError) as caught:
        builtin_sources()
    return str(caught.value)


def test_a_missing_file_fails_loudly(copy: Path) -> None:
    (copy / "areas.yaml").unlink()

    assert "areas.yaml: there is no such file" in failure()


def test_a_missing_case_fails_loudly(copy: Path) -> None:
    builtin_files()[-1].unlink()

    assert "not 1 to 10" in failure()


def test_a_file_under_another_name_fails_loudly(copy: Path) -> None:
    path = builtin_files()[-1]
    path.rename(path.with_name("other.yaml"))

    assert "the source is not called other as its file is" in failure()


def test_a_lost_reference_fails_loudly_and_names_the_line(copy: Path) -> None:
    path = copy / "areas.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  three-gorges-area:", "  three-gorges:"), encoding="utf-8")

    assert "there is no area three-gorges-area. Did you mean three-gorges?" in failure()


def test_mistakes_in_two_files_are_told_together(copy: Path) -> None:
    for name in ("areas.yaml", "cases/common.yaml"):
        (copy / name).write_text("duikou: 1\n", encoding="utf-8")

    assert failure().count("the field source is missing") == 2


def test_built_in_areas_are_needed_where_they_are_named_and_not_defined(sources: list[Source]) -> None:
    areas, case = sources[0], next(s for s in sources if any(isinstance(r, Programme) for r in s.records))

    assert [needed.graph for needed in areas_needed([case])] == ["areas"]
    assert areas_needed([areas, case]) == []
    assert areas_needed([]) == []
