"""English reports on aid: figures, places, bodies, and nothing from what is no report."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.article import indicators, tables
from loaders.article.document import decode
from loaders.article.english.dates import dates, document_date
from loaders.article.english.measure import judged
from loaders.article.english.numbers import numbers
from loaders.article.english.reader import read_english
from loaders.article.english.text import is_report, plain, sentences
from loaders.article.english.world import names
from loaders.article.facts import Quantity, Reading
from loaders.article.source import article_source
from ontology.records import Area

TEXTS = Path(__file__).parent / "texts"
#: Makes any sentence one of a report on aid.
CONTEXT = "\nThe project was a grant for poor households, with training for farmers, teachers and nurses.\n"


def read(sentence: str) -> Reading:
    return read_english(sentence + CONTEXT)


def figures(sentence: str) -> list[tuple[str, Decimal, str, str]]:
    found = [q for q in read(sentence).quantities if q.start < len(sentence)]
    return [(q.surface, q.value, q.qualifier, q.unit) for q in found]


def only(sentence: str) -> Quantity:
    [found] = [q for q in read(sentence).quantities if q.start < len(sentence)]
    return found


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("one thousand two hundred", [1200]),
        ("twenty-one", [21]),
        ("a hundred and five; one hundred and five", [100, 5, 105]),
        ("nine ten", [9, 10]),
        ("3.25 million", [3_250_000]),
        ("1,204,500", [1_204_500]),
        ("12 500", [12_500]),
        ("half a million", [500_000]),
        ("two dozen", [24]),
        ("seven in ten", [Decimal("0.7")]),
        ("three-quarters", [Decimal("0.75")]),
        ("fourfold", [4]),
    ],
)
def test_numbers_in_digits_and_words(words: str, values: list[int | Decimal]) -> None:
    assert [n.value for n in numbers(words)] == values


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("More than 40 villages were reached.", ("More than 40", 40, "gt", "village")),
        ("At least US$ 3.5 million was lent.", ("At least US$ 3.5 million", 3_500_000, "ge", "USD")),
        ("It cost €1.2m in all.", ("€1.2m", 1_200_000, "exact", "EUR")),
        ("They were paid 5,000 BDT.", ("5,000 BDT", 5000, "exact", "BDT")),
        ("Yields rose by nearly 12 per cent.", ("nearly 12 per cent", Decimal("0.12"), "nearly", "1 (ratio)")),
        ("It ran for over three years.", ("three years", 3, "exact", "a")),
        ("Up to sixty community health volunteers met.", ("Up to sixty", 60, "le", "person")),
        ("A 12-bed ward opened.", ("12", 12, "exact", "bed")),
        ("Three hundred (300) women met.", ("Three hundred", 300, "exact", "person")),
        ("A dam of 500 m stands there.", ("500 m", 500, "exact", "m")),
        ("They grew 400 hectares or more.", ("400 hectares or more", 400, "ge", "ha")),
        ("Yao Lin, 34, leads them.", ("34", 34, "exact", "a")),
        ("Some 60 (mostly young) people joined.", ("Some 60", 60, "about", "person")),
        ("At least 500 Nigerians joined.", ("At least 500", 500, "ge", "person")),
    ],
)
def test_a_figure_has_its_value_qualifier_and_unit(sentence: str, expected: tuple[object, ...]) -> None:
    assert figures(sentence) == [expected]


def test_what_is_counted_is_cited_where_it_stands() -> None:
    sentence = "They dug 45 deep boreholes in May."
    found = only(sentence)

    assert found.counted == "boreholes"
    assert sentence[found.counted_start or 0 :].startswith("boreholes")
    assert found.rows


@pytest.mark.parametrize(
    ("sentence", "lower", "upper"),
    [
        ("It takes 5 to 7 days.", 5, 7),
        ("Each pays between 4,000 and 6,500 taka.", 4000, 6500),
        ("They need 300-400 jobs.", 300, 400),
        ("They have more than 80 jobs.", 80, None),
        ("They have fewer than 80 jobs.", None, 80),
    ],
)
def test_bounds_are_those_that_the_words_give(sentence: str, lower: int | None, upper: int | None) -> None:
    found = only(sentence)

    assert (found.lower, found.upper) == (lower, upper)


def test_a_part_counts_what_its_whole_counts() -> None:
    assert [(f[1], f[3]) for f in figures("They opened 37 of the 40 schools, against 12 in May.")] == [
        (37, "school"),
        (40, "school"),
        (12, "school"),
    ]


def test_from_and_to_are_two_figures_the_first_of_them_background() -> None:
    found = read("Attendance rose from 60% to 85%.").quantities

    assert [(q.value, q.status) for q in found] == [
        (Decimal("0.60"), "context"),
        (Decimal("0.85"), "achieved"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2019 the second phase of SDG 4 began on 3 March 2020.",
        "COVID-19 came in Phase 2, as Article 5 says.",
        "The two sides met twice; one of them left.",
        "The plan has aims: 1) to grow; 2) to last.",
        "Hundreds of people came, and a thousand thanks to them.",
        "Version 2.1.3 ran at 10:30 on 192.168.0.1 for the past three years.",
        "Call 555-0199 or see component 2.1 on page 14.",
    ],
)
def test_numbers_that_count_nothing_are_no_figures(sentence: str) -> None:
    assert figures(sentence) == []


def test_a_number_of_which_nothing_is_known_is_said_to_be_unread() -> None:
    reading = read("The score was 77 there.")

    assert [(u.surface, bool(u.why)) for u in reading.unread] == [("77", True)]
    assert reading.quantities == []


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("The agency plans to build 30 schools by 2030.", "planned"),
        ("The agency has built 30 schools.", "achieved"),
        ("The union buys at a floor price of 60 yuan.", "floor"),
        ("It pays up to 20,000 yuan for each child.", "ceiling"),
        ("Families pay a fee of 5 euros.", "rule"),
    ],
)
def test_the_words_of_the_clause_tell_the_status(sentence: str, status: str) -> None:
    assert only(sentence).status == status


def test_indicators_are_those_that_all_readers_share() -> None:
    known = indicators.names()

    assert only("The foundation trained 30 nurses.").indicator == "persons-trained"
    assert only("There were 9 tonnes.").indicator in known
    assert {row["surface"] for row in tables.rows("english_indicators")} <= known.keys()


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Clinics in Kisumu County, Kenya, were rebuilt.", [("KE-17", "province"), ("KE", "country")]),
        ("Growers in Qingchuan County, Sichuan, were glad.", [("510822", "county"), ("510000", "province")]),
        ("Georgia Jones left Georgia for Central Park.", [("GE", "country")]),
        ("The team went to Oromia.", []),
        ("Ms Jordan taught there.", []),
        ("Kenyan nurses met.", []),
        (
            "Teams from Diqing and Kashi, China, met.",
            [("533400", "prefecture"), ("653100", "prefecture"), ("CN", "country")],
        ),
        ("Schools in Hong Kong gave.", [("810000", "province")]),
    ],
)
def test_a_place_is_read_only_where_it_is_sure(sentence: str, found: list[tuple[str, str]]) -> None:
    assert [(p.code, p.level) for p in read(sentence).places] == found


def test_a_town_that_says_so_is_a_place_without_a_code() -> None:
    [place] = read("They met at Minning Town.").places

    assert (place.surface, place.code, place.level) == ("Minning Town", None, "town")


def bodies(sentence: str) -> list[tuple[str, str, str | None]]:
    return [(b.surface, b.kind, b.role) for b in read(sentence).organisations]


def test_bodies_have_their_kind_and_what_they_do() -> None:
    found = bodies(
        "The work was funded by the Danish International Development Agency (DANIDA) and carried out by "
        "Plan International together with the Kenya Red Cross Society."
    )

    assert found == [
        ("Danish International Development Agency", "aid agency", "donor"),
        ("DANIDA", "aid agency", "donor"),
        ("Plan International", "charity", "implementer"),
        ("Kenya Red Cross Society", "charity", "partner"),
    ]


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("The Ministry of Health and UNICEF agreed.", ["Ministry of Health", "UNICEF"]),
        ("The Ministry of Agriculture, Irrigation and Water led.", ["Ministry of Agriculture, Irrigation and Water"]),
        ("Fujian Agriculture and Forestry University helped.", ["Fujian Agriculture and Forestry University"]),
        ("The Swiss Agency for Development and Cooperation paid.", ["Swiss Agency for Development and Cooperation"]),
        ("Oxfam and Mercy Corps helped.", ["Oxfam", "Mercy Corps"]),
        ("The Department of San Miguel in El Salvador is poor.", []),
        ("Civil Society Organisations met under the Plan of the Alliance.", []),
        ("The Blue River Trust (BRT) began; BRT grew.", ["Blue River Trust", "BRT", "BRT"]),
        ("Acme Seeds Ltd (UK) sent the seed.", ["Acme Seeds Ltd"]),
        ("The United Nations Population Office met.", ["United Nations Population Office"]),
        ("The Department of Forests and USAID's office met.", ["Department of Forests", "USAID"]),
    ],
)
def test_names_of_bodies_end_where_they_should(sentence: str, names: list[str]) -> None:
    assert [name for name, _, _ in bodies(sentence)] == names


def test_a_body_has_to_do_with_the_programme_beside_it() -> None:
    reading = read("The Clean Wells Project is paid for by Irish Aid.")

    assert [(r.subject, r.predicate, r.object) for r in reading.relations] == [
        ("Irish Aid", "donorOf", "Clean Wells Project")
    ]


@pytest.mark.parametrize("path", sorted((TEXTS / "none").glob("*.txt")), ids=lambda p: p.stem)
def test_nothing_comes_out_of_what_is_no_report(path: Path) -> None:
    reading = read_english(path.read_text(encoding="utf-8"))

    assert [*reading.cases, *reading.quantities, *reading.places, *reading.organisations, *reading.names] == []


def test_software_and_stories_are_no_reports() -> None:
    assert not is_report("Our project has a new phase. The program implements an activity with one output. " * 30)
    assert not is_report(
        "The teacher looked at her pupils. The school was quiet. The students slept in the classrooms."
    )
    assert is_report("The grant of the donor helped poor farmers." + CONTEXT)


def test_numbered_headings_part_the_cases() -> None:
    text = (
        "Case studies\n\nCase study 1: Wells\nThe grant paid for 40 wells.\n\n"
        "Case study 2: Schools\nThe donors built 3 schools." + CONTEXT
    )
    reading = read_english(text)

    assert [c.title for c in reading.cases] == ["Case study 1: Wells", "Case study 2: Schools"]
    assert [(q.value, q.case) for q in reading.quantities] == [(40, 1), (3, 2)]


@pytest.mark.parametrize("folder", ["dev", "held_out"])
def test_most_facts_of_the_annotated_reports_are_found_and_right(folder: str) -> None:
    right = made = missed = wanted = 0
    for document in json.loads((TEXTS / "english" / folder / "gold.json").read_text(encoding="utf-8"))["documents"]:
        text = (TEXTS / "english" / folder / document["file"]).read_text(encoding="utf-8")
        reading = read_english(text, document["sha256"])
        verdicts = [good for _, good in judged(reading, document)]
        right, made = right + sum(verdicts), made + len(verdicts)
        spans = [(q.start, q.end) for q in reading.quantities]
        for fact in document["quantities"]:
            if fact["is_fact"]:
                wanted += 1
                missed += not any(a < fact["end"] and fact["start"] < b for a, b in spans)

    assert right >= 0.9 * made
    assert missed <= 0.1 * wanted


@pytest.mark.parametrize("folder", ["dev", "held_out"])
def test_every_fact_cites_its_words(folder: str) -> None:
    for path in (TEXTS / "english" / folder).glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        reading = read_english(text)
        everything = [
            *reading.quantities, *reading.places, *reading.organisations, *reading.names, *reading.relations,
            *reading.unread,
        ]  # fmt: skip
        assert everything
        for fact in everything:
            assert 0 <= fact.start < fact.end <= len(text)
            assert fact.surface == text[fact.start : fact.end]
            assert fact.case == 1
            assert fact.rule


def values(text: str) -> list[tuple[Decimal, str, str]]:
    return [(q.value, q.unit, q.qualifier) for q in read_english(text).quantities]


@pytest.mark.parametrize("path", sorted((TEXTS / "english" / "dev").glob("*.txt")), ids=lambda p: p.stem)
def test_wrapped_lines_and_odd_spaces_change_no_value(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wrapped = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if len(line) + len(word) > 72:
                wrapped.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        wrapped.append(line)

    assert values("\n".join(wrapped)) == values(text)
    assert values(text.replace(" ", "\u00a0")) == values(text)
    assert values(text.translate({ord(str(i)): chr(0xFF10 + i) for i in range(10)})) == values(text)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(
                ["$", "1,2", "12 ", "million", "of", "Ministry of", "and", "between", "half a", "(", ")", "\n", "%"]
            ),
            st.sampled_from(
                ["grant", "poor households", "donors", "project", "Kenya", "to", "5", "three", ". ", "DRC", "US$"]
            ),
        ),
        max_size=40,
    )
)
def test_any_text_is_read_without_an_error_and_cited_exactly(pieces: list[str]) -> None:
    text = " ".join(pieces) + CONTEXT
    reading = read_english(text)

    for fact in [*reading.quantities, *reading.places, *reading.organisations, *reading.unread]:
        assert fact.surface == text[fact.start : fact.end]
    assert len(plain(text)) == len(text)
    assert all(0 <= s.begin < s.end <= len(text) for s in sentences(plain(text)))


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("8 July 2023", "2023-07-08"),
        ("March 2018", "2018-03"),
        ("2014 to 2017", None),
        ("between 2014 and 2017", "2014/2017"),
        ("2020-23", "2020/2023"),
        ("2021–2025", "2021/2025"),
        ("2019-10", "2019-10"),
        ("3-5 May 2020", "2020-05-03/2020-05-05"),
        ("June", None),
    ],
)
def test_dates_as_iso_8601(words: str, iso: str | None) -> None:
    found = [d.iso for d in dates(words)]

    assert found == ([iso] if iso else ["2014", "2017"] if "to" in words else [])


def test_a_figure_has_the_period_of_its_sentence_or_the_documents() -> None:
    found = read("In 2018 they dug 40 wells. They have 30 pumps.").quantities

    assert [(q.period, q.period_basis) for q in found] == [("2018", "explicit"), ("2018", "document")]


def test_dates_and_the_year_of_a_document() -> None:
    text = (
        "On 3 May 2018 it began; from 2016 to 2017 little happened. By 2030 all will be done. 2000 trees stand there."
    )
    found = list(dates(text))

    assert [text[d.begin : d.end] for d in found] == ["3 May 2018", "from 2016 to 2017", "2030"]
    assert document_date(text, found) == ("2018", "latest year in the text")
    assert read_english(text + CONTEXT, year=2021).date == "2021"


def test_the_table_of_countries_has_codes_and_other_names() -> None:
    table = names()

    assert {a.code for a in table["Kenya"][("Kenya",)]} == {"KE"}
    assert {a.code for a in table["Ivory"][("Ivory", "Coast")]} == {"CI"}
    assert {a.code for a in table["Kurigram"][("Kurigram", "District")]} == {"BD-28"}
    assert {a.code for a in table["Inner"][("Inner", "Mongolia")]} == {"150000"}
    assert ("Central",) not in table.get("Central", {})


def test_areas_abroad_have_one_key_for_all_articles() -> None:
    text = "Clinics in Kisumu County, Kenya, were built." + CONTEXT
    source = article_source(decode(text.encode(), "clinics.txt"), size=len(text))

    areas = {r.key: r for r in source.records if isinstance(r, Area)}
    assert {key: areas[key].iso3166 for key in ("ke", "ke-17")} == {"ke": "KE", "ke-17": "KE-17"}
    assert areas["ke-17"].within == "area/ke"


def test_a_text_many_times_over_has_its_facts_as_many_times() -> None:
    text = (TEXTS / "english" / "dev" / "01-kisumu-clinics.txt").read_text(encoding="utf-8") + "\n\n"
    once, often = read_english(text), read_english(text * 60)

    assert len(often.quantities) == 60 * len(once.quantities)
    assert len(often.organisations) == 60 * len(once.organisations)


def test_a_sentence_without_an_end_is_cut() -> None:
    text = "and so on " * 5000

    assert max(s.end - s.begin for s in sentences(text)) <= 2000
