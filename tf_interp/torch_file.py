"""Reads the tensors of a file that PyTorch saved (the format before release 1.6) as NumPy arrays, without PyTorch.

Such a file is a row of pickles: a magic number, a version and facts about the machine that wrote it; then a
dictionary of tensors, each a view of some storage; then the names of the storages, whose numbers follow as raw bytes.
"""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, Dict, NamedTuple, Tuple

import numpy as np

from tf_interp.errors import FileError

_DTYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}
_COUNT = "<i8"  # of numbers in a storage, written before them
_DAMAGED = (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError)


class _View(NamedTuple):
    """Where a tensor's numbers are; offset and strides count numbers, not bytes."""

    storage: Tuple[Any, ...]
    offset: int
    shape: Tuple[int, ...]
    strides: Tuple[int, ...]


class _Unpickler(pickle.Unpickler):
    """Knows the few names that tensors need, so that a file cannot run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _View(storage, offset, shape, strides)
        if module == "torch" and name in _DTYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a tensor")

    def persistent_load(self, pid: Tuple[Any, ...]) -> Tuple[Any, ...]:
        return pid


def read_tensors(path: Path) -> Dict[str, np.ndarray]:
    """Name -> array, in the order of the file.

    Raises:
        FileError: the file is missing, damaged, or holds anything but tensors of float32 and int64.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error}") from None
    except _DAMAGED as error:
        raise FileError(f"{path} is damaged or no file of PyTorch before 1.6: {error}") from None


def _read(file: BinaryIO) -> Dict[str, np.ndarray]:
    for _ in ("magic number", "version", "machine"):
        _Unpickler(file).load()
    views, order = _Unpickler(file).load(), _Unpickler(file).load()
    dtypes = {key: np.dtype(_DTYPES[kind]) for _, kind, key, *_ in (view.storage for view in views.values())}
    numbers = {key: _storage(file, dtypes[key]) for key in order}
    return {name: _array(numbers[view.storage[2]], view) for name, view in views.items()}


def _storage(file: BinaryIO, dtype: np.dtype) -> np.ndarray:
    count = int(np.frombuffer(file.read(8), _COUNT)[0])
    return np.frombuffer(file.read(count * dtype.itemsize), dtype, count)


def _array(numbers: np.ndarray, view: _View) -> np.ndarray:
    indices = np.full(view.shape, view.offset)
    for axis, (size, stride) in enumerate(zip(view.shape, view.strides)):
        indices += (stride * np.arange(size)).reshape([-1 if other == axis else 1 for other in range(indices.ndim)])
    return numbers[indices]
