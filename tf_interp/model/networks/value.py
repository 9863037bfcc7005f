"""The value network V(s; s_goal) (Fig. 2a): the policy's architecture "except for the output unit" (section 4.4)."""

from typing import Sequence

import tensorflow as tf

from tf_interp.model.networks.blocks import ConvBody, stacked_channels
from tf_interp.system.keras2 import keras


class Value(keras.Model):
    """Predicts the return that is still to come from a state, for a goal.

    Args:
        features: channels of the body's convolutions.
        dtype: Keras dtype policy of the body.
        counts_steps: as for the policy.
    """

    def __init__(self, features: Sequence[int], dtype: str = "float32", counts_steps: bool = False):
        super().__init__(name="value")
        self.body, self.counts_steps = ConvBody(features, dtype), counts_steps
        self.head = keras.layers.Dense(1, dtype="float32")

    def call(self, state: tf.Tensor, goal: tf.Tensor, remaining: tf.Tensor) -> tf.Tensor:
        """state, goal: float32 [B,H,W,C] in [0, 1]; remaining: float32 [B], (K - k) / K.

        Returns:
            float32 [B], unbounded, in units of the return.
        """
        seen = stacked_channels(state, goal, remaining if self.counts_steps else None)
        return self.head(self.body(seen))[:, 0]
