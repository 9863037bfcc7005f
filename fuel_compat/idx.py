"""Reader of MNIST's IDX format, gzipped or not.

An IDX file is a big-endian header (two zero bytes, an element type, the number of axes, then the length of each axis
as uint32) followed by the elements.
"""

import gzip
import math
import struct
from pathlib import Path
from typing import BinaryIO, Tuple

import numpy as np

from fuel_compat.errors import FileError
from fuel_compat.guard import guard

_UNSIGNED_BYTE = 0x08
_LARGEST = 2**30  # bytes; the largest of this family, the letters and digits of EMNIST, has half of this
_PIECE = 2**20


def read_idx(path: Path, axes: int) -> np.ndarray:
    """Reads one file of unsigned bytes.

    Args:
        path: the file without ".gz"; the gzipped one is taken where that is the one that exists.
        axes: number of axes it must have: 3 for images, 1 for labels.

    Returns:
        uint8 array with that many axes.

    Raises:
        FileError: the file is missing, not gzip, truncated, or no IDX file of so many axes.
    """
    path = path if path.is_file() else path.with_name(path.name + ".gz")
    if not path.is_file():
        raise FileError(f"{path} does not exist, nor does it without .gz, among MNIST's four files")
    opened, kind = (gzip.open, "gzip") if path.suffix == ".gz" else (open, "IDX")
    with guard(f"{path} is not a whole {kind} file", "; fetch the file again"), opened(path, "rb") as file:
        return _elements(path, file, _shape(path, file.read(4 + 4 * axes), axes))


def _shape(path: Path, header: bytes, axes: int) -> Tuple[int, ...]:
    magic, expected = header[:4], bytes([0, 0, _UNSIGNED_BYTE, axes])
    if magic != expected:
        raise FileError(
            f"{path}: magic number is 0x{magic.hex()}, expected 0x{expected.hex()} "
            f"(IDX, unsigned bytes, {axes} axes); is this another kind of file under that name?"
        )
    if len(header) < 4 + 4 * axes:
        raise FileError(f"{path}: ends inside its header after {len(header)} bytes; fetch the file again")
    return struct.unpack_from(f">{axes}I", header, 4)


def _elements(path: Path, file: BinaryIO, shape: Tuple[int, ...]) -> np.ndarray:
    """Reads as much as the header announces, piece by piece: a small file can unpack to more than there is memory."""
    announced = f"{path}: its header announces {' x '.join(map(str, shape))} = {math.prod(shape)} bytes"
    if math.prod(shape) > _LARGEST:
        raise FileError(f"{announced}, more than the {_LARGEST:,} of any MNIST-like file; is this the right file?")
    elements, filled = np.empty(math.prod(shape), np.uint8), 0
    while piece := file.read(min(_PIECE, len(elements) - filled)):
        elements[filled : filled + len(piece)] = np.frombuffer(piece, np.uint8)
        filled += len(piece)
    surplus = len(file.read(_PIECE))
    if filled + surplus != len(elements):
        more = " and more" if surplus == _PIECE else ""
        raise FileError(f"{announced} but {filled + surplus}{more} follow; fetch the file again")
    return elements.reshape(shape)
