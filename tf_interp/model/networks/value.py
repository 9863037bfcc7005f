"""The value network V(s; s_goal) (Fig. 2a): the policy's architecture "except for the output unit" (section 4.4)."""

from typing import Sequence

import tensorflow as tf

from tf_interp.model.networks.blocks import ConvBody, stacked_channels


class Value(tf.keras.Model):
    """Predicts the return that is still to come from a state, for a goal.

    Args:
        features: channels of the body's convolutions.
        dtype: Keras dtype policy of the body.
    """

    def __init__(self, features: Sequence[int], dtype: str = "float32"):
        super().__init__(name="value")
        self.body = ConvBody(features, dtype)
        self.head = tf.keras.layers.Dense(1, dtype="float32")

    def call(self, state: tf.Tensor, goal: tf.Tensor) -> tf.Tensor:
        """state, goal: float32 [B,H,W,C] in [0, 1]. Returns float32 [B], unbounded, in units of the return."""
        return self.head(self.body(stacked_channels(state, goal)))[:, 0]
