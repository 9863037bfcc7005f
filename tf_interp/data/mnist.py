"""MNIST, and what comes in its four files, as Fashion-MNIST and KMNIST do.

The files, gzipped, ship in `mnist_idx/` beside this module; `fuel_compat.idx` knows their format.
"""

from pathlib import Path
from typing import NamedTuple, Optional

import numpy as np

import fuel_compat
from fuel_compat.idx import read_idx
from tf_interp.errors import FileError

EMBEDDED = Path(__file__).parent / "mnist_idx"
FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


class Split(NamedTuple):
    """One split: images uint8 [N,H,W,1] in 0..255, labels uint8 [N]."""

    images: np.ndarray
    labels: np.ndarray


def load_split(split: str, folder: Optional[str] = None) -> Split:
    """Reads the "train" or "test" split.

    Args:
        split: "train" or "test".
        folder: where the four files are, gzipped or not; None for the embedded MNIST.

    Raises:
        FileError: a file is missing, not gzip, truncated, corrupt, has a wrong magic number or size, or images and
            labels differ in number. The message names the file and the remedy.
    """
    images_name, labels_name = FILES[split]
    root = check_folder(folder)
    images, labels = _read(root / images_name, axes=3), _read(root / labels_name, axes=1)
    if len(images) != len(labels):
        raise FileError(f"{root / images_name} has {len(images)} images but {labels_name} has {len(labels)} labels")
    if not len(images) or min(images.shape[1:]) < 2:
        raise FileError(f"{root / images_name} holds {images.shape}; it needs an image, and each at least 2 x 2 pixels")
    return Split(images[..., np.newaxis], labels)


def check_folder(folder: Optional[str] = None) -> Path:
    """The folder of the four files, see `load_split`.

    Raises:
        FileError: it does not exist.
    """
    root = EMBEDDED if folder is None else Path(folder)
    if not root.is_dir():
        first = FILES["train"][0]
        raise FileError(f"data folder {root} does not exist; give --data-dir a folder with {first} and the like")
    return root


def _read(path: Path, axes: int) -> np.ndarray:
    try:
        return read_idx(path.with_suffix(""), axes)
    except fuel_compat.FileError as error:
        raise FileError(str(error)) from None
