"""Convolutional parts that the networks share (section 4.3).

Every network computes in the Keras dtype policy it is given ("float32" or "mixed_bfloat16") and keeps its weights
and its outputs in float32.
"""

from typing import Optional, Sequence, Tuple

import tensorflow as tf

from tf_interp.errors import InputError
from tf_interp.system.keras2 import keras

LEAK = 0.2  # slope of the leaky ReLU for negative inputs, as in DCGAN


def leaky_relu(x: tf.Tensor) -> tf.Tensor:
    return tf.nn.leaky_relu(x, LEAK)


def convolution(features: int, kernel: int, stride: int, dtype: str, activation=leaky_relu) -> keras.layers.Layer:
    """A convolution with "same" padding; output size is ceil(input size / stride)."""
    return keras.layers.Conv2D(
        features, kernel, stride, padding="same", activation=activation, kernel_initializer="he_normal", dtype=dtype
    )


def upsampling(features: int, dtype: str, activation=leaky_relu, kernel: int = 4) -> keras.layers.Layer:
    """A transposed convolution that doubles the resolution: [B,h,w,*] -> [B,2h,2w,features]."""
    return keras.layers.Conv2DTranspose(
        features, kernel, 2, padding="same", activation=activation, kernel_initializer="he_normal", dtype=dtype
    )


class ConvBody(keras.layers.Layer):
    """The body of the policy, the value network and the discriminator (Fig. 2a), after DCGAN's discriminator.

    Strided convolutions, each halving the resolution, then one vector an image. There is no batch
    normalisation: along a walk the statistics of the states differ from step to step.
    """

    def __init__(self, features: Sequence[int], dtype: str = "float32"):
        super().__init__(dtype=dtype)
        self.layers = [convolution(size, kernel=4, stride=2, dtype=dtype) for size in features]
        self.flatten = keras.layers.Flatten(dtype=dtype)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """[B,H,W,*] -> [B,F], F = h * w * features[-1] numbers of the last maps."""
        return self.flatten(self.maps(x))

    def maps(self, x: tf.Tensor) -> tf.Tensor:
        """[B,H,W,*] -> [B,h,w,features[-1]], the last maps, before they are made a vector; (h, w) as `halved` says."""
        for layer in self.layers:
            x = layer(x)
        return x


def halved(size: Sequence[int], times: int) -> Tuple[int, int]:
    """(H, W) after so many halvings, each rounding up, as strided convolutions do."""
    height, width = size
    for _ in range(times):
        height, width = -(-height // 2), -(-width // 2)
    return height, width


def cropped(maps: tf.Tensor, size: Sequence[int]) -> tf.Tensor:
    """[B,h,w,*] -> [B,H,W,*], h >= H and w >= W: an odd size is rounded up on the way down, and doubled has a surplus.

    Without a surplus nothing is sliced, because the gradient of a slice is slow.
    """
    height, width = size
    return maps if tuple(maps.shape[1:3]) == (height, width) else maps[:, :height, :width]


def stacked_channels(image: tf.Tensor, goal: tf.Tensor, remaining: Optional[tf.Tensor] = None) -> tf.Tensor:
    """Joins a pair of images along the channels, so that a convolution sees both at the same place.

    Args:
        image, goal: float32 [B,H,W,C].
        remaining: float32 [B], a number for each pair, which becomes a constant plane; None for no such plane.

    Returns:
        float32 [B,H,W,2C] or [B,H,W,2C+1]: the channels of `image`, those of `goal`, the plane.

    Raises:
        InputError: the shapes differ.
    """
    if not image.shape.is_compatible_with(goal.shape):
        raise InputError(f"image {tuple(image.shape)} and goal {tuple(goal.shape)} must have the same shape")
    if remaining is None:
        return tf.concat([image, goal], axis=-1)
    plane = remaining[:, tf.newaxis, tf.newaxis, tf.newaxis] * tf.ones_like(image[..., :1])
    return tf.concat([image, goal, plane], axis=-1)
