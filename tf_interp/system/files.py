"""Writing without loss: everything goes to a temporary name first and is then renamed."""

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Iterator

from tf_interp.errors import FileError


def make_folder(path: Path) -> None:
    """Makes the folder that results will go to, if it is not there. Meant to be called before the work is done.

    Raises:
        FileError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {path}: {error.strerror or error}") from None


@contextlib.contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path with the same ending; on success it becomes `path`, on failure it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yields an empty temporary folder; on success it takes the place of `path`, on failure it is removed.

    Until the new folder is in place the old one is kept, under a hidden name for the instant between two renames.
    """
    path = path.resolve()  # "." cannot be renamed by that name
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    os.chmod(fresh, 0o755)  # mkdtemp's 0700 would shut other users out
    old = fresh.with_name(fresh.name + ".old")
    try:
        yield fresh
        if path.exists():
            os.replace(path, old)
        try:
            os.replace(fresh, path)
        except OSError:
            if old.exists():
                os.replace(old, path)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_json(path: Path, content: Any) -> None:
    """Writes `content`, indented, with a final newline."""
    with replaced_file(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, sort_keys=False) + "\n", encoding="utf-8")
