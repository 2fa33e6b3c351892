"""What a newcomer does, in a real browser: to the words and back, asking, by keyboard, on paper, without scripts."""

from __future__ import annotations

import csv
import io
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ontology import vocabulary

if TYPE_CHECKING:
    from conftest import Browser  # type: ignore[import-not-found]

QUESTIONS = {question.key: question for question in vocabulary.questions()}
VISIBLE = "const s = getComputedStyle(arguments[0]); return s.display !== 'none' && s.visibility !== 'hidden'"


def one(browser: Browser, selector: str) -> WebElement:
    """The first element of its kind, once the page has one: who presses Enter does not wait for the next page."""
    found = WebDriverWait(browser.driver, 20).until(lambda d: d.find_element(By.CSS_SELECTOR, selector))
    assert isinstance(found, WebElement)
    return found


def where(browser: Browser) -> str:
    """The path of the page that is open, with query and fragment."""
    return str(browser.driver.current_url.removeprefix(browser.address))


def editor(browser: Browser) -> WebElement:
    """The editor of the SPARQL page, once its script has put it there."""
    return one(browser, ".cm-content")


def test_from_a_figure_to_its_words_and_back(browser: Browser) -> None:
    browser.go("/zh/programme/yixiu-yunshang")
    mark = one(browser, ".figure-list .cite")
    words = one(browser, ".figure-list .words")
    assert not browser.run(VISIBLE, words)
    browser.run("arguments[0].focus()", mark)
    assert browser.run(VISIBLE, words)
    assert "57" in words.text
    mark.send_keys(Keys.ESCAPE)
    assert not browser.run(VISIBLE, words)
    mark.click()
    assert where(browser).startswith("/zh/document/shanghai-2019#c")
    target = one(browser, ":target")
    back = target.find_element(By.CSS_SELECTOR, "a") if target.tag_name == "tr" else target
    back.click()
    assert where(browser).startswith(("/zh/measurement/yixiu-yunshang.", "/zh/evidence/"))
    assert "57" in one(browser, "main").text


def test_what_a_university_promised_and_what_it_delivered(browser: Browser) -> None:
    browser.scripts(False)
    browser.go("/zh/")
    box = one(browser, "#search-box")
    box.send_keys("同济", Keys.ENTER)
    one(browser, ".results .result a").click()
    assert where(browser) == "/zh/organisation/tongji-university"
    rows = browser.driver.find_elements(By.CSS_SELECTOR, ".deeds tbody tr")
    trained = next(row for row in rows if "培训规模" in row.text)
    promised, delivered = trained.find_elements(By.TAG_NAME, "td")
    assert [figure.text for figure in promised.find_elements(By.CSS_SELECTOR, "li > a")] == ["1000人", "300人", "100人"]
    assert [figure.text for figure in delivered.find_elements(By.CSS_SELECTOR, "li > a")] == ["533人"]
    assert "计划" in promised.text
    assert "已实现" in delivered.text
    delivered.find_element(By.CSS_SELECTOR, ".cite").click()
    assert where(browser).startswith("/zh/document/shanghai-2019#c")
    assert "533" in one(browser, ":target").text


def test_an_example_question_is_asked_and_its_answer_downloaded(browser: Browser) -> None:
    browser.go("/en/")
    one(browser, ".starters a").click()
    rows = browser.driver.find_elements(By.CSS_SELECTOR, ".results tbody tr")
    download = next(a for a in browser.driver.find_elements(By.CSS_SELECTOR, ".downloads a") if a.text == "csv")
    with urllib.request.urlopen(download.get_attribute("href") or "") as answer:
        table = list(csv.reader(io.StringIO(answer.read().decode())))
    assert len(table) == len(rows) + 1
    assert len(table) > 2


