"""The network of the score critic: a small U-Net that removes noise, told what kind of image it looks at."""

from typing import Sequence

import tensorflow as tf

from tf_interp.model.networks.blocks import convolution, upsampling
from tf_interp.system.keras2 import keras

SIGMA_DATA = 0.3
"""Standard deviation of the pixels of real images, roughly."""


class Denoiser(keras.Model):
    """D(x + sigma noise; sigma, labels): the mean of the images that a noisy one may come from.

    The network sees and predicts numbers of unit size at every sigma (Karras et al. 2022, eq. 7):

        D = c_skip x + c_out F(c_in x),    c_skip = sd^2 / (sigma^2 + sd^2),    c_out = sigma sd / sqrt(sigma^2 + sd^2)

    Args:
        channels: C.
        features: channels of the levels, the first at half resolution.
        dtype: Keras dtype policy of the convolutions.
    """

    def __init__(self, channels: int, features: Sequence[int], dtype: str = "float32"):
        super().__init__(name="denoiser")
        self.encoder = [convolution(size, 4, 2, dtype, "relu") for size in features]
        self.bottleneck = convolution(features[-1], 3, 1, dtype, "relu")
        self.upsample = [upsampling(size, dtype, "relu", 2) for size in reversed(features[:-1])]
        self.decoder = [convolution(size, 3, 1, dtype, "relu") for size in reversed(features[:-1])]
        self.head = keras.layers.Conv2D(4 * channels, 3, padding="same", kernel_initializer="zeros", dtype="float32")

    def call(self, noisy: tf.Tensor, sigma: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Removes the noise.

        Args:
            noisy: float32 [N,H,W,C].
            sigma: float32 [N], its standard deviation, > 0.
            labels: float32 [N,L], numbers about the image, each seen as a constant plane.

        Returns:
            float32 [N,H,W,C].
        """
        wide = sigma[:, tf.newaxis, tf.newaxis, tf.newaxis]
        size = tf.sqrt(tf.square(wide) + SIGMA_DATA**2)
        told = tf.concat([tf.math.log(sigma)[:, tf.newaxis], labels], axis=1)[:, tf.newaxis, tf.newaxis, :]
        planes = told * tf.ones_like(noisy[..., :1])
        skips, h = [], tf.concat([noisy / size, planes], axis=-1)
        for layer in self.encoder:
            h = layer(h)
            skips.append(h)
        h = self.bottleneck(skips.pop())
        for upsample, layer in zip(self.upsample, self.decoder):
            skip = skips.pop()
            h = layer(upsample(h)[:, : tf.shape(skip)[1], : tf.shape(skip)[2]] + skip)
        found = tf.nn.depth_to_space(self.head(h), 2)[:, : noisy.shape[1], : noisy.shape[2]]
        return tf.square(SIGMA_DATA / size) * noisy + wide * SIGMA_DATA / size * found
