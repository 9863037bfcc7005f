"""Pictures in a zip archive or a folder, converted to HDF5 once and kept for the next run.

The copy lies in ~/.cache/tf_interp (or $XDG_CACHE_HOME/tf_interp), in a folder named by the pictures, by a hash of
their place, and by a hash of their sizes and times of change. Pictures that change are converted anew, and the copy of
what they were before is removed.
"""

import glob
import hashlib
import os
import shlex
import shutil
from pathlib import Path
from typing import List, Optional

import fuel_compat
from fuel_compat.folders import PictureFile
from fuel_compat.pictures import locate
from fuel_compat.pixels import ALIGNED
from tf_interp.errors import FileError

_NAME = "celeba_64.hdf5"


def hdf5_of(path: Path) -> Path:
    """The HDF5 file of what the user named; converts it first if it has to, and says so.

    Args:
        path: a folder with `celeba_64.hdf5`; or what `fuel_compat.convert_celeba` takes: a zip archive, or a folder
            with one or with pictures, of any size.

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
    origin, files = locate(path)
    origin = origin.resolve()
    source = f"{origin.stem}-{_digest(str(origin))}"
    folder = _cache() / f"{source}-{_state(origin, files)}"
    if (folder / _NAME).is_file():
        print(f"data         {path}, from its conversion of an earlier run: {folder / _NAME}")
        return folder / _NAME
    print(
        f"data         {path} is converted once, to {folder / _NAME}; pictures of "
        f"{ALIGNED[0]} x {ALIGNED[1]} are cut as CelebA's, of others the largest square in the middle is taken"
    )
    made = fuel_compat.convert_celeba(path, folder, output_filename=_NAME, targets=False, fit=True, progress=True)
    for outdated in folder.parent.glob(f"{glob.escape(source)}-*"):
        if outdated != folder:
            shutil.rmtree(outdated, ignore_errors=True)
    return made


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tf_interp"


def _state(origin: Path, files: Optional[List[PictureFile]]) -> str:
    """A digest that changes with the pictures. Of an archive only the file is looked at: its table may be long."""
    places = [origin] if files is None else [origin / file.name for file in files]
    lines = [f"{place}\0{found.st_size}\0{found.st_mtime_ns}" for place in places for found in [place.stat()]]
    return _digest("\n".join([fuel_compat.FORMAT_VERSION, *sorted(lines)]))


def _digest(text: str) -> str:
    """Ten hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:10]
