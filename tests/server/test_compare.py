"""Side by side: what things have, figures by indicator, and sums only where they are honest."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from ontology.namespaces import thing
from server.sums import Addend, Sum, Why, add

BROWSER = {"Accept": "text/html"}


def compared(site: FlaskClient, lang: str, *iris: str, **more: str) -> str:
    response = site.get(
        f"/{lang}/compare?{urlencode([('with', i) for i in iris] + list(more.items()))}", headers=BROWSER
    )
    assert response.status_code == 200, response.get_data(as_text=True)
    return str(response.get_data(as_text=True))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_consumption_programmes_stand_side_by_side(site: FlaskClient, lang: str) -> None:
    two = [thing("programme", key) for key in ("baixian-baipin", "kashgar-shuangxian-jiujin")]
    text = compared(site, lang, *two)
    for iri in two:
        assert iri in text
    assert "97" in text
    assert text.count('class="cite"') > 4


def test_areas_show_what_they_receive(site: FlaskClient) -> None:
    text = compared(site, "en", thing("area", "532300"), thing("area", "520300"))
    assert "/en/programme/yixiu-yunshang" in text


@pytest.mark.parametrize(
    ("iris", "status"),
    [
        ([thing("programme", "none")], 404),
        ([thing("programme", "baixian-baipin"), thing("area", "532300")], 400),
        ([thing("organisation", "tongji-university")], 400),
        (["javascript:alert(1)"], 400),
        ([thing("programme", f"p{n}") for n in range(6)], 400),
    ],
)
def test_what_cannot_be_compared_is_told(site: FlaskClient, iris: list[str], status: int) -> None:
    response = site.get(f"/en/compare?{urlencode([('with', i) for i in iris])}", headers=BROWSER)
    assert response.status_code == status
    assert "alert(1)>" not in response.get_data(as_text=True)


def test_another_is_added_by_name_without_scripts(site: FlaskClient) -> None:
    one = thing("programme", "baixian-baipin")
    text = compared(site, "en", one, q="yixiu")
    assert urlencode([("with", one), ("with", thing("programme", "yixiu-yunshang"))]).replace("&", "&amp;") in text
    assert compared(site, "en")


def figure(value: int, qualifier: str | None = None, **more: object) -> Addend:
    told = {"iri": f"m{value}", "unit": "CNY", "indicator": "money", "status": "achieved"} | more
    return Addend(value=Decimal(value), qualifier=qualifier, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("qualifiers", "outcome"),
    [
        (("exact", None), "exact"),
        (("exact", "over"), "gt"),
        (("ge", "exact"), "ge"),
        (("ge", "gt"), "gt"),
        (("nearly", "exact"), "lt"),
        (("le", "le"), "le"),
        (("nearly", "over"), "about"),
        (("about", "exact"), "about"),
    ],
)
def test_a_sum_is_as_exact_as_its_figures_allow(qualifiers: tuple[str | None, str | None], outcome: str) -> None:
    total = add([figure(n + 1, q) for n, q in enumerate(qualifiers)])
    assert total == Sum(Decimal(3), outcome, frozenset())


def test_a_figure_inside_another_is_counted_once() -> None:
    total = add([figure(10, includes=frozenset({"m3"})), figure(3), figure(5)])
    assert total == Sum(Decimal(15), "exact", frozenset({"m3"}))


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({}, {"unit": "USD"}, Why.UNIT),
        ({"unit": None}, {"unit": None}, Why.UNIT),
        ({"unit": "household"}, {"unit": "household"}, Why.SHARED),
        ({"unit": "ratio"}, {"unit": "ratio"}, Why.INTENSIVE),
        ({}, {"status": "planned"}, Why.STATUS),
        ({}, {"recurrence": "annual"}, Why.RECURRENCE),
        ({}, {"indicator": "other"}, Why.INDICATOR),
        ({"period": "2018"}, {"period": "2019"}, Why.PERIOD),
    ],
)
def test_what_cannot_be_added_is_not(one: dict[str, object], other: dict[str, object], why: Why) -> None:
    assert add([figure(1, **one), figure(2, **other)]) is why
