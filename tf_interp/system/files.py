"""Writing without loss: everything goes to a temporary name first and is then renamed."""

import contextlib
import errno
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Iterator, Union

from tf_interp.errors import FileError

MAKE_ROOM = "make room there and call the command again, a training run with --resume"
NOT_ALLOWED = "allow it, or choose another place"
_REMEDIES = {
    errno.ENOSPC: MAKE_ROOM,
    errno.EDQUOT: MAKE_ROOM,
    errno.EFBIG: "allow larger files (ulimit -f) and call the command again, a training run with --resume",
    errno.EROFS: "choose a place that can be written",
    errno.EACCES: NOT_ALLOWED,
    errno.EPERM: NOT_ALLOWED,
}
_OLD = ".old"


def explained(error: OSError, path: Union[str, Path]) -> str:
    """What the file system has against the use of `path`, and the remedy where there is one."""
    remedy = _REMEDIES.get(error.errno)
    return f"{path}: {error.strerror or error}" + (f"; {remedy}" if remedy else "")


@contextlib.contextmanager
def written(path: Path) -> Iterator[None]:
    """Names the file and the remedy if what is done inside fails; a full disk does not say which file it was.

    Raises:
        FileError: the file system refused.
    """
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"cannot write {explained(error, path)}") from None


def make_folder(path: Path) -> None:
    """Makes the folder that results will go to, if it is not there. Meant to be called before the work is done.

    Raises:
        FileError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {explained(error, path)}") from None


@contextlib.contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path with the same ending; on success it becomes `path`, on failure it is removed."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        with written(path):
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
    make_folder(path.parent)
    with written(path):
        fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        os.chmod(fresh, 0o755)  # mkdtemp's 0700 would shut other users out
        try:
            yield fresh
            _exchange(path, fresh)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _exchange(path: Path, fresh: Path) -> None:
    old = fresh.with_name(fresh.name + _OLD)
    if path.exists():
        os.replace(path, old)
    try:
        os.replace(fresh, path)
    except OSError:
        if old.exists():
            os.replace(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def clear_leftovers(path: Path) -> None:
    """Removes what programs that were killed while they replaced `path` have left beside it.

    Only for a `path` that no other program writes now. A folder that was moved aside comes back if its successor did
    not take its place.
    """
    for old in path.parent.glob(f".{path.name}.*{_OLD}"):
        if not path.exists():
            os.replace(old, path)
    for left in path.parent.glob(f".{path.stem}.*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Writes `content`, indented, with a final newline."""
    with replaced_file(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, sort_keys=False) + "\n", encoding="utf-8")
