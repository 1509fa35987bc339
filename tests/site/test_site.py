"""The built site in headless Chromium: light and dark, at a desk and on a phone.

Needs Debian's `chromium` and `chromium-driver`, and npm, which brings axe-core. Each test leaves a picture of
what it saw in its temporary directory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from visitors import SCREENS, QuietHandler, Visitor, axe_source, built_site, served, visiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.site

RULE = "units.above-minutes"
PAGE_OF_RULE = f"rules/{RULE}.html"
PAGES = (
    "index.html",
    "faq.html",
    "statements.html",
    "rules.html",
    PAGE_OF_RULE,
    "data/procedures.html",
    "reference/claims.html",
    "examples/a-week.html",
)
SCHEMES = {"light": "default", "dark": "slate"}  # as the browser calls them, as the theme does


class Handler(QuietHandler):
    """Serves files, and lets a page load nothing from elsewhere: a try is an error in the console."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self' 'unsafe-inline' data:")
        super().end_headers()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core."""
    return axe_source(tmp_path_factory.mktemp("axe"))


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    site = built_site(tmp_path_factory.mktemp("site"))
    with served(site, Handler) as home, visiting(home) as visitor:
        yield visitor


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("page", PAGES)
def test_page_reads_well(
    *, page: str, scheme: str, screen: str, visitor: Visitor, axe: str, tmp_path: Path
) -> None:
    visitor.open(page, scheme=scheme, screen=screen)
    driver = visitor.driver
    driver.save_screenshot(tmp_path / "page.png")
    body = driver.find_element(By.TAG_NAME, "body")

    assert body.get_attribute("data-md-color-scheme") == SCHEMES[scheme]
    assert "--8<--" not in body.text  # a snippet that was not filled in
    # What is wider than the screen scrolls within the page.
    assert driver.execute_script("return document.scrollingElement.scrollWidth") <= SCREENS[screen][0]
    visitor.assert_stayed_home()
    assert visitor.serious_violations(axe) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_search_finds_the_page_of_a_rule(screen: str, visitor: Visitor, tmp_path: Path) -> None:
    visitor.open("index.html", scheme="light", screen=screen)
    driver = visitor.driver
    # Each key that is typed draws the results anew.
    wait = WebDriverWait(driver, 20, ignored_exceptions=[StaleElementReferenceException])
    result = (By.CSS_SELECTOR, ".md-search-result__link")

    if screen == "phone":
        driver.find_element(By.CSS_SELECTOR, "label.md-header__button[for=__search]").click()
    field = driver.find_element(By.CSS_SELECTOR, "input.md-search__input")
    wait.until(lambda _: field.is_displayed())
    field.click()
    # As pasted: of what is typed as far as a hyphen the theme's search complains on the console.
    driver.execute_cdp_cmd("Input.insertText", {"text": RULE})
    field.send_keys(Keys.END)  # it searches when a key is released
    wait.until(lambda _: PAGE_OF_RULE in driver.find_element(*result).get_attribute("href"))
    driver.save_screenshot(tmp_path / "found.png")
    visitor.assert_stayed_home()

    wait.until(lambda _: driver.find_element(*result).click() is None)
    wait.until(lambda _: PAGE_OF_RULE in driver.current_url)
    assert driver.find_element(By.TAG_NAME, "h1").text.startswith(RULE)
    visitor.assert_stayed_home()
