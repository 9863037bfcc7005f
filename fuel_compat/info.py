"""What is in an HDF5 file, in words."""

from pathlib import Path
from typing import Any, List, Union

import h5py
import numpy as np

from fuel_compat.errors import FileError
from fuel_compat.stored import read_apart

_SHOWN = 200  # characters of an attribute


def describe(path: Union[str, Path]) -> str:
    """Describes the splits, data sets and attributes of an HDF5 file, made by Fuel or not.

    Raises:
        FileError: the file is missing, no HDF5 file, or damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise FileError(f"{path} does not exist, or is no file")
    return "\n".join([f"{path}: {path.stat().st_size:,} bytes", *read_apart(_lines, path, "is not a whole HDF5 file")])


def _lines(path: str) -> List[str]:
    with h5py.File(path, "r") as file:
        lines = _splits(file)
        file.visititems(lambda name, item: lines.extend(_item(name, item)))
        return [*lines, "", "attributes of the file", *_attributes(file)]


def _splits(file: h5py.File) -> List[str]:
    table = file.attrs.get("split")
    if not isinstance(table, np.ndarray) or not {"split", "source", "start", "stop"} <= set(table.dtype.names or ()):
        return ["", "no splits: the file has no `split` attribute in Fuel's form"]
    lines = ["", f"{'split':10} {'source':12} {'start':>9} {'stop':>9} {'rows':>9}"]
    for row in table:
        name, source = (_text(row[field]) for field in ("split", "source"))
        lines.append(f"{name:10} {source:12} {row['start']:9} {row['stop']:9} {row['stop'] - row['start']:9}")
    return lines


def _item(name: str, item: Any) -> List[str]:
    if not isinstance(item, h5py.Dataset):
        return ["", f"{name}: group of {len(item)}", *_attributes(item)]
    labels = [dimension.label for dimension in item.dims]
    axes = f" ({', '.join(labels)})" if any(labels) else ""
    stored = f"chunks {list(item.chunks)}, {item.compression or 'not compressed'}" if item.chunks else "contiguous"
    return ["", f"{name}: {item.dtype} {list(item.shape)}{axes}, {stored}", *_attributes(item)]


def _attributes(item: Any) -> List[str]:
    # "split" has a table of its own; the labels of the axes stand beside the shape.
    names = [name for name in item.attrs if name not in ("split", "DIMENSION_LABELS")]
    return [f"  {name} = {_text(item.attrs[name])}" for name in names]


def _text(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " ..."
