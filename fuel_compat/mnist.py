"""MNIST, or data in its four files, as mnist.hdf5."""

from pathlib import Path
from typing import Optional, Union

import numpy as np

from fuel_compat.errors import FileError
from fuel_compat.idx import read_idx
from fuel_compat.layout import IMAGE_AXES, create_source, finish
from fuel_compat.output import output_path, replaced_hdf5

_PREFIXES = {"train": "train", "test": "t10k"}


def convert_mnist(
    directory: Union[str, Path],
    output_directory: Union[str, Path],
    *,
    output_filename: Optional[str] = None,
    progress: bool = False,
) -> Path:
    """Converts the four files to an HDF5 file in Fuel's layout: features uint8 [N,1,H,W], targets uint8 [N,1].

    Args:
        directory: folder of train-images-idx3-ubyte.gz and the like, gzipped or not.
        output_directory: folder of the result; made if need be.
        output_filename: default mnist.hdf5.
        progress: says on stdout what is done.

    Returns:
        The file, which exists whole or, after an error, is what it was before.

    Raises:
        FileError: a file cannot be read or written, or does not fit the others.
    """
    folder = Path(directory)
    images = {name: read_idx(folder / f"{prefix}-images-idx3-ubyte", axes=3) for name, prefix in _PREFIXES.items()}
    labels = {name: read_idx(folder / f"{prefix}-labels-idx1-ubyte", axes=1) for name, prefix in _PREFIXES.items()}
    for name in _PREFIXES:
        if len(images[name]) != len(labels[name]):
            raise FileError(f"{folder}: {len(images[name])} {name} images but {len(labels[name])} labels")
        if images[name].shape[1:] != images["train"].shape[1:]:
            shapes = " and ".join(f"{i.shape[1]} x {i.shape[2]}" for i in images.values())
            raise FileError(f"{folder}: training and test images differ in size: {shapes}")
    stop = len(images["train"])
    splits = {"train": (0, stop), "test": (stop, stop + len(images["test"]))}
    features = np.concatenate(list(images.values()))[:, np.newaxis]
    targets = np.concatenate(list(labels.values()))[:, np.newaxis]
    path = output_path(Path(output_directory), output_filename or "mnist.hdf5")
    with replaced_hdf5(path, features.nbytes + targets.nbytes) as file:
        create_source(file, "features", features.shape, IMAGE_AXES)[...] = features
        create_source(file, "targets", targets.shape, ("batch", "index"))[...] = targets
        finish(file, splits)
    if progress:
        print(f"wrote {path}: " + ", ".join(f"{name} {stop - start:,}" for name, (start, stop) in splits.items()))
    return path
