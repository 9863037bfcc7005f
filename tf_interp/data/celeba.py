"""Reads CelebA, or other pictures, from an HDF5 file in Fuel's layout, as `python -m fuel_compat convert` writes it.

The file holds `features` uint8 [N,C,H,W] and a root attribute `split` that says which rows are train, valid and test.
Images stay on disk until they are indexed: CelebA at 64 x 64 is 2.5 GB.
"""

from pathlib import Path
from typing import Optional

import h5py
import numpy as np

from tf_interp.errors import FileError, InputError

_HOW = (
    "CelebA is had from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html (Align&Cropped Images); --data-dir takes its "
    "img_align_celeba.zip, or a folder of pictures, or the celeba_64.hdf5 that python -m fuel_compat convert writes: "
    "python train_celeba.py --data-dir img_align_celeba.zip. To see the whole pipeline first, on faces drawn by the "
    "program, without any download: python train_celeba.py --demo"
)


def load_split(split: str, path: Optional[str]) -> np.ndarray:
    """Images of one split.

    Args:
        split: "train", "valid" or "test".
        path: the HDF5 file.

    Returns:
        uint8 [N,H,W,C], a read-only view of the file: indexing it reads what is asked for. N may be 0.

    Raises:
        InputError: no file was named, or the file has no such split.
        FileError: the file is missing, no HDF5, or not in Fuel's layout.
    """
    if path is None:
        raise InputError(f"data_dir: celeba is not part of this package. {_HOW}")
    if not Path(path).is_file():
        raise FileError(f"{path} is not a file. {_HOW}")
    try:
        with h5py.File(path, "r") as file:
            features, rows = file["features"], file.attrs["split"]
            shape, dtype, offset = features.shape, features.dtype, features.id.get_offset()
    except (OSError, KeyError) as error:
        raise FileError(f"{path} is not an HDF5 file in Fuel's layout: {error}. {_HOW}") from None
    if dtype != np.uint8 or len(shape) != 4 or offset is None:
        raise FileError(f"{path}: features must be contiguous uint8 [N,C,H,W], not {dtype} {list(shape)}. {_HOW}")
    start, stop = _bounds(rows, split, path)
    mapped = np.memmap(path, np.uint8, "r", offset, shape)
    return mapped[start:stop].transpose(0, 2, 3, 1)


def _bounds(rows: np.ndarray, split: str, path: str):
    """First row of a split and the one after its last, from the attribute that Fuel's H5PYDataset reads."""
    for row in rows:
        if (row["split"].decode(), row["source"].decode()) == (split, "features"):
            return int(row["start"]), int(row["stop"])
    raise InputError(f"{path} has no split {split!r} of features")
