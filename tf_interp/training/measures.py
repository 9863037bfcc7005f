"""What rewards are made of: distances between images, and sizes of what T does. Pure functions, all >= 0."""

from typing import Literal

import numpy as np
import tensorflow as tf

from tf_interp.errors import InputError

Norm = Literal["l2", "l1"]
_IMAGE = [-3, -2, -1]  # the axes H, W, C
LEAST_AREA = 0.2
"""Of a pixel after a warp; what has less is nearly folded, see `flow_folds`."""


def distance(image: tf.Tensor, goal: tf.Tensor, norm: Norm) -> tf.Tensor:
    """Distance between images, summed over pixels and channels.

    Args:
        image, goal: float32 [...,H,W,C] in [0, 1], of shapes that broadcast.
        norm: "l2" for ||image - goal||^2, "l1" for ||image - goal||_1.

    Returns:
        float32 [...].

    Raises:
        InputError: another norm, or images of different sizes.
    """
    if norm not in ("l2", "l1"):
        raise InputError(f"norm: {norm!r} is not one of l2, l1")
    if image.shape[-3:] != goal.shape[-3:]:
        shapes = f"image {tuple(image.shape)} and goal {tuple(goal.shape)}"
        raise InputError(f"{shapes} must be of the same height, width and channels")
    difference = image - goal
    return tf.reduce_sum(tf.square(difference) if norm == "l2" else tf.abs(difference), axis=_IMAGE)


def edge_distance(image: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
    """||grad image - grad goal||_1, summed over pixels and channels: large where an edge is blurred or misplaced.

    Args:
        image, goal: float32 [...,H,W,C] in [0, 1], of shapes that broadcast.

    Returns:
        float32 [...]. grad is the pair of differences between neighbours along x and along y.
    """
    off = image - goal
    return tf.add_n([tf.reduce_sum(tf.abs(_differences(off, axis)), axis=_IMAGE) for axis in (-3, -2)])


def pyramid_distance(image: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
    """sum_l 16^l ||P_l image - P_l goal||^2, l = 1 ... 4, where P_l is level l of a Gaussian pyramid.

    Each level is blurred by the binomial filter (1, 4, 6, 4, 1) / 16 along both axes, then halved (Burt and Adelson
    1983). One factor 4^l counts each pixel as the 4^l pixels that it stands for. The other weighs a level by its
    squared wavelength, as the norm of H^-1 does, which measures how far something must be carried. Without it the
    finest level outweighs the others, and like the plain distance it has no slope where nothing overlaps.

    Args:
        image, goal: float32 [...,H,W,C] in [0, 1], of shapes that broadcast.

    Returns:
        float32 [...].
    """
    difference = image - goal
    level, shape = tf.reshape(difference, [-1, *difference.shape[-3:]]), tf.shape(difference)[:-3]
    row = tf.constant([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
    kernel = tf.tile((row[:, tf.newaxis] * row)[:, :, tf.newaxis, tf.newaxis], [1, 1, level.shape[-1], 1])
    total = tf.zeros(tf.shape(level)[:1])
    for weight in (16.0, 256.0, 4096.0, 65536.0):
        level = tf.nn.depthwise_conv2d(level, kernel, [1, 2, 2, 1], "SAME")
        total += weight * tf.reduce_sum(tf.square(level), axis=_IMAGE)
    return tf.reshape(total, shape)


def step_spread(states: tf.Tensor) -> tf.Tensor:
    """sum_k (d_k - mean d)^2 of the step lengths d_k = ||s_{k+1} - s_k|| up to each state: how uneven a walk is.

    Args:
        states: float32 [B,K+1,H,W,C], s_0 ... s_K.

    Returns:
        float32 [B,K+1]; 0 for s_0 and s_1, before which no two steps can differ.
    """
    steps = states.shape[1] - 1
    # Splits, whose gradient is a concatenation; that of a slice takes TensorFlow several times as long.
    before, after = tf.split(states, [steps, 1], axis=1)[0], tf.split(states, [1, steps], axis=1)[1]
    squares = tf.reduce_sum(tf.square(after - before), axis=_IMAGE)
    lengths = tf.sqrt(squares + 1e-12)[:, tf.newaxis]  # whose slope is finite where a walk stands still
    taken = np.tri(steps + 1, steps, -1, np.float32)  # up to each state
    means = tf.reduce_sum(taken * lengths, axis=-1, keepdims=True) / np.maximum(taken.sum(-1, keepdims=True), 1)
    return tf.reduce_sum(taken * tf.square(lengths - means), axis=-1)


def flow_energy(flow: tf.Tensor) -> tf.Tensor:
    """Mean over pixels of |F|^2, float32 [N] of flows [N,H,W,2] in pixels."""
    return _mean_square(flow)


def flow_roughness(flow: tf.Tensor) -> tf.Tensor:
    """Mean over neighbours of |F(x+1, y) - F(x, y)|^2 + |F(x, y+1) - F(x, y)|^2, float32 [N] of flows [N,H,W,2].

    Image registration regularises its flows in this way.
    """
    total = 0.0
    for axis in (-3, -2):
        length = flow.shape[axis]
        total += _mean_square(_differences(flow, axis)) * length / (length - 1)
    return total


def flow_folds(flow: tf.Tensor) -> tf.Tensor:
    """Mean over pixels of max(0, LEAST_AREA - det(I + dF))^2, float32 [N] of flows [N,H,W,2], by forward differences.

    The determinant is the area that the map x + F(x) makes of a pixel; where it is negative the map folds.
    """
    along_x = flow[:, :-1, 1:] - flow[:, :-1, :-1]
    along_y = flow[:, 1:, :-1] - flow[:, :-1, :-1]
    area = (1.0 + along_x[..., 0]) * (1.0 + along_y[..., 1]) - along_x[..., 1] * along_y[..., 0]
    return tf.reduce_mean(tf.square(tf.nn.relu(LEAST_AREA - area)), axis=[1, 2])


def painted_share(alpha: tf.Tensor) -> tf.Tensor:
    """Mean over pixels of 1 - alpha_blend, float32 [N] of masks [N,H,W,1]: the share of the image painted anew."""
    return tf.reduce_mean(1.0 - alpha, axis=_IMAGE)


def _differences(field: tf.Tensor, axis: int) -> tf.Tensor:
    """Differences from the neighbour before along an axis, counted from the last; 0 at the first pixel.

    Neighbours meet by rolling the field, because the gradient of a slice takes TensorFlow several times as long.
    """
    length = field.shape[axis]
    inside = np.arange(length).reshape([-1, *[1] * (-axis - 1)]) > 0  # no wrapping around
    return (field - tf.roll(field, 1, axis)) * inside.astype(np.float32)


def _mean_square(field: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.reduce_sum(tf.square(field), axis=-1), axis=[-2, -1])
