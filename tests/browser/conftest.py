"""Pages in a real browser: Debian's Chromium, driven by Selenium, over a real server of the ten cases.

What needs a browser is skipped where there is none: `apt-get install chromium chromium-driver`.
"""

from __future__ import annotations

import base64
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from werkzeug.serving import make_server

from graph.database import Database
from graph.documents import keep_document
from server.app import create_app
from server.pages.assets import DIST

AXE = Path(__file__).parents[2] / "server" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-prefers-reduced-motion",
    # nothing but our own server can be reached, and what asks for more is seen
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Browser:
    """A browser at a site: goes to paths, looks like a phone or at night, and tells what it met."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver, self.address = driver, address

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.driver.get(self.address + path)

    def look(self, *, width: int = 1280, height: int = 900, dark: bool = False, media: str = "") -> None:
        """Set the size of the window, the colour scheme, and the medium."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [scheme]})

    def scripts(self, on: bool) -> None:
        """Switch JavaScript on or off for the pages that follow."""
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and return what it returns."""
        return self.driver.execute_script(script, *arguments)  # type: ignore[no-untyped-call]

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the page by WCAG 2.2 A and AA."""
        if not AXE.is_file():
            pytest.skip("axe-core is not here: make setup installs it")
        self.driver.set_script_timeout(60)
        self.run(AXE.read_text("utf-8"))
        found = self.driver.execute_async_script(  # type: ignore[no-untyped-call]
            "const done = arguments[1]; axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']})"
            ".then(r => done(r.violations), e => done([{id: String(e), nodes: []}]))",
            RULES,
        )
        return [f"{v['id']}: {[n['target'] for n in v['nodes'][:3]]}" for v in found]

    def complaints(self) -> list[str]:
        """Return what the browser's console says, of breaches of the policy above all; statuses are no complaint."""
        said = [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]
        return [message for message in said if "the server responded with a status of 4" not in message]

    def foreign(self) -> set[str]:
        """Return the hosts other than ours that pages asked for since this was asked last."""
        hosts = set()
        for entry in self.driver.get_log("performance"):  # type: ignore[no-untyped-call]
            told = json.loads(entry["message"])["message"]
            if told["method"] == "Network.requestWillBeSent":
                url = urlsplit(told["params"]["request"]["url"])
                if url.scheme in ("http", "https", "ws", "wss") and url.netloc != urlsplit(self.address).netloc:
                    hosts.add(url.netloc)
        return hosts

    def picture(self, file: Path) -> None:
        """Save the whole page as a picture."""
        size = self.run("const d = document.documentElement; return [d.clientWidth, d.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], 6000), "scale": 1}
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        file.write_bytes(base64.b64decode(shot["data"]))


@pytest.fixture(scope="session")
def address(ten_cases: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the ten cases; with the text of their document where that is at hand."""
    copy = tmp_path_factory.mktemp("browsed") / "db"
    shutil.copytree(ten_cases.path, copy)
    database = Database(copy)
    for file in sorted((Path(__file__).parents[3] / "shared" / "source").glob("*.txt")):
        keep_document(database, file)
    server = make_server("127.0.0.1", 0, create_app(database), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def driver() -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests; they are skipped where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    chromedriver = shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("there is no Chromium here: apt-get install chromium chromium-driver")
    if not (DIST / "manifest.json").is_file():
        pytest.skip("the front-end is not built: make setup builds it")
    options = Options()
    options.binary_location = chromium
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    yield driver
    driver.quit()


@pytest.fixture
def browser(driver: webdriver.Chrome, address: str) -> Iterator[Browser]:
    """The browser as a newcomer has it: a large window, by day, with JavaScript."""
    browser = Browser(driver, address)
    browser.look()
    browser.scripts(True)
    browser.complaints()
    browser.foreign()
    yield browser
    browser.scripts(True)
