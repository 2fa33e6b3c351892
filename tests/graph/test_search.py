"""Finding things by name, in Python and in queries, against what the engine itself finds."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from graph import search, update
from graph.database import Database
from graph.engine import Dataset
from graph.formats import Format
from graph.reader import Reader
from graph.search import index_of
from graph.workers.limits import Limits
from graph.workers.pool import Pool
from ontology.namespaces import PREFIXES

CHUXIONG = "https://w3id.org/duikou/id/area/532300"
HEAD = "PREFIX dk: <https://w3id.org/duikou/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
LABELS = [
    ("a", "楚雄彝族自治州", "zh"), ("a", "Chuxiong Yi Autonomous Prefecture", "en"), ("b", "楚雄", "zh"),
    ("c", "Café № 5 – “Zürich”", "en"), ("d", "沪滇-合作 2019年", "zh"), ("e", "重庆", "zh"),
    ("f", "A\\B \"quoted\" (x)", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    database = Database(tmp_path_factory.mktemp("names") / "db")
    with database.write("test") as draft:
        label = NamedNode(PREFIXES["rdfs"] + "label")
        for thing, text, tag in LABELS:
            draft.store.add(Quad(NamedNode(f"urn:{thing}"), label, Literal(text, language=tag), NamedNode("urn:g")))
            draft.store.add(Quad(NamedNode(f"urn:{thing}"), NamedNode("urn:p"), Literal(1), NamedNode("urn:g")))
        draft.touch("urn:g")
    return database.reader()


def things(reader: Reader, text: str, language: str | None = None) -> list[str]:
    return [hit.iri.rpartition(":")[2] for hit in reader.search(text, language=language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("楚雄", "ba"), ("楚", "ba"), ("雄", "ba"), ("雄彝", "a"), ("自治州", "a"), ("楚雄州", ""),
        ("chuxiong", "ba"), ("cx", "ba"),
        ("chux", "ba"), ("Chuxiong yi", "a"), ("pref", "a"), ("cafe", "c"), ("zurich", "c"),
        ("沪滇", "d"), ("沪滇 合作", "d"),
        ("2019", "d"), ("hudian", "d"), ("chongqing", "e"), ("ＣＸ", "ba"), ("", ""), ("  ", ""),
        ("“”", ""), ("quoted", "f"),
    ],
)  # fmt: skip
def test_names_are_found_in_both_languages_by_pinyin_and_by_parts(names: Reader, text: str, expected: str) -> None:
    assert sorted(things(names, text)) == sorted(expected)


def test_the_whole_name_comes_first_and_the_limit_holds(names: Reader) -> None:
    first, second = names.search("楚雄")
    assert (first.exact, second.exact) == (True, False)
    assert len(names.search("楚雄", limit=1)) == 1
    assert things(names, "楚雄", "en") == []
    assert things(names, "chuxiong", "en") == ["a"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=30), st.text(alphabet="\"'*():^-+{}~ANDORNEAR楚 \x00", max_size=20)))
def test_no_text_is_an_error(names: Reader, text: str) -> None:
    assert isinstance(names.search(text), list)


@settings(max_examples=40)
@given(st.lists(st.text(alphabet="楚雄彝重庆abéZ19- .,（）’ß", min_size=1, max_size=8), min_size=1, max_size=5))
def test_every_name_with_a_letter_or_digit_is_found_by_itself(texts: list[str]) -> None:
    store = Store()
    for n, text in enumerate(texts):
        store.add(Quad(NamedNode(f"urn:{n}"), NamedNode(PREFIXES["skos"] + "altLabel"), Literal(text)))
    with TemporaryDirectory() as folder, closing(search.opened(Path(folder), store)) as index:
        for n, text in enumerate(texts):
            hits = {hit.iri: hit.exact for hit in index.find(text)}
            assert hits.get(f"urn:{n}", False) is any(c.isalnum() for c in text)


def found(reader: Reader, body: str) -> list[str]:
    result = reader.query(HEAD + body)
    assert isinstance(result, QuerySolutions)
    return sorted({row["x"].value.rpartition(":")[2] for row in result})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('SELECT ?x { ?x dk:search "楚雄" }', "ab"),
        ('SELECT ?x { ?x dk:search "楚雄" . }', "ab"),
        ('SELECT ?x { ?x dk:search "楚雄" ; }', "ab"),
        ('SELECT ?x { $x dk:search "\\u695A\\u96c4" ; <urn:p> 1.0 }', ""),
        ('SELECT ?x { ?x dk:search "\\u695A\\u96c4" ; <urn:p> 1 }', "ab"),
        ('SELECT ?x { ?x <urn:p> 1 ; dk:search "楚雄" ; rdfs:label ?l }', "ab"),
        ('SELECT ?x { ?x <urn:p> 1 ; dk:search "楚雄" }', "ab"),
        ("SELECT ?x { ?x dk:search '楚雄' ; dk:search 'yi' ; <urn:p> 1 }", "a"),
        ("SELECT ?x { ?x dk:search '楚雄' , '''yi''' }", "a"),
        ("SELECT ?x { ?x dk:search 'chuxiong'@en }", "a"),
        ("SELECT ?x { ?x dk:search 'chuxiong'@zh }", "ab"),
        ("SELECT ?x { ?y <urn:p> 1.0e0 . ?x dk:search 'cafe' }", ""),
        ("SELECT ?x { FILTER(1 < 2) ?x <urn:p> 1 ; dk:search 'cafe' }", "c"),
        ("SELECT ?x { ?x <urn:p> ?v ; dk:search 'cafe' FILTER(?v = 1) }", "c"),
        ("SELECT ?x { GRAPH ?g { ?x <urn:p> 1 ; dk:search 'cafe' } }", "c"),
        ("SELECT ?x { ?x <urn:p> 1 FILTER NOT EXISTS { ?x dk:search '楚雄' } }", "cdef"),
        ("SELECT ?x { ?x <urn:p> 1 FILTER(EXISTS { ?x dk:search '楚雄' } || 1 = 2) }", "ab"),
        ("SELECT ?x { ?x <urn:p> 1 MINUS { ?x dk:search '楚雄' } }", "cdef"),
        ("SELECT ?x { ?x <urn:p> 1 OPTIONAL { ?x dk:search '楚雄' BIND(1 AS ?b) } FILTER(BOUND(?b)) }", "ab"),
        ("SELECT ?x { { ?x dk:search 'cafe' } UNION { ?x dk:search '重庆' } }", "ce"),
        ("SELECT ?x { { SELECT ?x (1 AS ?one) { ?x dk:search '楚雄' } ORDER BY ?x LIMIT 1 } }", "a"),
        ("SELECT ?x { ?x dk:search '楚雄' . ?x <urn:p> 1 . } ORDER BY ?x", "ab"),
        ("SELECT ?x { ?x dk:search 'nothing at all' }", ""),
        ('SELECT ?x { ?x dk:search "楚雄"^^<urn:t> }', ""),
        ("SELECT ?x { ?x rdfs:label ?l . ?x dk:search ?l }", ""),
        ("SELECT ?x { <urn:a> dk:search 'a' . ?x <urn:p> 1 }", ""),
        ('SELECT ?x { ?x <urn:p> 1 FILTER("dk:search \'cafe\'" = "") } # ?x dk:search "楚雄"', ""),
    ],
)  # fmt: skip
def test_a_query_finds_by_name_wherever_it_asks(names: Reader, body: str, expected: str) -> None:
    assert found(names, body) == sorted(expected)


def test_a_template_is_left_as_it_is(names: Reader) -> None:
    text = HEAD + 'CONSTRUCT { ?x dk:search "x" } WHERE { ?x dk:search "cafe" }'
    body = names.answer(text, Dataset(), [Format.NTRIPLES]).body.decode()
    assert body == '<urn:c> <https://w3id.org/duikou/ontology#search> "x" .\n'


def test_the_ten_cases_have_an_index_and_are_found(ten_cases: Database) -> None:
    reader = ten_cases.reader()
    assert reader.snapshot is not None
    assert index_of(reader.snapshot.path).exists()
    for text in ("楚雄", "chuxiong", "Chuxiong"):
        assert CHUXIONG in [hit.iri for hit in reader.search(text)]
    rows = reader.select('SELECT ?x { ?x dk:search "chuxiong" ; a dk:Area }')
    assert CHUXIONG in {row["x"].value for row in rows}


def test_an_empty_graph_has_nothing_to_find(tmp_path: Path) -> None:
    assert Database(tmp_path / "db").reader().search("x") == []


@pytest.fixture
def updated(tmp_path: Path) -> Callable[[str], Reader]:
    database = Database(tmp_path / "db")

    def make(text: str) -> Reader:
        update.apply(database, text)
        return database.reader()

    return make


def test_the_index_of_a_snapshot_goes_on_to_the_next_while_no_name_changes(updated: Callable[[str], Reader]) -> None:
    say = "INSERT DATA {{ GRAPH <urn:g> {{ <urn:{}> <http://www.w3.org/2000/01/rdf-schema#label> '{}' }} }}"
    first = updated(say.format("a", "alpha"))
    assert first.snapshot
    assert not index_of(first.snapshot.path).exists()
    assert things(first, "alpha") == ["a"]
    second = updated("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } }")
    assert second.snapshot
    assert index_of(second.snapshot.path).samefile(index_of(first.snapshot.path))
    third = updated(say.format("b", "alphabet"))
    assert things(third, "alpha") == ["a", "b"]
    assert things(second, "alpha") == ["a"]


def test_where_the_directory_cannot_be_written_to_the_index_is_elsewhere(names: Reader, tmp_path: Path) -> None:
    index = search.opened(tmp_path / "nowhere", names.store)
    assert [hit.iri for hit in index.find("重庆")] == ["urn:e"]
    index.close()


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[tuple[Database, Pool]]:
    database = Database(tmp_path / "db")
    update.apply(database, "INSERT DATA { <urn:a> <http://www.w3.org/2000/01/rdf-schema#label> '楚雄'@zh }")
    with Pool(database, Limits(seconds=10)) as made:
        yield database, made


def test_workers_search_and_the_index_is_made_for_them(pool: tuple[Database, Pool]) -> None:
    import time  # noqa: PLC0415

    database, workers = pool
    answer = workers.answer(HEAD + "SELECT ?x { ?x dk:search 'chuxiong' }", Dataset(), [Format.CSV])
    assert answer.body == b"x\r\nurn:a\r\n"
    update.apply(database, "INSERT DATA { <urn:b> <http://www.w3.org/2000/01/rdf-schema#label> '楚' }")
    workers.answer("ASK {}", Dataset(), [Format.JSON])
    snapshot = database.current
    assert snapshot
    deadline = time.monotonic() + 20
    while not index_of(snapshot.path).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert index_of(snapshot.path).exists()


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> tuple[search.Index, search.Index]:
    """Names of which many begin alike, in an index that lists its words and in one that does not."""
    store, folder = Store(), tmp_path_factory.mktemp("crowd")
    label = NamedNode(PREFIXES["rdfs"] + "label")
    for n in range(400):
        text = f"Market{n:03} orchard{'s' * (n % 2)} Zürich {n // 7}" if n % 3 else f"楚雄第{n}小学"
        store.add(Quad(NamedNode(f"urn:n{n}"), label, Literal(text, language="en" if n % 3 else "zh")))
    search.build(store, folder / "new.sqlite")
    search.build(store, folder / "old.sqlite")
    with closing(sqlite3.connect(folder / "old.sqlite")) as database:
        database.execute("DROP TABLE term")
    return search.Index(folder / "new.sqlite"), search.Index(folder / "old.sqlite")


@pytest.mark.parametrize(
    "text",
    [
        "market", "market0", "market 12", "mark orch", "orchard 12", "orchards 12", "zurich 3", "ZÜRICH 3", "chuxiong",
        "chux", "cx", "楚雄 12", "楚雄第12", "market017", "market017 orch", "market nothing", "nothing", "m 5",
        "orchard' 5", "5 market",
    ],
)  # fmt: skip
def test_the_list_of_words_changes_no_answer(crowd: tuple[search.Index, search.Index], text: str) -> None:
    new, old = crowd

    assert new.find(text, limit=500) == old.find(text, limit=500)
    assert new.find(text, limit=500, language="zh") == old.find(text, limit=500, language="zh")


def test_names_found_through_words_that_many_begin_like(crowd: tuple[search.Index, search.Index]) -> None:
    assert [hit.name for hit in crowd[0].find("market 17")] == [
        f"Market{n} orchard{'s' * (n % 2)} Zürich 17" for n in (122, 124, 119, 121, 125)
    ]


def test_who_comes_while_an_index_is_made_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, label = Store(), NamedNode(PREFIXES["rdfs"] + "label")
    store.add(Quad(NamedNode("urn:a"), label, Literal("楚雄", language="zh")))
    made, begun, build = [], threading.Event(), search.build

    def slowly(store: Store, path: Path) -> int:
        made.append(path)
        begun.set()
        time.sleep(0.3)
        return build(store, path)

    monkeypatch.setattr(search, "build", slowly)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(search.opened, tmp_path, store)
        assert begun.wait(10)
        second = pool.submit(search.opened, tmp_path, store)
        found = [index.result().find("chuxiong")[0].iri for index in (first, second)]

    assert found == ["urn:a", "urn:a"]
    assert len(made) == 1
    assert [path.name for path in tmp_path.iterdir()] == [index_of(tmp_path).name]


def test_an_index_whose_maker_was_killed_is_made_by_the_next(tmp_path: Path) -> None:
    (tmp_path / f"{index_of(tmp_path).name}.making").touch()

    assert search.opened(tmp_path, Store()).find("chuxiong") == []
    assert index_of(tmp_path).exists()
