"""Warping, eq. 2: every output pixel is read from a displaced position of the input.

The flow convention of the whole project is stated here and nowhere else:

    O(x, y, c) = I{x + F(x, y, 1), y + F(x, y, 2), c}

* F says where a pixel COMES FROM, in pixels: F = (1, 0) everywhere moves the picture one pixel to the left.
* F[..., 0] is along x (columns, width), F[..., 1] along y (rows, height).
* Positions outside the image are clamped to its border; in between, intensities are bilinear.
"""

import math
from typing import Dict, Tuple

import tensorflow as tf

from tf_interp.model.structs import Canvas, FlowRange, Head, TransformParams

_SIGMA_FLOOR = 1e-3  # pixels; far below anything visible, and keeps log-likelihoods finite


def warp(image: tf.Tensor, flow: tf.Tensor) -> tf.Tensor:
    """Bilinear backward warp, eq. 2.

    Values and gradients are those of `tfa.image.dense_image_warp`, which subtracts its flow and orders it (y, x). The
    gradient is written out, so that the four neighbours of a position are read at once and written back at once.

    Args:
        image: float32 [B,H,W,C], H and W at least 2.
        flow: float32 [B,H,W,2], displacements (F_x, F_y) in pixels.

    Returns:
        float32 [B,H,W,C]; differentiable once in both arguments. At integer positions, where bilinear interpolation
        has a kink, the gradient in the flow is 0; in the last column and row it is that from the left and from above.
    """

    @tf.custom_gradient
    def sample(image: tf.Tensor, flow: tf.Tensor):
        index, along_x, along_y = _positions(flow)
        corners = tf.gather(tf.reshape(_neighbours(image), [-1, 4 * image.shape[-1]]), index)
        top_left, top_right, bottom_left, bottom_right = tf.split(corners, 4, axis=-1)
        u, v = (tf.clip_by_value(each, 0.0, 1.0) for each in (along_x, along_y))
        right_top, right_bottom = top_right - top_left, bottom_right - bottom_left
        top, bottom = u * right_top + top_left, u * right_bottom + bottom_left
        down = bottom - top

        def gradient(upstream: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
            weights = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v]
            parts = tf.concat([weight * upstream for weight in weights], axis=-1)
            total = tf.math.unsorted_segment_sum(parts, index, tf.size(index))
            by_image = _from_neighbours(tf.reshape(total, tf.shape(parts)))
            slopes = (right_top + v * (right_bottom - right_top), down)
            by_flow = [tf.reduce_sum(slope * upstream, axis=-1, keepdims=True) for slope in slopes]
            inside = [tf.cast((each > 0.0) & (each <= 1.0), tf.float32) for each in (along_x, along_y)]
            return by_image, tf.concat([by * mask for by, mask in zip(by_flow, inside)], axis=-1)

        return v * down + top, gradient

    return sample(image, flow)


def inside(flow: tf.Tensor) -> tf.Tensor:
    """How much of each output pixel comes from inside the image, float32 [B,H,W,1] in [0, 1]: it falls to 0 over one
    pixel outside, as if the image had a black frame."""
    shares = []
    for place, last in zip(_places(flow), (flow.shape[2] - 1, flow.shape[1] - 1)):
        shares.append(tf.clip_by_value(tf.minimum(place, last - place) + 1.0, 0.0, 1.0))
    return tf.multiply(*shares)[..., tf.newaxis]


def _places(flow: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
    """The x and the y, float32 [B,H,W], that each output pixel is read from."""
    height, width = (tf.shape(flow)[axis] for axis in (1, 2))
    x = tf.cast(tf.range(width), tf.float32)[tf.newaxis, tf.newaxis, :] + flow[..., 0]
    y = tf.cast(tf.range(height), tf.float32)[tf.newaxis, :, tf.newaxis] + flow[..., 1]
    return x, y


def _positions(flow: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Where each output pixel is read: the index of its upper left neighbour in the flattened batch, int32 [B,H,W],
    and how far right and down of it, float32 [B,H,W,1], in [0, 1] inside of the image."""
    batch, height, width = (tf.shape(flow)[axis] for axis in range(3))
    x, y = _places(flow)
    left = tf.clip_by_value(tf.floor(x), 0.0, tf.cast(width - 2, tf.float32))
    above = tf.clip_by_value(tf.floor(y), 0.0, tf.cast(height - 2, tf.float32))
    first = tf.range(batch)[:, tf.newaxis, tf.newaxis] * height
    index = (first + tf.cast(above, tf.int32)) * width + tf.cast(left, tf.int32)
    return index, (x - left)[..., tf.newaxis], (y - above)[..., tf.newaxis]


def _neighbours(image: tf.Tensor) -> tf.Tensor:
    """Beside each pixel those to the right, below, and below to the right: [B,H,W,4C]; anything past the border."""
    right, below = tf.roll(image, -1, axis=2), tf.roll(image, -1, axis=1)
    return tf.concat([image, right, below, tf.roll(below, -1, axis=2)], axis=-1)


def _from_neighbours(parts: tf.Tensor) -> tf.Tensor:
    """The transpose of `_neighbours`: [B,H,W,4C] summed into [B,H,W,C]."""
    own, right, below, both = tf.split(parts, 4, axis=-1)
    below += tf.roll(both, 1, axis=2)
    return own + tf.roll(right, 1, axis=2) + tf.roll(below, 1, axis=1)


def heads(channels: int, flows: FlowRange) -> Dict[str, Head]:
    """What T predicts for the warp: mu_flow, and sigma_flow if T is stochastic (section 4.3).

    Args:
        channels: C; the flow is shared by all channels, so it is not used.
        flows: mu_flow reaches their bound through tanh; sigma_flow [B,H,W,2] is there if T is stochastic.
    """
    predicted = {"mu_flow": Head(True, 2, lambda raw: flows.largest * tf.tanh(raw))}
    if flows.initial_sigma is not None:
        scale = flows.initial_sigma / math.log(2.0)  # softplus(0) = log 2
        floor = max(flows.sigma_floor, _SIGMA_FLOOR)
        predicted["sigma_flow"] = Head(True, 2, lambda raw: floor + scale * tf.nn.softplus(raw))
    return predicted


def apply(image: tf.Tensor, params: TransformParams) -> tf.Tensor:
    """Warps `image` [B,H,W,C] by the flow that a stochastic T drew, or by mu_flow if T is deterministic."""
    return warp(image, _flow(params))


def compose(canvas: Canvas, params: TransformParams) -> Canvas:
    """Warps what becomes of s_0."""
    return warped_canvas(canvas, _flow(params))


def warped_canvas(canvas: Canvas, flow: tf.Tensor) -> Canvas:
    """Eq. 2 for a canvas: Phi(x + F) + F, R(x + F), P(x + F), with F = `flow` [B,H,W,2]."""
    fields = canvas[1:]
    sizes = [field.shape[-1] for field in fields]
    moved, gain, paint = tf.split(warp(tf.concat(fields, axis=-1), flow), sizes, axis=-1)
    return Canvas(canvas.start, moved + flow, gain, paint)


def part(params: TransformParams, t: float) -> TransformParams:
    """The parameters of the first part t in [0, 1] of a warp: every pixel comes from t times as far."""
    return {**params, "flow": t * _flow(params)}


def maps(image: tf.Tensor, params: TransformParams) -> Dict[str, tf.Tensor]:
    """What there is to see of a warp: the flow [B,H,W,2] in pixels."""
    return {"flow": _flow(params)}


def _flow(params: TransformParams) -> tf.Tensor:
    return params["flow"] if "flow" in params else params["mu_flow"]
