"""The claim checker in headless Chromium: it says what the command line says, and sends nothing anywhere.

Needs what `test_site.py` needs. Where `SITE` names a built site, its checker has to be built, too. The large
file has half a megabyte, or as many megabytes as `CHECKER_MEGABYTES` says.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from itertools import islice, takewhile
from typing import TYPE_CHECKING

import pytest
from builders_x12 import interchange, professional, service, subscriber, transaction
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from visitors import ROOT, SCREENS, QuietHandler, Visitor, axe_source, built_site, served, visiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

pytestmark = pytest.mark.site

PAGE = "checker/index.html"
WEEK = ROOT / "examples" / "clinic_week.csv"
MEGABYTES = float(os.environ.get("CHECKER_MEGABYTES", "0.5"))
SECONDS = 120 + 60 * MEGABYTES  # a slow machine needs a while to start Python
ROW = "C01,medicare-b,practitioner,G56.01,310.00,1,97530,2026-03-02,{units},GO,30,0,11,G56.01,84.00\n"
DROP = """
    const files = new DataTransfer();
    files.items.add(new File([arguments[1]], arguments[0]));
    document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true}));
"""


class Checker:
    """The page, as a person uses it."""

    def __init__(self, visitor: Visitor, downloads: Path) -> None:
        self.visitor, self.driver, self.downloads = visitor, visitor.driver, downloads
        where = {"behavior": "allow", "downloadPath": str(downloads)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)

    def open(self, *, scheme: str = "light", screen: str = "desk") -> None:
        self.visitor.open(PAGE, scheme=scheme, screen=screen)
        self.wait("Ready.")

    def part(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    def wait(self, text: str) -> str:
        """Wait until the live region says something with a text in it."""
        WebDriverWait(self.driver, SECONDS).until(lambda _: text in self.part("state").text)
        return self.part("state").text

    def choose(self, path: Path) -> None:
        self.part("file").send_keys(str(path))
        self.part("file").submit()

    def download(self, button: str, name: str) -> bytes:
        self.part(button).click()
        path = self.downloads / name
        WebDriverWait(self.driver, SECONDS).until(lambda _: path.exists())
        return path.read_bytes()

    def rows(self) -> list[tuple[str, str]]:
        """The rule and the severity of each finding in the table."""
        rows = self.driver.find_elements(By.CSS_SELECTOR, "#report > table tbody tr")
        cells = [row.find_elements(By.TAG_NAME, "td") for row in rows]
        return [(rule.text, severity.text) for severity, _, rule in cells]


def command_line(*arguments: str | Path) -> tuple[str, list[str]]:
    command = (sys.executable, "-m", "otcodes", "check", *map(str, arguments))
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    return done.stdout, [line.removeprefix("otcodes: ") for line in done.stderr.splitlines()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = built_site(tmp_path_factory.mktemp("site"))
    if not (folder / "checker/engine/parts.json").exists():
        subprocess.run((sys.executable, ROOT / "tools/browser.py", folder), check=True)
    return folder


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe_source(tmp_path_factory.mktemp("axe"))


@pytest.fixture(scope="module")
def visitor(site: Path) -> Iterator[Visitor]:
    with served(site, QuietHandler) as home, visiting(home) as visitor:
        yield visitor


@pytest.fixture
def checker(visitor: Visitor, tmp_path: Path) -> Checker:
    return Checker(visitor, tmp_path)


def test_it_finds_what_the_command_line_finds(checker: Checker, tmp_path: Path) -> None:
    checker.open()
    checker.choose(WEEK)
    assert checker.wait("claims").startswith("30 claims: ")

    report = json.loads(command_line("--format", "json", WEEK)[0])
    assert checker.rows() == [(each["rule"], each["severity"]) for each in report["findings"]]
    saved = json.loads(checker.download("save", "clinic_week.csv.report.json"))
    assert saved == report
    links = checker.driver.find_elements(By.CSS_SELECTOR, "#report > table a[href*='/rules/']")
    assert (
        links[0].get_attribute("href") == f"{checker.visitor.home}rules/{report['findings'][0]['rule']}.html"
    )

    fixed = tmp_path / "by_command_line.csv"
    _, lines = command_line("--fix", "--output", fixed, WEEK)
    assert checker.download("fix", "clinic_week.fixed.csv") == fixed.read_bytes()
    said = [item.text for item in checker.driver.find_elements(By.CSS_SELECTOR, "#fixed li")]
    assert said == lines
    checker.visitor.assert_stayed_home()


def test_an_837_is_read_and_mended(checker: Checker, tmp_path: Path) -> None:
    claim = professional("A1", service("97530", "96", 2), total="96")
    path = tmp_path / "day.837"
    path.write_text(interchange(transaction(subscriber("M1", claim))), "utf-8")
    checker.open()
    checker.choose(path)
    checker.wait("1 claim: ")

    report = json.loads(command_line("--format", "json", path)[0])
    assert checker.rows() == [(each["rule"], each["severity"]) for each in report["findings"]]
    fixed = tmp_path / "by_command_line.837"
    command_line("--fix", "--output", fixed, path)
    assert checker.download("fix", "day.fixed.837") == fixed.read_bytes()


def test_what_is_good_in_a_damaged_file_comes_through(checker: Checker, tmp_path: Path) -> None:
    header = WEEK.read_text("utf-8").splitlines(keepends=True)[0]
    path = tmp_path / "damaged.csv"
    path.write_text(header + ROW.format(units="2") + ROW.format(units="<b>two</b>"), "utf-8")
    checker.open()
    checker.driver.execute_script(DROP, path.name, path.read_text("utf-8"))
    assert checker.wait("claim").endswith("Not all of the input could be read.")
    _, lines = command_line("--format", "json", path)
    said = [item.text for item in checker.driver.find_elements(By.CSS_SELECTOR, "#report li")]
    assert said == lines
    assert "found '<b>two</b>'" in said[0]

    path = tmp_path / "picture.json"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    checker.choose(path)
    checker.wait("No claim could be read.")
    assert "picture.json" in checker.part("report").text
    assert not checker.part("fix").is_displayed()
    checker.visitor.assert_stayed_home()


def test_it_says_that_it_does_not_read_fhir_or_columns_of_ones_own(checker: Checker) -> None:
    checker.open()
    for name, content, why in (
        ("claim.json", '{"resourceType": "Claim"}', "claim.json: this is FHIR, which the page does not read"),
        ("ours.csv", "service;date\n97530;2026-03-02\n", "ours.csv: line 1: expected the columns procedure"),
    ):
        checker.driver.execute_script(DROP, name, content)
        WebDriverWait(checker.driver, SECONDS).until(lambda _, why=why: why in checker.part("report").text)
        checker.wait("No claim could be read.")
        assert "are for the command line" in checker.part("report").text
    checker.visitor.assert_stayed_home()


def test_a_file_that_is_too_large_is_refused_and_the_page_goes_on(checker: Checker, tmp_path: Path) -> None:
    path = tmp_path / "decade.csv"
    with path.open("wb") as file:
        file.truncate(101_000_000)
    checker.open()
    checker.choose(path)
    assert checker.wait("MB").startswith("decade.csv has 101.0 MB; this page takes up to 100 MB.")
    checker.part("sample").click()
    checker.wait("30 claims")


def large(folder: Path) -> Path:
    """A file of weeks, of which a patient has two."""
    header, *rows = WEEK.read_text("utf-8").splitlines()
    path = folder / "months.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{header},patient\n")
        for week in range(int(1e6 * MEGABYTES) // sum(len(row) + 16 for row in rows)):
            file.writelines(f"W{week:05}-{row},P{week // 2:05}-{row[:3]}\n" for row in rows)
    return path


def test_a_large_file_is_checked_in_full(checker: Checker, axe: str, tmp_path: Path) -> None:
    path = large(tmp_path)
    checker.open()
    checker.choose(path)
    # The page answers; the bar moves; and there is a way out.
    checker.wait("Checking")
    WebDriverWait(checker.driver, SECONDS).until(
        lambda _: 0.02 < float(checker.part("progress").get_attribute("value") or 0) < 1
    )
    checker.driver.save_screenshot(tmp_path / "checking.png")
    checker.part("stop").send_keys(Keys.ENTER)
    checker.wait("Stopped.")
    assert checker.driver.switch_to.active_element.text == "Check"

    checker.driver.switch_to.active_element.send_keys(Keys.ENTER)
    checker.wait("Checking")
    assert checker.visitor.serious_violations(axe) == []
    checker.wait("claims: ")
    checker.driver.save_screenshot(tmp_path / "checked.png")
    assert checker.visitor.serious_violations(axe) == []

    listed, problems = command_line("--format", "csv", path)
    expected = list(csv.DictReader(listed.splitlines()))
    counted = {
        tuple(cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td"))
        for row in checker.driver.find_elements(By.CSS_SELECTOR, "#report > details[open] tbody tr")
    }
    by_rule = Counter((each["rule"], each["severity"]) for each in expected)
    assert counted == {(*which, f"{count:,}") for which, count in by_rule.items()}
    assert f"The first 2,000 of {len(expected):,} findings" in checker.part("report").text
    assert problems == []

    checker.download("save", "months.csv.report.json")
    with (tmp_path / "months.csv.report.json").open(encoding="utf-8") as report:
        entries = takewhile(lambda line: line != "],\n", islice(report, 1, None))
        for entry, row in zip(entries, expected, strict=True):
            finding = json.loads(entry.rstrip(",\n"))
            assert {name: finding[name] for name in row} == row
    checker.visitor.assert_stayed_home()


def test_the_keyboard_is_enough(checker: Checker) -> None:
    checker.open()

    def press(*keys: str) -> WebElement:
        for key in keys:
            ActionChains(checker.driver).send_keys(key).perform()
        return checker.driver.switch_to.active_element

    reached = [
        press(Keys.TAB).get_attribute("id") or checker.driver.switch_to.active_element.text for _ in range(7)
    ]
    assert reached == ["otcodes", "About this page", "file", "text", "payer", "Check", "sample"]
    press(Keys.ENTER)
    checker.wait("30 claims")
    assert checker.driver.switch_to.active_element.get_attribute("id") == "results-title"
    assert press(Keys.TAB).text.startswith("Counted by rule")
    assert press(Keys.ENTER, Keys.TAB).get_attribute("href")  # of the first rule, its page

    checker.part("words").send_keys("wrist splint", Keys.ENTER)
    checker.wait("codes found")
    assert "29125" in checker.part("codes").text
    checker.visitor.assert_stayed_home()


def test_pasted_claims_are_judged_as_the_chosen_payer(checker: Checker) -> None:
    line = {"procedure": "97530", "on": "2026-03-02", "units": 2, "minutes": 30, "place": "11"}
    claims = json.dumps({"claims": [{"payer": "commercial", "diagnoses": ["M62.81"], "lines": [line]}]})
    checker.open()
    checker.part("text").send_keys(claims)
    checker.part("payer").send_keys("medicare-b")
    checker.part("text").submit()
    checker.wait("1 claim: 1 error")
    assert checker.rows() == [("modifier.discipline-missing", "error")]
    assert "pasted.json" in checker.part("report").text


def test_it_says_what_is_on_board(checker: Checker) -> None:
    import otcodes

    checker.open()
    assert f"version {otcodes.DATA_VERSION}." in checker.part("versions").text
    assert "ptp_edits" in checker.part("tables").get_attribute("textContent")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_well(scheme: str, screen: str, checker: Checker, axe: str, tmp_path: Path) -> None:
    checker.open(scheme=scheme, screen=screen)
    checker.part("sample").click()
    checker.wait("30 claims")
    checker.part("words").send_keys("wrist splint", Keys.ENTER)
    checker.wait("codes found")
    checker.driver.execute_script("for (const one of document.querySelectorAll('details')) one.open = true;")
    checker.driver.save_screenshot(tmp_path / "page.png")
    width = checker.driver.execute_script("return document.scrollingElement.scrollWidth")
    assert width <= SCREENS[screen][0]
    assert checker.visitor.serious_violations(axe) == []


def test_not_even_a_worker_that_tries_gets_anything_out(site: Path, tmp_path: Path) -> None:
    """The page's policy holds in its worker, and for its own host once all is loaded."""
    asked: Counter[str] = Counter()

    class Elsewhere(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 -- its name in the standard library
            asked["elsewhere"] += 1
            super().do_GET()

    with served(tmp_path, Elsewhere) as elsewhere:
        worker = (site / "checker/worker.mjs").read_text("utf-8")
        tries = "".join(
            f'fetch("{address}").then(() => postMessage({{ number: 0 }}), () => {{}});\n'
            for address in (f"{elsewhere}?patient", "/?patient")
        )

        class Talkative(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 -- its name in the standard library
                asked["home"] += "patient" in self.path
                if not self.path.endswith("/worker.mjs"):
                    return super().do_GET()
                self.send_response(200)
                self.send_header("Content-Type", "text/javascript")
                self.end_headers()
                self.wfile.write((worker + tries).encode())
                return None

        with served(site, Talkative) as home, visiting(home) as visitor:
            checker = Checker(visitor, tmp_path)
            checker.open()
            complaints = visitor.complaints()
    assert sum("Content Security Policy" in complaint for complaint in complaints) >= 2
    assert asked == {"home": 0}


def test_a_site_without_it_says_so(site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checker"
    folder.mkdir()
    for path in (site / "checker").iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    with served(tmp_path, QuietHandler) as home, visiting(home) as visitor:
        visitor.open(PAGE, scheme="light", screen="desk")
        checker = Checker(visitor, tmp_path)
        assert checker.wait("Not ready") == "Not ready: the checker was not built with this site."
