"""Reads CelebA, or other pictures, from an HDF5 file in Fuel's layout, as `python -m fuel_compat convert` writes it.

The file holds `features` uint8 [N,C,H,W] and a root attribute `split` that says which rows are train, valid and test.
Images stay on disk until they are indexed: CelebA at 64 x 64 is 2.5 GB.
"""

import math
from pathlib import Path
from typing import List, Optional, Sequence

import numpy as np

import fuel_compat
from fuel_compat.stored import Source, read_source
from tf_interp.errors import FileError, InputError

_HOW = (
    "CelebA is had from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html (Align&Cropped Images); --data-dir takes its "
    "img_align_celeba.zip, or a folder of pictures, or the celeba_64.hdf5 that python -m fuel_compat convert writes: "
    "python train_celeba.py --data-dir img_align_celeba.zip. To see the whole pipeline first, on faces drawn by the "
    "program, without any download: python train_celeba.py --demo"
)


def load_splits(splits: Sequence[str], path: Optional[str]) -> List[np.ndarray]:
    """Images of some splits.

    Args:
        splits: of "train", "valid" and "test".
        path: the HDF5 file.

    Returns:
        For each split uint8 [N,H,W,C], a read-only view of the file: indexing it reads what is asked for. N may be 0.

    Raises:
        InputError: no file was named, or the file has no such split.
        FileError: the file is missing, no HDF5, damaged, or not in Fuel's layout.
    """
    check_file(path)
    try:
        features = read_source(path, "features")
    except fuel_compat.FileError as error:
        raise FileError(f"{error}. {_HOW}") from None
    shape, offset = features.shape, features.offset
    if features.dtype != "uint8" or len(shape) != 4 or offset is None or min(shape) < 1:
        raise FileError(
            f"{path}: features must be contiguous uint8 [N,C,H,W], not {features.dtype} {list(shape)}. {_HOW}"
        )
    if not 0 <= offset <= Path(path).stat().st_size - math.prod(shape):
        raise FileError(f"{path} ends before its features do; copy or convert it again")
    mapped = np.memmap(path, np.uint8, "r", offset, shape)
    return [mapped[_rows(features, split, path)].transpose(0, 2, 3, 1) for split in splits]


def check_file(path: Optional[str]) -> None:
    """Looks whether there is anything at `path`.

    Raises:
        InputError: no path was named.
        FileError: nothing is there.
    """
    if path is None:
        raise InputError(f"data_dir: celeba is not part of this package. {_HOW}")
    if not Path(path).exists():
        raise FileError(f"{path} does not exist. {_HOW}")


def _rows(features: Source, split: str, path: str) -> slice:
    """Where a split is, by the attribute that Fuel's H5PYDataset reads."""
    if split not in features.splits:
        raise InputError(f"{path} has no split {split!r} of features")
    start, stop = features.splits[split]
    if not 0 <= start <= stop <= features.shape[0]:
        raise FileError(f"{path}: split {split!r} is rows {start} to {stop} of {features.shape[0]}; convert it again")
    return slice(start, stop)
