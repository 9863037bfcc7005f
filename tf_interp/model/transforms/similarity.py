"""Similarity warp: turns, scales and shifts the whole image by four numbers, read by eq. 2.

The flow that takes each pixel to where a rotation about the centre, a scale and a shift come from:

    F(x) = e^z R(theta) (x - c) + c + t - x,    c the centre of the image

A flow field can turn an image too, but must learn to say so at every pixel. What comes from outside the image is black:
the corners of a turned picture are not its border drawn out.
"""

from typing import Dict

import tensorflow as tf

from tf_interp.model.structs import Canvas, FlowRange, Head, TransformParams
from tf_interp.model.transforms.projection import projected
from tf_interp.model.transforms.warp import inside, warp, warped_canvas

LARGEST = (0.25, 0.005)
"""Bounds of the angle theta, in radians, and of z, the logarithm of the scale.

A thing that is out of place costs less when it shrinks. Were z free, T would learn that first, for all pairs alike, and
lose the features that tell which way to turn."""


def similarity_flow(similarity: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """The flow of a similarity, float32 [B,H,W,2] in pixels.

    Args:
        similarity: float32 [B,4], theta in radians, z, and the shift t along x and y in pixels. A positive theta turns
            the picture from the y axis to the x axis, which is counter-clockwise as pictures are shown.
        height, width: H and W.
    """
    angle, growth, shift_x, shift_y = tf.unstack(similarity[:, :, tf.newaxis, tf.newaxis], axis=1)
    x = (tf.range(width, dtype=tf.float32) - (width - 1) / 2)[tf.newaxis, tf.newaxis, :]
    y = (tf.range(height, dtype=tf.float32) - (height - 1) / 2)[tf.newaxis, :, tf.newaxis]
    cosine, sine = tf.exp(growth) * tf.cos(angle), tf.exp(growth) * tf.sin(angle)
    return tf.stack([cosine * x - sine * y + shift_x - x, sine * x + cosine * y + shift_y - y], axis=-1)


def heads(channels: int, flows: FlowRange) -> Dict[str, Head]:
    """What T predicts for the similarity; raw zeros move nothing. A number at its bound can be learned to return, which
    tanh, flat there, does not allow.

    Args:
        channels: C, not used.
        flows: their bound is the largest shift along each axis.
    """
    largest = tf.constant([*LARGEST, flows.largest, flows.largest])
    return {"similarity": Head(False, 4, lambda raw: largest * projected(raw, -1.0, 1.0))}


def apply(image: tf.Tensor, params: TransformParams) -> tf.Tensor:
    """Turns, scales and shifts `image` [B,H,W,C]."""
    flow = similarity_flow(params["similarity"], *image.shape[1:3])
    return warp(image, flow) * inside(flow)


def compose(canvas: Canvas, params: TransformParams) -> Canvas:
    """Turns, scales and shifts what becomes of s_0."""
    flow = similarity_flow(params["similarity"], *canvas.start.shape[1:3])
    moved, share = warped_canvas(canvas, flow), inside(flow)
    return moved._replace(gain=moved.gain * share, paint=moved.paint * share)


def part(params: TransformParams, t: float) -> TransformParams:
    """The parameters of the first part t in [0, 1] of a similarity: t times the angle, the growth and the shift."""
    return {**params, "similarity": t * params["similarity"]}


def maps(image: tf.Tensor, params: TransformParams) -> Dict[str, tf.Tensor]:
    """What there is to see of a similarity: its flow [B,H,W,2] in pixels."""
    return {"similarity": similarity_flow(params["similarity"], *image.shape[1:3])}
