"""The table of data sets: name -> training and test images. To add one, write a reader and give it a row here."""

from typing import Callable, Dict, Optional, Tuple

import numpy as np

from tf_interp.data import celeba, lines, mnist
from tf_interp.errors import InputError

Images = Tuple[np.ndarray, np.ndarray]


def _mnist(folder: Optional[str]) -> Images:
    return mnist.load_split("train", folder).images, mnist.load_split("test", folder).images


def _lines(folder: Optional[str]) -> Images:
    if folder is not None:
        raise InputError(f"data_dir: lines are drawn, not read; leave out {folder!r}")
    return lines.load_split("train"), lines.load_split("test")


def _celeba(path: Optional[str]) -> Images:
    return celeba.load_split("train", path), celeba.load_split("test", path)


SOURCES: Dict[str, Callable[[Optional[str]], Images]] = {"mnist": _mnist, "lines": _lines, "celeba": _celeba}


def load_images(name: str, folder: Optional[str] = None) -> Images:
    """Training and test images, uint8 [N,H,W,C] each, of one size.

    Args:
        name: a key of SOURCES.
        folder: where the files are, or for celeba the HDF5 file; None for those that ship with the package.

    Raises:
        FileError, InputError: the data cannot be read, or the two splits differ in size.
    """
    train, test = SOURCES[name](folder)
    if train.shape[1:] != test.shape[1:]:
        raise InputError(f"{folder}: training images are {train.shape[1:]} but test images {test.shape[1:]}")
    return train, test
