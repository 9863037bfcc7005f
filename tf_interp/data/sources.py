"""The table of data sets: name -> training and test images. To add one, write a reader and give it a row here."""

from pathlib import Path
from typing import Callable, Dict, NamedTuple, Optional, Tuple

import numpy as np

from tf_interp.data import celeba, drawn_faces, lines, mnist
from tf_interp.data.converted import hdf5_of
from tf_interp.errors import InputError

Images = Tuple[np.ndarray, np.ndarray]


class Source(NamedTuple):
    """Which data something was trained on, or is measured on.

    Attributes:
        name: a key of SOURCES.
        data_dir: where the files are; None for those that ship with the package or are drawn.
    """

    name: str
    data_dir: Optional[str] = None

    def __str__(self) -> str:
        return self.name if self.data_dir is None else f"{self.name} in {self.data_dir}"

    def same_as(self, other: "Source") -> bool:
        """Whether the two are the same data, however their folders are spelled."""
        return (self.name, self._place()) == (other.name, other._place())

    def _place(self) -> Optional[Path]:
        place = None if self.data_dir is None else Path(self.data_dir).resolve()
        return None if place == mnist.EMBEDDED.resolve() else place


def _mnist(folder: Optional[str]) -> Images:
    return mnist.load_split("train", folder).images, mnist.load_split("test", folder).images


def _lines(folder: Optional[str]) -> Images:
    return lines.load_split("train"), lines.load_split("test")


def _faces(folder: Optional[str]) -> Images:
    return drawn_faces.load_split("train"), drawn_faces.load_split("test")


def _celeba(path: Optional[str]) -> Images:
    file = path and str(hdf5_of(Path(path)))
    train, test = celeba.load_splits(("train", "test"), file)
    return train, test


SOURCES: Dict[str, Callable[[Optional[str]], Images]] = {
    "mnist": _mnist,
    "lines": _lines,
    "faces": _faces,
    "celeba": _celeba,
}


def check_place(name: str, folder: Optional[str] = None) -> None:
    """Looks whether data can be where they are said to be; reads nothing, so that mistakes are named at once.

    Args:
        name, folder: see `load_images`.

    Raises:
        FileError: there is nothing there.
        InputError: a place is needed, or the data are drawn and have none.
    """
    if name == "mnist":
        mnist.check_folder(folder)
    elif name == "celeba":
        celeba.check_file(folder)
    elif folder is not None:
        raise InputError(f"data_dir: {name} are drawn, not read; leave out {folder!r}, or name other --data")


def load_images(name: str, folder: Optional[str] = None) -> Images:
    """Training and test images, uint8 [N,H,W,C] each, of one size.

    Args:
        name: a key of SOURCES.
        folder: where the files are, for celeba see `celeba`; None for those that ship with the package or are drawn.

    Raises:
        FileError, InputError: the data cannot be read, or the two splits differ in size.
    """
    check_place(name, folder)
    train, test = SOURCES[name](folder)
    if train.shape[1:] != test.shape[1:]:
        raise InputError(f"{folder}: training images are {train.shape[1:]} but test images {test.shape[1:]}")
    return train, test


def load_training_images(name: str, folder: Optional[str] = None) -> Images:
    """`load_images`, refused with an InputError if there are too few to train on and to measure by."""
    train, test = load_images(name, folder)
    if min(len(train), len(test)) < 2:
        raise InputError(
            f"data_dir: {folder} has {len(train)} pictures to train on and {len(test)} to test on; a walk needs two of "
            "each, as any 20 pictures give, or fewer with --split of python -m fuel_compat convert"
        )
    return train, test
