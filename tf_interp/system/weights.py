"""Reading TensorFlow's checkpoints, with one error for all that can be wrong with them."""

from pathlib import Path

import tensorflow as tf

from tf_interp.errors import FileError

UNREADABLE_CHECKPOINT = (AssertionError, ValueError, IndexError, RuntimeError, tf.errors.OpError)
"""What TensorFlow raises for a checkpoint that is cut short, altered, or of other variables."""


def read_weights(checkpoint: tf.train.Checkpoint, folder: Path) -> None:
    """Fills the variables of `checkpoint` from folder/weights.

    Raises:
        FileError: the weights are missing, damaged, or belong to other variables.
    """
    try:
        status = checkpoint.read(str(folder / "weights")).assert_existing_objects_matched()
    except UNREADABLE_CHECKPOINT as error:
        reason = str(error).splitlines()[0]
        raise FileError(f"the weights in {folder} are damaged or belong to other settings: {reason}") from None
    status.expect_partial()  # else TensorFlow warns of every weight that only training has
