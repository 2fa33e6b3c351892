"""Overviews worked out beforehand: who visits afterwards waits for none of them, and a new snapshot has its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pyoxigraph as ox
import pytest
from flask import Flask

from graph.database import Database
from graph.engine import Answer, Dataset
from graph.formats import Format
from ontology.namespaces import expand, named_graph, term, thing
from server.app import create_app
from server.pages import warming
from server.pages.kept import kept, ready

BROWSER = {"Accept": "text/html"}
GRAPH = named_graph("source/warm")
#: Questions that read the whole graph, or a whole class of it.
WHOLE = (
    "How many things there are of each class", "How many triples there are of each property",
    "Which donors help which province-level areas", "From where to where programmes go",
    "The things of a class, in no order", "All values of a property",
)  # fmt: skip
PAGES = (
    "/zh/", "/en/", "/zh/map", "/en/ontology", "/zh/programme/", "/en/evidence/", "/zh/search?q=%E4%BA%91%E5%8D%97",
)  # fmt: skip


class Recorder:
    """An engine that notes the first line of what it is asked."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asked: list[str] = []

    def answer(self, text: str, dataset: Dataset, formats: Sequence[Format]) -> Answer:
        self.asked.append(text.partition("\n")[0])
        return self.database.reader().answer(text, dataset, formats)

    def write(self, text: str, dataset: Dataset, formats: Sequence[Format], out: object) -> Format:
        raise NotImplementedError

    def whole(self) -> list[str]:
        return [line for line in self.asked if any(told in line for told in WHOLE)]


def programme(key: str) -> Iterator[ox.Quad]:
    one, graph = ox.NamedNode(thing("programme", key)), ox.NamedNode(GRAPH)
    yield ox.Quad(one, ox.NamedNode(expand("rdf:type")), ox.NamedNode(term("Programme")), graph)
    yield ox.Quad(one, ox.NamedNode(expand("rdfs:label")), ox.Literal(key, language="en"), graph)


def test_visits_after_it_read_nothing_whole(ten_cases: Database) -> None:
    recorder = Recorder(ten_cases)
    app = create_app(ten_cases, engine=recorder)
    assert warming.warm(app)
    assert {told for told in WHOLE if any(told in line for line in recorder.whole())} == set(WHOLE)
    recorder.asked.clear()
    with app.test_client() as client:
        for path in PAGES:
            assert client.get(path, headers=BROWSER).status_code == 200
    assert recorder.asked
    assert recorder.whole() == []


def test_a_new_snapshot_has_overviews_of_its_own(database: Database) -> None:
    app = create_app(database)
    warming.warm(app)
    with app.test_client() as client:
        assert b"one" in client.get("/en/programme/", headers=BROWSER).data
        with database.write("more") as draft:
            draft.replace(GRAPH, [*programme("one"), *programme("other")])
        assert b"other" in client.get("/en/programme/", headers=BROWSER).data


def test_it_gives_up_when_another_snapshot_comes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    app, done = create_app(database), []

    def publish() -> None:
        with database.write("more") as draft:
            draft.replace(GRAPH, programme("other"))

    monkeypatch.setattr(warming, "overviews", lambda: iter([publish, lambda: done.append(1)]))
    assert not warming.warm(app)
    assert done == []


def test_a_server_keeps_the_overviews_of_each_snapshot_ready(database: Database) -> None:
    app = create_app(database)
    ended = warming.start(app)
    try:
        assert waited_for(app, 1)
        with database.write("more") as draft:
            draft.replace(GRAPH, [*programme("one"), *programme("other")])
        assert waited_for(app, 2)
    finally:
        ended.set()


def waited_for(app: Flask, programmes: int) -> bool:
    """Whether a list of so many programmes is ready, in a while."""
    for _ in range(600):
        with app.app_context():
            if len(ready("members-programme") or ()) == programmes:
                return True
        time.sleep(0.1)
    return False


def test_what_is_kept_has_an_end(ten_cases: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.pages.kept._ENTRIES", 1000)
    with create_app(ten_cases).app_context():
        for number in range(10):
            kept(f"list-{number}", lambda: [0] * 300)
        assert [number for number in range(10) if ready(f"list-{number}")] == [7, 8, 9]


def test_who_comes_meanwhile_waits_for_what_is_being_made(ten_cases: Database) -> None:
    app, going, made = create_app(ten_cases), threading.Event(), []

    def make() -> str:
        going.wait(10)
        made.append(1)
        return "made"

    def ask(found: list[str]) -> None:
        with app.app_context():
            found.append(kept("slow", make))

    found: list[str] = []
    asking = [threading.Thread(target=ask, args=(found,)) for _ in range(5)]
    for thread in asking:
        thread.start()
    going.set()
    for thread in asking:
        thread.join()
    assert (found, len(made)) == (["made"] * 5, 1)


def test_what_could_not_be_made_is_made_the_next_time(ten_cases: Database) -> None:
    with create_app(ten_cases).app_context():
        with pytest.raises(ZeroDivisionError):
            kept("fault", lambda: 1 // 0)
        assert kept("fault", lambda: 2) == 2


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    found = Database(tmp_path_factory.mktemp("warm") / "db")
    with found.write("one") as draft:
        draft.replace(GRAPH, programme("one"))
    return found


def test_templates_are_read_beforehand(ten_cases: Database) -> None:
    app: Flask = create_app(ten_cases)
    warming.prepare(app)
    assert app.jinja_env.cache is not None
    read = {name for _, name in app.jinja_env.cache.keys()}  # noqa: SIM118  it is no mapping
    assert {"home.html", "thing.html", "search.html"} <= read
