"""Reading and writing TensorFlow's checkpoints, with one error for all that can be wrong with them."""

import contextlib
import re
from pathlib import Path
from typing import Iterator

import tensorflow as tf
from google.protobuf.message import DecodeError

from tf_interp.errors import FileError
from tf_interp.system.files import MAKE_ROOM, NOT_ALLOWED

UNFIT = (
    AssertionError, ValueError, TypeError, LookupError, RuntimeError, ArithmeticError, MemoryError, DecodeError,
    tf.errors.OpError,
)  # fmt: skip
"""What TensorFlow raises for a checkpoint that is cut short, altered, or of other variables, and Keras for networks of
impossible sizes."""
_OWN_NAMES = re.compile(r"\{\{\w+ [^}]*\}\}\s*| \[Op:\w+\]")  # of nodes and operations, which tell a user nothing
_REMEDIES = {tf.errors.ResourceExhaustedError: MAKE_ROOM, tf.errors.PermissionDeniedError: NOT_ALLOWED}


def read_weights(checkpoint: tf.train.Checkpoint, folder: Path) -> None:
    """Fills the variables of `checkpoint` from folder/weights.

    Raises:
        FileError: the weights are missing, damaged, or belong to other variables.
    """
    try:
        status = checkpoint.read(str(folder / "weights")).assert_existing_objects_matched()
    except UNFIT as error:
        reason = first_line(error)
        raise FileError(f"the weights in {folder} are damaged or belong to other settings: {reason}") from None
    status.expect_partial()  # else TensorFlow warns of every weight that only training has


def write_weights(checkpoint: tf.train.Checkpoint, folder: Path) -> None:
    """Writes the variables of `checkpoint` to folder/weights.

    Raises:
        FileError: they cannot be written.
    """
    with written_by_tensorflow(folder / "weights"):
        checkpoint.write(str(folder / "weights"))


@contextlib.contextmanager
def written_by_tensorflow(path: Path) -> Iterator[None]:
    """Names the file and the remedy if what TensorFlow does inside fails, as `files.written` does for Python.

    Raises:
        FileError: TensorFlow could not write.
    """
    try:
        yield
    except tf.errors.OpError as error:
        remedy = _REMEDIES.get(type(error), "see to it and call the command again, a training run with --resume")
        raise FileError(f"cannot write {path}: {first_line(error)}; {remedy}") from None


def first_line(error: Exception) -> str:
    """The first line of what an error says, without TensorFlow's names of nodes; its own name if it says nothing."""
    words = _OWN_NAMES.sub("", str(getattr(error, "message", error)))
    return (words.splitlines() or [type(error).__name__])[0]
