"""The pages over the ten cases: what they show, in both languages, and that every link leads somewhere."""

from __future__ import annotations

import html
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from graph.database import Database
from graph.documents import keep_document
from ontology import vocabulary
from ontology.namespaces import expand, named_graph, term, thing
from server import links
from server.app import create_app

#: What a strict content security policy forbids: scripts and styles in the page itself.
INLINE = r"<script(?! type=\"(module\" src=\"/static/dist/|application/(ld\+)?json\"))|<style|\sstyle=|\son[a-z]+="
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
#: Inside `href`, `src` and `action`: addresses on this site.
#: Queries, and data files of each format, that the crawl asks for.
ENOUGH = 40
LINK = re.compile(r"""(?:href|src|action)="(/[^"#]*)""")


def page(site: FlaskClient, path: str) -> str:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == 200, f"{path}: {response.status}"
    assert response.mimetype == "text/html"
    return str(response.get_data(as_text=True))


def words(text: str) -> str:
    """The text that a reader sees, with runs of space made one."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", text)))


def test_the_start_page_follows_the_readers_language(site: FlaskClient) -> None:
    for wish, target in (("zh-CN,zh;q=0.9", "/zh/"), ("en", "/en/"), ("de", "/en/")):
        response = site.get("/", headers={"Accept-Language": wish})
        assert (response.status_code, response.headers["Location"]) == (302, target)
        assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("lang", links.LANGUAGES)
def test_home_shows_the_ten_cases_counts_and_questions(site: FlaskClient, lang: str) -> None:
    shown = page(site, f"/{lang}/")
    assert len(set(re.findall(rf"/{lang}/case/[a-z-]+", shown))) == 10
    for question in vocabulary.questions():
        assert html.escape(question.zh if lang == "zh" else question.en, quote=False)[:10] in html.unescape(shown)
    assert "pip install" in shown


@pytest.mark.parametrize("lang", links.LANGUAGES)
@pytest.mark.parametrize("kind", links.KINDS)
def test_every_kind_has_a_list(site: FlaskClient, lang: str, kind: str) -> None:
    assert "<h1>" in page(site, f"/{lang}/{kind}/")


@pytest.mark.parametrize("lang", links.LANGUAGES)
def test_a_programme_shows_who_what_where_and_the_words(site: FlaskClient, lang: str) -> None:
    shown = words(page(site, f"/{lang}/programme/yixiu-yunshang"))
    expected = {
        "zh": ["楚雄彝族自治州", "复旦大学", "57个合作社", "超过400户", "7万人", "超过1.5亿元", "已实现", "1520–1528"],
        "en": ["Chuxiong", "Fudan University", "57 cooperatives", "more than 400 households", "70,000 people",
               "more than CNY 150 million", "achieved", "1520–1528"],
    }  # fmt: skip
    assert [word for word in expected[lang] if word not in shown] == []


def test_what_only_rules_say_is_folded_away(site: FlaskClient) -> None:
    stated, _, folded = page(site, "/en/area/530000").partition('<details class="inferred">')
    assert "stated recipient area" in words(stated)
    assert "ontology#recipientArea" not in stated
    assert "ontology#recipientArea" in folded


def test_a_figure_leads_to_its_words_and_position(site: FlaskClient) -> None:
    shown = page(site, "/zh/measurement/yixiu-yunshang.output-value")
    assert "<mark>年产值突破1.5亿元</mark>" in shown
    assert "第 1556–1566 字符" in shown
    assert "/zh/document/shanghai-2019#c1556-1566" in shown
    assert "超过1.5亿元" in words(shown)


@pytest.mark.parametrize("lang", links.LANGUAGES)
def test_a_document_lists_its_cited_spans_by_position(site: FlaskClient, lang: str) -> None:
    shown = page(site, f"/{lang}/document/shanghai-2019")
    spans = [tuple(map(int, s)) for s in re.findall(r'<tr id="c(\d+)-(\d+)">', shown)]
    assert len(spans) > 200
    assert spans == sorted(spans)
    assert len(set(spans)) == len(spans)


def test_words_are_shown_in_their_context_where_the_text_is_at_hand(
    ten_cases: Database, source_text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("with-text") / "db"
    shutil.copytree(ten_cases.path, copy)
    database = Database(copy)
    file = copy.parent / "document.txt"
    file.write_bytes(source_text.encode())
    keep_document(database, file)
    site = create_app(database).test_client()
    shown = page(site, "/zh/measurement/yixiu-yunshang.output-value")
    context = source_text[1556 - 40 : 1566 + 40]
    assert context in re.sub(r"</?mark>|…", "", html.unescape(shown))
    assert source_text[2000:2100] in words_kept(page(site, "/zh/document/shanghai-2019"))


def words_kept(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def test_names_stand_where_there_are_names(site: FlaskClient) -> None:
    """No link to a thing of ours shows its key or IRI, on any programme's page."""
    for lang in links.LANGUAGES:
        listed = page(site, f"/{lang}/programme/")
        for path in set(re.findall(rf'href="(/{lang}/programme/[^"/]+)"', listed)):
            shown = page(site, path)
            bare = [
                (title, text)
                for title, text in re.findall(r'<a href="[^"]*"[^>]*title="([^"]*)"[^>]*>([^<]*)</a>', shown)
                if text.startswith(("http", "dk:")) or (lang == "zh" and text == title.rpartition("/")[2])
            ]
            assert bare == [], path


