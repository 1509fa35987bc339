"""The version of the bundled tables; apart, so that it is read when it is asked for."""

from __future__ import annotations

from .catalog import Catalog

DATA_VERSION = Catalog.bundled().data_version
