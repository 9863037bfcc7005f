"""The discriminator (Fig. 2a) that says how close an image is to the manifold (section 3, third reward)."""

from typing import Sequence

import tensorflow as tf

from tf_interp.nets.blocks import ConvBody


class Discriminator(tf.keras.Model):
    """Log-odds that an image is a real one.

    Args:
        features: channels of the body's convolutions.
        dtype: Keras dtype policy of the body.
    """

    def __init__(self, features: Sequence[int], dtype: str = "float32"):
        super().__init__(name="discriminator")
        self.body = ConvBody(features, dtype)
        self.head = tf.keras.layers.Dense(1, dtype="float32")

    def call(self, image: tf.Tensor) -> tf.Tensor:
        """image: float32 [B,H,W,C] in [0, 1]. Returns float32 [B], logits."""
        return self.head(self.body(image))[:, 0]
