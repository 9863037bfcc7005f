"""Blending with direct synthesis, eq. 4: a mask chooses between the input's pixels and newly painted ones."""

import math
from typing import Dict

import tensorflow as tf

from tf_interp.model.structs import Canvas, FlowRange, Head, TransformParams
from tf_interp.model.transforms.projection import projected

KEEP_LOGIT = 3.0
"""Where on the sigmoid alpha_blend begins; what it is there, 0.95, counts as 1."""

_KEPT = 1.0 / (1.0 + math.exp(-KEEP_LOGIT))


def blend(image: tf.Tensor, alpha: tf.Tensor, synthesis: tf.Tensor) -> tf.Tensor:
    """O(x, y) = alpha(x, y) I(x, y) + [1 - alpha(x, y)] D(x, y), eq. 4.

    Args:
        image: float32 [B,H,W,C].
        alpha: float32 [B,H,W,1] in [0, 1], alpha_D; 1 keeps the pixel.
        synthesis: float32 [B,H,W,C] in [0, 1], the directly synthesised image D.

    Returns:
        float32 [B,H,W,C].
    """
    return alpha * image + (1.0 - alpha) * synthesis


def keep_mask(raw: tf.Tensor) -> tf.Tensor:
    """The mask alpha(raw) = min(1, sigmoid(raw + KEEP_LOGIT) / sigmoid(KEEP_LOGIT)): 1 at raw = 0, within a rounding.

    A sigmoid alone never quite keeps a pixel: at 0.95, six steps paint over a quarter of an image that nothing asked
    to change. Being `projected`, the mask keeps fully, and paints where that pays, from the first iteration on.

    Args:
        raw: float32 of any shape.

    Returns:
        float32 of the same shape, in [0, 1].
    """
    return projected(tf.sigmoid(raw + KEEP_LOGIT) / _KEPT, 0.0, 1.0)


def heads(channels: int, flows: FlowRange) -> Dict[str, Head]:
    """What T predicts for blending; raw zeros give alpha = 1, hence O = I.

    Args:
        channels: C.
        flows: of the warp, not used.
    """
    return {"alpha_blend": Head(True, 1, keep_mask), "synthesis": Head(True, channels, tf.sigmoid)}


def apply(image: tf.Tensor, params: TransformParams) -> tf.Tensor:
    """Blends `image` [B,H,W,C] by the two parameters of `heads`."""
    return blend(image, params["alpha_blend"], params["synthesis"])


def compose(canvas: Canvas, params: TransformParams) -> Canvas:
    """Eq. 4 for a canvas: alpha R, and alpha P + (1 - alpha) D."""
    alpha = params["alpha_blend"]
    return canvas._replace(gain=alpha * canvas.gain, paint=blend(canvas.paint, alpha, params["synthesis"]))


def part(params: TransformParams, t: float) -> TransformParams:
    """The parameters of the first part t in [0, 1] of blending: t times the share that is painted."""
    return {**params, "alpha_blend": 1.0 - t * (1.0 - params["alpha_blend"])}


def maps(image: tf.Tensor, params: TransformParams) -> Dict[str, tf.Tensor]:
    """What there is to see of blending: the mask [B,H,W,1] and the painted image D [B,H,W,C]."""
    return {"alpha_blend": params["alpha_blend"], "D": params["synthesis"]}
