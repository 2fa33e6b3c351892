"""YAML as case files use it: exact values, places, and everything that is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.yaml_source import MAX_DEPTH, MAX_DIGITS, MAX_VALUES, YamlSource, field_path, read_yaml
from ontology.errors import Problem, SourceError

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request: pytest.FixtureRequest) -> object:
    return request.param


def read(text: str | bytes, loader: object = None) -> YamlSource:
    return read_yaml(text.encode() if isinstance(text, str) else text, "a.yaml", loader=loader)


def refused(text: str | bytes, loader: object = None) -> Problem:
    """The one problem of a text that is refused."""
    with pytest.raises(SourceError) as caught:
        read(text, loader)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("97", 97),
        ("-5", -5),
        ("0", 0),
        ("459.45", Decimal("459.45")),
        ("0.1", Decimal("0.1")),
        ("17829900.00", Decimal("17829900.00")),
        ("true", True),
        ("~", None),
        ("", None),
        ('"97"', "97"),
        ("'no'", "no"),
        # words to us, though YAML 1.1 makes truth values, dates, octal and sexagesimal numbers of them
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("2019-08", "2019-08"),
        ("2019-08-31", "2019-08-31"),
        ("2019-08-31 10:00:00", "2019-08-31 10:00:00"),
        ("0o12", "0o12"),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("0b11", "0b11"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("1.", "1."),
        (".5", ".5"),
        ("+5", "+5"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("=", "="),
        ("97种", "97种"),
    ],
)
def test_a_value_is_read_as_yaml_1_2_means_it(written: str, value: object, loader: object) -> None:
    found = read(f"- {written}", loader).data[0]

    assert found == value
    assert type(found) is type(value)


def test_a_number_keeps_the_text_it_was_written_as(loader: object) -> None:
    source = read("code: 530000\nshare: 0.10\nflag: TRUE", loader)

    assert source.written == {("code",): "530000", ("share",): "0.10", ("flag",): "TRUE"}


def test_keys_are_texts_whatever_they_look_like(loader: object) -> None:
    assert read("530000: a\nno: b\n2019-08-31: c\ntrue: d\n1.50: e", loader).data == {
        "530000": "a", "no": "b", "2019-08-31": "c", "true": "d", "1.50": "e",
    }  # fmt: skip


def test_every_value_and_key_has_its_line_and_column(loader: object) -> None:
    source = read("programmes:\n  lanhe:\n    name: {zh: 蓝河, en: Lanhe}\n    evidence: [[0, 2, 蓝河]]\n", loader)

    assert source.origin(("programmes", "lanhe"), key=True).line == 2
    assert str(source.origin(("programmes", "lanhe", "name", "en"))) == "a.yaml:3:24 (programmes.lanhe.name.en)"
    assert (
        str(source.origin(("programmes", "lanhe", "evidence", 0, 2))) == "a.yaml:4:23 (programmes.lanhe.evidence[1][3])"
    )
    assert source.origin(("programmes", "lanhe", "status")).line == 3  # not there: the thing around it


def test_a_byte_order_mark_is_accepted(loader: object) -> None:
    assert read(b"\xef\xbb\xbfa: 1", loader).data == {"a": 1}


def test_windows_line_ends_are_accepted(loader: object) -> None:
    source = read("a: 1\r\nb: |\r\n  two\r\n  lines\r\n", loader)

    assert source.data == {"a": 1, "b": "two\nlines\n"}
    assert source.keys["b",].line == 2


def test_gbk_bytes_are_named_by_offset_with_the_way_to_convert_them() -> None:
    problem = refused(b"duikou: 1\nname: " + "蓝河".encode("gb18030"))

    assert "not UTF-8: byte 16 (0xC0)" in problem.message
    assert problem.where is not None
    assert (problem.where.line, problem.where.column) == (2, 7)
    assert "iconv -f GB18030 -t UTF-8" in str(problem)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_unicode_encodings_are_recognised(encoding: str) -> None:
    problem = refused("duikou: 1\n".encode(encoding))

    assert "UTF-16" in str(problem) or "UTF-32" in str(problem)


def test_a_file_cut_off_inside_a_character_is_told_so() -> None:
    assert refused("a: 蓝河".encode()[:-1]).message == "the file is cut off inside a character, at byte 6"


@pytest.mark.parametrize("text", ["", " \n\n", "# only a remark\n", "---\n", "~", "\ufeff"])
def test_an_empty_file_is_told_so(text: str, loader: object) -> None:
    assert refused(text, loader).message == "the file is empty"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: &x 1\nb: *x", "anchors are not read (&x)", 1),
        ("a: 1\nb: *x", "aliases are not read (*x)", 2),
        ("a: &x [1]", "anchors are not read (&x)", 1),
        ("a: 1\nb: !!str 5", "tags are not read", 2),
        ("a: !!python/object/apply:os.system [ls]", "tags are not read", 1),
        ("a: ! 5", "tags are not read", 1),
        ("!x a: 1", "tags are not read", 1),
        ("a:\n  <<: {b: 1}", "merge keys are not read (<<)", 2),
        ("a: 1\n---\nb: 2", "a second document begins here", 2),
        ("? [a, b]\n: 1", "a list or map cannot be a key", 1),
        ("{a: 1}: 2", "a list or map cannot be a key", 1),
        ("?\n: 1", "a key is missing before the colon", 1),
        ("null: 1", "a key is missing before the colon", 1),
        ('a: "\\0"', "the text holds the character U+0000", 1),
        ('"\\x07": 1', "the text holds the character U+0007", 1),
        ("a: 1\nb: \x07", "the character U+0007 may not stand in the text", 2),
        ("a: 1\x00", "the character U+0000 may not stand in the text", 1),
        ("a: b\u2028c", "the character U+2028 may not stand in the text", 1),
        ("a: b\ufeffc", "the character U+FEFF may not stand in the text", 1),
    ],
)
def test_what_could_surprise_is_refused_with_its_line(text: str, message: str, line: int, loader: object) -> None:
    problem = refused(text, loader)

    assert message in problem.message
    assert problem.where is not None
    assert problem.where.line == line


@pytest.mark.parametrize(
    "text", ["a: [1, 2", "a: {b: 1", "a: 'b", 'a: "b', "a: b: c", "a:\n\t- b", "- a\nb: c", "a: @b", "%%", "a: |x"]
)
def test_broken_yaml_is_told_with_a_place(text: str, loader: object) -> None:
    problem = refused(text, loader)

    assert problem.message.startswith("this is not YAML: ")
    assert problem.where is not None
    assert problem.where.line is not None


def test_a_tab_that_indents_is_explained(loader: object) -> None:
    assert "Indent with spaces" in str(refused("a:\n\tb: 1", loader))


def test_duplicate_keys_are_told_with_both_lines_all_at_once(loader: object) -> None:
    with pytest.raises(SourceError) as caught:
        read("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4", loader)

    assert [p.message for p in caught.value.problems] == [
        "the key c stands twice, at line 3 and line 5",
        "the key a stands twice, at line 1 and line 6",
    ]


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_nesting_is_limited_far_below_what_could_overflow(begin: str, end: str, loader: object) -> None:
    assert read(begin * MAX_DEPTH + "1" + end * MAX_DEPTH, loader).data
    deep = 100 if loader is yaml.SafeLoader else 100_000  # the Python scanner looks ahead slowly
    for depth in (MAX_DEPTH + 1, deep):
        assert "nest" in refused(begin * depth + "1" + end * depth, loader).message


def test_an_alias_bomb_stops_at_its_first_anchor(loader: object) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20)
    )

    assert refused(bomb, loader).message == "anchors are not read (&a)"


def test_the_number_of_values_is_limited() -> None:
    assert len(read("- a\n" * (MAX_VALUES - 1)).data) == MAX_VALUES - 1
    assert f"more than {MAX_VALUES:,} values" in refused("- a\n" * (MAX_VALUES + 1)).message
    assert f"more than {MAX_VALUES:,} values" in refused("a: b\n" * (MAX_VALUES + 1)).message


def test_more_than_four_megabytes_are_refused() -> None:
    assert "too large" in refused(b"#" * (4 * 1024 * 1024 + 1)).message


@pytest.mark.parametrize("number", ["1" * (MAX_DIGITS + 1), "9" * 100_000, "0." + "3" * 19, "-" + "1" * 5000 + ".5"])
def test_a_number_too_long_for_the_store_is_refused(number: str, loader: object) -> None:
    assert "is too long" in refused(f"a: {number}", loader).message


def test_the_longest_number_is_kept_exactly(loader: object) -> None:
    number = "9" * 18 + "." + "1" * 18

    assert read(f"a: {number}", loader).data == {"a": Decimal(number)}


def test_a_path_is_said_as_a_person_would() -> None:
    assert field_path(("figures", "a", "evidence", 0, 2)) == "figures.a.evidence[1][3]"
    assert field_path(("a\n\nb", "c" * 100)) == "a b." + "c" * 59 + "…"
    assert field_path(()) == ""


scalars = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff")),
    st.integers(-(10**17), 10**17),
    st.decimals(-(10**9), 10**9, places=3),
    st.booleans(),
)
keys = st.text("abcxyz", min_size=1, max_size=5)
trees = st.recursive(scalars, lambda t: st.lists(t, max_size=4) | st.dictionaries(keys, t, max_size=4), max_leaves=12)


def emit(value: object) -> str:
    """A tree as flow YAML, texts in double quotes."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return "[" + ", ".join(map(emit, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{k}: {emit(v)}" for k, v in value.items()) + "}"
        case _:
            return format(value, "f") if isinstance(value, Decimal) else str(value)


@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_what_was_written_comes_back_exactly(tree: dict[str, object]) -> None:
    assert read(emit(tree)).data == tree
    assert read(emit(tree), yaml.SafeLoader).data == tree


def problems_of(data: bytes, loader: object) -> list[Problem]:
    """The problems of a text, none if it can be read; any other exception is a failure."""
    try:
        read(data, loader)
    except SourceError as error:
        return list(error.problems)
    return []


@settings(max_examples=1000)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_source_error(data: bytes) -> None:
    for loader in LOADERS:
        assert all(p.where and p.where.file == "a.yaml" and "\n" not in str(p) for p in problems_of(data, loader))


@settings(max_examples=1000)
@given(st.text(st.sampled_from("ab:-? \n\t[]{},&*!|>'\"%@`#~<0.蓝\\"), max_size=80))
def test_no_arrangement_of_yaml_signs_raises_anything_but_a_source_error(text: str) -> None:
    for loader in LOADERS:
        assert all("\n" not in str(p) for p in problems_of(text.encode(), loader))


def test_an_escaped_carriage_return_is_part_of_a_text() -> None:
    assert read_yaml(b'a: "one\\r\\ntwo"', "x.yaml").data == {"a": "one\r\ntwo"}
