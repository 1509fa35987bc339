"""A file of zlib blocks behind an index: one look-up inflates one block.

A table too large for one text is cut into blocks by the first characters of its key. The file is

    otcodes blocks 1
    the table's columns, joined by tabs
    how many blocks there are, a space, how long a block's key is
    the keys, sorted, joined without space · a digest of each block's content, 8 bytes · the end of each
    block in the file, counted from the first one's start, 4 bytes, the high one first
    the blocks

The digests are of what the blocks hold, not of how some zlib packed it, so that the fingerprint, taken
over all before the ends, is the same on every machine; with it in the manifest, every block is verified.
"""

from __future__ import annotations

import importlib
import sys
import zlib
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .errors import TableError

MAGIC = b"otcodes blocks 1\n"
DIGEST, END = 8, 4
MOST_BYTES = 1 << 26  # of a block; ours have less than a hundredth of that
# hashlib loads OpenSSL, which takes as long as the rest of a first look-up; Python has its own, under
# names that depend on its version, and slower over megabytes.
NAMES = ("_sha2" if sys.version_info >= (3, 12) else "_sha256", "hashlib")


def table_error(file: str, line: int | None, problem: str) -> TableError:
    """The error that says what is wrong with a file of tables."""
    from .errors import TableError  # noqa: PLC0415 -- a look-up that succeeds does without the errors

    return TableError(file, line, problem)


@lru_cache(maxsize=2)
def _algorithm(names: tuple[str, ...]) -> Any:
    for name in names:
        try:
            return importlib.import_module(name).sha256
        except ImportError:
            continue
    raise ImportError(names[-1])


def sha256(content: bytes, *, is_one_of_many: bool = False) -> bytes:
    """The sha256 of some bytes; of one of very many texts by the faster way."""
    digest: bytes = _algorithm(NAMES[-1:] if is_one_of_many else NAMES)(content).digest()
    return digest


def pack(columns: Sequence[str], blocks: Mapping[str, bytes]) -> bytes:
    """The file that holds these blocks.

    Raises:
        ValueError: the keys are not of one length.
    """
    keys = sorted(blocks)
    width = len(keys[0])
    if any(len(key) != width for key in keys):
        raise ValueError("the keys of a file's blocks have one length")
    packed = [zlib.compress(blocks[key], 9) for key in keys]
    ends = accumulate(map(len, packed))
    return b"".join(
        [
            MAGIC,
            "\t".join(columns).encode() + b"\n",
            f"{len(keys)} {width}\n".encode(),
            "".join(keys).encode("ascii"),
            *(sha256(blocks[key])[:DIGEST] for key in keys),
            *(end.to_bytes(END, "big") for end in ends),
            *packed,
        ]
    )


class Blocks:
    """The blocks of one file, inflated and verified one by one.

    Args:
        file: the file's name, for messages.
        content: the whole file, or, with `part`, no more than its beginning.
        part: reads the bytes of the file from one place to another.

    Attributes:
        columns: the columns of the rows in the blocks.
        fingerprint: the sha256, in hexadecimal digits, of the columns, keys and digests.

    Raises:
        TableError: the file is not of this form.
    """

    def __init__(self, file: str, content: bytes, part: Callable[[int, int], bytes] | None = None) -> None:
        self.file, self._part = file, part
        columns = content.find(b"\n", len(MAGIC))
        sizes = content.find(b"\n", columns + 1)
        try:
            count, self._width = map(int, content[columns + 1 : sizes].split())
            self.columns = tuple(content[len(MAGIC) : columns].decode().split("\t"))
        except ValueError:
            raise table_error(file, None, "it is not a file of blocks") from None
        keys = sizes + 1
        self._digests = keys + count * self._width
        self._ends = self._digests + count * DIGEST
        self._start = self._ends + count * END
        if part is not None and len(content) < self._start:
            content += part(len(content), self._start)
        self._keys = content[keys : self._digests]
        is_whole = content.startswith(MAGIC) and len(content) >= self._start
        if not is_whole or min(count, self._width) < 1 or not self._keys.isascii():
            raise table_error(file, None, "it is not a file of blocks, or not the whole of one")
        self._content = content
        self.fingerprint = sha256(content[: self._ends]).hex()

    def load(self) -> None:
        """Read the rest of the file at once: for whoever is about to read every block."""
        part = self._part  # asked for once, here and below: another thread may be here, too
        if part is not None:
            self._content = part(0, self._end(len(self._keys) // self._width - 1))
            self._part = None

    def __iter__(self) -> Iterator[str]:
        """The keys, sorted."""
        keys = self._keys.decode("ascii")
        yield from (keys[at : at + self._width] for at in range(0, len(keys), self._width))

    def read(self, key: str) -> bytes | None:
        """The content of one block, `None` where there is none of that key.

        Raises:
            TableError: the block is damaged.
        """
        if not key.isascii():  # no key is such a one, and a lone surrogate has no bytes
            return None
        sought = key.encode()
        at = self._keys.find(sought)
        while at % self._width and at >= 0:  # found across two keys
            at = self._keys.find(sought, at + 1)
        if at < 0 or len(sought) != self._width:
            return None
        index = at // self._width
        at = self._digests + index * DIGEST
        digest = self._content[at : at + DIGEST]
        packed, content = zlib.decompressobj(), b""
        try:  # noqa: SIM105 -- contextlib costs a look-up's time to import
            content = packed.decompress(self._bytes(self._end(index - 1), self._end(index)), MOST_BYTES)
        except zlib.error:
            pass  # it has not come to its end, then
        if not packed.eof or sha256(content, is_one_of_many=self._part is None)[:DIGEST] != digest:
            raise table_error(self.file, None, f"the block {key} is damaged")
        return content

    def _bytes(self, start: int, end: int) -> bytes:
        part = self._part
        return self._content[start:end] if part is None else part(start, end)

    def _end(self, index: int) -> int:
        """Where a block ends in the file; of the one before the first, where the blocks begin."""
        if index < 0:
            return self._start
        at = self._ends + index * END
        return self._start + int.from_bytes(self._content[at : at + END], "big")
