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

import zlib
from itertools import accumulate
from typing import TYPE_CHECKING

from ._hashing import sha256
from .errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAGIC = b"otcodes blocks 1\n"
DIGEST, END = 8, 4


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

    Attributes:
        columns: the columns of the rows in the blocks.
        fingerprint: the sha256, in hexadecimal digits, of the columns, keys and digests.

    Raises:
        TableError: the file is not of this form.
    """

    def __init__(self, file: str, content: bytes) -> None:
        self.file, self._content = file, content
        columns = content.find(b"\n", len(MAGIC))
        sizes = content.find(b"\n", columns + 1)
        try:
            count, self._width = map(int, content[columns + 1 : sizes].split())
        except ValueError:
            raise TableError(file, None, "it is not a file of blocks") from None
        keys = sizes + 1
        self._digests = keys + count * self._width
        self._ends = self._digests + count * DIGEST
        self._start = self._ends + count * END
        if not content.startswith(MAGIC) or len(content) < self._start:
            raise TableError(file, None, "it is not a file of blocks, or not the whole of one")
        self.columns = tuple(content[len(MAGIC) : columns].decode().split("\t"))
        self._keys = content[keys : self._digests]
        self.fingerprint = sha256(content[: self._ends]).hex()

    def __iter__(self) -> Iterator[str]:
        """The keys, sorted."""
        keys = self._keys.decode("ascii")
        yield from (keys[at : at + self._width] for at in range(0, len(keys), self._width))

    def read(self, key: str) -> bytes | None:
        """The content of one block, `None` where there is none of that key.

        Raises:
            TableError: the block is damaged.
        """
        sought = key.encode()
        at = self._keys.find(sought)
        while at % self._width and at >= 0:  # found across two keys
            at = self._keys.find(sought, at + 1)
        if at < 0 or len(sought) != self._width:
            return None
        index = at // self._width
        digest = self._digests + index * DIGEST
        try:
            content = zlib.decompress(self._content[self._end(index - 1) : self._end(index)])
        except zlib.error:
            content = None
        if content is None or sha256(content)[:DIGEST] != self._content[digest : digest + DIGEST]:
            raise TableError(self.file, None, f"the block {key} is damaged")
        return content

    def _end(self, index: int) -> int:
        """Where a block ends in the file; of the one before the first, where the blocks begin."""
        if index < 0:
            return self._start
        at = self._ends + index * END
        return self._start + int.from_bytes(self._content[at : at + END], "big")
