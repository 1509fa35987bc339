"""The one hash of the package."""

from __future__ import annotations

import importlib


def sha256(content: bytes) -> bytes:
    """The sha256 of some bytes."""
    # hashlib loads OpenSSL, which takes as long as the rest of a first look-up; Python has its own.
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            digest: bytes = importlib.import_module(name).sha256(content).digest()
        except ImportError:  # the first two are named by the version of CPython
            continue
        return digest
    raise ImportError("hashlib")
