"""Pictures in a zip archive, read without unpacking anything to disk.

The table of contents is read once. Readers then get the few numbers that locate a member, because parsing the 202,599
rows of CelebA's table again in every worker process would cost each of them seconds and 100 MB.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import ContextManager, Iterator, List, NamedTuple, Optional, Sequence

from fuel_compat.errors import FileError
from fuel_compat.guard import guard

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
LARGEST_FILE = 64 * 2**20  # bytes; a camera's JPEG has a tenth of this, an aligned face a thousandth
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, ..., lengths of the name and of the extra field
_ENTRY = b"PK\1\2"  # begins each member's row of the table of contents
_MOST_MEMBERS = 500_000  # CelebA has 202,599
_LARGEST_TABLE = 2**26  # bytes; CelebA's has a third of this
_SPLIT = "unpack it to a folder, and give that"
_ENCRYPTED = 0x1
_ROOTED = re.compile(r"/|[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Member(NamedTuple):
    """Where a picture lies in its archive: offset of its local header, packed and unpacked bytes, CRC-32, method."""

    name: str
    offset: int
    packed: int
    size: int
    crc: int
    method: int


def list_members(path: Path) -> List[Member]:
    """Lists the pictures of an archive in its own order; other members are passed over.

    Raises:
        FileError: no whole zip archive, one of absurdly many members, or a member is encrypted, packed by an unknown
            method, a link, implausibly large, or has a name that points outside of the archive.
    """
    with _guarded(path), _Checked(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        return [_member(path, info) for info in archive.infolist() if _is_picture(path, info)]


def read_members(path: Path, members: Sequence[Member]) -> Iterator[bytes]:
    """Yields the unpacked bytes of each member.

    Raises:
        FileError: the archive cannot be read, or a member is damaged.
    """
    with _guarded(path), open(path, "rb") as file:
        for member in members:
            yield _unpacked(path, member, _packed(path, member, file))


def _guarded(path: Path) -> ContextManager[None]:
    return guard(f"{path} is not a whole zip archive", "; fetch it again")


class _Checked(io.BufferedReader):
    """An archive whose table of contents is counted before `zipfile` makes objects of it, 550 bytes for each member."""

    def read(self, size: Optional[int] = -1) -> bytes:
        if size is not None and size > _LARGEST_TABLE:
            raise FileError(f"{self.raw.name}: its table of contents has {size:,} bytes; {_SPLIT}")
        content = super().read(size)
        if content.count(_ENTRY) > _MOST_MEMBERS:
            raise FileError(f"{self.raw.name} has more than {_MOST_MEMBERS:,} members; {_SPLIT}")
        return content


def _is_picture(path: Path, info: zipfile.ZipInfo) -> bool:
    name = _slashed(info)
    parts = name.split("/")
    if _ROOTED.match(name) or ".." in parts or _CONTROL.search(name):
        raise FileError(
            f"{path}: member {name!r} points outside of the archive or hides its name; do not trust this file"
        )
    hidden = parts[0] == "__MACOSX" or parts[-1].startswith(".")
    return not hidden and name.lower().endswith(SUFFIXES)


def _slashed(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")  # some programs of Windows write its own separator


def _member(path: Path, info: zipfile.ZipInfo) -> Member:
    name = _slashed(info)
    what = f"{path}: {name}"
    if info.flag_bits & _ENCRYPTED:
        raise FileError(f"{what} is encrypted; pack the archive again without a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileError(f"{what} is packed by method {info.compress_type}; pack the archive again with deflate")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FileError(f"{what} is a symbolic link; pack the picture itself")
    size = max(info.file_size, info.compress_size)
    if size > LARGEST_FILE:
        raise FileError(f"{what} claims {size:,} bytes; no picture is larger than {LARGEST_FILE:,}")
    return Member(name, info.header_offset, info.compress_size, info.file_size, info.CRC, info.compress_type)


def _packed(path: Path, member: Member, file) -> bytes:
    file.seek(member.offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
        raise FileError(f"{path}: {member.name} is not where the table of contents says; fetch the archive again")
    _, name, extra = _LOCAL_HEADER.unpack(header)
    file.seek(name + extra, 1)
    return file.read(member.packed)


def _unpacked(path: Path, member: Member, packed: bytes) -> bytes:
    try:
        stored = member.method == zipfile.ZIP_STORED
        # One byte more than declared is enough to see that the declaration lies, however much would follow.
        content = packed if stored else zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, member.size + 1)
    except zlib.error as error:
        raise FileError(f"{path}: {member.name} is damaged ({error}); fetch the archive again") from None
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise FileError(f"{path}: {member.name} is damaged (its size or checksum differs); fetch the archive again")
    return content
