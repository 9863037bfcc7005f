"""Converts CelebA and MNIST to HDF5 files in the layout of the Fuel framework.

    python -m fuel_compat convert celeba 64 -d FOLDER -o FOLDER
    python -m fuel_compat info FILE

Public names: `convert_celeba`, `convert_mnist`, `describe`, and the errors they raise.
"""

import importlib

FORMAT_VERSION = "1.0"
"""Of the files that a conversion writes; to be raised when the same pictures would give another file. It stands in each
file, and cached files of another version are made anew."""
__all__ = ["FileError", "InputError", "convert_celeba", "convert_mnist", "describe"]
_HOME_OF = {
    "FileError": "errors",
    "InputError": "errors",
    "convert_celeba": "celeba",
    "convert_mnist": "mnist",
    "describe": "info",
}


def __getattr__(name: str):
    """Loads a public name when it is first used: --help and the worker processes need none of HDF5."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
