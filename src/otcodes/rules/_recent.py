"""What was met lately."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

KEPT = 16_384  # an input full of nonsense must not fill the memory

K = TypeVar("K")
V = TypeVar("V")


class Recent(dict[K, "V | None"], Generic[K, V]):
    """Values by key, of which those that come back stay; `None` of a key that is not known (any more).

    There are two halves. When the newer one is full, it becomes the older one, and what was in that and was
    not asked for in the meantime is forgotten.

    Examples:
        >>> recent = Recent[str, int](kept=4)
        >>> recent["a"] = 1
        >>> recent["a"], recent["b"]
        (1, None)
    """

    __slots__ = ("_half", "_older")

    def __init__(self, kept: int = KEPT) -> None:
        super().__init__()
        self._half = kept // 2
        self._older: dict[Any, Any] = {}

    def __missing__(self, key: K) -> V | None:
        """What the older half has."""
        found: V | None = self._older.get(key)
        if found is not None:
            self[key] = found
        return found

    def __setitem__(self, key: K, value: V | None) -> None:
        """Keep a value."""
        if len(self) >= self._half:
            self._older = dict(self)
            self.clear()
        super().__setitem__(key, value)
