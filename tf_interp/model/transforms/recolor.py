"""Affine recolouring, eq. 3: one colour map A x + b for the image, and a mask of the pixels that keep their colour."""

from typing import Dict

import tensorflow as tf

from tf_interp.model.structs import Canvas, FlowRange, Head, TransformParams
from tf_interp.model.transforms.projection import projected

KEEP_LOGIT = 3.0
"""Initial log-odds of alpha_recolor: the mask begins at 0.95, open to keep."""


def recolor(image: tf.Tensor, alpha: tf.Tensor, matrix: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """O(x, y) = alpha(x, y) I(x, y) + [1 - alpha(x, y)] [A I(x, y) + b], eq. 3.

    Args:
        image: float32 [B,H,W,C].
        alpha: float32 [B,H,W,1] in [0, 1], alpha_AR; 1 keeps the pixel.
        matrix: float32 [B,C,C], A. Row i mixes the input's channels into output channel i.
        bias: float32 [B,C], b.

    Returns:
        float32 [B,H,W,C]. The recoloured value is clipped to [0, 1], the state space of section 3, before it is mixed.
    """
    return alpha * image + (1.0 - alpha) * recolored(image, matrix, bias)


def recolored(image: tf.Tensor, matrix: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """A I(x, y) + b `projected` into [0, 1], float32 [B,H,W,C]; arguments as for `recolor`.

    Clipped values would have no gradient, and a colour map that turned every pixel white would stay so for good.
    """
    return projected(tf.einsum("bij,bhwj->bhwi", matrix, image) + bias[:, tf.newaxis, tf.newaxis, :], 0.0, 1.0)


def heads(channels: int, flows: FlowRange) -> Dict[str, Head]:
    """What T predicts for recolouring; raw zeros give A = identity and b = 0, hence O = I.

    Args:
        channels: C.
        flows: of the warp, not used.
    """
    identity = tf.eye(channels)
    return {
        "alpha_recolor": Head(True, 1, lambda raw: tf.sigmoid(raw + KEEP_LOGIT)),
        "recolor_matrix": Head(False, channels**2, lambda raw: identity + tf.reshape(raw, [-1, channels, channels])),
        "recolor_bias": Head(False, channels, tf.identity),
    }


def apply(image: tf.Tensor, params: TransformParams) -> tf.Tensor:
    """Recolours `image` [B,H,W,C] by the three parameters of `heads`."""
    return recolor(image, params["alpha_recolor"], params["recolor_matrix"], params["recolor_bias"])


def compose(canvas: Canvas, params: TransformParams) -> Canvas:
    """Eq. 3 for a canvas: alpha R + (1 - alpha) A R, and alpha P + (1 - alpha) (A P + b)."""
    alpha, matrix, bias = params["alpha_recolor"], params["recolor_matrix"], params["recolor_bias"]
    shape, channels = tf.shape(canvas.gain), matrix.shape[-1]
    gain = tf.reshape(canvas.gain, tf.concat([shape[:3], [channels, channels]], axis=0))
    mixed = tf.reshape(tf.einsum("bij,bhwjc->bhwic", matrix, gain), shape)
    paint = tf.einsum("bij,bhwj->bhwi", matrix, canvas.paint) + bias[:, tf.newaxis, tf.newaxis, :]
    return canvas._replace(
        gain=alpha * canvas.gain + (1.0 - alpha) * mixed, paint=alpha * canvas.paint + (1.0 - alpha) * paint
    )


def part(params: TransformParams, t: float) -> TransformParams:
    """The parameters of the first part t in [0, 1] of recolouring: t times the share that is recoloured."""
    return {**params, "alpha_recolor": 1.0 - t * (1.0 - params["alpha_recolor"])}


def maps(image: tf.Tensor, params: TransformParams) -> Dict[str, tf.Tensor]:
    """What there is to see of recolouring `image`: the mask [B,H,W,1] and the image with every pixel recoloured."""
    everywhere = recolored(image, params["recolor_matrix"], params["recolor_bias"])
    return {"alpha_recolor": params["alpha_recolor"], "A I + b": everywhere}
