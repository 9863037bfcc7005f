"""One program at a time writes to a folder."""

import contextlib
import errno
import fcntl
import os
from pathlib import Path
from typing import IO, Iterator

from tf_interp.errors import FileError
from tf_interp.system import files

NAME = ".lock"
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # of file systems that know none


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other programs out of a folder, which is made if it is not there.

    The system gives the lock back when the program ends, however that happens. So a file left by one that was killed
    is in nobody's way.

    Raises:
        FileError: another program has the lock, or the folder cannot be written.
    """
    files.make_folder(folder)
    path = folder / NAME
    with _held(path):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _held(path: Path) -> IO[str]:
    """The open file that holds the lock until it is closed."""
    while True:
        with files.written(path):
            file = path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise FileError(
                f"another program is writing to {path.parent} at this moment; let it end, or stop it, "
                "or give another folder"
            ) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        # Who had it before may have removed the file between our opening and locking it.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()
