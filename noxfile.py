"""What is too long for each change, one session each: ``nox -s bench`` and the like (CONTRIBUTING.md)."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = []  # each is named when it is run

# Peers that cannot live beside the others: icdcodex holds numpy back.
APART = {"icdcodex": "icdcodex>=0.5.2"}


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the wheel beside its peers, and write benchmarks/RESULTS.md: ``nox -s bench -- --quick``."""
    wheel = built(session)
    session.install(f"otcodes[bench] @ {wheel.as_uri()}")
    arguments = ["--date", dt.date.today().isoformat(), "--wheel", str(wheel)]  # noqa: DTZ011 -- a heading
    for module, requirement in APART.items():
        home = Path(session.create_tmp(), module)
        session.run("python", "-m", "venv", "--clear", home)
        python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
        session.run(python, "-m", "pip", "install", "--quiet", requirement, external=True)
        arguments += ["--apart", f"{module}={python}"]
    # Without compiled files an import takes several times as long.
    quiet = {"PYTHONDONTWRITEBYTECODE": None}
    session.run("python", "benchmarks/run.py", *arguments, *session.posargs, env=quiet)


def built(session: nox.Session) -> Path:
    """The wheel, built anew."""
    folder = Path(session.create_tmp(), "wheel")
    shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ".")
    (wheel,) = folder.glob("*.whl")
    return wheel


@nox.session
def carried(session: nox.Session) -> None:
    """Freeze the package with PyInstaller, and run it in Pyodide, which comes through npm."""
    session.install("-e", ".[test-core,release]")
    session.run("python", "-m", "pytest", "-m", "nightly", "tests/packaging", *session.posargs)


@nox.session
def lowest(session: nox.Session) -> None:
    """Test with the lowest versions that are allowed; Python 3.10 and 3.11 have wheels of them all."""
    extras = "fhir,hypothesis,pandas,plot,polars,pydantic,toml,x12,test-core"  # all but Spark's, the largest
    session.install("uv")
    lowest = ("--resolution", "lowest-direct", "--python", session.virtualenv.location)
    # The first pandas asks for any numpy and takes none from 2 on.
    session.run("uv", "pip", "install", "--quiet", *lowest, "-e", f".[{extras}]", "numpy>=1.26,<2")
    # What they warn of is of their time.
    session.run("python", "-m", "pytest", "-o", "filterwarnings=default", *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """Put faults into the calculators, the rules and the tables, and see whether the tests find them."""
    session.install("-e", ".[mutation]")
    for part in ("tables", "rules"):
        results = Path(session.create_tmp(), f"{part}.json")
        # All tests of each mutant that is left would take a day.
        session.run("python", "tools/mutate.py", part, results, *(session.posargs or ["--tests", "100"]))


@nox.session
def fuzz(session: nox.Session) -> None:
    """Feed whatever takes input with inputs made to do harm: ``nox -s fuzz -- --inputs 100000 csv``."""
    session.install("-e", ".[fuzz]")
    session.run("python", "tests/fuzz/run.py", *(session.posargs or ["--minutes", "20"]))


@nox.session
def checker(session: nox.Session) -> None:
    """Check a file of 50 MB on the site's page; it needs chromium and npm, as .ci/run installs them."""
    session.install("-e", ".[site]")
    site = Path(session.create_tmp(), "site").resolve()
    session.run("mkdocs", "build", "--quiet", "--site-dir", site)
    session.run("python", "tools/browser.py", site)
    large = {"SITE": str(site), "CHECKER_MEGABYTES": "50"}
    tests = ("-m", "site", "tests/site/test_checker.py", "-k", "large_file")
    session.run("python", "-m", "pytest", *tests, env=large)
