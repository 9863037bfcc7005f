"""(start, goal) pairs: an endless seeded stream to train on, a fixed list to evaluate on.

Both images of a training pair are drawn independently and uniformly, s_start and s_goal ~ P_d (eq. 5). Batch n of the
stream is a pure function of (seed, n), so a resumed run sees exactly the pairs it would have seen.
"""

from typing import Tuple

import numpy as np
import tensorflow as tf

from tf_interp.data.pixels import as_floats
from tf_interp.data.stream import seeded_stream
from tf_interp.errors import InputError

HELD_OUT_PAIRS = 2000
_HELD_OUT_SEED = 20170601


def training_pairs(images: np.ndarray, batch_size: int, seed: int, first: int = 0) -> tf.data.Dataset:
    """The stream of training pairs from batch number `first` on.

    Args:
        images: uint8 [N,H,W,C], in memory or mapped from a file; only what is drawn is read.
        batch_size: B.
        seed: seed of the stream.
        first: number of batches to skip, at no cost.

    Returns:
        Endless dataset of (start, goal), each float32 [B,H,W,C] in [0, 1].
    """
    count, shape = len(images), [2, batch_size, *images.shape[1:]]

    def draw(key: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
        indices = tf.random.stateless_uniform([2, batch_size], key, maxval=count, dtype=tf.int32)
        chosen = tf.ensure_shape(tf.numpy_function(images.__getitem__, [indices], tf.uint8, stateful=False), shape)
        start, goal = tf.unstack(as_floats(chosen))
        return start, goal

    return seeded_stream(draw, seed, first)


def held_out_pairs(size: int, count: int = HELD_OUT_PAIRS) -> np.ndarray:
    """The fixed list of test pairs behind every evaluation: the same for every run, seed and version.

    Args:
        size: number of test images.
        count: number of pairs; a shorter list is the head of a longer one.

    Returns:
        int64 [count,2], indices of start and goal, which always differ.

    Raises:
        InputError: fewer than two images.
    """
    if size < 2:
        raise InputError(f"pairs need at least 2 test images, got {size}")
    # RandomState, because NumPy guarantees that its stream never changes. The goal is drawn from the other images.
    random = np.random.RandomState(_HELD_OUT_SEED).random_sample([count, 2])
    start = (random[:, 0] * size).astype(np.int64)
    goal = (random[:, 1] * (size - 1)).astype(np.int64)
    return np.stack([start, goal + (goal >= start)], axis=1)
