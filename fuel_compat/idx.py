"""Reader of MNIST's IDX format, gzipped or not.

An IDX file is a big-endian header (two zero bytes, an element type, the number of axes, then the length of each axis
as uint32) followed by the elements.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from fuel_compat.errors import FileError

_UNSIGNED_BYTE = 0x08
_LARGEST = 2**31  # bytes; no file of this family comes near


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
    content = _content(path)
    magic, expected, header = content[:4], bytes([0, 0, _UNSIGNED_BYTE, axes]), 4 + 4 * axes
    if magic != expected:
        raise FileError(
            f"{path}: magic number is 0x{magic.hex()}, expected 0x{expected.hex()} "
            f"(IDX, unsigned bytes, {axes} axes); is this another kind of file under that name?"
        )
    if len(content) < header:
        raise FileError(f"{path}: ends inside its header after {len(content)} bytes; fetch the file again")
    shape = struct.unpack_from(f">{axes}I", content, 4)
    if len(content) - header != math.prod(shape):
        raise FileError(
            f"{path}: its header announces {' x '.join(map(str, shape))} = {math.prod(shape)} bytes "
            f"but {len(content) - header} follow; fetch the file again"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _content(path: Path) -> bytes:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise FileError(f"{path} does not exist, nor does it without .gz, among MNIST's four files") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(f"{path}: is not a whole gzip file ({error}); fetch the file again") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(content) > _LARGEST:
        raise FileError(f"{path}: unpacks to more than {_LARGEST:,} bytes; this is no MNIST-like file")
    return content
