"""Pictures in a zip archive or a folder, converted to HDF5 once and kept for the next run.

The copy lies in ~/.cache/tf_interp (or $XDG_CACHE_HOME/tf_interp), in a folder named by the pictures and by a hash of
their places, sizes and times of change: pictures that change are converted anew.
"""

import hashlib
import os
import shlex
from pathlib import Path

import fuel_compat
from fuel_compat.pictures import find_pictures
from tf_interp.errors import FileError

_NAME = "celeba_64.hdf5"


def hdf5_of(path: Path) -> Path:
    """The HDF5 file of what the user named; converts it first if it has to, and says so.

    Args:
        path: a folder with `celeba_64.hdf5`; or what `fuel_compat.convert_celeba` takes: a zip archive, or a folder
            with one or with pictures.

    Returns:
        The HDF5 file; `path` itself if it is neither a zip archive nor a folder.

    Raises:
        FileError: there are no pictures, they are unfit, or there is no room. The message says how to convert by hand.
    """
    if (path / _NAME).is_file():
        return path / _NAME
    if not path.is_dir() and not (path.is_file() and path.suffix.lower() == ".zip"):
        return path
    try:
        return _converted(path)
    except (fuel_compat.InputError, fuel_compat.FileError) as error:
        command = f"python -m fuel_compat convert celeba 64 --no-targets -d {shlex.quote(str(path))} -o FOLDER"
        raise FileError(
            f"{error}. The options named are those of: {command}; give the {_NAME} it writes as --data-dir"
        ) from None


def _converted(path: Path) -> Path:
    folder = _cache() / f"{path.resolve().stem}-{_fingerprint(path)}"
    if (folder / _NAME).is_file():
        print(f"data         {path}, from its conversion of an earlier run: {folder / _NAME}")
        return folder / _NAME
    print(f"data         {path} is converted once, to {folder / _NAME}")
    return fuel_compat.convert_celeba(path, folder, output_filename=_NAME, targets=False, progress=True)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tf_interp"


def _fingerprint(path: Path) -> str:
    """Twelve hexadecimal digits that change with the pictures."""
    pictures = find_pictures(path, allow_missing=True)
    origin = pictures.origin.resolve()
    files = [origin] if origin.is_file() else [origin / entry.name for entry in pictures.entries]
    digest = hashlib.sha256(fuel_compat.FORMAT_VERSION.encode())
    for file in files:
        found = file.stat()
        digest.update(f"{file}\0{found.st_size}\0{found.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:12]
