"""Where the pictures of a conversion are, and in which order.

CelebA's pictures are numbered: 000001.jpg, 000002.jpg, ... The number is the row in the converted file, and where the
official splits begin; a number that is missing would shift all that follow. Pictures under any other names are taken
in the order of their names.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Any, Callable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from fuel_compat.errors import FileError
from fuel_compat.folders import PictureFile, list_files, read_files
from fuel_compat.zips import list_members, read_members

ARCHIVE = "img_align_celeba.zip"
_NUMBER = re.compile(r"[0-9]{6}")


class Pictures(NamedTuple):
    """Pictures of one archive or folder.

    Fields:
        origin: the archive or folder.
        entries: what `read` needs to find each picture; `entry.name` is its name inside `origin`.
        read: (origin, entries) -> the bytes of each picture. Can be sent to another process.
    """

    origin: Path
    entries: List[Any]
    read: Callable[[Path, Sequence[Any]], Iterator[bytes]]


def find_pictures(path: Path, limit: Optional[int] = None, allow_missing: bool = False) -> Pictures:
    """Finds the first `limit` pictures, in their order.

    Args:
        path: a zip archive; or a folder with `ARCHIVE`, else with pictures, else with a single other zip archive.
        limit: how many; None for all.
        allow_missing: whether numbered pictures may be any subset.

    Raises:
        FileError: there is nothing to read, the archive is unfit, or a number is missing or comes twice.
    """
    pictures = _open(path)
    if not pictures.entries:
        raise FileError(f"{path} holds no pictures; -d takes {ARCHIVE}, another zip archive, or a folder of pictures")
    numbered = all(_NUMBER.fullmatch(stem_of(entry.name)) for entry in pictures.entries)
    pictures.entries.sort(key=lambda entry: (stem_of(entry.name), entry.name) if numbered else entry.name)
    chosen = pictures._replace(entries=pictures.entries[:limit])
    if numbered and not allow_missing:
        _check_numbers(chosen)
    return chosen


def stem_of(name: str) -> str:
    """000001 of img_align_celeba/000001.jpg."""
    return PurePosixPath(name).stem


def locate(path: Path) -> Tuple[Path, Optional[List[PictureFile]]]:
    """What `find_pictures` reads, found without opening an archive: an archive and None, or a folder and its pictures.

    Raises:
        FileError: `path` does not exist, or holds several archives.
    """
    if path.is_file():
        return path, None
    if not path.is_dir():
        raise FileError(f"{path} does not exist; -d takes {ARCHIVE}, or the folder with it or with the pictures")
    if (path / ARCHIVE).is_file():
        return path / ARCHIVE, None
    files = list_files(path)
    archives = sorted(path.glob("*.zip"))
    if not files and len(archives) > 1:
        names = ", ".join(archive.name for archive in archives)
        raise FileError(f"{path} holds several zip archives ({names}); give one of them as -d")
    return (archives[0], None) if not files and archives else (path, files)


def _open(path: Path) -> Pictures:
    origin, files = locate(path)
    if files is None:
        return Pictures(origin, list_members(origin), read_members)
    return Pictures(origin, files, read_files)


def _check_numbers(pictures: Pictures) -> None:
    for expected, entry in enumerate(pictures.entries, start=1):
        number = int(stem_of(entry.name))
        if number > expected:
            before = f"--limit {expected - 1} takes those before it, " if expected > 1 else ""
            raise FileError(
                f"{pictures.origin}: picture {expected:06d} is missing, {entry.name} comes in its place; complete the "
                f"pictures, or: {before}--allow-missing any subset"
            )
        if number < expected:
            trouble = (
                "number 000000 is not CelebA's, which begins at 000001" if number == 0 else "its number comes twice"
            )
            raise FileError(f"{pictures.origin}: {entry.name}: {trouble}; remove or rename it")
