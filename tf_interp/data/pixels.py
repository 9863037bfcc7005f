"""Pixels as bytes, as files hold them, and as floats, as networks take them."""

from typing import TypeVar

import numpy as np

Images = TypeVar("Images")
"""A NumPy array or a TensorFlow tensor."""


def as_floats(images: Images) -> Images:
    """uint8 [...] in 0..255 -> float32 [...] in [0, 1]. An array gives an array, a tensor a tensor."""
    if isinstance(images, np.ndarray):
        return images.astype(np.float32) / np.float32(255.0)
    import tensorflow as tf  # here, so that reading data does not have to wait for TensorFlow

    return tf.cast(images, tf.float32) / 255.0
