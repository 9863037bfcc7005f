"""The policy network pi (Fig. 2a): looks at the current image and the goal, emits a command and a STOP."""

import math
from typing import Sequence

import tensorflow as tf

from tf_interp.nets.blocks import ConvBody, beside
from tf_interp.structs import PolicyOutput


class Policy(tf.keras.Model):
    """pi(a, stop | s; s_goal): a diagonal Gaussian over D numbers and a Bernoulli unit (section 4).

    Args:
        command_size: D.
        features: channels of the body's convolutions.
        initial_stddev: standard deviation that a zero output stands for, above the floor.
        stddev_floor: least standard deviation.
        stop_bias: log-odds of STOP before training.
        dtype: Keras dtype policy of the body.
    """

    def __init__(
        self,
        command_size: int,
        features: Sequence[int],
        initial_stddev: float,
        stddev_floor: float = 0.0,
        stop_bias: float = 0.0,
        dtype: str = "float32",
    ):
        super().__init__(name="policy")
        self.body = ConvBody(features, dtype)
        self.mean = tf.keras.layers.Dense(command_size, dtype="float32", name="mean")
        # Zeros, so that every command begins with initial_stddev.
        self.raw_stddev = tf.keras.layers.Dense(
            command_size, kernel_initializer="zeros", dtype="float32", name="stddev"
        )
        self.stop = tf.keras.layers.Dense(
            1, kernel_initializer="zeros", bias_initializer=tf.keras.initializers.Constant(stop_bias),
            dtype="float32", name="stop",
        )  # fmt: skip
        self.floor = stddev_floor
        self.scale = initial_stddev / math.log(2.0)  # softplus(0) = log 2

    def call(self, state: tf.Tensor, goal: tf.Tensor) -> PolicyOutput:
        """state, goal: float32 [B,H,W,C] in [0, 1]."""
        h = self.body(beside(state, goal))
        stddev = self.floor + self.scale * tf.nn.softplus(self.raw_stddev(h))
        return PolicyOutput(self.mean(h), stddev, self.stop(h)[:, 0])
