"""What is in the distributions, and what they ask for."""

from __future__ import annotations

import re
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from email.message import Message

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


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
    assert "otcodes/py.typed" in names
    assert "otcodes/data/manifest.toml" in names


def test_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= 2_000_000


def test_wheel_carries_licence_and_notice(names: set[str]) -> None:
    carried = {name.rpartition("/")[2] for name in names if ".dist-info/licenses/" in name}
    assert carried == {"LICENSE", "NOTICE"}


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


def test_source_distribution_can_be_tested(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        held = {name.partition("/")[2] for name in opened.getnames()}
    needed = {"pyproject.toml", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md", "tests/conftest.py"}
    assert needed <= held
    assert {"tools/seal.py", "examples/clinic_week.csv", "mkdocs.yml", "docs/index.md"} <= held
