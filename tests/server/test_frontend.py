"""The bundles: small enough, with their licences, without source maps; and every page is whole without them."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from flask.testing import FlaskClient

from graph.database import Database
from server.app import create_app
from server.pages import assets

BROWSER = {"Accept": "text/html"}
PAGES = ("/zh/", "/en/programme/yixiu-yunshang", "/zh/ontology", "/en/data", "/zh/document/shanghai-2019")
#: The most that a page's scripts may weigh, compressed, in bytes: any page, and the one with the editor.
ANY, EDITOR = 60_000, 200_000

built = pytest.mark.skipif(not (assets.DIST / "manifest.json").is_file(), reason="the front-end is not built")


@pytest.fixture
def bare(ten_cases: Database, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of an application whose front-end was not built."""
    monkeypatch.setattr(assets, "_manifest", dict)
    return create_app(ten_cases).test_client()


def scripts(site: FlaskClient, path: str) -> set[str]:
    """The addresses of a page's scripts, with what they import."""
    shown = site.get(path, headers=BROWSER).get_data(as_text=True)
    told = json.loads((assets.DIST / "manifest.json").read_text("utf-8"))
    parts = {entry["file"]: entry["parts"] for entry in told.values()}
    direct = set(re.findall(r'<script type="module" src="/static/dist/([^"]+)"', shown))
    return direct | {part for file in direct for part in parts[file]}


@built
@pytest.mark.parametrize(("path", "most"), [*((path, ANY) for path in PAGES), ("/zh/sparql", EDITOR)])
def test_no_page_is_heavy_with_scripts(site: FlaskClient, path: str, most: int) -> None:
    found = scripts(site, path)
    assert found
    assert sum(len(gzip.compress((assets.DIST / name).read_bytes())) for name in found) < most


@built
def test_bundles_have_their_licences_and_no_source_maps() -> None:
    files = {file.name for file in assets.DIST.iterdir()}
    assert not [name for name in files if name.endswith(".map")]
    assert "sourceMappingURL" not in "".join(f.read_text("utf-8") for f in assets.DIST.glob("*.js"))
    licences = (assets.DIST / "LICENCES.txt").read_text("utf-8")
    for package in ("@codemirror/view", "codemirror-lang-sparql", "@lezer/common"):
        assert package in licences
    assert licences.count("Permission is hereby granted") >= 3


@built
def test_bundles_are_kept_for_a_year_and_are_named_after_their_content(site: FlaskClient) -> None:
    address = assets.script("site.js")
    assert address is not None
    assert re.fullmatch(r"/static/dist/site-[A-Z0-9]{8}\.js", address)
    with site.get(address) as response:
        assert response.mimetype in ("text/javascript", "application/javascript")
        assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", [*PAGES, "/zh/sparql"])
def test_every_page_is_whole_without_bundles(bare: FlaskClient, path: str) -> None:
    response = bare.get(path, headers=BROWSER)
    shown = response.get_data(as_text=True)
    assert response.status_code == 200
    assert '<script type="module"' not in shown
    style = re.search(r'rel="stylesheet" href="([^"]+)"', shown)
    assert style
    with bare.get(style[1]) as sheet:
        imported = re.findall(r'@import "([^"]+)"', sheet.get_data(as_text=True))
    assert len(imported) > 5
    for name in imported:
        with bare.get(f"/static/style/{name}") as part:
            assert part.status_code == 200


def test_the_lock_file_names_no_host() -> None:
    lock = (assets.STATIC.parent / "frontend" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') >= 20
