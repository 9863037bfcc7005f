"""Composition: a frame as one look at s_0, so that a walk of many steps interpolates its pixels once.

Eq. 2, 3 and 4 are linear in the image, and so is any chain of them:

    s_k(x) = R_k(x) s_0(x + Phi_k(x)) + P_k(x)

Phi is where a pixel came from, R what became of its colour, P what was painted. Frame from frame, k steps interpolate
k times, and each time blurs. Here a step changes the three fields alone, which are smooth.
"""

import tensorflow as tf

from tf_interp.model.structs import Canvas
from tf_interp.model.transforms.projection import projected
from tf_interp.model.transforms.warp import warp


def begun(start: tf.Tensor) -> Canvas:
    """The canvas of s_0 itself, float32 [B,H,W,C]: no flow, R = identity, nothing painted."""
    channels, nothing = start.shape[-1], tf.zeros_like(start)
    identity = tf.reshape(tf.eye(channels), [channels**2]) + nothing[..., :1]
    return Canvas(start, tf.repeat(nothing[..., :1], 2, axis=-1), identity, nothing)


def rendered(canvas: Canvas) -> tf.Tensor:
    """The frame that a canvas stands for, float32 [B,H,W,C] in [0, 1].

    It is `projected` into the bounds, which the fields do not know.
    """
    seen = warp(canvas.start, canvas.flow)
    gain = tf.reshape(canvas.gain, [*tf.unstack(tf.shape(seen)), seen.shape[-1]])
    return projected(tf.linalg.matvec(gain, seen) + canvas.paint, 0.0, 1.0)


def packed(canvas: Canvas) -> tf.Tensor:
    """The frame that a canvas stands for and the canvas itself, as one tensor float32 [B,H,W,*], the frame first."""
    return tf.concat([rendered(canvas), *canvas], axis=-1)


def unpacked(tensor: tf.Tensor, channels: int) -> Canvas:
    """The canvas in a tensor that `packed` made of images with C = `channels`."""
    return Canvas(*tf.split(tensor, [channels, channels, 2, channels**2, channels], axis=-1)[1:])
