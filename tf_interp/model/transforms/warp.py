"""Warping, eq. 2: every output pixel is read from a displaced position of the input.

The flow convention of the whole project is stated here and nowhere else:

    O(x, y, c) = I{x + F(x, y, 1), y + F(x, y, 2), c}

* F says where a pixel COMES FROM, in pixels: F = (1, 0) everywhere moves the picture one pixel to the left.
* F[..., 0] is along x (columns, width), F[..., 1] along y (rows, height).
* Positions outside the image are clamped to its border; in between, intensities are bilinear.

`tfa.image.dense_image_warp` subtracts its flow and orders it (y, x); the translation is the one line below.
"""

import math
import warnings
from typing import Dict

import tensorflow as tf

from tf_interp.model.structs import FlowRange, Head, TransformParams

with warnings.catch_warnings():
    # TensorFlow Addons announces its end of life at import. The project pins it on purpose (see requirements.txt).
    warnings.simplefilter("ignore")
    import tensorflow_addons as tfa

_SIGMA_FLOOR = 1e-3  # pixels; far below anything visible, and keeps log-likelihoods finite


def warp(image: tf.Tensor, flow: tf.Tensor) -> tf.Tensor:
    """Bilinear backward warp, eq. 2.

    Args:
        image: float32 [B,H,W,C], H and W at least 2.
        flow: float32 [B,H,W,2], displacements (F_x, F_y) in pixels.

    Returns:
        float32 [B,H,W,C]; differentiable in both arguments. At integer positions, where bilinear interpolation
        has a kink, the gradient in the flow is one-sided.
    """
    return tfa.image.dense_image_warp(image, -flow[..., ::-1])


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


def maps(image: tf.Tensor, params: TransformParams) -> Dict[str, tf.Tensor]:
    """What there is to see of a warp: the flow [B,H,W,2] in pixels."""
    return {"flow": _flow(params)}


def _flow(params: TransformParams) -> tf.Tensor:
    return params["flow"] if "flow" in params else params["mu_flow"]
