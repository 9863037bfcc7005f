"""Reads what HDF5 files hold, each in a process of its own: a damaged one can crash the HDF5 library."""

import functools
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple, Union

import h5py

from fuel_compat.apart import run_apart
from fuel_compat.guard import guard

Rows = Tuple[int, int]


class Source(NamedTuple):
    """Where a source of a Fuel file lies.

    Fields:
        shape, dtype: of the array.
        offset: its first byte in the file; None unless it lies there in one piece.
        splits: name -> first row, row after the last.
    """

    shape: Tuple[int, ...]
    dtype: str
    offset: Optional[int]
    splits: Dict[str, Rows]


def read_source(path: Union[str, Path], name: str) -> Source:
    """Finds a source of a file in Fuel's layout, without reading its content.

    Raises:
        FileError: the file cannot be read, is no HDF5, is damaged, or has not this source or no table of splits.
    """
    return read_apart(functools.partial(_source, name), path, "is not an HDF5 file in Fuel's layout")


def read_apart(function: Callable[[str], Any], path: Union[str, Path], complaint: str) -> Any:
    """Returns function(path), computed in a process of its own.

    Args:
        function: reads an HDF5 file; can be pickled, as can its result.
        path: the file.
        complaint: what to say of a file that the function cannot read, see `guard`.

    Raises:
        FileError: the file cannot be opened, or the function raised anything, crashed, or took too long.
    """
    with guard(f"{path} {complaint}"):
        with open(path, "rb"):  # of what the system refuses HDF5 says less
            pass
        return run_apart(function, str(path))


def _source(name: str, path: str) -> Source:
    with h5py.File(path, "r") as file:
        source, table = file[name], file.attrs["split"]
        # Compared by name: a link may lead to another file.
        offset = source.id.get_offset() if source.file.filename == file.filename else None
        rows = [(_text(row["split"]), _text(row["source"]), int(row["start"]), int(row["stop"])) for row in table]
        splits = {split: (start, stop) for split, of, start, stop in reversed(rows) if of == name}
        return Source(tuple(map(int, source.shape)), str(source.dtype), offset, splits)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
