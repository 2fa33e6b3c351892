"""The map: the projection is that of the land below, everything drawn stands in the table too."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from graph.database import Database
from server.app import create_app
from server.pages.mapping import frame, named, project

BROWSER = {"Accept": "text/html"}


def page(site: FlaskClient, path: str) -> str:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


@pytest.mark.parametrize(
    ("longitude", "latitude", "x", "y"),
    # geoEqualEarth().scale(1000).translate([0, 0]) of d3-geo 3.1.1
    [
        (0, 0, 0.0, 0.0),
        (121.47, 31.23, 1698.74, -615.93),
        (-180, 90, -1603.59, -1317.36),
        (75.99, 39.47, 1016.08, -765.32),
    ],
)
def test_the_projection_is_that_of_the_land(longitude: float, latitude: float, x: float, y: float) -> None:
    assert project(longitude, latitude) == pytest.approx((x, y), abs=0.02)


def test_a_frame_holds_all_points_and_is_never_tiny() -> None:
    points = [(0.0, 0.0), (1000.0, -400.0), (300.0, 900.0)]
    found = frame(points)
    assert all(found.x < x < found.x + found.width and found.y < y < found.y + found.height for x, y in points)
    assert frame([(5.0, 5.0)]).width >= 320
    assert frame([]).width >= 320


def test_names_do_not_cover_each_other() -> None:
    within = frame([(0.0, 0.0), (1000.0, 500.0)])
    shown = named([((0.0, 0.0), "云南省"), ((1.0, 1.0), "昆明市"), ((500.0, 400.0), "上海市")], within)
    assert shown[2]
    assert not (shown[0] and shown[1])


@pytest.mark.parametrize("path", ["/zh/map", "/en/map", "/zh/", "/en/"])
def test_what_is_drawn_stands_in_the_table_too(site: FlaskClient, path: str) -> None:
    text = page(site, path)
    table = text[text.index("<tbody>") :]
    points = re.findall(r'<a href="([^"]+)" class="(?:donor|recipient)">', text)
    assert len(points) > 10
    assert [p for p in points if f'href="{p}"' not in table] == []


def test_every_number_leads_to_the_programmes_under_it(site: FlaskClient) -> None:
    text = page(site, "/en/map?theme=health")
    rows = re.findall(r'<td class="number" data-label="[^"]+"><a href="([^"]+)">(\d+)</a>', text)
    assert rows
    for href, count in rows:
        listed = page(site, html.unescape(href))
        assert len(set(re.findall(r'href="(/en/programme/[^"#?]+)"', listed))) == int(count)


def test_the_home_page_has_the_map_of_all_programmes(site: FlaskClient) -> None:
    drawn = re.compile(r'<figure class="map">.*?</figure>', re.DOTALL)
    assert drawn.findall(page(site, "/en/")) == drawn.findall(page(site, "/en/map"))


def test_the_land_can_be_left_out(ten_cases: Database) -> None:
    with create_app(ten_cases, ground="points").test_client() as client:
        assert "<image" not in page(client, "/en/map") + page(client, "/en/")


def test_an_unknown_theme_is_told_or_empty(site: FlaskClient) -> None:
    assert site.get("/en/map?theme=%3C%3E", headers=BROWSER).status_code == 400
    assert "<circle" not in page(site, "/en/map?theme=no-such")


def test_a_name_at_the_edge_stands_on_the_other_side() -> None:
    within = frame([(0.0, 0.0), (1000.0, 500.0)])
    right, left = within.x + within.width - 20, within.x + 20
    assert named([((right, 100.0), "Shanghai Municipality"), ((left, 300.0), "Kashgar")], within) == [-1, 1]
    assert named([((right, 100.0), "上海市" * 40)], within) == [0]
