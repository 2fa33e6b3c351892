"""More of what a newcomer does: find a programme by a place, compare, explore from Shanghai to a county."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from conftest import Browser  # type: ignore[import-not-found]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_programme_is_found_by_the_short_name_of_a_place(browser: Browser, scripts: bool) -> None:
    browser.scripts(scripts)
    browser.go("/zh/")
    box = browser.driver.find_element(By.CSS_SELECTOR, "#search-box")
    box.send_keys("楚雄", Keys.ENTER)
    waiting = WebDriverWait(browser.driver, 20)
    waiting.until(lambda d: "/search" in d.current_url and d.find_elements(By.CSS_SELECTOR, "ol.results"))
    browser.driver.find_element(By.CSS_SELECTOR, "ol.results").find_element(By.PARTIAL_LINK_TEXT, "彝绣云裳").click()
    waiting.until(lambda d: "/search" not in d.current_url and "彝绣云裳" in d.title)
    assert "/zh/" in browser.driver.current_url


def test_a_search_is_narrowed_and_widened_again(browser: Browser) -> None:
    browser.go("/en/search?q=Shanghai")
    before = told(browser)
    choice = browser.driver.find_element(By.CSS_SELECTOR, ".facet a")
    count = choice.find_element(By.XPATH, "following-sibling::*[@class='count']").text
    choice.click()
    waiting = WebDriverWait(browser.driver, 20)
    waiting.until(lambda _: told(browser).startswith(count) and told(browser) != before)
    waiting.until(lambda d: d.find_element(By.CSS_SELECTOR, "ul.chips a[title]")).click()
    waiting.until(lambda _: told(browser) == before)


def told(browser: Browser) -> str:
    """What the page says of how much was found; "" while there is no page yet."""
    try:
        return str(browser.driver.find_element(By.CSS_SELECTOR, "[role=status]").text)
    except (NoSuchElementException, StaleElementReferenceException):
        return ""


@pytest.mark.parametrize("scripts", [True, False])
def test_two_programmes_are_compared(browser: Browser, scripts: bool) -> None:
    browser.scripts(scripts)
    browser.go("/en/search?type=programme&theme=consumption")
    boxes = browser.driver.find_elements(By.CSS_SELECTOR, "input[name=with]")
    assert len(boxes) > 1
    for box in boxes[:2]:
        box.click()
    browser.driver.find_element(By.CSS_SELECTOR, "form[action='/en/compare'] button").click()
    WebDriverWait(browser.driver, 20).until(
        lambda d: len(d.find_elements(By.CSS_SELECTOR, ".side-by-side:first-of-type .remove")) == 2
    )


def test_from_shanghai_to_a_county_by_keyboard(browser: Browser) -> None:
    browser.go("/en/graph")
    WebDriverWait(browser.driver, 20).until(lambda d: d.find_element(By.XPATH, "//button[text()='Explore']")).send_keys(
        Keys.ENTER
    )
    while node(browser, "Xishui") is None:
        grow(browser, "Municipality of Shanghai")
    grow(browser, "Xishui")
    assert node(browser, "Xishui County") is not None
    assert browser.complaints() == []


def grow(browser: Browser, name: str) -> None:
    """Expand a thing of the drawing, and wait until it has brought its ties."""
    found = node(browser, name)
    assert found is not None, name
    before = len(browser.driver.find_elements(By.CSS_SELECTOR, "#explorer .node"))
    found.send_keys(Keys.ENTER)
    WebDriverWait(browser.driver, 20).until(lambda d: len(d.find_elements(By.CSS_SELECTOR, "#explorer .node")) > before)


def node(browser: Browser, name: str):  # type: ignore[no-untyped-def]  # a web element, None where there is none
    nodes = browser.driver.find_elements(By.CSS_SELECTOR, "#explorer .node")
    return next((n for n in nodes if name in (n.get_attribute("aria-label") or "")), None)


def test_points_of_the_map_are_links_that_the_keyboard_reaches(browser: Browser) -> None:
    browser.go("/en/map")
    points = browser.driver.find_elements(By.CSS_SELECTOR, ".map a")
    assert len(points) > 10
    browser.run("arguments[0].focus()", points[0])
    points[0].send_keys(Keys.ENTER)
    WebDriverWait(browser.driver, 20).until(lambda d: "/en/area/" in d.current_url)
