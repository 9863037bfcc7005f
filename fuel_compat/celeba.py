"""CelebA, or any other pictures, as celeba_64.hdf5."""

import contextlib
import functools
import math
from pathlib import Path
from typing import Any, Iterable, List, Optional, Sequence, Union

import h5py
import numpy as np

from fuel_compat.attributes import COUNT, find_table, read_targets
from fuel_compat.errors import InputError
from fuel_compat.layout import IMAGE_AXES, create_source, finish
from fuel_compat.output import output_path, replaced_hdf5
from fuel_compat.pictures import Pictures, find_pictures
from fuel_compat.pixels import ALIGNED, Geometry, decode_batch, geometry_of
from fuel_compat.progress import progress_bar
from fuel_compat.splits import Splits, describe_splits, split_rows
from fuel_compat.workers import cores, map_ordered

_BATCH_BYTES = 2**20  # of pixels that a worker sends at a time


def convert_celeba(
    directory: Union[str, Path],
    output_directory: Union[str, Path],
    size: Optional[int] = 64,
    *,
    output_filename: Optional[str] = None,
    targets: bool = True,
    limit: Optional[int] = None,
    split: Optional[Sequence[int]] = None,
    fit: bool = False,
    allow_missing: bool = False,
    workers: Optional[int] = None,
    progress: bool = False,
) -> Path:
    """Converts aligned faces to an HDF5 file in Fuel's layout: features uint8 [N,3,H,W], targets uint8 [N,40].

    Args:
        directory: a zip archive, or a folder with img_align_celeba.zip or with pictures; `list_attr_celeba.txt` beside.
        output_directory: folder of the result; made if need be.
        size: side of the squares cut from the faces, 64 in Fuel; None keeps the faces whole, 178 x 218.
        output_filename: default celeba_64.hdf5, by its size, or celeba_aligned_cropped.hdf5.
        targets: whether to read and write the 40 attributes.
        limit: how many pictures to take at most.
        split: numbers of training, validation and test pictures; default: in proportion to CelebA's partition.
        fit: takes pictures of any size and mode: crops each around its centre, then resizes it. Those of aligned faces'
            size become what they are without it.
        allow_missing: takes pictures whose numbers have gaps.
        workers: processes that decode; default: one for each core.
        progress: shows a bar, and says on stdout what is done.

    Returns:
        The file, which exists whole or, after an error, is what it was before.

    Raises:
        InputError: an option has a value that cannot be used.
        FileError: something cannot be read or written, or a picture is unfit. The message names it.
    """
    _check_options(size, limit, workers)
    pictures = find_pictures(Path(directory), limit, allow_missing)
    table = find_table(pictures) if targets else None
    values = read_targets(table, pictures) if table else None
    splits = split_rows(len(pictures.entries), split)
    path = output_path(Path(output_directory), output_filename or f"celeba_{size or 'aligned_cropped'}.hdf5")
    if progress:
        source = f"attributes of {table}" if table else "no attributes"
        print(f"{len(pictures.entries):,} pictures of {pictures.origin}, {source}")
        print(describe_splits(splits, given=split is not None))
    _write(path, pictures, geometry_of(size), fit, values, splits, workers or cores(), progress)
    if progress:
        print(f"wrote {path}, {path.stat().st_size:,} bytes")
    return path


def _check_options(size: Optional[int], limit: Optional[int], workers: Optional[int]) -> None:
    if size is not None and not 1 <= size <= ALIGNED[0]:
        raise InputError(f"size {size}: must be from 1 to {ALIGNED[0]}, the width of an aligned face")
    for name, value in (("limit", limit), ("workers", workers)):
        if value is not None and value < 1:
            raise InputError(f"--{name} {value}: must be 1 or more")


def _write(
    path: Path,
    pictures: Pictures,
    geometry: Geometry,
    fit: bool,
    targets: Optional[np.ndarray],
    splits: Splits,
    workers: int,
    progress: bool,
) -> None:
    width, height = geometry.size
    shape = (len(pictures.entries), 3, height, width)
    decode = functools.partial(decode_batch, pictures.read, pictures.origin, geometry, fit)
    batches = _batches(pictures.entries, length=max(1, _BATCH_BYTES // math.prod(shape[1:])))
    blocks = map_ordered(decode, batches, workers)
    with replaced_hdf5(path, math.prod(shape) + len(pictures.entries) * COUNT) as file, contextlib.closing(blocks):
        if targets is not None:
            create_source(file, "targets", targets.shape, ("batch", "target"))[...] = targets
        _fill(create_source(file, "features", shape, IMAGE_AXES), blocks, progress)
        finish(file, splits)


def _batches(entries: Sequence[Any], length: int) -> List[Sequence[Any]]:
    return [entries[start : start + length] for start in range(0, len(entries), length)]


def _fill(features: h5py.Dataset, blocks: Iterable[np.ndarray], progress: bool) -> None:
    start = 0
    with progress_bar(len(features), progress) as bar:
        for block in blocks:
            features[start : start + len(block)] = block
            start += len(block)
            bar.update(len(block))
