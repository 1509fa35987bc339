"""The one hash of the package."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _algorithm() -> Any:
    # hashlib loads OpenSSL, which takes as long as the rest of a first look-up; Python has its own.
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            return importlib.import_module(name).sha256
        except ImportError:  # the first two are named by the version of CPython
            continue
    raise ImportError("hashlib")


def sha256(content: bytes) -> bytes:
    """The sha256 of some bytes."""
    digest: bytes = _algorithm()(content).digest()
    return digest
