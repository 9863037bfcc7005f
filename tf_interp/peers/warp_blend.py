"""The classical morph: each image is warped towards the other while they dissolve into each other (Wolberg 1990).

    s(t) = (1 - t) W(s_0, t F) + t W(g, (1 - t) G)

Where an artist would mark points that belong together, here registration finds the flows: F makes s_0 look like g, G
the other way round. Each is a coarse grid of displacements, found for each pair by descending on blurred images.
"""

from typing import Tuple

import numpy as np
import tensorflow as tf

from tf_interp.model.transforms.warp import warp
from tf_interp.peers.cross_fade import cross_fade, full_lengths, step_times

CELLS = 7
"""Displacements along each axis of the grid."""
ROUNDS, RATE, STIFFNESS = 80, 0.3, 0.05
"""Updates by Adam; their size in pixels; weight of the roughness of the grid against the mean squared difference."""


def warp_blend(start: np.ndarray, goal: np.ndarray, steps: int) -> Tuple[np.ndarray, np.ndarray]:
    """Morphs each start into its goal.

    Args:
        start, goal: float32 [B,H,W,C] in [0, 1].
        steps: K.

    Returns:
        frames float32 [B,K+1,H,W,C] in [0, 1], both ends exact; lengths int32 [B], all K.

    Raises:
        InputError: the shapes differ, or less than one step.
    """
    frames, lengths = cross_fade(start, goal, steps)  # checks the shapes, has the right ends
    first, last = (tf.constant(np.asarray(each, np.float32)) for each in (start, goal))
    there, back = registration(first, last), registration(last, first)
    for k, t in enumerate(step_times(steps)[:-1]):
        if k > 0:
            frames[:, k] = (1 - t) * warp(first, t * there) + t * warp(last, (1 - t) * back)
    return np.clip(frames, 0.0, 1.0), full_lengths(start, steps)


@tf.function(reduce_retracing=True)
def registration(moving: tf.Tensor, fixed: tf.Tensor) -> tf.Tensor:
    """Flows float32 [B,H,W,2] by which `moving` looks like `fixed`, float32 [B,H,W,C] each."""
    size = tf.shape(moving)[1:3]
    coarse, wanted = _blurred(moving), _blurred(fixed)
    grid = tf.zeros([tf.shape(moving)[0], CELLS, CELLS, 2])
    first, second = tf.zeros_like(grid), tf.zeros_like(grid)
    for n in tf.range(1, ROUNDS + 1):
        with tf.GradientTape() as tape:
            tape.watch(grid)
            missed = tf.reduce_mean(tf.square(warp(coarse, tf.image.resize(grid, size)) - wanted), axis=[1, 2, 3])
            rough = tf.reduce_mean(tf.square(grid[:, 1:] - grid[:, :-1]), axis=[1, 2, 3])
            rough += tf.reduce_mean(tf.square(grid[:, :, 1:] - grid[:, :, :-1]), axis=[1, 2, 3])
            loss = tf.reduce_sum(missed + STIFFNESS * tf.reduce_mean(wanted) * rough)
        gradient, power = tape.gradient(loss, grid), tf.cast(n, tf.float32)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * tf.square(gradient)
        grid -= RATE * (first / (1 - 0.9**power)) / (tf.sqrt(second / (1 - 0.99**power)) + 1e-8)
    return tf.image.resize(grid, size)


def _blurred(images: tf.Tensor) -> tf.Tensor:
    """Averages over 5 x 5 pixels, so that strokes that do not touch yet pull at each other."""
    return tf.nn.avg_pool2d(images, 5, 1, "SAME")
