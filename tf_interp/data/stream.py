"""Endless streams of batches whose n-th element depends on a seed and on n alone."""

from typing import Any, Callable

import numpy as np
import tensorflow as tf


def seeded_stream(draw: Callable[[tf.Tensor], Any], seed: int, first: int = 0) -> tf.data.Dataset:
    """The endless dataset draw(key_first), draw(key_first + 1), ...; a resumed run sees what it would have seen.

    Args:
        draw: stateless seed int64 [2] -> element; a pure function of tensors.
        seed: seed of the stream. Key n is (seed, n).
        first: number of elements to skip, at no cost.
    """

    def element(n: tf.Tensor) -> Any:
        return draw(tf.stack([tf.constant(seed, tf.int64), n]))

    numbers = tf.data.Dataset.range(first, np.iinfo(np.int64).max)
    options = tf.data.Options()
    options.autotune.enabled = (
        False  # nothing is left to tune, and its thread delays the end of several workers by 20 s
    )
    return numbers.map(element, num_parallel_calls=2, deterministic=True).prefetch(2).with_options(options)
