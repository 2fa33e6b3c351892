"""The relationship graph: drawing, list and JSON say the same; nothing is cut without being counted."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from ontology.namespaces import thing

BROWSER = {"Accept": "text/html"}
YIXIU = thing("programme", "yixiu-yunshang")
SHANGHAI = thing("organisation", "shanghai-municipality")


def page(site: FlaskClient, path: str) -> str:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("focus", [YIXIU, SHANGHAI])
def test_what_is_drawn_stands_in_the_list_and_in_the_json(site: FlaskClient, lang: str, focus: str) -> None:
    text = page(site, f"/{lang}/graph?focus={quote(focus, safe='')}")
    drawing = text[text.index('id="drawing"') : text.index("</svg>", text.index('id="drawing"'))]
    drawn = set(re.findall(rf'<a href="(/{lang}/graph\?focus=[^"]+)"', drawing))
    listed = set(re.findall(rf'<a href="(/{lang}/graph\?focus=[^"]+)"', text[text.index("ties-list") :]))
    assert drawn == listed
    told = site.get(f"/{lang}/graph.json?focus={quote(focus, safe='')}").get_json()
    ids = {f"/{lang}/graph?focus={quote(t['id'], safe='/')}" for tie in told["ties"] for t in tie["things"]}
    assert drawn <= ids
    assert all(tie["count"] >= len(tie["things"]) for tie in told["ties"])


def test_from_shanghai_one_comes_to_a_county(site: FlaskClient) -> None:
    county, seen, front = thing("area", "520330"), {SHANGHAI}, [SHANGHAI]
    for _ in range(2):
        found: list[str] = []
        for iri in front:
            for skip in (0, 10):
                told = site.get(f"/en/graph.json?skip={skip}&focus={quote(iri, safe='')}").get_json()
                found += [t["id"] for tie in told["ties"] for t in tie["things"] if t["id"] not in seen]
            seen.update(found)
        front = found
    assert county in seen


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/en/graph.json", 400),
        ("/en/graph.json?focus=%3Cx%3E%20", 400),
        ("/en/graph.json?focus=urn:none", 404),
        (f"/en/graph.json?skip=-1&focus={quote(SHANGHAI, safe='')}", 400),
        ("/en/graph?focus=urn:none", 404),
    ],
)
def test_an_unknown_focus_is_told(site: FlaskClient, path: str, status: int) -> None:
    assert site.get(path, headers=BROWSER).status_code == status


def test_it_begins_with_a_donor_or_with_what_is_typed(site: FlaskClient) -> None:
    assert SHANGHAI in page(site, "/zh/graph")
    assert "yixiu-yunshang" in page(site, "/en/graph?q=Yixiu")
    assert "<script>alert" not in page(site, "/en/graph?q=%3Cscript%3Ealert(1)")
