"""The SPARQL page beyond its table: chart, map and graph where an answer allows, and queries to run elsewhere."""

from __future__ import annotations

import ast
import re
import subprocess
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from ontology import vocabulary
from server.pages.snippets import snippets

BROWSER = {"Accept": "text/html"}
QUESTIONS = {question.key: question.text for question in vocabulary.questions()}
HOSTILE = 'SELECT ?x {\n  BIND("""a\\"\'$(touch /tmp/x)`id`""" AS ?x)\n}\nSPARQL\n)-"'


def shown(site: FlaskClient, query: str, view: str) -> str:
    response = site.get(f"/en/sparql?view={view}&query={quote(query)}", headers=BROWSER)
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def views(page: str) -> list[str]:
    return re.findall(r'view=(\w+)#results"', page) + re.findall(r'#results" aria-current="true">(\w+)', page)


def test_a_column_of_numbers_is_a_chart(site: FlaskClient) -> None:
    page = shown(site, QUESTIONS["provinces-by-donors"], "chart")
    assert page.count("<dt>") >= 5
    widths = [float(w) for w in re.findall(r'<rect width="([\d.]+)" height="10"', page)]
    assert max(widths) == 100
    assert widths == sorted(widths, reverse=True)


def test_areas_and_degrees_are_a_map(site: FlaskClient) -> None:
    page = shown(site, QUESTIONS["counties"], "map")
    assert len(re.findall(r"<circle ", page)) == 3
    degrees = 'SELECT ?name ?lat ?long { VALUES (?name ?lat ?long) { ("A" 30.5 104.0) ("B" 91 104) ("C" -10 -60) } }'
    assert len(re.findall(r"<circle ", shown(site, degrees, "map"))) == 2  # no place lies at 91°


@pytest.mark.parametrize(
    "query", [QUESTIONS["donor-recipient-pairs"], "CONSTRUCT WHERE { ?s <https://w3id.org/duikou/ontology#partOf> ?o }"]
)
def test_two_columns_of_things_and_triples_are_a_graph(site: FlaskClient, query: str) -> None:
    page = shown(site, query, "graph")
    assert page.count('class="tie"') >= 5
    assert page.count("<circle ") >= 5


def test_a_view_that_an_answer_does_not_allow_is_the_table(site: FlaskClient) -> None:
    page = shown(site, 'SELECT ("x" AS ?y) {}', "map")
    assert "<table>" in page
    assert "view=map#results" not in page


def test_the_editor_gets_the_vocabulary_in_the_readers_language(site: FlaskClient) -> None:
    for lang, label in (("zh", "帮扶项目"), ("en", "programme")):
        told = site.get(f"/{lang}/sparql/vocabulary.json").json
        assert told is not None
        by_name = {t["name"]: t for t in told["terms"]}
        assert by_name["dk:Programme"]["label"] == label
        assert by_name["dk:Programme"]["info"]
        assert "<https://w3id.org/duikou/concept/status/achieved>" in by_name
        assert told["prefixes"]["dk"] == "https://w3id.org/duikou/ontology#"


@pytest.mark.parametrize("is_graph", [True, False])
@pytest.mark.parametrize("query", [QUESTIONS["money"], HOSTILE])
def test_snippets_hold_the_query_and_nothing_else_runs(query: str, is_graph: bool) -> None:
    told = {s.key: s.text for s in snippets("http://127.0.0.1:8000/sparql", query, is_graph=is_graph)}
    tree = ast.parse(told["python"])
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    assert query.strip() in [text.strip() for text in texts]
    # bash gives curl the query on standard input as it stands
    script = re.sub(r"^curl .*? query@-", "cat", told["curl"])
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == query.strip()
    assert query.splitlines()[0] in told["r"].replace('\\"', '"')
