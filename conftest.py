"""Which parts of the suite an environment can run: those of an optional package need that package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parent
# What needs a package beyond the standard library, attrs and the tools of the tests. Where that is not there
# these are no part of the suite; with `pip install -e ".[test]"` all of it is.
NEEDS = {
    "src/otcodes/ext/hypothesis.py": {"hypothesis"},
    "src/otcodes/ext/_fhir_outcome.py": {"fhir"},
    "src/otcodes/ext/fhir.py": {"fhir"},
    "src/otcodes/ext/pandas.py": {"pandas"},
    "src/otcodes/ext/plot.py": {"matplotlib"},
    "src/otcodes/ext/polars.py": {"polars"},
    "src/otcodes/ext/pydantic.py": {"pydantic"},
    "src/otcodes/ext/spark.py": {"pandas", "pyarrow", "pyspark"},
    "src/otcodes/readers/_fhir_models.py": {"fhir"},
    "src/otcodes/readers/fhir.py": {"fhir"},
    "tests/docs/test_sketches.py": {"matplotlib", "pyx12"},
    "tests/ext/test_fhir.py": {"fhir"},
    "tests/ext/test_pandas.py": {"pandas"},
    "tests/ext/test_plot.py": {"matplotlib"},
    "tests/ext/test_polars.py": {"polars"},
    "tests/ext/test_pydantic.py": {"pydantic"},
    "tests/ext/test_spark.py": {"pandas", "pyarrow", "pyspark"},
    "tests/site/test_checker.py": {"selenium"},
    "tests/site/test_site.py": {"selenium"},
    "tests/visitors.py": {"selenium"},
}
ABSENT = {path for path, packages in NEEDS.items() if not all(map(find_spec, packages))}
# Doctests, and pages with examples, among others that need none.
DOCTESTS = {
    "otcodes.readers.stream_x12": {"pyx12"},
    "test_commands_print_what_they_show[docs/command-line.md]": {"pyx12"},
    "test_commands_print_what_they_show[docs/fhir.md]": {"fhir"},
    "test_commands_print_what_they_show[docs/how-to/repair-837.md]": {"pyx12"},
    "test_commands_print_what_they_show[docs/remittances.md]": {"pyx12"},
    "test_examples_give_what_they_show[docs/examples/a-week.md]": {"pandas"},
    "test_examples_give_what_they_show[docs/fhir.md]": {"fhir"},
    "test_examples_give_what_they_show[docs/your-own-types.md]": {"pydantic"},
}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what the environment cannot run; `None` lets pytest decide."""
    return True if collection_path.relative_to(ROOT).as_posix() in ABSENT else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the single doctests that the environment cannot run."""
    items[:] = [item for item in items if all(map(find_spec, DOCTESTS.get(item.name, ())))]
