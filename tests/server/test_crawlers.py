"""Files for robots and assistants: every address they name is there."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

from flask.testing import FlaskClient

from graph.database import Database

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
ATOM = "{http://www.w3.org/2005/Atom}"
HOST = "http://localhost"


def addresses(site: FlaskClient, path: str) -> list[str]:
    response = site.get(path)
    assert response.status_code == 200
    assert response.mimetype == "application/xml"
    return [e.text or "" for e in ElementTree.fromstring(response.get_data()).iter(LOC)]


def test_the_site_map_names_a_page_of_every_thing_in_both_languages(site: FlaskClient) -> None:
    files = addresses(site, "/sitemap.xml")
    pages = [a for file in files for a in addresses(site, file.removeprefix(HOST))]
    assert f"{HOST}/zh/programme/yixiu-yunshang" in pages
    assert f"{HOST}/en/programme/yixiu-yunshang" in pages
    assert len(pages) == len(set(pages))
    for address in pages[:: max(1, len(pages) // 60)]:
        response = site.get(address.removeprefix(HOST), headers={"Accept": "text/html"})
        assert response.status_code == 200, address


def test_every_site_map_page_beside_the_things_is_there(site: FlaskClient) -> None:
    for address in addresses(site, "/sitemap-pages-1.xml"):
        assert site.get(address.removeprefix(HOST), headers={"Accept": "text/html"}).status_code == 200, address


def test_robots_find_the_site_map_and_run_no_queries(site: FlaskClient) -> None:
    text = site.get("/robots.txt").get_data(as_text=True)
    assert f"Sitemap: {HOST}/sitemap.xml" in text
    assert "Disallow: /sparql" in text


def test_what_assistants_are_pointed_to_answers(site: FlaskClient) -> None:
    text = site.get("/llms.txt").get_data(as_text=True)
    assert text.startswith("# ")
    links = re.findall(r"\]\((http://localhost/[^)\s]*)\)", text)
    assert len(links) > 12
    for link in links:
        response = site.get(link.removeprefix(HOST), headers={"Accept": "*/*"})
        assert response.status_code == 200, unquote(link)


def test_the_feed_tells_each_snapshot_and_its_graphs(site: FlaskClient, ten_cases: Database) -> None:
    response = site.get("/feed.atom")
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.get_data())
    current = ten_cases.current
    assert current is not None
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(ten_cases.snapshots())
    assert (entries[0].findtext(f"{ATOM}updated") or "") == current.created
    assert "graph/source/" in (entries[0].findtext(f"{ATOM}summary") or "")
