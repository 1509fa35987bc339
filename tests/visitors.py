"""A browser at the built site, for the tests in tests/site; they say what they need."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SCREENS = {"desk": (1280, 900), "phone": (390, 844)}
# A later axe-core may bring further rules; let that be a change of its own.
AXE = "axe-core@4.14"
AXE_RUN = """
    const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ["violations"]}).then(
        (found) => done(found.violations.map((one) => ({
            rule: one.id, impact: one.impact, where: one.nodes.slice(0, 5).map((node) => node.html),
        }))),
        (error) => done([{rule: String(error), impact: "critical", where: []}]),
    );
"""
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # Chromium has none for root, and root is who a container runs as
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # A machine without a mouse; the theme lets the keyboard scroll code where there is one, as at any desk.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
)


class QuietHandler(SimpleHTTPRequestHandler):
    """A web server that says nothing of what it does."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Visitor:
    """A browser at the site, and what it met there since it last opened a page."""

    def __init__(self, driver: Chrome, home: str) -> None:
        self.driver = driver
        self.home = home

    def open(self, page: str, *, scheme: str, screen: str) -> None:
        width, height = SCREENS[screen]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        # The theme keeps to a scheme that it remembers, and one that is still open remembers it again.
        self.driver.get("about:blank")
        self.driver.get("about:blank")  # the page before would answer to what changes, and note it
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": screen == "phone"})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        kept = {"origin": self.home.rstrip("/"), "storageTypes": "local_storage"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", kept)
        self.complaints()
        self.requests()
        self.driver.get(self.home + page)

    def complaints(self) -> list[str]:
        """The errors and warnings of the console."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The address of each thing that was asked for, but for what stands in the page itself."""
        messages = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        asked = (
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        )
        return [url for url in asked if not url.startswith(("data:", "blob:"))]

    def assert_stayed_home(self) -> None:
        """Nothing went wrong, and nothing was asked of another host."""
        assert self.complaints() == []
        requests = self.requests()
        assert requests
        assert [url for url in requests if not url.startswith(self.home)] == []

    def serious_violations(self, axe: str) -> list[dict[str, object]]:
        """What axe-core finds on the page that keeps people out."""
        self.driver.execute_script(axe)
        found = self.driver.execute_async_script(AXE_RUN)
        return [one for one in found if one["impact"] in {"serious", "critical"}]


def built_site(folder: Path) -> Path:
    """The folder of the built site: the one that `SITE` names, or a new one in the folder given."""
    if named := os.environ.get("SITE"):
        return Path(named)
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder))
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


def axe_source(folder: Path) -> str:
    """The source of axe-core, which npm brings into a folder."""
    npm = shutil.which("npm") or pytest.fail("npm is not installed")
    options = ("--no-audit", "--no-fund", "--silent")
    subprocess.run((npm, "install", "--prefix", folder, *options, AXE), check=True)
    return (folder / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@contextmanager
def served(site: Path, handler: type[SimpleHTTPRequestHandler]) -> Iterator[str]:
    """A folder on the web; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def visiting(home: str) -> Iterator[Visitor]:
    """Headless Chromium at an address."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or pytest.fail("chromium is not installed")
    for option in OPTIONS:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "WARNING", "performance": "ALL"})
    service = ChromeService(shutil.which("chromedriver") or pytest.fail("chromium-driver is not installed"))
    with Chrome(options=options, service=service) as driver:
        yield Visitor(driver, home)
