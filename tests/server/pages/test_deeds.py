"""What a body's programmes promised and delivered: side by side, each figure with its words, nothing mixed up."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from graph.database import Database
from ontology.namespaces import concept, expand, named_graph, thing
from server.app import create_app

BROWSER = {"Accept": "text/html"}


def section(site: FlaskClient, path: str) -> str:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == 200
    found = re.search(r'<section class="deeds".*?</section>', response.get_data(as_text=True), re.DOTALL)
    return found[0] if found else ""


def rows(text: str) -> dict[str, tuple[str, str]]:
    """The rows of all programmes by indicator, as plain words: promised, delivered."""
    found = {}
    for row in re.findall(r'<tr><th scope="row">.*?</tr>', text, re.DOTALL):
        name, promised, delivered = (
            html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.split(r"<td[^>]*>", row)
        )
        found[name] = (promised, delivered)
    return found


@pytest.mark.parametrize(
    ("lang", "indicator", "promised", "delivered"),
    [
        ("zh", "培训规模", ("1000人", "300人", "100人"), ("533人",)),
        ("en", "people trained", ("1,000 people", "300 people", "100 people"), ("533 people",)),
    ],
)
def test_promised_and_delivered_stand_side_by_side(
    site: FlaskClient, lang: str, indicator: str, promised: tuple[str, ...], delivered: tuple[str, ...]
) -> None:
    found = rows(section(site, f"/{lang}/organisation/tongji-university"))
    one, other = found[indicator]
    assert all(words in one and words not in other for words in promised)
    assert all(words in other and words not in one for words in delivered)


def test_every_figure_and_role_has_its_words(site: FlaskClient) -> None:
    text = section(site, "/zh/organisation/tongji-university")
    figures = re.findall(r'<li><a href="/zh/measurement/[^"]+">[^<]+</a>(<span class="cited">)?', text)
    assert len(figures) == 9
    assert all(figures)
    for words in ("533名教师和管理人员", "1000名骨干教师", "招生3015人", "同济大学"):
        assert f'<q lang="zh">{words}</q>' in text


def test_background_is_neither_promised_nor_delivered(site: FlaskClient) -> None:
    text = section(site, "/zh/organisation/tongji-university")
    assert "yunnan-sino-german-college" in text
    assert "八个主要产业" not in text


def test_who_takes_part_in_nothing_has_no_such_section(site: FlaskClient, tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    graph = named_graph("source/alone")
    body, label = ox.NamedNode(thing("organisation", "alone")), ox.NamedNode(expand("rdfs:label"))
    with database.write("test") as draft:
        draft.replace(graph, [ox.Quad(body, label, ox.Literal("Alone", language="en"), ox.NamedNode(graph))])
    with create_app(database).test_client() as client:
        assert section(client, "/en/organisation/alone") == ""


def test_of_many_programmes_some_are_told_and_all_are_one_link_away(tmp_path: Path) -> None:
    database = Database(tmp_path / "db")
    graph = named_graph("source/many")
    body = ox.NamedNode(thing("organisation", "busy"))

    def said(subject: str, curie: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(curie)), value, ox.NamedNode(graph))

    quads = [said(body.value, "rdfs:label", ox.Literal("Busy", language="en"))]
    for number in range(20):
        programme, part = thing("programme", f"p-{number:02}"), thing("participation", f"p-{number:02}")
        figure = thing("measurement", f"p-{number:02}")
        quads += [
            said(programme, "rdf:type", ox.NamedNode(expand("dk:Programme"))),
            said(programme, "rdfs:label", ox.Literal(f"Programme {number}", language="en")),
            said(programme, "dk:donorParticipation", ox.NamedNode(part)),
            said(part, "dk:participant", body),
            said(body.value, "dk:involvedIn", ox.NamedNode(programme)),
            said(programme, "dk:hasMeasurement", ox.NamedNode(figure)),
            said(figure, "dk:value", ox.Literal(number)),
            said(figure, "dk:status", ox.NamedNode(concept("status", "achieved"))),
        ]
    with database.write("test") as draft:
        draft.replace(graph, quads)
    with create_app(database).test_client() as client:
        text = section(client, "/en/organisation/busy")
        assert len(set(re.findall(r'href="(/en/programme/[^"]+)"', text))) == 6
        rest = re.search(r'<a href="([^"]+)">all 20', text)
        assert rest
        listed = client.get(html.unescape(rest[1]), headers=BROWSER).get_data(as_text=True)
        assert len(set(re.findall(r'href="(/en/programme/[^"]+)"', listed))) == 20
