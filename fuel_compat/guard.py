"""One guard around every decoder: damaged files make libraries fail in nearly every way there is."""

import contextlib
from typing import Iterator, Type

from fuel_compat.errors import FileError


@contextlib.contextmanager
def guard(complaint: str, remedy: str = "", kind: Type[OSError] = FileError) -> Iterator[None]:
    """Turns whatever is raised inside into one error, a line long.

    Args:
        complaint: the file and what is wrong, as "a.zip is not a whole zip archive"; the decoder's own words follow.
        remedy: what to do, as "; fetch it again".
        kind: class of the error; one that is raised inside passes.

    Raises:
        FileError: or `kind`. It says "cannot be read" instead where the system refuses to open a file.
    """
    try:
        yield
    except kind:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise kind(f"{error.filename} cannot be read: {error.strerror}") from None
        raise kind(f"{complaint} ({_reason(error)}){remedy}") from None


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
