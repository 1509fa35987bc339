"""Official files as they are published: a text, or a zip that is read without unpacking it."""

from __future__ import annotations

import io
import re
import zlib
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import attrs

from ..errors import TableError

if TYPE_CHECKING:
    import os
    import zipfile
    from collections.abc import Iterable, Sequence

# The largest official file has some 60 MB; a zip that claims to hold more than this is none of them.
MOST_BYTES = 1 << 28
MOST_MEMBERS = 1_000
NAMES_SHOWN = 6
ENCRYPTED = 0x1  # the bit of a zip member's flags
PACKINGS = (0, 8)  # stored as it is, or deflated
HTML = re.compile(rb"\s*<(!doctype\s+html|html|head|\?xml[^>]*>\s*<!doctype\s+html)\b", re.IGNORECASE)
NO_TEXT = (
    (b"%PDF", "it is a PDF; expected the table as text"),
    (b"\xd0\xcf\x11\xe0", "it is an Excel workbook; save the sheet as CSV first"),
)
WORKBOOK = "xl/workbook.xml"


@attrs.frozen(kw_only=True)
class OfficialFile:
    """One official file, read.

    Attributes:
        name: its name for messages; of a zip, with the member that was read.
        text: what it says, its line ends as they are.
        sha256: of the file as it was given, so of the zip where it was one.
    """

    name: str
    text: str = attrs.field(repr=False)
    sha256: str


def open_official(
    path: str | os.PathLike[str], *, members: Sequence[str] = (r"\.txt$", r"\.csv$")
) -> OfficialFile:
    """Read an official file, or the one member of a zip that is meant.

    Args:
        path: the file as it was published, or saved.
        members: what the name of a zip's member is searched for, whatever its case: the first of these
            regular expressions that one member fits says which.

    Raises:
        TableError: it is not there, no such text, a page of HTML, damaged, encrypted, or a zip in which
            the member that is meant cannot be told.
    """
    path = Path(path)
    name = path.name or str(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refused(name, f"it is larger than {MOST_BYTES >> 20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise _refused(name, error.strerror or "it cannot be read") from error
    digest = sha256(content).hexdigest()
    if content.startswith(b"PK"):
        member, content = _member(name, content, members)
        name = f"{name}/{member}"
    return OfficialFile(name=name, text=_text(name, content), sha256=digest)


def has_member(path: str | os.PathLike[str], members: Sequence[str]) -> bool:
    """Whether it is a zip that has a member of such a name; what cannot be read has none."""
    import zipfile  # noqa: PLC0415 -- as below

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return any(re.search(pattern, name, re.IGNORECASE) for pattern in members for name in names)


def _refused(name: str, problem: str) -> TableError:
    return TableError(name, None, problem)


def _member(name: str, content: bytes, members: Sequence[str]) -> tuple[str, bytes]:
    """The name and content of the member of a zip that is meant."""
    import zipfile  # noqa: PLC0415 -- it takes its time, and the command line imports this module

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MOST_MEMBERS:
                raise _refused(name, f"the zip holds more than {MOST_MEMBERS} files")
            for info in infos:
                if not _is_inside(info.orig_filename):
                    raise _refused(name, f"the zip holds a file that leads out of it, {info.orig_filename!r}")
            if any(info.filename == WORKBOOK for info in infos):
                raise _refused(name, "it is an Excel workbook; save the sheet as CSV first")
            chosen = _chosen(name, infos, members)
            return chosen.filename, _unpacked(f"{name}/{chosen.filename}", archive, chosen)
    except TableError:
        raise
    except (zipfile.BadZipFile, EOFError, NotImplementedError, LookupError, ValueError, zlib.error) as error:
        raise _refused(name, f"the zip is damaged or cut off ({error})") from error


def _unpacked(name: str, archive: zipfile.ZipFile, chosen: zipfile.ZipInfo) -> bytes:
    """The content of one member."""
    if chosen.flag_bits & ENCRYPTED:
        raise _refused(name, "it is encrypted")
    if chosen.compress_type not in PACKINGS:
        raise _refused(name, "it is packed in another way than zips are")
    if chosen.file_size > MOST_BYTES:
        raise _refused(name, f"unpacked, it is larger than {MOST_BYTES >> 20} MB")
    with archive.open(chosen) as member:
        # What the zip says of a size may be a lie.
        found = member.read(MOST_BYTES + 1)
    if len(found) != chosen.file_size:
        raise _refused(name, "it is not as long as the zip says")
    return found


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]


def _chosen(name: str, infos: Iterable[zipfile.ZipInfo], members: Sequence[str]) -> zipfile.ZipInfo:
    infos = list(infos)
    for pattern in members:
        fitting = [info for info in infos if re.search(pattern, info.filename, re.IGNORECASE)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise _refused(name, f"the zip holds {_named(fitting)}; unpack the one that is meant")
    raise _refused(name, f"the zip holds no file of the form that is expected, but {_named(infos)}")


def _named(infos: Sequence[zipfile.ZipInfo]) -> str:
    names = ", ".join(info.filename for info in infos[:NAMES_SHOWN]) or "nothing"
    return names + (f" and {len(infos) - NAMES_SHOWN} more" if len(infos) > NAMES_SHOWN else "")


def _text(name: str, content: bytes) -> str:
    """The text, in UTF-8, UTF-16 with its mark, or else Windows' own (cp1252)."""
    if not content.strip():
        raise _refused(name, "it is empty")
    if HTML.match(content.lstrip(b"\xef\xbb\xbf")):
        raise _refused(
            name,
            "it is a page of HTML and no table: perhaps the licence page that stands before the download",
        )
    for start, problem in NO_TEXT:
        if content.startswith(start):
            raise _refused(name, problem)
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        if b"\0" in content:
            raise _refused(name, "it is no text in UTF-8, UTF-16 with its mark, or cp1252")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(name, line, f"it is not in UTF-8, UTF-16 or cp1252: {error.reason}") from error