def test_a_missing_name_is_shown_in_the_other_language_and_marked(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    with database.write("test") as draft:
        node, graph = ox.NamedNode(thing("programme", "only-zh")), ox.NamedNode(named_graph("source/test"))
        draft.replace(
            graph.value,
            [
                ox.Quad(node, ox.NamedNode(expand("rdf:type")), ox.NamedNode(term("Programme")), graph),
                ox.Quad(node, ox.NamedNode(expand("rdfs:label")), ox.Literal("只有中文", language="zh"), graph),
            ],
        )
    site = create_app(database).test_client()
    shown = page(site, "/en/programme/only-zh")
    assert '<h1 lang="zh">只有中文' in shown
    assert 'class="fallback" title="no English name; shown in Chinese"' in shown
    assert "fallback" not in page(site, "/zh/programme/only-zh")


def test_the_language_switch_keeps_path_and_query(site: FlaskClient) -> None:
    shown = page(site, "/zh/evidence/?page=2")
    assert 'href="/en/evidence/?page=2"' in shown
    asked = page(site, f"/en/sparql?query={quote('ASK {}')}")
    assert "/zh/sparql?query=ASK%20%7B%7D" in asked


@pytest.mark.parametrize("lang", links.LANGUAGES)
@pytest.mark.parametrize("question", vocabulary.questions(), ids=lambda q: q.key)
def test_every_example_question_is_answered_on_the_page(
    site: FlaskClient, lang: str, question: vocabulary.Question
) -> None:
    shown = page(site, links.console(lang, question.text))
    assert "</table>" in shown
    assert html.escape(question.text.splitlines()[-1]) in html.unescape(shown)


def test_the_page_shows_a_mistake_at_its_line(site: FlaskClient) -> None:
    response = site.get(f"/en/sparql?query={quote('SELECT * {' + chr(10) + ' ?s nope:p ?o }')}", headers=BROWSER)
    assert response.status_code == 400
    shown = response.get_data(as_text=True)
    assert "line 2, column" in shown
    assert "2 │  ?s nope:p ?o }" in shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK { ?s a <https://w3id.org/duikou/ontology#Programme> }", "Yes"),
        ("ASK { ?s a <http://example.org/Unicorn> }", "No"),
        ("SELECT ?s { ?s a <http://example.org/Unicorn> }", "No results."),
        ("CONSTRUCT WHERE { ?s a <https://w3id.org/duikou/ontology#Case> }", "10 triples"),
        ("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 1500", "1,500 rows; the first 1,000 are shown here."),
    ],
)
def test_every_form_of_answer_is_shown(site: FlaskClient, query: str, shown: str) -> None:
    assert shown in words(page(site, links.console("en", query)))


