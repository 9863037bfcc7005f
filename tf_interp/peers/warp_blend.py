"""The classical morph: each image is warped towards the other while they dissolve into each other (Wolberg 1990).

    s(t) = (1 - t) W(s_0, t F) + t W(g, (1 - t) G)

Where an artist would mark points that belong together, here registration finds the flows: F makes s_0 look like g, G
the other way round. Each is a coarse grid of displacements, found for each pair by descending on images that are
blurred less and less.
"""

from typing import Tuple

import numpy as np
import tensorflow as tf

from tf_interp.model.transforms.warp import warp
from tf_interp.peers.cross_fade import cross_fade, full_lengths, step_times

CELLS = 7
"""Displacements along each axis of the grid."""
BLURS = (11, 7, 3)
"""Pixels along each side that are averaged, coarse to fine, so that strokes that do not touch pull at each other."""
ROUNDS, RATE, STIFFNESS = 40, 0.3, 0.03
"""Updates by Adam at each blur; their size in pixels; weight of the grid's roughness."""
_OFF_GRID = 1e-3  # pixels; at a flow of exactly 0 the warp has no gradient
_EQUAL = 1e-6  # images whose mean squared difference is smaller have nothing to be moved


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
    """Flows float32 [B,H,W,2] by which `moving` looks like `fixed`, float32 [B,H,W,C] each.

    For each pair and blur this descends on what the flow leaves of the mean squared difference, as a share of what
    there was without it, plus STIFFNESS times the roughness: mean squared differences of neighbours on the grid.
    """
    size = tf.shape(moving)[1:3]
    grid = tf.fill([tf.shape(moving)[0], CELLS, CELLS, 2], _OFF_GRID)
    for pixels in BLURS:
        coarse, wanted = (tf.nn.avg_pool2d(images, pixels, 1, "SAME") for images in (moving, fixed))
        apart = tf.maximum(_mean_square(coarse - wanted), _EQUAL)
        first, second = tf.zeros_like(grid), tf.zeros_like(grid)
        for n in tf.range(1, ROUNDS + 1):
            with tf.GradientTape() as tape:
                tape.watch(grid)
                left = _mean_square(warp(coarse, tf.image.resize(grid, size)) - wanted) / apart
                rough = _mean_square(grid[:, 1:] - grid[:, :-1]) + _mean_square(grid[:, :, 1:] - grid[:, :, :-1])
                loss = tf.reduce_sum(left + STIFFNESS * rough)
            gradient, power = tape.gradient(loss, grid), tf.cast(n, tf.float32)
            first = 0.9 * first + 0.1 * gradient
            second = 0.99 * second + 0.01 * tf.square(gradient)
            grid -= RATE * (first / (1 - 0.9**power)) / (tf.sqrt(second / (1 - 0.99**power)) + 1e-8)
    return tf.image.resize(grid, size)


def _mean_square(values: tf.Tensor) -> tf.Tensor:
    """Over all axes but the first, [B]."""
    return tf.reduce_mean(tf.square(values), axis=[1, 2, 3])
