"""Blending with direct synthesis, eq. 4: a mask chooses between the input's pixels and newly painted ones."""

from typing import Dict, Optional

import tensorflow as tf

from tf_interp.structs import Head, TransformParams

KEEP_LOGIT = 3.0
"""Initial log-odds of alpha_blend: the mask begins at 0.95, open to keep."""


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


def heads(channels: int, max_flow: float, initial_sigma_flow: Optional[float] = None) -> Dict[str, Head]:
    """What T predicts for blending.

    Args:
        channels: C.
        max_flow, initial_sigma_flow: settings of the warp, not used.
    """
    return {
        "alpha_blend": Head(True, 1, lambda raw: tf.sigmoid(raw + KEEP_LOGIT)),
        "synthesis": Head(True, channels, tf.sigmoid),
    }


def apply(image: tf.Tensor, params: TransformParams) -> tf.Tensor:
    """Blends `image` [B,H,W,C] by the two parameters of `heads`."""
    return blend(image, params["alpha_blend"], params["synthesis"])
