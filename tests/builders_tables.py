"""The bundled tables with some rows or days of one of them changed, to ask what is said where it differs."""

from __future__ import annotations

import re

import otcodes
from otcodes._blocks import sha256
from otcodes._manifest import MANIFEST
from otcodes._store import PackagedSource


class _Changed(PackagedSource):
    """The tables inside the package, but for the files that are given."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def read(self, name: str) -> bytes:
        return self._files.get(name) or super().read(name)


def catalog_with(
    table: str, *, without: str | None = None, also: tuple[str, ...] = (), last: str | None = None
) -> otcodes.Catalog:
    """The bundled tables, one of them less the rows that begin so, with others, and known to another day."""
    source = PackagedSource()
    file = f"{table}.csv"
    head, *rows = source.read(file).decode().splitlines()
    kept = [row for row in rows if without is None or not row.startswith(without)]
    content = "".join(f"{row}\n" for row in (head, *sorted([*kept, *also]))).encode()
    manifest = source.read(MANIFEST).decode()
    start = manifest.index(f"\n[tables.{table}]\n")
    before, entry = manifest[:start], manifest[start:]
    entry = re.sub(r'(?m)^sha256 = ".*"$', f'sha256 = "{sha256(content).hex()}"', entry, count=1)
    entry = re.sub(r"(?m)^rows = \d+$", f"rows = {len(kept) + len(also)}", entry, count=1)
    if last is not None:
        entry = re.sub(r'(?m)^coverage_to = ".*"$', f'coverage_to = "{last}"', entry, count=1)
    return otcodes.Catalog(_Changed({file: content, MANIFEST: (before + entry).encode()}))
