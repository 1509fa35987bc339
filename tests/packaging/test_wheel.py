"""What is in the distributions, to the file and to the byte, and what they ask for."""

from __future__ import annotations

import os
import re
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import otcodes

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from subprocess import CompletedProcess

    Run = Callable[..., CompletedProcess[str]]

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
# Beside modules and tables.
OTHERS = {"otcodes/py.typed", "otcodes/readers/columns.csv", "otcodes/data/manifest.toml"}
ABOUT = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE"}
# What tests, documentation and releases are made of; and what hatchling puts beside it.
SOURCE_HOLDS = {
    *(".ci", "benchmarks", "changes", "docs", "examples", "src", "tests", "tools"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "conftest.py", "mkdocs.yml", "noxfile.py"),
    *("LICENSE", "NOTICE", "PKG-INFO", "README.md", "pyproject.toml", ".gitignore"),
}


def is_product(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_string(archive.read(name).decode())


def test_wheel_holds_the_package_and_nothing_else(names: set[str]) -> None:
    ours = {str(path.relative_to(SOURCE).as_posix()) for path in SOURCE.rglob("*") if is_product(path)}
    assert {name for name in names if ".dist-info/" not in name} == ours
    assert {name.partition(".dist-info/")[2] for name in names if ".dist-info/" in name} == ABOUT


def test_wheel_holds_modules_and_every_table_of_the_manifest(names: set[str]) -> None:
    entries = otcodes.Catalog.bundled().entries
    tables = {f"otcodes/data/{file}" for entry in entries for file in (entry.file, entry.index) if file}
    others = {name for name in names if ".dist-info/" not in name and not name.endswith(".py")}
    assert others == OTHERS | tables


def test_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= 2_000_000


def test_wheel_is_for_every_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_attrs_is_the_only_requirement(metadata: Message) -> None:
    required = [text for text in metadata.get_all("Requires-Dist", []) if "extra ==" not in text]
    assert [re.match(r"[\w-]+", text)[0] for text in required] == ["attrs"]
    assert metadata["Requires-Python"] == ">=3.10"


def test_version_is_the_one_of_the_package(metadata: Message) -> None:
    literal = re.search(r'__version__ = "([^"]+)"', (SOURCE / "otcodes/_version.py").read_text("utf-8"))
    assert literal
    assert metadata["Version"] == literal[1]


@pytest.fixture(scope="module")
def source(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the source distribution, in a folder elsewhere, with today's times."""
    (archive,) = built.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("elsewhere")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    for path in unpacked.rglob("*"):
        os.utime(path)
    return unpacked


def test_source_distribution_holds_what_it_should(source: Path) -> None:
    assert {path.name for path in source.iterdir()} == SOURCE_HOLDS
    products = {path.relative_to(SOURCE) for path in SOURCE.rglob("*") if is_product(path)}
    assert {
        path.relative_to(source / "src") for path in source.rglob("src/**/*") if path.is_file()
    } == products
    assert not [path for path in source.rglob("*") if path.name == "__pycache__" or path.suffix == ".pyc"]


def test_built_again_elsewhere_the_files_are_the_same(
    built: Path, source: Path, tmp_path: Path, run: Run
) -> None:
    done = run(sys.executable, "-m", "build", "--outdir", tmp_path, source, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first = {path.name: path.read_bytes() for path in built.iterdir()}
    again = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []


def test_pyright_knows_every_public_type(tmp_path: Path, run: Run) -> None:
    asked = ("--verifytypes", "otcodes", "--ignoreexternal", "--pythonpath", sys.executable)
    done = run(sys.executable, "-m", "pyright", *asked, cwd=tmp_path)
    assert "Type completeness score: 100%" in done.stdout, done.stdout + done.stderr
