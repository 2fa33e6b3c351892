"""Every kind of page, in both languages, by day and by night: nothing that WCAG 2.2 AA forbids, and only our host."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from ontology import vocabulary
from ontology.namespaces import thing

if TYPE_CHECKING:
    from conftest import Browser  # type: ignore[import-not-found]

QUESTIONS = {question.key: quote(question.text) for question in vocabulary.questions()}
COMPARED = urlencode(
    [("with", thing("programme", key)) for key in ("baixian-baipin", "kashgar-shuangxian-jiujin", "duoduo-farm")]
)
PAGES = {
    "home": "/",
    "list": "/programme/",
    "programme": "/programme/yixiu-yunshang",
    "organisation": "/organisation/tongji-university",
    "area": "/area/530000",
    "figure": "/measurement/yixiu-yunshang.output-value",
    "case": "/case/baixian-baipin",
    "document": "/document/shanghai-2019",
    "concept": "/concept/theme/industry",
    "graph": "/graph/source/tongji-yunnan-vocational",
    "relation": "/concept/theme/industry?in=dk%3AhasTheme",
    "search": "/search",
    "search-found": "/search?q=%E4%B8%8A%E6%B5%B7",
    "compare": f"/compare?{COMPARED}",
    "map": "/map",
    "explore": "/graph",
    "vocabulary": "/ontology",
    "data": "/data",
    "missing": "/organisation/tongji-universty",
    "sparql": "/sparql",
    "sparql-table": f"/sparql?query={QUESTIONS['money']}",
    "sparql-chart": f"/sparql?view=chart&query={QUESTIONS['provinces-by-donors']}",
    "sparql-map": f"/sparql?view=map&query={QUESTIONS['counties']}",
    "sparql-graph": f"/sparql?view=graph&query={QUESTIONS['donor-recipient-pairs']}",
    "sparql-mistake": f"/sparql?query={quote('SELECT * {' + chr(10) + ' ?s nope:p ?o }')}",
}  # fmt: skip
SCREENSHOTS = os.environ.get("DUIKOU_SCREENSHOTS")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_shuts_anybody_out(browser: Browser, name: str, lang: str) -> None:
    path = f"/{lang}{PAGES[name]}"
    browser.go(path)
    by_day = browser.violations()
    browser.look(dark=True)
    assert (by_day, browser.violations()) == ([], [])
    assert browser.complaints() == []
    assert browser.foreign() == set()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 640])  # a phone, and an ordinary window at 200 %
def test_no_page_is_wider_than_the_window(browser: Browser, name: str, width: int) -> None:
    for lang in ("zh", "en"):
        browser.look(width=width)
        browser.go(f"/{lang}{PAGES[name]}")
        wide = "const w = document.documentElement.clientWidth; return [document.documentElement.scrollWidth, w]"
        actual, there_is = browser.run(wide)
        assert actual <= there_is, lang


@pytest.mark.skipif(SCREENSHOTS is None, reason="pictures are made by `make screenshots`")
@pytest.mark.parametrize("name", PAGES)
def test_pictures_are_taken(browser: Browser, name: str) -> None:
    folder = Path(SCREENSHOTS or "")
    folder.mkdir(parents=True, exist_ok=True)
    for lang in ("zh", "en"):
        for look, settings in (("day", {}), ("night", {"dark": True}), ("phone", {"width": 360, "height": 760})):
            browser.look(**settings)
            browser.go(f"/{lang}{PAGES[name]}")
            browser.picture(folder / f"{name}-{lang}-{look}.png")
            assert (folder / f"{name}-{lang}-{look}.png").stat().st_size > 5000
