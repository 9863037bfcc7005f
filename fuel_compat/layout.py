"""The layout that Fuel's H5PYDataset reads.

- Each source ("features", "targets") is a data set in the root group, contiguous, with a label on every axis.
- The root attribute `split` has one row per split and source: which rows of the source belong to the split.
- Fuel's command line adds three attributes that say where the file comes from.
"""

import sys
from pathlib import Path
from typing import Sequence

import h5py
import numpy as np

from fuel_compat import FORMAT_VERSION
from fuel_compat.splits import Splits

INTERFACE_VERSION = "0.3"  # of H5PYDataset in the last release of Fuel
IMAGE_AXES = ("batch", "channel", "height", "width")


def create_source(file: h5py.File, name: str, shape: Sequence[int], axes: Sequence[str]) -> h5py.Dataset:
    """Makes an empty uint8 source.

    Args:
        axes: the label of each axis.
    """
    source = file.create_dataset(name, tuple(shape), dtype="uint8")
    for dimension, label in zip(source.dims, axes):
        dimension.label = label
    return source


def finish(file: h5py.File, splits: Splits) -> None:
    """Adds the attributes. All sources present are divided alike."""
    file.attrs["split"] = split_array(splits, list(file))
    file.attrs["h5py_interface_version"] = INTERFACE_VERSION.encode()
    file.attrs["fuel_convert_version"] = f"fuel_compat {FORMAT_VERSION}".encode()
    file.attrs["fuel_convert_command"] = _command().encode("utf-8", "backslashreplace")


def _command() -> str:
    program = Path(sys.argv[0])  # of `python -m fuel_compat` the file __main__.py
    name = program.parent.name if program.name == "__main__.py" else program.name
    return " ".join([name, *sys.argv[1:]])


def split_array(splits: Splits, sources: Sequence[str]) -> np.ndarray:
    """The value of the `split` attribute: one row per split and source, splits outside, sources in alphabetical order.

    A split without rows is marked as not available.
    """
    names = [(split, source) for split in splits for source in sorted(sources)]
    dtype = [
        ("split", f"S{max(map(len, splits))}"),
        ("source", f"S{max(map(len, sources))}"),
        ("start", np.int64),
        ("stop", np.int64),
        ("indices", h5py.special_dtype(ref=h5py.Reference)),
        ("available", np.bool_),
        ("comment", "S1"),
    ]
    array = np.empty(len(names), dtype)
    for row, (split, source) in enumerate(names):
        start, stop = splits[split]
        available = stop > start
        bounds = (start, stop) if available else (0, 0)
        # The null reference means that start and stop hold. Fuel's stand-in for "no comment" is a full stop.
        array[row] = (split.encode(), source.encode(), *bounds, h5py.Reference(), available, b".")
    return array
