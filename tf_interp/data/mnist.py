"""Reader of the IDX format of MNIST, Fashion-MNIST and KMNIST.

An IDX file is a big-endian header (two zero bytes, an element type, the number of axes, then the length of each axis
as uint32) followed by the elements. The four gzipped MNIST files ship in `mnist_idx/` beside this module.
"""

import gzip
import struct
import zlib
from pathlib import Path
from typing import NamedTuple, Optional, Tuple

import numpy as np

from tf_interp.errors import FileError

EMBEDDED = Path(__file__).parent / "mnist_idx"
FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
_UNSIGNED_BYTE = 0x08
_LARGEST_BYTES = 2**31  # refuse to unpack more than this: no IDX file of this family comes near


class Split(NamedTuple):
    """One split: images uint8 [N,H,W,1] in 0..255, labels uint8 [N]."""

    images: np.ndarray
    labels: np.ndarray


def load_split(split: str, folder: Optional[str] = None) -> Split:
    """Reads the "train" or "test" split.

    Args:
        split: "train" or "test".
        folder: where the four .gz files are; None for the embedded MNIST.

    Raises:
        FileError: a file is missing, not gzip, truncated, corrupt, has a wrong magic number or size, or images and
            labels differ in number. The message names the file and the remedy.
    """
    images_name, labels_name = FILES[split]
    root = EMBEDDED if folder is None else Path(folder)
    if not root.is_dir():
        raise FileError(f"data folder {root} does not exist; give --data-dir a folder with {images_name} and the like")
    images, labels = read_idx(root / images_name, axes=3), read_idx(root / labels_name, axes=1)
    if len(images) != len(labels):
        raise FileError(f"{root / images_name} has {len(images)} images but {labels_name} has {len(labels)} labels")
    if not len(images) or min(images.shape[1:]) < 2:
        raise FileError(f"{root / images_name} holds {images.shape}; it needs an image, and each at least 2 x 2 pixels")
    return Split(images[..., np.newaxis], labels)


def read_idx(path: Path, axes: int) -> np.ndarray:
    """Reads one gzipped IDX file of unsigned bytes.

    Args:
        path: the .gz file.
        axes: number of axes it must have: 3 for images, 1 for labels.

    Returns:
        uint8 array with that many axes.

    Raises:
        FileError: see `load_split`.
    """
    content = _unpack(path)
    magic, expected = content[:4], bytes([0, 0, _UNSIGNED_BYTE, axes])
    if magic != expected:
        raise FileError(
            f"{path}: magic number is 0x{magic.hex()}, expected 0x{expected.hex()} "
            f"(IDX, unsigned bytes, {axes} axes); is this another kind of file under that name?"
        )
    header = 4 + 4 * axes
    if len(content) < header:
        raise FileError(f"{path}: ends inside its header after {len(content)} bytes; fetch the file again")
    shape: Tuple[int, ...] = struct.unpack(f">{axes}I", content[4:header])
    size = int(np.prod(shape, dtype=np.int64))
    if len(content) - header != size:
        raise FileError(
            f"{path}: its header announces {' x '.join(map(str, shape))} = {size} bytes "
            f"but {len(content) - header} follow; fetch the file again"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _unpack(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise FileError(f"{path} does not exist; the folder must hold {', '.join(sum(FILES.values(), ()))}") from None
    except EOFError:
        raise FileError(f"{path}: the gzip stream is truncated; fetch the file again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FileError(f"{path}: not a valid gzip file ({error}); fetch the file again") from None
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror or error})") from None
    if len(content) > _LARGEST_BYTES:
        raise FileError(f"{path}: unpacks to more than {_LARGEST_BYTES} bytes; this is no MNIST-like file")
    return content
