"""A converted file appears whole or not at all, and never costs the one it replaces."""

import contextlib
import errno
import fcntl
import glob
import os
import re
import shutil
from pathlib import Path
from typing import Iterator

import h5py

from fuel_compat.errors import FileError

_SUFFIXES = (".hdf5", ".hdf", ".h5")


def output_path(folder: Path, name: str) -> Path:
    """Returns folder / name, with .hdf5 added to a name that has no such ending."""
    return folder / (name if name.endswith(_SUFFIXES) else name + ".hdf5")


@contextlib.contextmanager
def replaced_hdf5(path: Path, size: int) -> Iterator[h5py.File]:
    """Yields a new HDF5 file under a hidden name; on success it becomes `path`, on failure it is removed.

    Args:
        path: the file; its folder is made if need be.
        size: bytes it will need.

    Raises:
        FileError: the folder cannot be used, or the disk is full or has no room for `size` bytes.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        _remove_abandoned(path)
        _require_room(path, size)
        with h5py.File(temporary, "w") as file:
            yield file
            file.flush()
            with open(temporary, "rb") as written:
                os.fsync(written.fileno())  # may take long, so before the file is closed, which ends HDF5's lock
        os.replace(temporary, path)
    except FileError:
        raise
    except (OSError, RuntimeError) as error:  # on a full disk h5py's write raises the first, its close the second
        raise FileError(f"{path} cannot be written: {_reason(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _require_room(path: Path, size: int) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < size:
        raise FileError(
            f"{path} needs {size:,} bytes but only {free:,} are free; make room, "
            "choose another disk with -o, or convert fewer pictures with --limit"
        )


def _remove_abandoned(path: Path) -> None:
    """Removes what a killed conversion to the same path has left. HDF5 keeps a lock on a file being written."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError), open(leftover, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()


def _reason(error: Exception) -> str:
    """The system's words for a failure that HDF5 buries in a message of its own."""
    number = re.search(r"errno = (\d+)", str(error))
    return os.strerror(int(number[1])) if number else getattr(error, "strerror", None) or str(error)
