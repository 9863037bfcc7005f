"""Pictures in a folder and the folders below it."""

import os
from pathlib import Path
from typing import Iterator, List, NamedTuple, Sequence

from fuel_compat.errors import FileError
from fuel_compat.zips import LARGEST_FILE, SUFFIXES


class PictureFile(NamedTuple):
    """A picture, by its name relative to the folder, with forward slashes."""

    name: str


def list_files(folder: Path) -> List[PictureFile]:
    """Lists the pictures below a folder; hidden files, and what is no regular file, are passed over.

    Raises:
        FileError: a folder cannot be read.
    """
    found = []
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                file = Path(parent, name)
                if file.is_file():
                    found.append(PictureFile(file.relative_to(folder).as_posix()))
    return found


def read_files(folder: Path, files: Sequence[PictureFile]) -> Iterator[bytes]:
    """Yields the bytes of each file.

    Raises:
        FileError: a file cannot be read or is implausibly large.
    """
    for file in files:
        path = folder / file.name
        try:
            size = path.stat().st_size
            if size > LARGEST_FILE:
                raise FileError(f"{path} has {size:,} bytes; no picture is larger than {LARGEST_FILE:,}")
            yield path.read_bytes()
        except FileError:
            raise
        except OSError as error:
            _refuse(error)


def _refuse(error: OSError) -> None:
    raise FileError(f"{error.filename} cannot be read: {error.strerror or error}") from None
