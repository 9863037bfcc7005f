"""The network of a critic of images: the discriminator of Fig. 2a, and what else is built like it."""

from typing import Sequence

import tensorflow as tf

from tf_interp.model.networks.blocks import ConvBody
from tf_interp.system.keras2 import keras


class CriticNetwork(keras.Model):
    """One number an image: the log-odds that it is a real one, or what else a critic is trained to guess.

    Args:
        features: channels of the body's convolutions.
        dtype: Keras dtype policy of the body.
        name: the network's.
    """

    def __init__(self, features: Sequence[int], dtype: str = "float32", name: str = "discriminator"):
        super().__init__(name=name)
        self.body = ConvBody(features, dtype)
        self.head = keras.layers.Dense(1, dtype="float32")

    def call(self, image: tf.Tensor) -> tf.Tensor:
        """image: float32 [B,H,W,C] in [0, 1]. Returns float32 [B], unbounded: logits, or guesses."""
        return self.head(self.body(image))[:, 0]