def test_the_language_switches_anywhere_and_keeps_path_and_query(browser: Browser) -> None:
    for path in ("/zh/area/530000", f"/zh/sparql?query={quote('ASK {}', safe='')}&view=table"):
        browser.go(path)
        one(browser, "a.language").click()
        assert unquote(where(browser)) == unquote(path.replace("/zh/", "/en/"))
        assert one(browser, "html").get_attribute("lang") == "en"


def test_everything_is_reached_by_keyboard(browser: Browser) -> None:
    browser.go("/en/programme/yixiu-yunshang")
    one(browser, "body").send_keys(Keys.TAB)
    skip = browser.driver.switch_to.active_element
    assert skip.get_attribute("class") == "skip"
    skip.send_keys(Keys.ENTER)
    assert where(browser).endswith("#main")
    seen = set()
    for _ in range(60):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        here = browser.driver.switch_to.active_element
        style = browser.run("return getComputedStyle(arguments[0]).outlineStyle", here)
        assert style != "none", here.get_attribute("outerHTML")
        seen.add(here.get_attribute("class"))
    assert "cite" in seen


def test_a_query_is_written_completed_and_run_by_keyboard(browser: Browser) -> None:
    browser.go("/en/sparql")
    box = editor(browser)
    box.click()
    box.send_keys(Keys.CONTROL + "a")
    box.send_keys("SELECT ?p WHERE { ?p a progr")
    offered = WebDriverWait(browser.driver, 20).until(
        lambda d: [o.text for o in d.find_elements(By.CSS_SELECTOR, ".cm-tooltip-autocomplete li") if "dk:" in o.text]
    )
    assert any(o.startswith("dk:Programme") for o in offered)
    box.send_keys(Keys.CONTROL + "a")
    box.send_keys("PREFIX dk: <https://w3id.org/duikou/ontology#> ASK { ?p a dk:Programme ")
    box.send_keys(Keys.ESCAPE)
    box.send_keys(Keys.CONTROL + Keys.ENTER)
    WebDriverWait(browser.driver, 20).until(lambda d: d.find_element(By.CSS_SELECTOR, "#results"))
    assert one(browser, "#results").text.startswith("Yes")


def test_a_mistake_is_marked_at_its_place_in_the_editor(browser: Browser) -> None:
    browser.go(f"/en/sparql?query={quote('SELECT * {' + chr(10) + ' ?s nope:p ?o }')}")
    editor(browser)
    marked = WebDriverWait(browser.driver, 20).until(lambda d: d.find_element(By.CSS_SELECTOR, ".cm-lintRange-error"))
    assert marked.text == "nope:p"
    assert browser.complaints() == []


def test_without_scripts_everything_is_there(browser: Browser) -> None:
    browser.scripts(False)
    browser.go(f"/zh/sparql?query={quote(QUESTIONS['cases'].text)}")
    assert one(browser, "textarea#query").is_displayed()
    assert browser.driver.find_elements(By.CSS_SELECTOR, ".cm-editor") == []
    one(browser, ".console button").click()
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, ".results tbody tr")) >= 10
    browser.go("/zh/programme/yixiu-yunshang")
    assert browser.driver.find_elements(By.CSS_SELECTOR, "button.copy")
    assert not any(b.is_displayed() for b in browser.driver.find_elements(By.CSS_SELECTOR, "button.copy"))


def test_paper_has_what_is_said_and_how_to_cite_it(browser: Browser) -> None:
    browser.go("/zh/programme/yixiu-yunshang")
    browser.look(media="print")
    for gone in ("header.top nav", "a.language", ".copy"):
        assert not browser.run(VISIBLE, one(browser, gone)), gone
    for kept in (".figure-list", ".citations", ".citing pre", "#iri"):
        assert browser.run(VISIBLE, one(browser, kept)), kept


def test_copying_a_citation_says_so(browser: Browser) -> None:
    browser.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.go("/en/programme/yixiu-yunshang")
    button = one(browser, ".citing button.copy")
    button.click()
    WebDriverWait(browser.driver, 10).until(lambda _: button.text == "Copied")