def test_text_in_data_and_queries_cannot_become_markup(site: FlaskClient) -> None:
    for query in ('SELECT ("<script>alert(1)</script>" AS ?x) {}', "</textarea><script>alert(1)</script>"):
        response = site.get(links.console("en", query), headers=BROWSER)
        assert "<script>" not in response.get_data(as_text=True)


def test_pages_are_not_sent_twice(site: FlaskClient) -> None:
    for path in ("/zh/", "/zh/programme/", "/zh/programme/yixiu-yunshang"):
        tag = site.get(path).headers["ETag"]
        assert site.get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/zh/programme/none", "/zh/unicorn/", "/zh/unicorn/1", "/zh/programme/?page=99", "/zh/programme/?page=x"]
)
def test_what_is_not_there_is_a_404_in_words(site: FlaskClient, path: str) -> None:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert "回到首页" in response.get_data(as_text=True)
    assert site.get(path).get_json()["status"] == 404


@pytest.mark.parametrize("lang", links.LANGUAGES)
def test_the_vocabulary_page_lists_every_term(site: FlaskClient, lang: str) -> None:
    shown = page(site, f"/{lang}/ontology")
    assert [name for name in vocabulary.terms() if f'id="{name}"' not in shown] == []


def without_texts(response: TestResponse) -> str:
    """The tags of a page, as far as they are markup: queries in text areas and links are left out."""
    return re.sub(r"<textarea.*?</textarea>|href=\"[^\"]*\"|>[^<]*<", "><", response.get_data(as_text=True), flags=re.S)


def found(site: FlaskClient, start: str) -> Iterator[tuple[str, int]]:
    """Follow every link to a page, and the first of those with parameters and to data files; yield path and status."""
    seen: set[str] = set()
    left, asked = [start], Counter[str]()
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        # searches, queries, graphs and relations are without number: some of each page that takes parameters
        place = path.partition("?")[0].split("/")
        with_parameters = place[min(2, len(place) - 1)] if "?" in path else ""
        kind = path.rpartition(".")[2] if path.startswith("/data/") else with_parameters
        asked[kind] += 1
        if kind and asked[kind] > ENOUGH:
            continue
        with site.get(path, headers=BROWSER) as response:
            yield path, response.status_code
            if response.mimetype == "text/html":
                assert not re.search(INLINE, without_texts(response)), path
                left += [html.unescape(link) for link in LINK.findall(response.get_data(as_text=True))]


def test_every_link_leads_somewhere(site: FlaskClient) -> None:
    """Crawl the whole site: no dead link, and every thing of every kind is reached in both languages."""
    statuses = dict(found(site, "/zh/"))
    assert {path: status for path, status in statuses.items() if status not in (200, 303)} == {}
    for lang in links.LANGUAGES:
        kinds = {path.split("/")[2] for path in statuses if path.startswith(f"/{lang}/") and path.count("/") == 3}
        assert {"programme", "measurement", "area", "organisation", "evidence", "document", "case", "concept"} <= kinds


@pytest.mark.parametrize("lang", links.LANGUAGES)
def test_every_band_of_the_overview_leads_to_as_many_programmes_as_it_is_wide(site: FlaskClient, lang: str) -> None:
    shown = page(site, f"/{lang}/").partition('class="sankey"')[2].partition("</svg>")[0]
    bands = re.findall(r'<a href="([^"]+)" aria-label="[^"]*?(\d+)(?: 个项目)?"><path', shown)
    assert len(bands) >= 10
    for path, count in bands:
        if f"/{lang}/programme/" in path:
            assert count == "1"
            continue
        found = page(site, html.unescape(path)).partition("<main")[2]
        assert len(set(re.findall(rf'href="/{lang}/programme/[^"/]+"', found))) == int(count), path
